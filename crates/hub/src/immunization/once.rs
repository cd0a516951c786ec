//! A dose of which several tell is one dose: the clinic at the gate, the municipality from the form that
//! came by post, the next municipality from its predecessor's file, a desk from the 母子健康手帳.
//!
//! Every word of it stays a row under its own key, so that whoever told it can correct it (facts are
//! stored); which rows are one dose is found out on reading (judgements are computed), so that neither
//! the order of arrival nor a merging of records matters.

use fhir::profiles::immunization::Origin;

use super::chart::Kept;

/// Each dose once, in the order of days. Whoever gave it speaks for it, else who told first; the amount
/// is that of the first who knows it.
pub(super) fn once(mut rows: Vec<Kept>) -> Vec<Kept> {
    rows.sort_by_key(|row| (row.face.on, row.face.origin != Origin::Gate, row.face.recorded));
    let mut doses: Vec<Kept> = Vec::with_capacity(rows.len());
    for row in rows {
        let that_day = doses.iter_mut().rev().take_while(|dose| dose.face.on == row.face.on);
        let mut same = that_day.filter(|dose| dose.is_told_by(&row));
        match same.next() {
            Some(dose) => {
                dose.face.hundredths = dose.face.hundredths.or(row.face.hundredths);
                dose.also.push(row);
            }
            None => doses.push(row),
        }
    }
    doses
}

impl Kept {
    /// Whether a row is of this dose.
    pub(super) fn is(&self, item: &str) -> bool {
        self.item == item || self.also.iter().any(|row| row.item == item)
    }

    /// Whether another row tells of the dose that this row and those beside it tell of.
    fn is_told_by(&self, other: &Self) -> bool {
        std::iter::once(self).chain(&self.also).all(|row| row.agrees(other))
    }

    /// The same vaccine of the same day, unless it is said to have been given twice: by two who gave it
    /// or are said to have, or by one who tells of two.
    fn agrees(&self, other: &Self) -> bool {
        let (one, two) = (&self.face, &other.face);
        let gates = [one, two].iter().filter(|face| face.origin == Origin::Gate).count();
        let twice = gates == 2 || gates == 0 && self.custodian == other.custodian;
        one.product == two.product && one.on == two.on && !twice && at_one_place(one, two)
    }
}

fn at_one_place(
    one: &fhir::profiles::immunization::DoseFace,
    two: &fhir::profiles::immunization::DoseFace,
) -> bool {
    match (&one.institution, &two.institution) {
        (Some(one), Some(two)) => one == two,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use domain::instant::Instant;
    use fhir::profiles::immunization::DoseFace;
    use jiff::civil::date;

    use super::*;

    /// `item teller product day institution`, the last `-` if nobody names one; a teller `gate` recorded
    /// it behind the gate.
    fn row(place: usize, line: &str) -> Kept {
        let [item, teller, product, day, institution] =
            line.split(' ').collect::<Vec<_>>()[..].try_into().expect("five words");
        let origin = if teller == "gate" { Origin::Gate } else { Origin::Municipality };
        let on = date(2027, 1, day.parse().expect("a day"));
        let recorded = Instant(i64::try_from(place).expect("few rows"));
        let named = (institution != "-").then(|| institution.to_owned());
        let face = DoseFace { institution: named, ..DoseFace::new(product, on, recorded, origin) };
        // The municipality keeps a dose behind the gate; that it tells of it, too, is another row.
        let custodian = if teller == "gate" { "city" } else { teller }.to_owned();
        Kept { item: item.to_owned(), custodian, face, also: Vec::new() }
    }

    #[test]
    fn several_who_tell_of_a_dose_tell_of_one() {
        for (rows, want) in [
            (&["a city mr 5 -"][..], "a"),
            (&["a city mr 5 -", "g gate mr 5 X"], "g+a"),
            (&["a city mr 5 X", "g gate mr 5 X", "b far mr 5 -", "c Y mr 5 -"], "g+a+b+c"),
            (&["a city mr 5 -", "b far mr 5 -"], "a+b"),
            (&["a city mr 5 X", "b far mr 5 Y"], "a b"),
            (&["a city mr 5 -", "b far mr 5 X", "c Z mr 5 Y"], "a+b c"),
            (&["g gate mr 5 X", "h gate mr 5 Y"], "g h"),
            (&["g gate mr 5 X", "h gate mr 5 X"], "g h"),
            (&["a city mr 5 -", "b city mr 5 -"], "a b"),
            (&["a city mr 5 -", "b far bcg 5 -"], "a b"),
            (&["a city mr 5 -", "b far mr 6 -"], "a b"),
            (&["a city mr 6 -", "b far mr 5 -"], "b a"),
        ] {
            let rows = rows.iter().enumerate().map(|(place, line)| row(place, line)).collect();
            let told = once(rows).into_iter().map(|dose| {
                let also: Vec<String> = dose.also.into_iter().map(|row| row.item).collect();
                [vec![dose.item], also].concat().join("+")
            });
            assert_eq!(told.collect::<Vec<_>>().join(" "), want);
        }
    }
}
