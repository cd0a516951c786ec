//! A family and its forms, in every situation.

#![expect(clippy::unwrap_used, reason = "tests; helpers are not seen as such by the lint")]

mod world;

use domain::access::{Basis, Caller, Purpose, Role};
use domain::form::{Answer, State};

use super::*;
use world::{ROTA, World, agreed, city, code, my_number, told};

#[tokio::test]
async fn each_person_is_offered_the_forms_of_what_is_due() {
    let world = World::new().await;
    for (who, want) in [
        ("1>2", "rota/rota-1v rota/rota-5v hepb/hepb child/dpt-ipv-hib child/pcv"),
        // Two months old: nobody consents for themselves.
        ("2", "+"),
        ("3", "hpv-alone/hpv +"),
        ("1>3", "hpv-alone/hpv hpv/hpv"),
        ("4", "+"),
        ("1>4", "hpv/hpv"),
        ("5", "influenza/influenza-elderly covid19/covid19-elderly"),
        ("6", "rsv/rsv-maternal"),
        ("9", "not followed"),
    ] {
        let (caller, asked) = world.asked(who, "", "").await;
        let list = list_forms(&world.test.hub, &caller, asked.child.as_deref()).await.unwrap();
        let entries = list.entries.iter().map(|it| format!("{}/{}", it.form, it.series.code));
        let mut got: Vec<String> = entries.filter(|it| !ignored(it)).collect();
        got.extend(list.others_sign.then(|| "+".to_owned()));
        got.extend((!list.followed).then(|| "not followed".to_owned()));
        assert_eq!(got.join(" "), want, "{who}");
        assert!(list.entries.iter().all(|entry| entry.state.is_none()));
    }
}

/// What a thirteen-year-old without history may catch up on is not what is tested here.
fn ignored(entry: &str) -> bool {
    ["child/je", "child/dt", "bcg/"].iter().any(|start| entry.starts_with(start))
}

#[tokio::test]
async fn who_may_open_which_form() {
    let world = World::new().await;
    for (who, form, series, want) in [
        ("1>2", "rota", "rota-1v", "ok"),
        ("7>2", "rota", "rota-1v", "ok"),
        ("7>3", "hpv", "hpv", "not-found"),
        ("5>2", "rota", "rota-1v", "not-found"),
        ("2", "rota", "rota-1v", "form-other-signs"),
        ("3", "hpv-alone", "hpv", "ok"),
        ("3", "hpv", "hpv", "form-other-signs"),
        ("4", "hpv-alone", "hpv", "form-not-due"),
        ("1>4", "hpv-alone", "hpv", "form-not-due"),
        ("1>4", "hpv", "hpv", "ok"),
        ("5", "influenza", "influenza-elderly", "ok"),
        ("6", "rsv", "rsv-maternal", "ok"),
        ("5", "rsv", "rsv-maternal", "form-not-due"),
        ("9", "influenza", "influenza-elderly", "form-not-followed"),
        ("1>2", "rota", "mr-1", "not-found"),
        ("1>2", "nothing", "rota-1v", "not-found"),
        ("1>2", "rota", "nothing", "not-found"),
        ("1>2", "rota/rota-1v", "../x", "not-found"),
    ] {
        assert_eq!(code(world.open(who, form, series).await), want, "{who} {form} {series}");
    }
    let (_, asked) = world.asked("1>2", "rota", "rota-1v").await;
    for role in [Role::Desk, Role::Officer, Role::MunicipalitySystem, Role::Operator] {
        let caller = Caller { role, ..world.caller(1).await };
        assert_eq!(
            code(open_form(&world.test.hub, &caller, &asked).await),
            "not-found",
            "{role:?}"
        );
    }
}

#[tokio::test]
async fn what_is_known_is_filled_in_and_no_address_for_a_guardian() {
    let world = World::new().await;
    world.dose(2, "hepb", "2026-11-20").await;
    let answer = |view: &FormView, id: &str| view.sheet.answers.get(id).map(Answer::text);
    let child = world.open("1>2", "rota", "rota-1v").await.unwrap();
    let own = world.open("5", "influenza", "influenza-elderly").await.unwrap();
    for (view, id, want) in [
        (&child, "name", Some("試験う")),
        (&child, "kana", Some("シケン2")),
        (&child, "birth", Some("2026-09-24")),
        (&child, "sex", Some("male")),
        (&child, "guardian", Some("試験い")),
        (&child, "dose-number", Some("1")),
        (&child, "last-dose-day", Some("2026-11-20")),
        (&child, "address", None),
        (&own, "address", Some("宮崎県都城市架空町5番地")),
        (&own, "dose-number", Some("1")),
        (&own, "last-dose-day", None),
    ] {
        assert_eq!(answer(view, id).as_deref(), want, "{id}");
    }
    assert_eq!(child.withheld, Vec::<String>::new(), "the register's address is not even hidden");
    assert_eq!((child.by, child.signer.as_str()), (Consenter::Guardian, "試験い"));
    assert_eq!(world.kept(2).await, Vec::<String>::new(), "looking writes nothing");
}

