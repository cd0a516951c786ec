//! What is in a package.

use super::Gtin;
use crate::day::Basis;

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
}
