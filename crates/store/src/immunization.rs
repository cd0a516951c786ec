//! Immunisation beside the record: where residents live, lots and recalls, what gates stopped.

use domain::access::{Cohort, Find, Part, Purpose, Request, Role};
use domain::immunization::lot_key;
use domain::instant::Instant;
use domain::person::ResidentId;
use fhir::Kind;
use fhir::profiles::{immunization as dose, immunization_target};
use jiff::civil::Date;

use crate::StoreError;
use crate::record::{self, Stored};
use crate::sql::params;
use crate::tx::{Candidate, Room, Tx};

/// Whether somebody lives in the municipality of a row of `lives_in` on the day of a parameter: there
/// since before, not gone, and not listed since by another municipality, whose word is the newer one
/// while the old one has not heard of it (転入 before 転出). [`Room::home`] says the same.
macro_rules! lives_there {
    ($day:literal) => {
        concat!(
            "lives_in.since <= ",
            $day,
            " and (lives_in.left_on is null or lives_in.left_on > ",
            $day,
            ") and not exists (select 1 from lives_in as next
              where next.resident = lives_in.resident and next.since <= ",
            $day,
            " and (next.left_on is null or next.left_on > ",
            $day,
            ") and (next.since > lives_in.since or next.since = lives_in.since
              and next.municipality < lives_in.municipality))"
        )
    };
}

/// What a gate stopped, so often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StopCount {
    /// The step of the gate.
    pub step: String,
    /// The code of what stopped it.
    pub code: String,
    /// How often.
    pub count: i64,
}

/// A lot that was recalled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recall {
    /// The vaccine, by its code.
    pub product: String,
    /// ロット番号
    pub lot: String,
    /// Why.
    pub reason: String,
    /// Since when.
    pub since: Instant,
}