#[tokio::test]
async fn one_guardian_does_not_learn_the_address_from_the_other() {
    let world = World::new().await;
    let saved = world.save("1>2", "person", &[("address", "架空県秘密町1番地")]).await.unwrap();
    assert_eq!(saved.findings, []);
    for who in ["1>2", "7>2"] {
        let view = world.open(who, "rota", "rota-1v").await.unwrap();
        assert_eq!(view.sheet.answers.get("address"), None, "{who}");
        assert_eq!(view.withheld, ["address"], "{who}");
        assert!(view.open.iter().all(|finding| finding.at != "address"), "it is answered");
    }
    // An empty field leaves what is not shown; another answer takes its place.
    for (text, want) in [("", "架空県秘密町1番地"), ("架空県新町2番地", "架空県新町2番地")]
    {
        world.save("7>2", "person", &[("address", text)]).await.unwrap();
        let request = world.test.hub.request(&city(), Purpose::Registration, Basis::MunicipalTask);
        let found = world.bodies(2, request).await;
        assert!(found.contains(want), "{found}");
    }
}

#[tokio::test]
async fn what_is_wrong_is_kept_out_and_the_rest_is_kept() {
    let world = World::new().await;
    let long = "あ".repeat(10_000);
    let number = my_number(77);
    for (step, id, text, want) in [
        ("today", "temperature", "36.5", ""),
        ("today", "temperature", "３６．８", ""),
        ("today", "temperature", "hot", "form-unreadable@temperature"),
        ("today", "temperature", "99", "form-out-of-range@temperature"),
        ("today", "ill-today", "maybe", "form-unreadable@ill-today"),
        ("today", "last-dose-day", "2027-01-01", "form-future@last-dose-day"),
        ("today", "last-dose-day", "0000-00-00", "form-unreadable@last-dose-day"),
        ("person", "name", &long, "form-too-long@name"),
        ("person", "name", "a\u{0}b", "form-character@name"),
        ("person", "name", "a\u{1b}[2Jb", "form-character@name"),
        ("person", "name", &number, "my-number-in-text@name"),
        ("person", "sex", "other", "form-unknown-choice@sex"),
        ("person", "dose-number", "-1", "form-out-of-range@dose-number"),
        ("person", "dose-number", "99999999999999", "form-unreadable@dose-number"),
        ("today", "name", "次の人", "form-unknown-item@"),
        ("today", "<script>", "x", "form-unknown-item@"),
        ("today", "", "x", "form-unknown-item@"),
        ("today", "judgement", "possible", "form-not-yours@judgement"),
        ("physician", "judgement", "possible", "form-not-yours@judgement"),
        ("last", "questions.detail", "<b>&\"'\u{202e}🙂", ""),
    ] {
        let mut written = vec![(id, text)];
        // Beside it something right.
        let right = match step {
            "today" => Some(("ill-month", "no")),
            "person" => Some(("kana", "シケンニ")),
            _ => None,
        };
        written.extend(right);
        let saved = world.save("1>2", step, &written).await.unwrap();
        assert_eq!(told(&saved.findings), want, "{step} {id}");
        if let Some((id, text)) = right {
            let kept = saved.view.sheet.answers.get(id).map(Answer::text);
            assert_eq!(kept.as_deref(), Some(text), "{step} {id}");
        }
        let name = saved.view.sheet.answers.get("name").map(Answer::text);
        assert_eq!(name.as_deref(), Some("試験う"), "{id}");
    }
    assert_eq!(code(world.save("1>2", "nothing", &[]).await), "not-found");
    let crowd: Vec<(&str, &str)> = vec![("x", "y"); 5_000];
    let saved = world.save("1>2", "today", &crowd).await.unwrap();
    assert_eq!(saved.findings.len(), 21, "told in short");
    let found = world
        .bodies(2, world.test.hub.request(&city(), Purpose::Registration, Basis::MunicipalTask))
        .await;
    assert!(!found.contains(&my_number(77)) && found.contains("🙂"), "{found}");
}

#[tokio::test]
async fn a_question_comes_with_its_answer_and_goes_with_it() {
    let world = World::new().await;
    let open = |view: &FormView| view.open.iter().any(|finding| finding.at == "ill-today.detail");
    for (answer, want) in [("yes", true), ("no", false), ("yes", true), ("", false)] {
        let saved = world.save("1>2", "today", &[("ill-today", answer)]).await.unwrap();
        assert_eq!(open(&saved.view), want, "{answer}");
    }
    world
        .save("1>2", "today", &[("ill-today", "yes"), ("ill-today.detail", "せき")])
        .await
        .unwrap();
    let saved = world.save("1>2", "today", &[("ill-today", "yes")]).await.unwrap();
    assert_eq!(saved.view.talk, ["ill-today"]);
    world.save("1>2", "today", &[("ill-today", "no")]).await.unwrap();
    let view = world.handed_in().await;
    assert_eq!(view.sheet.answers.get("ill-today.detail"), None, "it no longer counts");
}

