//! What the world promises, checked on whole worlds.

use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::LazyLock;

use domain::number::{Kind, holds};
use domain::person::{Birth, Sex};
use hub::intake::csv::{INSURED_COLUMNS, certificate_columns};
use jiff::civil::{Date, date};

use super::certificate::age;
use super::*;
use crate::demo::pilot::Task;

const TODAY: Date = date(2026, 11, 24);
static WORLD: LazyLock<World> = LazyLock::new(|| world(7, TODAY));

fn ages_of(family: &Family, role: Role) -> Vec<i16> {
    let people = family.members.iter().map(|&at| &WORLD.residents[at]);
    people.filter(|person| person.role == role).map(|person| age(person, TODAY)).collect()
}

#[test]
fn the_counts_are_those_of_the_issue() {
    let taking_part =
        |task| WORLD.institutions.iter().filter(|it| it.tasks.contains(&task)).count();
    let batch = registration_batch(&WORLD, STORY_TOWN);
    for (what, got, want) in [
        ("municipalities", WORLD.municipalities.len(), 16),
        ("institutions", WORLD.institutions.len(), 87),
        ("for subsidy", taking_part(Task::Subsidy), 32),
        ("for immunisation", taking_part(Task::Immunization), 56),
        ("for maternal and child health", taking_part(Task::MaternalChild), 19),
        ("records of the batch", batch.len(), 1000),
        ("cards", WORLD.cards.len(), 20),
        ("people, at least 20,000", WORLD.residents.len().min(20_000), 20_000),
    ] {
        assert_eq!(got, want, "{what}");
    }
}

#[test]
fn every_municipality_has_residents_and_every_institution_stands_where_its_tasks_are() {
    for pilot in WORLD.municipalities {
        let here = WORLD.residents.iter().filter(|person| person.municipality == pilot.code);
        assert!(here.count() >= 800, "{}", pilot.name);
    }
    for institution in &WORLD.institutions {
        let pilot = crate::demo::pilot::pilot(institution.municipality).unwrap();
        let tasks: Vec<Task> = pilot.tasks().into_iter().map(|(task, _)| task).collect();
        assert!(institution.tasks.iter().all(|task| tasks.contains(task)), "{}", institution.name);
    }
}

#[test]
fn every_number_carries_its_check_digit() {
    for person in &WORLD.residents {
        assert!(holds(Kind::Personal, &person.my_number), "{}", person.serial);
        assert!(holds(Kind::Insurer, &person.insurance.insurer), "{}", person.insurance.insurer);
    }
    for institution in &WORLD.institutions {
        assert!(holds(Kind::Institution, &institution.code), "{}", institution.code);
    }
    for payer in WORLD.schemes.iter().flat_map(|scheme| &scheme.payer_numbers) {
        assert!(holds(Kind::PublicPayer, payer), "{payer}");
    }
}

#[test]
fn institutions_and_certificate_types_have_codes_of_their_own() {
    let codes: HashSet<&str> = WORLD.institutions.iter().map(|it| it.code.as_str()).collect();
    assert_eq!(codes.len(), WORLD.institutions.len());
    let names: HashSet<&str> = WORLD.institutions.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names.len(), WORLD.institutions.len());
    let types: HashSet<&str> = WORLD.schemes.iter().map(|it| it.type_id.as_str()).collect();
    assert_eq!(types.len(), WORLD.schemes.len());
}

#[test]
fn two_hundred_thousand_residents_share_no_number() {
    let mut numbers = HashSet::new();
    let mut insured = HashSet::new();
    let mut keys = HashSet::new();
    let named = WORLD.residents.iter().filter(|person| person.serial >= PERSONS).cloned();
    for person in residents(7, 200_000).chain(named) {
        let insurance = person.insurance;
        let id = (insurance.insurer, insurance.symbol, insurance.number, insurance.branch);
        assert!(holds(Kind::Personal, &person.my_number), "{}", person.serial);
        assert!(numbers.insert(person.my_number), "個人番号 of {}", person.serial);
        assert!(keys.insert(person.municipal_key), "key of {}", person.serial);
        assert!(insured.insert(id), "insured number of {}", person.serial);
    }
}

