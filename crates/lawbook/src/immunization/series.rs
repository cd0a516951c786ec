//! A series and its vaccines.

use domain::immunization::{Listing, Series, Use};

use super::{Names, optional_age, version};
use crate::Fault;
use crate::entry::Entry;

pub(super) fn series(code: String, mut entry: Entry<'_>, names: &Names) -> Result<Series, Fault> {
    let uses = entry.tables("product")?.into_iter().map(|entry| used(entry, names));
    let uses = uses.collect::<Result<Vec<_>, Fault>>()?;
    let versions = entry.tables("version")?.into_iter().map(|it| version::version(it, names));
    let versions = versions.collect::<Result<Vec<_>, Fault>>()?;
    if !versions.is_sorted_by(|a, b| a.basis.in_force_from < b.basis.in_force_from) {
        return Err(entry.fault("the versions must stand in order, the oldest first"));
    }
    let series = Series {
        code,
        ja: entry.text("name")?,
        en: entry.text("name_en")?,
        listing: listing(&mut entry)?,
        early_counts: entry.flag("early_counts")?,
        late_spoils: false,
        instead_of: names.series(&mut entry, "instead_of")?,
        expects: names.series(&mut entry, "expects")?,
        uses,
        versions,
    };
    entry.finish()?;
    Ok(series)
}

fn listing(entry: &mut Entry<'_>) -> Result<Listing, Fault> {
    if !entry.has("listed") {
        return Ok(Listing::Always);
    }
    entry.one_of("listed", "\"history\" or \"cohort\"", |text| match text {
        "history" => Some(Listing::History),
        "cohort" => Some(Listing::Cohort),
        _ => None,
    })
}

fn used(mut entry: Entry<'_>, names: &Names) -> Result<Use, Fault> {
    let parts = if entry.has("parts") { entry.number("parts", 1, 255)? } else { 1 };
    let used = Use {
        product: names.product(&mut entry, "code")?,
        counts_only: entry.flag("counts_only")?,
        continues: entry.flag("continues")?,
        parts,
        route_from: optional_age(&mut entry, "route_from")?,
        from: entry.day("from")?,
        until: entry.optional_day("until")?,
        basis: entry.basis("day")?,
    };
    if used.until.is_some_and(|until| until < used.from) {
        return Err(entry.fault("`until` must not be before `from`"));
    }
    entry.finish()?;
    Ok(used)
}