#[tokio::test]
async fn a_form_is_handed_in_once_however_often_it_is_sent() {
    let world = World::new().await;
    let begun = world.open("1>2", "rota", "rota-1v").await.unwrap();
    let early = world.submit("1>2", ROTA, agreed(&begun)).await.unwrap();
    assert!(told(&early.findings).contains("form-required@"), "nothing is answered yet");
    assert_ne!(early.view.sheet.state(), State::Submitted);
    let view = world.fill("1>2", ROTA).await;
    assert_eq!(view.open, []);
    for (signature, want) in [
        (Signature { explained: false, ..agreed(&view) }, "consent-explanation@consent.explained"),
        (Signature { agrees: None, ..agreed(&view) }, "consent-agrees@consent.agrees"),
        (Signature { name: "  ".into(), ..agreed(&view) }, "consent-name@consent.name"),
        (Signature { name: "a\nb".into(), ..agreed(&view) }, "consent-name@consent.name"),
        (Signature { name: "あ".repeat(101), ..agreed(&view) }, "consent-name@consent.name"),
        (Signature { name: my_number(77), ..agreed(&view) }, "my-number-in-text@consent.name"),
        (Signature { edition: begun.edition.clone(), ..agreed(&view) }, "form-changed@"),
        (Signature { edition: "x.1".into(), ..agreed(&view) }, "form-changed@"),
        (agreed(&view), ""),
        (agreed(&view), ""),
    ] {
        let saved = world.submit("1>2", ROTA, signature).await.unwrap();
        assert_eq!(told(&saved.findings), want);
        let state = if want.is_empty() { State::Submitted } else { State::Draft };
        assert_eq!(saved.view.sheet.state(), state, "{want}");
        world.test.pass_seconds(1);
    }
    let once = world.open("1>2", "rota", "rota-1v").await.unwrap();
    world.submit("1>2", ROTA, agreed(&view)).await.unwrap();
    assert_eq!(world.open("1>2", "rota", "rota-1v").await.unwrap(), once, "no new version");
    let consent = once.sheet.consent.unwrap();
    assert_eq!((consent.by, consent.name.as_str()), (Consenter::Guardian, "試験い"));
    assert_eq!(world.kept(2).await, ["rota/rota-1v/1 Submitted"]);
}

#[tokio::test]
async fn two_tabs_make_one_sheet_and_neither_loses_an_answer() {
    let world = World::new().await;
    let one = world.asked("1>2", "rota", "rota-1v").await;
    let two = world.asked("7>2", "rota", "rota-1v").await;
    let written = |id: &str, text: &str| vec![(id.to_owned(), text.to_owned())];
    let (a, b) = tokio::join!(
        save_step(&world.test.hub, &one.0, &one.1, ("today", written("ill-today", "no"))),
        save_step(&world.test.hub, &two.0, &two.1, ("last", written("questions.detail", "なし"))),
    );
    assert!(a.is_ok() && b.is_ok());
    let view = world.open("1>2", "rota", "rota-1v").await.unwrap();
    for id in ["ill-today", "questions.detail"] {
        assert!(view.sheet.answers.get(id).is_some(), "{id}");
    }
    assert_eq!(world.kept(2).await, ["rota/rota-1v/1 Draft"]);
    // What the other tab changed is not consented to unseen.
    let view = world.fill("1>2", ROTA).await;
    world.save("7>2", "today", &[("ill-today", "yes"), ("ill-today.detail", "熱")]).await.unwrap();
    let saved = world.submit("1>2", ROTA, agreed(&view)).await.unwrap();
    assert_eq!(told(&saved.findings), "form-changed@");
}