#[test]
fn the_age_structure_is_japans() {
    let mut count = [0_usize; 19];
    for person in &WORLD.residents {
        count[usize::try_from(age(person, TODAY) / 5).unwrap().min(18)] += 1;
    }
    for (group, (count, want)) in count.into_iter().zip(AGE_SHARES).enumerate() {
        let got = count * 1000 / WORLD.residents.len();
        assert!(got.abs_diff(usize::from(want)) <= 15, "from {}: {got}‰, {want}‰", group * 5);
    }
}

#[test]
fn every_familys_ages_are_plausible() {
    for family in &WORLD.families {
        let (parents, children) = (ages_of(family, Role::Parent), ages_of(family, Role::Child));
        for older in &parents {
            for child in &children {
                assert!((16..=50).contains(&(older - child)), "{family:?}: {older}, {child}");
            }
            for grandparent in ages_of(family, Role::Grandparent) {
                assert!((16..=50).contains(&(grandparent - older)), "{family:?}");
            }
        }
        let adults = ages_of(family, Role::Adult);
        assert!(adults.iter().all(|&age| (18..=112).contains(&age)), "{family:?}: {adults:?}");
    }
}

#[test]
fn nobody_is_born_after_today_or_shares_a_name_within_the_family() {
    for family in &WORLD.families {
        let people = family.members.iter().map(|&at| &WORLD.residents[at].five);
        let names: HashSet<&str> = people.clone().map(|five| five.name.as_str()).collect();
        assert_eq!(names.len(), family.members.len(), "{family:?}: {names:?}");
        assert!(people.filter_map(|five| five.birth.day()).all(|day| day <= TODAY), "{family:?}");
    }
}

#[test]
fn siblings_other_than_twins_are_a_year_apart() {
    let twins: Vec<usize> =
        [label::TWIN_A, label::TWIN_B].iter().filter_map(|label| WORLD.labelled(label)).collect();
    for family in &WORLD.families {
        let children = family.members.iter().filter(|at| !twins.contains(at));
        let children = children.map(|&at| &WORLD.residents[at]);
        let born: Vec<Date> = children
            .filter(|person| person.role == Role::Child)
            .filter_map(|person| person.five.birth.day())
            .collect();
        let apart = |pair: &[Date]| pair[0].saturating_add(jiff::ToSpan::months(11)) <= pair[1];
        assert!(born.windows(2).all(apart), "{born:?}");
    }
}

#[test]
fn the_same_seed_makes_the_same_world_and_another_seed_another() {
    let hash = |seed| {
        let mut hasher = DefaultHasher::new();
        format!("{:?}", world(seed, TODAY)).hash(&mut hasher);
        hasher.finish()
    };
    assert_eq!(hash(7), hash(7));
    assert_ne!(hash(7), hash(8));
}

#[test]
fn a_resident_alone_is_the_resident_of_the_world() {
    let then = world(7, BENCH_DAY);
    for (i, person_there) in (0..).zip(&then.residents).step_by(97) {
        if person_there.serial < PERSONS {
            assert_eq!(person(7, i), *person_there, "{i}");
        }
    }
}

/// One of [`label`] and what is special: name, kana, birth, sex, name at the insurer.
#[track_caller]
fn check_named(label: &str, want: &str) {
    let person = &WORLD.residents[WORLD.labelled(label).expect(label)];
    let five = &person.five;
    let at_insurer = person.name_at_insurer.as_deref().unwrap_or("-");
    let birth = if matches!(five.birth, Birth::Day(_)) { "day".into() } else { five.birth.text() };
    let got = [&five.name, &five.kana, birth.as_str(), five.sex.code(), at_insurer].join(" | ");
    assert_eq!(got, want, "{label}");
}

