//! `rules/products/`.

use domain::day::Basis;
use domain::gs1::{Gtin, Package, Packages};

use crate::entry::Entry;
use crate::{Fault, Source};

const PACKAGES: &str = "products/packages.toml";

pub(crate) fn read(source: &Source) -> Result<Packages, Fault> {
    let text = source.text(PACKAGES)?;
    let mut file = Entry::file(PACKAGES, &text)?;
    let mut basis = file.table("basis")?;
    let stated = basis.basis("hundredths-of-mL")?;
    basis.finish()?;
    let mut packages: Vec<Package> = Vec::new();
    for entry in file.tables("package")? {
        packages.push(package(entry, &stated, &packages)?);
    }
    file.finish()?;
    Ok(Packages(packages))
}

fn package(mut entry: Entry<'_>, basis: &Basis, known: &[Package]) -> Result<Package, Fault> {
    let want = "a GTIN of 8, 12, 13 or 14 digits with its check digit";
    let gtin = entry.one_of("gtin", want, |text| Gtin::parse(text).ok())?;
    if known.iter().any(|other| other.gtin == gtin) {
        return Err(entry.fault(&format!("GTIN {gtin} stands here twice")));
    }
    let volume = entry.has("volume").then(|| entry.number("volume", 1, 10_000)).transpose()?;
    let package = Package {
        gtin,
        product: entry.text("product")?,
        name: entry.text("name")?,
        maker: entry.text("maker")?,
        doses: entry.number("doses", 1, 1000)?,
        hundredths: volume,
        synthetic: entry.flag("synthetic")?,
        basis: basis.clone(),
    };
    entry.finish()?;
    Ok(package)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_of_ours_is_openly_made_up() {
        let packages = read(&Source { folder: None }).unwrap();
        assert!(packages.0.len() > 20);
        for package in &packages.0 {
            let demonstration = package.gtin.as_str().starts_with("0952");
            assert!(package.synthetic && demonstration, "{}", package.gtin);
            assert_eq!(packages.find(&package.gtin), Some(package));
        }
        assert_eq!(
            packages.of("influenza").map(|it| (it.doses, it.hundredths)).next(),
            Some((2, Some(100)))
        );
    }
}