#[tokio::test]
async fn a_change_takes_the_consent_away_and_reception_ends_changes() {
    let world = World::new().await;
    let view = world.handed_in().await;
    let same = world.save("1>2", "today", &[("ill-today", "no")]).await.unwrap().view;
    assert_eq!((same.sheet.state(), same.edition), (State::Submitted, view.edition));
    let changed =
        world.save("1>2", "last", &[("questions.detail", "痛いですか")]).await.unwrap().view;
    assert_eq!((changed.sheet.state(), &changed.sheet.consent), (State::Draft, &None));
    assert!(changed.sheet.amended);
    let saved = world.submit("1>2", ROTA, agreed(&changed)).await.unwrap();
    assert_eq!(saved.view.sheet.state(), State::Submitted);
    world.receive().await;
    let view = world.open("1>2", "rota", "rota-1v").await.unwrap();
    assert_eq!(view.sheet.state(), State::Received);
    for who in ["1>2", "7>2"] {
        assert_eq!(code(world.save(who, "today", &[("ill-today", "yes")]).await), "form-frozen");
        assert_eq!(code(world.submit(who, ROTA, agreed(&view)).await), "form-frozen");
        let (caller, asked) = world.asked(who, "rota", "rota-1v").await;
        assert_eq!(code(withdraw_form(&world.test.hub, &caller, &asked, "x").await), "form-frozen");
    }
    // The dose is on record: the next one has a sheet of its own, the old one stays as it is.
    world.dose(2, "rota-1v", "2026-11-24").await;
    assert_eq!(world.kept(2).await, ["rota/rota-1v/1 Received"]);
    let next = world.open("1>2", "rota", "rota-1v").await.unwrap();
    assert_eq!(next.edition, "");
    world.save("1>2", "last", &[("questions.detail", "2回目")]).await.unwrap();
    assert_eq!(world.kept(2).await, ["rota/rota-1v/1 Received", "rota/rota-1v/2 Draft"]);
}

#[tokio::test]
async fn a_visit_without_a_dose_leaves_the_sheet_and_another_day_begins_a_new_one() {
    let world = World::new().await;
    world.handed_in().await;
    world.receive().await;
    world.test.pass_seconds(86_400);
    let view = world.open("1>2", "rota", "rota-1v").await.unwrap();
    assert_eq!(view.edition, "");
    world.save("1>2", "last", &[("questions.detail", "もう一度")]).await.unwrap();
    assert_eq!(world.kept(2).await, ["rota/rota-1v/1 Received", "rota/rota-1v/1/2 Draft"]);
}

#[tokio::test]
async fn a_withdrawn_form_may_be_begun_anew_some_times() {
    let world = World::new().await;
    let (caller, asked) = world.asked("1>2", "rota", "rota-1v").await;
    let withdraw =
        async |reason: &str| withdraw_form(&world.test.hub, &caller, &asked, reason).await;
    assert_eq!(code(withdraw("兄の予診票だった").await), "form-not-begun");
    world.handed_in().await;
    let (long, number) = ("あ".repeat(201), my_number(77));
    for (reason, want) in [
        ("", "form-reason@reason"),
        ("  ", "form-reason@reason"),
        ("a\nb", "form-reason@reason"),
        (long.as_str(), "form-reason@reason"),
        (number.as_str(), "my-number-in-text@reason"),
        ("兄の予診票だった", ""),
    ] {
        assert_eq!(told(&withdraw(reason).await.unwrap().findings), want, "{reason}");
    }
    assert_eq!(world.kept(2).await, Vec::<String>::new());
    assert_eq!(code(withdraw("もう一度").await), "form-not-begun");
    for round in 2..=20 {
        world.save("1>2", "last", &[("questions.detail", "x")]).await.unwrap();
        assert_eq!(world.kept(2).await, [format!("rota/rota-1v/1/{round} Draft")]);
        withdraw("x").await.unwrap();
    }
    assert_eq!(
        code(world.save("1>2", "last", &[("questions.detail", "x")]).await),
        "form-too-often"
    );
}

#[tokio::test]
async fn who_signs_is_who_is_signed_in() {
    let world = World::new().await;
    for (who, form, want) in [
        ("3", ("hpv-alone", "hpv"), "Person"),
        ("5", ("influenza", "influenza-elderly"), "Person"),
        ("6", ("rsv", "rsv-maternal"), "Person"),
        ("1>4", ("hpv", "hpv"), "Guardian"),
    ] {
        let view = world.fill(who, form).await;
        assert_eq!(view.open, [], "{who}");
        let saved = world.submit(who, form, agreed(&view)).await.unwrap();
        assert_eq!(told(&saved.findings), "", "{who}");
        assert_eq!(format!("{:?}", saved.view.sheet.consent.unwrap().by), want);
        // Not to agree is an answer, too.
        let against = Signature { agrees: Some(false), ..agreed(&view) };
        let against = Signature { edition: saved.view.edition, ..against };
        let saved = world.submit(who, form, against).await.unwrap();
        assert!(saved.findings.is_empty() && !saved.view.sheet.consented(), "{who}");
    }
}

#[tokio::test]
async fn a_guardian_acts_no_more_from_the_day_of_majority() {
    let world = World::new().await;
    let handle = world.handle(1, 8).await;
    let guardian = world.caller(1).await;
    for (days, want) in [(0, "ok"), (1, "not-found"), (1, "not-found")] {
        world.test.pass_seconds(days * 86_400);
        let list = list_forms(&world.test.hub, &guardian, Some(&handle)).await;
        assert_eq!(code(list), want, "{days}");
    }
}
