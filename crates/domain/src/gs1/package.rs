//! What is in a package.

use jiff::civil::Date;

use super::{Gtin, Scan};
use crate::day::Basis;
use crate::finding::Finding;

/// One trade item of a vaccine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Its number.
    pub gtin: Gtin,
    /// The code of the vaccine, as `mr`.
    pub product: String,
    /// What stands on it.
    pub name: String,
    /// Who makes it.
    pub maker: String,
    /// How many doses it holds.
    pub doses: u16,
    /// How much of the vaccine it holds in hundredths of mL; none where no volume is given, as for
    /// BCG by stamp.
    pub hundredths: Option<u16>,
    /// Made up for tests and demonstrations: no such thing is sold.
    pub synthetic: bool,
    /// Where this is laid down.
    pub basis: Basis,
}

/// The packages we know.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Packages(pub Vec<Package>);

impl Packages {
    /// The package with this number.
    #[must_use]
    pub fn find(&self, gtin: &Gtin) -> Option<&Package> {
        self.0.iter().find(|package| package.gtin == *gtin)
    }

    /// The packages of a vaccine.
    pub fn of<'p>(&'p self, product: &'p str) -> impl Iterator<Item = &'p Package> {
        self.0.iter().filter(move |package| package.product == product)
    }
    /// What a dose needs of a scan: product, lot and expiry.
    ///
    /// # Errors
    /// All that is missing: `scan-no-product`, `scan-unknown-product`, `scan-no-lot`,
    /// `scan-no-expiry`.
    pub fn vial(&self, scan: &Scan) -> Result<Vial<'_>, Vec<Finding>> {
        let package = match &scan.gtin {
            Some(gtin) => self.find(gtin).ok_or_else(|| unknown(gtin)),
            None => Err(missing("scan-no-product", "gtin", "商品コード", "product code")),
        };
        let lot = scan.lot.clone().ok_or_else(|| missing("scan-no-lot", "lot", "ロット", "lot"));
        let wanted = || missing("scan-no-expiry", "expiry", "有効期限", "expiry");
        match (package, lot, scan.expiry.ok_or_else(wanted)) {
            (Ok(package), Ok(lot), Ok(expiry)) => Ok(Vial { package, lot, expiry }),
            (package, lot, expiry) => {
                let faults = [package.err(), lot.err(), expiry.err()];
                Err(faults.into_iter().flatten().collect())
            }
        }
    }
}

/// What a dose is taken from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vial<'p> {
    /// The package.
    pub package: &'p Package,
    /// Its lot.
    pub lot: String,
    /// Its last day of use.
    pub expiry: Date,
}

fn unknown(gtin: &Gtin) -> Finding {
    Finding::stop(
        "scan-unknown-product",
        "gtin",
        format!(
            "商品コード {gtin} は包装の表にありません。ワクチンを確かめ、表に加えてもらってください。"
        ),
        format!(
            "The product code {gtin} is not in the table of packages; check the vaccine, and have it added."
        ),
    )
}

fn missing(code: &'static str, at: &'static str, ja: &str, en: &str) -> Finding {
    Finding::stop(
        code,
        at,
        format!("読み取ったコードに{ja}がありません。容器の別のコードを読み取ってください。"),
        format!("The scanned code holds no {en}; scan the other code on the vial."),
    )
}