impl Tx<'_> {
    /// Whether the resident lives in the municipality of a caller who asks as one.
    pub(crate) fn lives_here(
        &mut self,
        resident: ResidentId,
        request: &Request,
    ) -> Result<bool, StoreError> {
        let asks = matches!(request.caller.role, Role::MunicipalitySystem | Role::Officer);
        if !asks || request.purpose != Purpose::ImmunizationCare {
            return Ok(false);
        }
        let today = request.at.day_in_japan().to_string();
        let row = self.conn.one(
            concat!(
                "select 1 from lives_in where resident = $1 and municipality = $2 and ",
                lives_there!("$3")
            ),
            params![resident.0, &request.caller.organisation, &today],
            |_| Ok(()),
        )?;
        Ok(row.is_some())
    }

    /// Reads resources of everybody who lives in a municipality today, person by person, without the
    /// records leaving the closure. One audit entry, shown on each person's page (wall 3).
    ///
    /// # Errors
    /// When the database fails, or the closure's own.
    pub fn survey(
        &mut self,
        cohort: &Cohort,
        kinds: &[Kind],
        visit: impl FnMut(&Candidate, &[Stored]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let today = cohort.request().at.day_in_japan().to_string();
        let people = self.conn.rows(
            concat!(
                "select resident.resident, stamp, flags from lives_in
                   join resident on resident.resident = lives_in.resident
                  where merged_into is null and municipality = $1 and ",
                lives_there!("$2"),
                " order by resident.resident"
            ),
            params![&cohort.request().caller.organisation, &today],
            |row| {
                let (resident, stamp) = (ResidentId(row.int(0)?), row.int(1)?);
                Ok(Candidate { resident, stamp, flags: row.int(2)?, fresh: false })
            },
        )?;
        self.visit(cohort, &people, kinds, visit)
    }

    /// As [`Tx::survey`], of some who were found by one: whoever does not live there today any more
    /// is passed over. One audit entry for those who are read.
    ///
    /// # Errors
    /// When the database fails, or the closure's own.
    pub fn survey_of(
        &mut self,
        cohort: &Cohort,
        of: &[ResidentId],
        kinds: &[Kind],
        visit: impl FnMut(&Candidate, &[Stored]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut people = Vec::with_capacity(of.len());
        for resident in of {
            if self.lives_here(*resident, cohort.request())? {
                people.extend(self.candidate(*resident)?);
            }
        }
        self.visit(cohort, &people, kinds, visit)
    }

    fn visit(
        &mut self,
        cohort: &Cohort,
        people: &[Candidate],
        kinds: &[Kind],
        mut visit: impl FnMut(&Candidate, &[Stored]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut seen = Vec::with_capacity(people.len());
        for candidate in people.iter().filter(|it| it.flags & crate::tx::BLOCKED == 0) {
            let mut rows = record::current(self.conn, candidate.resident)?;
            rows.retain(|row| kinds.contains(&row.kind));
            visit(candidate, &rows)?;
            seen.push(candidate.resident);
        }
        self.note_cohort(cohort, seen);
        Ok(())
    }

    /// Puts a lot on the list of recalls, or on it again. Lots are kept and asked for by their key
    /// ([`lot_key`]), however they were typed.
    ///
    /// # Errors
    /// When the database fails.
    pub fn put_recall(&mut self, of: &Recall) -> Result<(), StoreError> {
        self.conn.run(
            "insert into recall (product, lot, reason, since) values ($1, $2, $3, $4)
             on conflict (product, lot) do update set reason = excluded.reason, lifted = null",
            params![&of.product, &lot_key(&of.lot), &of.reason, of.since.0],
        )?;
        Ok(())
    }

    /// Lifts a recall that was a mistake; it stays known. Whether there was one.
    ///
    /// # Errors
    /// When the database fails.
    pub fn lift_recall(
        &mut self,
        product: &str,
        lot: &str,
        at: Instant,
    ) -> Result<bool, StoreError> {
        let lifted = self.conn.run(
            "update recall set lifted = $3 where product = $1 and lot = $2 and lifted is null",
            params![product, &lot_key(lot), at.0],
        )?;
        Ok(lifted > 0)
    }

    /// Why a lot is recalled, and since when; none if it is not.
    ///
    /// # Errors
    /// When the database fails.
    pub fn recalled(
        &mut self,
        product: &str,
        lot: &str,
    ) -> Result<Option<(String, Instant)>, StoreError> {
        self.conn.one(
            "select reason, since from recall where product = $1 and lot = $2 and lifted is null",
            params![product, &lot_key(lot)],
            |row| Ok((row.text(0)?, Instant(row.int(1)?))),
        )
    }

    /// Every recall that holds, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn recalls(&mut self) -> Result<Vec<Recall>, StoreError> {
        self.conn.rows(
            "select product, lot, reason, since from recall where lifted is null
             order by since desc, product, lot limit 500",
            &[],
            |row| {
                let (product, lot, reason) = (row.text(0)?, row.text(1)?, row.text(2)?);
                Ok(Recall { product, lot, reason, since: Instant(row.int(3)?) })
            },
        )
    }

    /// How many of a municipality's residents got a lot: a number, nobody's name.
    ///
    /// # Errors
    /// When the database fails.
    pub fn count_lot(
        &mut self,
        cohort: &Cohort,
        product: &str,
        lot: &str,
    ) -> Result<i64, StoreError> {
        Ok(self.who_got(cohort, product, lot)?.len().try_into().unwrap_or(i64::MAX))
    }

    /// Reads resources of a municipality's residents who got a lot. One audit entry for the list.
    ///
    /// # Errors
    /// When the database fails, or the closure's own.
    pub fn got_lot(
        &mut self,
        cohort: &Cohort,
        (product, lot): (&str, &str),
        kinds: &[Kind],
        visit: impl FnMut(&Candidate, &[Stored]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut people = Vec::new();
        for resident in self.who_got(cohort, product, lot)? {
            people.extend(self.candidate(resident)?);
        }
        self.visit(cohort, &people, kinds, visit)
    }

    fn who_got(
        &mut self,
        cohort: &Cohort,
        product: &str,
        lot: &str,
    ) -> Result<Vec<ResidentId>, StoreError> {
        let today = cohort.request().at.day_in_japan().to_string();
        self.conn.rows(
            concat!(
                "select distinct dose_lot.resident from dose_lot
                   join lives_in on lives_in.resident = dose_lot.resident
                  where product = $1 and lot = $2 and municipality = $3 and ",
                lives_there!("$4"),
                " order by dose_lot.resident"
            ),
            params![product, &lot_key(lot), &cohort.request().caller.organisation, &today],
            |row| Ok(ResidentId(row.int(0)?)),
        )
    }

    /// Whoever was received, though merged meanwhile with others.
    ///
    /// # Errors
    /// When the database fails.
    pub fn received(
        &mut self,
        _find: &Find,
        resident: ResidentId,
    ) -> Result<Option<Candidate>, StoreError> {
        let root = self.root(resident)?;
        self.candidate(root)
    }

    /// Whose dose this is, by its logical id. Finding nobody is audited here.
    ///
    /// # Errors
    /// When the database fails.
    pub fn find_dose(&mut self, find: &Find, item: &str) -> Result<Option<Candidate>, StoreError> {
        let resident = self.conn.one(
            "select resident from dose_place where item = $1",
            params![item],
            |row| Ok(ResidentId(row.int(0)?)),
        )?;
        match resident {
            Some(resident) => self.candidate(resident),
            None => {
                self.note_search(find, "dose", 0);
                Ok(None)
            }
        }
    }

    /// Looks of residence, lots and doses follow the record of a resident anew: it was merged or
    /// taken apart.
    pub(crate) fn follow_records(&mut self, resident: ResidentId) -> Result<(), StoreError> {
        for sql in [
            "delete from lives_in where resident = $1",
            "delete from dose_lot where resident = $1",
            "delete from dose_place where resident = $1",
        ] {
            self.conn.run(sql, params![resident.0])?;
        }
        for row in record::latest(self.conn, resident)? {
            match row.kind {
                Kind::ImmunizationTarget if !row.ended => {
                    let target = immunization_target::read(&row.body).map_err(unreadable)?;
                    let days = (target.since, target.left_on);
                    self.settle(resident, &target.municipality, days)?;
                }
                Kind::Dose => {
                    let dose = dose::read(&row.body).map_err(unreadable)?;
                    self.place(resident, &row.item)?;
                    if let Some(lot) = dose.lot.filter(|_| !row.ended) {
                        self.file(resident, (&dose.product, &lot), &row.item)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn settle(
        &mut self,
        resident: ResidentId,
        municipality: &str,
        (since, left_on): (Date, Option<Date>),
    ) -> Result<(), StoreError> {
        let left_on = left_on.map(|day| day.to_string());
        self.conn.run(
            "insert into lives_in (resident, municipality, since, left_on) values ($1, $2, $3, $4)
             on conflict (resident, municipality)
             do update set since = excluded.since, left_on = excluded.left_on",
            params![resident.0, municipality, &since.to_string(), left_on.as_deref()],
        )?;
        Ok(())
    }

    fn place(&mut self, resident: ResidentId, item: &str) -> Result<(), StoreError> {
        self.conn.run(
            "insert into dose_place (item, resident) values ($1, $2)
             on conflict (item) do update set resident = excluded.resident",
            params![item, resident.0],
        )?;
        Ok(())
    }

    fn file(
        &mut self,
        resident: ResidentId,
        (product, lot): (&str, &str),
        item: &str,
    ) -> Result<(), StoreError> {
        self.conn.run(
            "insert into dose_lot (product, lot, resident, item) values ($1, $2, $3, $4)
             on conflict do nothing",
            params![product, &lot_key(lot), resident.0, item],
        )?;
        Ok(())
    }

    /// Counts what a gate stopped, for the municipality where the person lives; under one name
    /// (purpose, name, until when it is remembered) only once.
    ///
    /// # Errors
    /// When the database fails.
    pub fn count_stop(
        &mut self,
        (purpose, name, expires): (u8, &[u8], Instant),
        (municipality, institution): (&str, &str),
        day: Date,
        (step, code): (&str, &str),
    ) -> Result<(), StoreError> {
        if self.is_spent(purpose, name)? {
            return Ok(());
        }
        self.conn.run(
            "insert into spent (name, expires) values ($1, $2)",
            params![&[&[purpose], name].concat(), expires.0],
        )?;
        self.conn.run(
            "insert into gate_stop (municipality, day, institution, step, code, count)
             values ($1, $2, $3, $4, $5, 1)
             on conflict (municipality, day, institution, step, code)
             do update set count = gate_stop.count + 1",
            params![municipality, &day.to_string(), institution, step, code],
        )?;
        Ok(())
    }

    /// What gates stopped for a municipality since a day, most frequent first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn stops(&mut self, municipality: &str, since: Date) -> Result<Vec<StopCount>, StoreError> {
        self.conn.rows(
            "select step, code, cast(sum(count) as bigint) from gate_stop
             where municipality = $1 and day >= $2 group by step, code order by 3 desc, step, code",
            params![municipality, &since.to_string()],
            |row| {
                let (step, code) = (row.text(0)?, row.text(1)?);
                Ok(StopCount { step, code, count: row.int_or(2)?.unwrap_or(0) })
            },
        )
    }
}

impl Room<'_, '_> {
    /// Says that the resident of this room lives in a municipality since a day; with `left_on`, until
    /// before that day.
    ///
    /// # Errors
    /// When the access does not open writing, or the database fails.
    pub fn put_residence(
        &mut self,
        municipality: &str,
        since: Date,
        left_on: Option<Date>,
    ) -> Result<(), StoreError> {
        self.may_write()?;
        self.tx.settle(self.access.resident(), municipality, (since, left_on))?;
        self.tx.touch(self.access.resident())
    }

    /// The municipality in which the resident of this room lives on a day: the one that they moved
    /// to last.
    ///
    /// # Errors
    /// When the access does not open immunisations, or the database fails.
    pub fn home(&mut self, day: Date) -> Result<Option<String>, StoreError> {
        if !self.access.opens(Part::Immunizations) {
            return Err(StoreError::NotOpened("immunizations"));
        }
        let day = day.to_string();
        self.tx.conn.one(
            "select municipality from lives_in where resident = $1 and since <= $2
             and (left_on is null or left_on > $2) order by since desc, municipality limit 1",
            params![self.access.resident().0, &day],
            |row| row.text(0),
        )
    }

    /// Since when a lot is recalled, as [`Tx::recalled`].
    ///
    /// # Errors
    /// When the database fails.
    pub fn recalled(&mut self, product: &str, lot: &str) -> Result<Option<Instant>, StoreError> {
        Ok(self.tx.recalled(product, lot)?.map(|(_, since)| since))
    }

    /// Makes a dose of the resident of this room findable, by its logical id and by its lot alone.
    ///
    /// # Errors
    /// When the access does not open doses, or the database fails.
    pub fn file_dose(
        &mut self,
        item: &str,
        product: &str,
        lot: Option<&str>,
    ) -> Result<(), StoreError> {
        if !self.access.opens(Part::Given) {
            return Err(StoreError::NotOpened("doses"));
        }
        let resident = self.access.resident();
        self.tx.conn.run(
            "delete from dose_lot where resident = $1 and item = $2",
            params![resident.0, item],
        )?;
        self.tx.place(resident, item)?;
        match lot {
            Some(lot) => self.tx.file(resident, (product, lot), item),
            None => Ok(()),
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the form that map_err wants")]
fn unreadable(problem: fhir::json::Problem) -> StoreError {
    StoreError::Corrupt { table: "record", reason: problem.to_string() }
}