#[test]
fn the_test_persons_are_there() {
    for (label, want) in [
        (label::NO_KANJI, "みほんさくら | ミホンサクラ | day | 2 | -"),
        (label::NO_KANA, "仮名無太郎 |  | day | 1 | -"),
        (label::SINGLE_NAME, "テスト | テスト | day | 1 | -"),
        (label::LATIN, "SAMPLE JOHN TEST | サンプルジョンテスト | day | 1 | -"),
        (label::FORMER_NAME, "見本[試験]花枝 | ミホンハナエ | day | 2 | -"),
        (label::ALIAS, "SAMPLE LEE(架空一美) | カクウカズミ | day | 2 | -"),
        (label::UNKNOWN_BIRTH, "想定不詳 | ソウテイフショウ |  | 1 | -"),
        (label::UNKNOWN_BIRTH_DAY, "想定年子 | ソウテイトシコ | 1948 | 2 | -"),
        (label::IVS, "渡邉\u{E0101}見本 | ワタナベミホン | day | 1 | 渡邉見本"),
        (label::IVS_KUZU, "葛\u{E0100}見本子 | クズミホンコ | day | 2 | -"),
        (label::HASHIGO_TAKA, "\u{9AD9}見本一 | タカミモトイチ | day | 1 | 高見本一"),
        (label::TAKA, "高見本二 | タカミモトジ | day | 1 | -"),
        (label::TATSU_SAKI, "見本\u{FA11}進 | ミホンザキススム | day | 1 | 見本崎進"),
        (label::SAKI, "見本崎学 | ミホンザキマナブ | day | 1 | -"),
        (label::TWIN_A, "例示光 | レイジヒカル | day | 1 | -"),
        (label::TWIN_B, "例示輝 | レイジヒカル | day | 1 | -"),
        (label::SAME_NAME_A, "試験一郎 | シケンイチロウ | day | 1 | -"),
        (label::SAME_NAME_B, "試験一郎 | シケンイチロウ | day | 1 | -"),
        (label::PUA, "試験\u{E000}雄 | シケントシオ | day | 1 | 試験トシ雄"),
    ] {
        check_named(label, want);
    }
}

#[test]
fn twins_and_namesakes_agree_in_what_confuses_and_differ_in_the_rest() {
    let who = |label| &WORLD.residents[WORLD.labelled(label).unwrap()];
    let (one, other) = (who(label::TWIN_A), who(label::TWIN_B));
    assert_eq!((one.five.birth, one.household), (other.five.birth, other.household));
    let (one, other) = (who(label::SAME_NAME_A), who(label::SAME_NAME_B));
    assert_eq!((&one.five.name, one.five.birth), (&other.five.name, other.five.birth));
    assert_ne!(one.municipality, other.municipality);
    assert_ne!(one.household, other.household);
}

#[test]
fn the_family_under_protection_is_hidden_and_the_father_is_still_recorded() {
    let cast = WORLD.cast();
    let (father, child) = (cast.ex_partner, cast.non_disclosed_child);
    let guardians: Vec<usize> =
        WORLD.relations.iter().filter(|it| it.child == child).map(|it| it.guardian).collect();
    assert_eq!(guardians, [cast.under_non_disclosure, father]);
    assert_ne!(WORLD.residents[father].five.address, WORLD.residents[child].five.address);
    let hidden: HashSet<usize> = WORLD
        .certificates
        .iter()
        .filter(|holding| holding.certificate.not_disclosed)
        .map(|holding| holding.resident)
        .collect();
    assert_eq!(hidden, HashSet::from([cast.under_non_disclosure, child]));
}

