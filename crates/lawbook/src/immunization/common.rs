//! `products.toml` and `common.toml`: vaccines, intervals between them, conditions, fever.

use domain::immunization::{
    AgeReading, Amount, Condition, Conflict, Effect, EffectKind, Fever, IntervalReading, Kind,
    Product, Reading, Set, Switch, Term,
};

use super::{Names, interval, optional_age};
use crate::Fault;
use crate::entry::Entry;

const KINDS: &str = "\"live-injected\", \"live-oral\" or \"inactivated\"";

pub(super) fn products(file: &mut Entry<'_>) -> Result<Vec<Product>, Fault> {
    file.tables("product")?.into_iter().map(product).collect()
}

fn product(mut entry: Entry<'_>) -> Result<Product, Fault> {
    let names = [entry.text("code")?, entry.text("name")?, entry.text("name_en")?];
    let kind = entry.one_of("kind", KINDS, Kind::from_name)?;
    let amounts = entry.optional_tables("amount")?;
    let amounts = amounts.into_iter().map(amount).collect::<Result<Vec<_>, Fault>>()?;
    let basis = entry.basis("product")?;
    entry.finish()?;
    Ok(Product::new(names, kind, amounts, basis))
}

fn amount(mut entry: Entry<'_>) -> Result<Amount, Fault> {
    let amount = Amount {
        from: optional_age(&mut entry, "from")?,
        to: optional_age(&mut entry, "to")?,
        hundredths: entry.number("hundredths", 1, 10_000)?,
        route: entry.optional_text("route")?,
        basis: entry.basis("hundredths-of-mL")?,
    };
    entry.finish()?;
    Ok(amount)
}

pub(super) fn reading(file: &mut Entry<'_>) -> Result<Reading, Fault> {
    let mut entry = file.table("reading")?;
    let ages = entry.one_of("ages", "\"eve\" or \"matching\"", |text| match text {
        "eve" => Some(AgeReading::Eve),
        "matching" => Some(AgeReading::Matching),
        _ => None,
    })?;
    let intervals = entry.one_of("intervals", "\"between\" or \"elapsed\"", |text| match text {
        "between" => Some(IntervalReading::Between),
        "elapsed" => Some(IntervalReading::Elapsed),
        _ => None,
    })?;
    entry.basis("rule")?;
    entry.finish()?;
    Ok(Reading { ages, intervals })
}

pub(super) fn conflicts(file: &mut Entry<'_>) -> Result<Vec<Conflict>, Fault> {
    let read = |mut entry: Entry<'_>| {
        let conflict = Conflict {
            before: kinds(&mut entry, "before")?,
            after: kinds(&mut entry, "after")?,
            at_least: interval(&mut entry)?,
            until: entry.optional_day("until")?,
            basis: entry.basis("days")?,
        };
        entry.finish()?;
        Ok(conflict)
    };
    file.tables("conflict")?.into_iter().map(read).collect()
}

fn kinds(entry: &mut Entry<'_>, key: &str) -> Result<Set, Fault> {
    let kinds = entry.list(key, |value| {
        value.as_str().and_then(Kind::from_name).ok_or_else(|| KINDS.to_owned())
    })?;
    Ok(kinds.into_iter().fold(0, |set, kind| set | kind.bit()))
}

pub(super) fn conditions(
    file: &mut Entry<'_>,
    products: &[Product],
    names: &Names,
) -> Result<Vec<Condition>, Fault> {
    let read = |mut entry: Entry<'_>| {
        let effects = entry.tables("effect")?.into_iter();
        let condition = Condition {
            code: entry.text("code")?,
            ja: entry.text("name")?,
            en: entry.text("name_en")?,
            passing: entry.flag("passing")?,
            effects: effects
                .map(|entry| effect(entry, products, names))
                .collect::<Result<Vec<_>, Fault>>()?,
        };
        entry.finish()?;
        Ok(condition)
    };
    file.tables("condition")?.into_iter().map(read).collect()
}

/// For the products named, or for those of some kinds, or for all.
fn effect(mut entry: Entry<'_>, products: &[Product], names: &Names) -> Result<Effect, Fault> {
    let of_kinds = |kinds: Set| {
        let fitting = products.iter().enumerate().filter(|(_, it)| it.kind.bit() & kinds != 0);
        fitting.fold(0, |set: Set, (number, _)| set | 1 << number)
    };
    let named = names.products(&mut entry, "products")?;
    let but = names.products(&mut entry, "but")?;
    let set = match (named, entry.has("kinds")) {
        (0, true) => of_kinds(kinds(&mut entry, "kinds")?),
        (0, false) => of_kinds(!0),
        (named, _) => named,
    };
    let what = entry.one_of(
        "what",
        "\"contraindicated\", \"excluded\" or \"caution\"",
        |text| match text {
            "contraindicated" => Some(EffectKind::Contraindicated),
            "excluded" => Some(EffectKind::Excluded),
            "caution" => Some(EffectKind::Caution),
            _ => None,
        },
    )?;
    let effect = Effect { products: set & !but, what, basis: entry.basis("rule")? };
    entry.finish()?;
    Ok(effect)
}

pub(super) fn fever(file: &mut Entry<'_>) -> Result<Fever, Fault> {
    let mut entry = file.table("fever")?;
    let tenths = entry.number("tenths", 300, 450)?;
    let fever = Fever { tenths, basis: entry.basis("tenths-of-degree")? };
    entry.finish()?;
    Ok(fever)
}

pub(super) fn term(file: &mut Entry<'_>) -> Result<Term, Fault> {
    let mut entry = file.table("term")?;
    let term = Term { days: entry.number("days", 200, 320)?, basis: entry.basis("days")? };
    entry.finish()?;
    Ok(term)
}

pub(super) fn switches(file: &mut Entry<'_>, names: &Names) -> Result<Vec<Switch>, Fault> {
    let read = |mut entry: Entry<'_>| {
        let unequal = names.series(&mut entry, "unequal_to")?;
        let switch = Switch {
            from: names.products(&mut entry, "from")?,
            to: names.product(&mut entry, "to")?,
            until: entry.optional_day("until")?,
            unequal_to: unequal.first().copied(),
            refuses: entry.flag("refuses")?,
            basis: entry.basis("rule")?,
        };
        entry.finish()?;
        Ok(switch)
    };
    file.optional_tables("switch")?.into_iter().map(read).collect()
}
