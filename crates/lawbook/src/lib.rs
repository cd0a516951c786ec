//! Reads `rules/` into domain values.
//!
//! The files are in the binary; a folder may stand in for them, file by file. Whatever is wrong
//! with a file is a [`Fault`] with its line; a key that nobody asked for is a fault too.

mod calendar;
mod entry;
mod forms;
mod immunization;
pub mod names;
mod numbers;
mod products;

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use domain::day::Calendar;
use domain::form::Forms;
use domain::gs1::Packages;
use domain::immunization::Schedule;
use domain::immunization::reminder;
use domain::name::NameRules;
use domain::number::NumberRules;

/// What the law says in figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lawbook {
    /// Days, ages, intervals, years, eras: `rules/calendar/`.
    pub calendar: Calendar,
    /// Identifiers: `rules/numbers/`.
    pub numbers: NumberRules,
    /// Comparison of names: `rules/names/`.
    pub names: NameRules,
    /// Vaccines: `rules/immunization/`.
    pub immunization: Schedule,
    /// When people are told of a dose, and how coverage is counted.
    pub reminders: reminder::Rules,
    /// Packages of vaccines by their number: `rules/products/`.
    pub packages: Packages,
    /// Pre-visit forms: `rules/forms/`.
    pub forms: Forms,
}

/// What is wrong with a file of rules.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {message}")]
pub struct Fault {
    /// The file below `rules/`, as `calendar/eras.toml`.
    pub file: String,
    /// The line, from 1; 0 if the whole file is meant.
    pub line: usize,
    /// What is wrong and what to do.
    pub message: String,
}

/// A file of rules in the binary.
struct Embedded {
    file: &'static str,
    text: &'static str,
}

macro_rules! embedded {
    ($($file:literal),+ $(,)?) => {
        /// Every file that is read, as it was when the binary was built.
        const EMBEDDED: &[Embedded] = &[
            $(Embedded { file: $file, text: include_str!(concat!("../../../rules/", $file)) }),+
        ];
    };
}

embedded!(
    "calendar/days.toml",
    "calendar/eras.toml",
    "immunization/bcg.toml",
    "immunization/common.toml",
    "immunization/dpt-and-ipv.toml",
    "immunization/dpt-ipv.toml",
    "immunization/dpt-ipv-hib.toml",
    "immunization/dt.toml",
    "immunization/hepb.toml",
    "immunization/hib.toml",
    "immunization/hpv.toml",
    "immunization/influenza-and-covid19.toml",
    "immunization/je.toml",
    "immunization/mr.toml",
    "immunization/notices.toml",
    "immunization/pcv.toml",
    "immunization/pneumococcal-elderly.toml",
    "immunization/products.toml",
    "immunization/rota.toml",
    "immunization/rsv-maternal.toml",
    "immunization/varicella.toml",
    "immunization/zoster.toml",
    "forms/immunization/bcg.toml",
    "forms/immunization/child.toml",
    "forms/immunization/covid19.toml",
    "forms/immunization/declaration.toml",
    "forms/immunization/hepb.toml",
    "forms/immunization/hpv-alone.toml",
    "forms/immunization/hpv.toml",
    "forms/immunization/influenza.toml",
    "forms/immunization/items-adult.toml",
    "forms/immunization/items-birth.toml",
    "forms/immunization/items-health.toml",
    "forms/immunization/items-infant.toml",
    "forms/immunization/items-person.toml",
    "forms/immunization/items-physician.toml",
    "forms/immunization/items-youth.toml",
    "forms/immunization/pneumococcal.toml",
    "forms/immunization/rota.toml",
    "forms/immunization/rsv.toml",
    "forms/immunization/zoster.toml",
    "names/variants.toml",
    "numbers/check-digits.toml",
    "numbers/institutions.toml",
    "products/packages.toml",
);

const NAMES: &str = "names/variants.toml";

impl Lawbook {
    /// The rules in the binary.
    ///
    /// # Errors
    ///
    /// A [`Fault`]; a test reads them all, so a built binary has none.
    pub fn embedded() -> Result<Self, Fault> {
        Self::read(&Source { folder: None })
    }

    /// The rules in `folder`, laid out like `rules/`; a file that is not there is taken from the
    /// binary.
    ///
    /// # Errors
    ///
    /// The first [`Fault`], also if the folder or a file cannot be read.
    pub fn open(folder: &Path) -> Result<Self, Fault> {
        if !folder.is_dir() {
            let message = "this is not a folder; name one laid out like rules/".to_owned();
            return Err(Fault { file: folder.display().to_string(), line: 0, message });
        }
        Self::read(&Source { folder: Some(folder.to_owned()) })
    }

    fn read(source: &Source) -> Result<Self, Fault> {
        let calendar = calendar::read(source)?;
        let numbers = numbers::read(source)?;
        let names = names::names(&source.text(NAMES)?, NAMES)?;
        let immunization = immunization::read(source, &calendar)?;
        let reminders = immunization::notices::read(source, &immunization)?;
        let packages = products::read(source)?;
        let forms = forms::read(source)?;
        Ok(Self { calendar, numbers, names, immunization, reminders, packages, forms })
    }
}

/// Where files come from.
struct Source {
    folder: Option<PathBuf>,
}

impl Source {
    /// The text of `file`.
    fn text(&self, file: &str) -> Result<Cow<'static, str>, Fault> {
        let path = self.folder.as_ref().map(|folder| folder.join(file)).filter(|it| it.exists());
        if let Some(path) = path {
            let fault = |error: std::io::Error| whole_file(file, &error.to_string());
            return std::fs::read_to_string(path).map(Cow::Owned).map_err(fault);
        }
        let known = EMBEDDED.iter().find(|known| known.file == file);
        known
            .map(|known| Cow::Borrowed(known.text))
            .ok_or_else(|| whole_file(file, "this file is not in the binary"))
    }
}

fn whole_file(file: &str, message: &str) -> Fault {
    Fault { file: file.to_owned(), line: 0, message: message.to_owned() }
}

#[cfg(test)]
mod tests;
