//! The whole schedule: what is common to all antigens, and the antigens.

use std::collections::{BTreeMap, BTreeSet};

use domain::day::{Calendar, Interval};
use jiff::civil::Date;

use crate::antigen::{Antigen, antigen, plain};
use crate::{Fault, span, xml};

/// Files by name.
pub struct Source<'a> {
    /// `ScheduleSupportingData.xml`
    pub schedule: (&'a str, &'a str),
    /// `AntigenSupportingData- ….xml`
    pub antigens: Vec<(&'a str, &'a str)>,
}

/// A schedule in CDSi form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Book {
    /// Every antigen.
    pub antigens: Vec<Antigen>,
    /// Live vaccines that keep apart from each other.
    pub(crate) live: BTreeSet<String>,
}

/// A dose that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The vaccine, by its CVX code.
    pub cvx: String,
    /// The day.
    pub date: Date,
}

/// What is common to all antigens.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Common {
    /// The antigens of each vaccine.
    pub(crate) antigens: BTreeMap<String, Vec<String>>,
    /// Live vaccines that keep apart from each other.
    pub(crate) live: BTreeSet<String>,
    /// For how long: the shortest time of any pair.
    pub(crate) live_apart: Option<Interval>,
}

impl Common {
    pub(crate) fn has(&self, cvx: &str, antigen: &str) -> bool {
        let antigens = self.antigens.get(plain(cvx));
        antigens.is_some_and(|antigens| antigens.iter().any(|it| it == antigen))
    }

    fn read(file: &str, text: &str) -> Result<Self, Fault> {
        xml::read(file, text, "scheduleSupportingData", |root| {
            let mut common = Self::default();
            for it in root.all("cvxToAntigenMap").flat_map(|map| map.all("cvxMap")) {
                let antigens = it.all("association").filter_map(|it| it.text("antigen"));
                let antigens = antigens.map(str::to_owned).collect();
                common.antigens.insert(plain(it.needed("cvx")?).to_owned(), antigens);
            }
            let mut apart: Option<(u32, Interval)> = None;
            for it in root.all("liveVirusConflicts").flat_map(|it| it.all("liveVirusConflict")) {
                for side in ["previous", "current"] {
                    let cvx = it.child(side).and_then(|side| side.text("cvx"));
                    common.live.extend(cvx.map(|cvx| plain(cvx).to_owned()));
                }
                if let Some(Interval::Days(days)) =
                    it.read("conflictEndInterval", span::interval)?
                    && apart.is_none_or(|apart| days < apart.0)
                {
                    apart = Some((days, Interval::Days(days)));
                }
            }
            common.live_apart = apart.map(|it| it.1);
            Ok(common)
        })
    }
}

impl Book {
    /// Reads the files of a schedule.
    ///
    /// # Errors
    /// A file is no such file, or exceeds a limit.
    pub fn read(source: &Source<'_>, calendar: &Calendar) -> Result<Self, Fault> {
        let common = Common::read(source.schedule.0, source.schedule.1)?;
        let mut antigens = Vec::new();
        for (file, text) in &source.antigens {
            antigens.extend(antigen(file, text, &common, calendar)?);
        }
        Ok(Self { antigens, live: common.live })
    }
}
