//! GS1 element strings: what a scanner types when it reads a package.
//!
//! GS1 DataMatrix and GS1-128 carry elements: an application identifier (AI) and its data. This
//! module reads the string as scanners type it into a field, with all that keyboards do to it, and
//! says what product, lot and expiry it names. law:GS1
//!
//! Read are GTIN (01), lot (10), days of production and expiry (11, 17), serial number (21) and
//! count (30); every other known element is kept as it is, an unknown one is refused with its place.

mod element;
mod gtin;
mod package;
mod read;
mod table;
mod typed;

pub use gtin::Gtin;
pub use package::{Package, Packages, Vial};
pub use read::read;

use jiff::civil::Date;

/// What a scanned symbol says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scan {
    /// (01) The trade item.
    pub gtin: Option<Gtin>,
    /// (17) The last day of use.
    pub expiry: Option<Date>,
    /// (10) The lot, at most 20 characters.
    pub lot: Option<String>,
    /// (21) The serial number, at most 20 characters.
    pub serial: Option<String>,
    /// (11) The day of production.
    pub produced: Option<Date>,
    /// (30) How many items the package holds.
    pub count: Option<u32>,
    /// Other elements, as (AI, data), in the order of the symbol.
    pub others: Vec<(String, String)>,
}

#[cfg(test)]
mod tests;