#[test]
fn the_cast_holds_what_the_story_needs() {
    let cast = WORLD.cast();
    for (who, want) in [
        (cast.single_parent, "SingleParent valid, Rehabilitation valid"),
        (cast.child, "SingleParent valid"),
        (cast.guardian, ""),
        (cast.ward, "ChildRehabilitation valid"),
        (cast.under_non_disclosure, "SingleParent valid"),
        (cast.non_disclosed_child, "SingleParent valid"),
        (cast.ex_partner, ""),
        (cast.second_town_resident, "Rehabilitation valid"),
        (cast.expired, "Rehabilitation ended"),
        (cast.corrected, "Rehabilitation valid"),
        (cast.deleted, "Disability valid"),
        (cast.no_certificate, ""),
    ] {
        let own = WORLD.certificates.iter().filter(|holding| holding.resident == who);
        let said: Vec<String> = own
            .map(|holding| {
                let valid = holding.certificate.valid_on(TODAY);
                format!("{:?} {}", holding.kind, if valid { "valid" } else { "ended" })
            })
            .collect();
        assert_eq!(said.join(", "), want, "{}", WORLD.residents[who].five.name);
    }
    assert_eq!(WORLD.institutions[0].code, cast.desk_institution);
    assert_eq!(WORLD.institutions[0].municipality, STORY_TOWN);
}

#[test]
fn relations_bind_minors_to_their_parents() {
    for relation in &WORLD.relations {
        let child = &WORLD.residents[relation.child];
        assert!(age(child, TODAY) < 18, "{relation:?}");
        assert_eq!(Some(relation.from), child.five.birth.day());
        assert!(age(&WORLD.residents[relation.guardian], TODAY) >= 18, "{relation:?}");
    }
}

#[test]
fn a_world_can_be_made_on_any_day() {
    for today in [date(2024, 2, 29), date(2026, 1, 1), date(2026, 4, 1), date(2027, 7, 31)] {
        let world = world(1, today);
        assert_eq!(registration_batch(&world, STORY_TOWN).len(), BATCH, "{today}");
        let ended = |it: &&Holding| it.certificate.valid_to < today;
        let not_begun = |it: &&Holding| it.certificate.valid_from > today;
        assert_eq!(world.certificates.iter().filter(ended).count(), 1, "{today}");
        assert_eq!(world.certificates.iter().filter(not_begun).count(), 0, "{today}");
        let older = world.residents.iter().filter(|person| age(person, today) < 0).count();
        assert_eq!(older, 0, "{today}");
    }
}

#[test]
fn women_outnumber_men_among_the_old() {
    let old = |sex| {
        let fits = |person: &&Person| person.five.sex == sex && age(person, TODAY) >= 85;
        WORLD.residents.iter().filter(fits).count()
    };
    assert!(old(Sex::Female) > old(Sex::Male));
}

#[test]
fn tables_have_as_many_cells_as_columns() {
    let mut longest = 0;
    for (mut rows, columns, want) in [
        (rows(insured_registry_csv(&WORLD)), INSURED_COLUMNS.len(), WORLD.residents.len()),
        (rows(certificates_csv(&WORLD, STORY_TOWN)), certificate_columns().len(), BATCH),
        (rows(cards_csv(&WORLD)), CARD_COLUMNS.len(), WORLD.cards.len()),
    ] {
        assert_eq!(rows.len(), want + 1);
        assert!(rows.iter().all(|row| row.len() == columns));
        longest = longest.max(csv_line(&rows.remove(0)).len());
    }
    assert!(longest > 0);
    assert_eq!(csv_line(&["a".into(), "b,\"c\"".into()]), "a,\"b,\"\"c\"\"\"");
}

fn rows(rows: impl Iterator<Item = Vec<String>>) -> Vec<Vec<String>> {
    rows.collect()
}

#[test]
fn the_registry_says_to_the_importer_what_it_is_to_say() {
    let file: String = insured_registry_csv(&WORLD).map(|row| csv_line(&row) + "\n").collect();
    let book = lawbook::Lawbook::embedded().unwrap();
    let read = hub::intake::csv::insured(file.as_bytes(), &book.numbers).unwrap();
    assert_eq!(read.len(), WORLD.residents.len());
    for (row, person) in read.iter().zip(&WORLD.residents) {
        let row = row.read.as_ref().unwrap();
        assert_eq!((&row.insurance, &row.five.address), (&person.insurance, &person.five.address));
    }
}
