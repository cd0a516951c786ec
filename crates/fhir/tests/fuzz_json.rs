//! Fuzz targets: no body makes the parser or a face panic. Bounded here; `cargo bolero` goes on.

use fhir::Kind;
use fhir::index;
use fhir::json::{Limits, Problem, Tree, Writer};
use fhir::profiles::{
    certificate, checkup_target, communication, consent, immunization, insurance, organization,
    patient, questionnaire_response, related_person,
};

const ROUNDS: usize = 20_000;

/// Bodies of ours, to be mangled: random bytes hardly ever reach a face.
const SEEDS: [&str; 7] = [
    r#"{"resourceType":"Coverage","extension":[
        {"url":"https://pmh.example/fhir/StructureDefinition/pmh-certificate-items",
        "extension":[{"url":"historyKey","valueString":"1"}]}],"status":"active","type":
        {"coding":[{"code":"1"}],"text":"a"},"period":{"start":"2026-04-01",
        "end":"2027-03-31"},"payor":[{"identifier":{"value":"452025"}}],"costToBeneficiary":[
        {"valueQuantity":{"value":30}}]}"#,
    r#"{"resourceType":"Patient","name":[{"text":"a","extension":[{"url":"u",
        "valueCode":"SYL"}]}],"gender":"male","birthDate":"2020-05","address":[{"text":"b"}],
        "identifier":[{"system":"s","value":"v"}]}"#,
    r#"{"resourceType":"Consent","dateTime":"2026-11-23T15:00:00.000Z","provision":
        {"type":"permit","period":{"end":"2026-11-24T15:00:00Z"},"actor":[{"reference":
        {"identifier":{"value":"1"}}}],"purpose":[{"code":"p"}],"code":[{"coding":[
        {"code":"c"}]}]}}"#,
    r#"{"resourceType":"RelatedPerson","extension":[
        {"url":"https://pmh.example/fhir/StructureDefinition/pmh-guardian-items","extension":[
        {"url":"guardian","valueReference":{"reference":"x"}}]}],"relationship":[{"coding":[
        {"code":"1"}]}],"period":{"start":"2026-04-01"}}"#,
    r#"{"resourceType":"Immunization","status":"completed","vaccineCode":{"coding":[{"system":
        "https://pmh.example/fhir/cs/vaccine","code":"mr"}]},"occurrenceDateTime":"2026-11-24",
        "recorded":"2026-11-24T15:00:00Z","doseQuantity":{"value":0.5},"performer":[{"actor":
        {"display":"a"}}],"protocolApplied":[{"series":"mr-1","doseNumberPositiveInt":1}]}"#,
    r#"{"resourceType":"QuestionnaireResponse","questionnaire":
        "https://pmh.example/fhir/Questionnaire/child|2026-04-01","status":"in-progress",
        "authored":"2026-11-24T15:00:00Z","item":[{"linkId":"s","item":[{"linkId":"a","answer":
        [{"valueDecimal":36.5}]},{"linkId":"b","answer":[{"valueDate":"2026-01-01"}]}]}]}"#,
    r#"{"resourceType":"Communication","extension":[
        {"url":"https://pmh.example/fhir/StructureDefinition/pmh-notice-items","extension":[
        {"url":"series","valueString":"je-1"},{"url":"dose","valuePositiveInt":2}]}],
        "status":"completed","sent":"2026-11-24T15:00:00Z","sender":{"identifier":{"value":
        "452025"}},"reasonCode":[{"coding":[{"code":"overdue"}]}],"payload":[{"contentString":
        "a"}]}"#,
];

#[test]
fn no_bytes_make_the_parser_panic() {
    bolero::check!().with_iterations(ROUNDS).with_type::<Vec<u8>>().for_each(|body| read_all(body));
}

#[test]
fn no_mangled_body_makes_a_face_panic() {
    let cuts = (0..SEEDS.len(), bolero::produce::<[u16; 2]>(), bolero::produce::<Vec<u8>>());
    bolero::check!().with_iterations(ROUNDS).with_generator(cuts).for_each(|(seed, ends, put)| {
        let seed = SEEDS[*seed].as_bytes();
        let from = usize::from(ends[0]) % seed.len();
        let until = (from + usize::from(ends[1]) % 24).min(seed.len());
        let put = &put[..put.len().min(12)];
        read_all(&[&seed[..from], put, &seed[until..]].concat());
    });
}

fn read_all(body: &[u8]) {
    let placed = |problem: Problem| assert!(problem.offset <= body.len());
    match Tree::parse(body, &Limits::default()) {
        Ok(tree) => use_all(&tree),
        Err(problem) => placed(problem),
    }
    let _ = certificate::read_as(body).map_err(placed);
    let _ = insurance::read(body).map_err(placed);
    let _ = patient::read(body).map_err(placed);
    let _ = consent::read(body).map_err(placed);
    let _ = organization::read_institution(body).map_err(placed);
    let _ = organization::read_municipality(body).map_err(placed);
    let _ = checkup_target::read(body).map_err(placed);
    let _ = related_person::read(body).map_err(placed);
    let _ = immunization::read(body).map_err(placed);
    let _ = questionnaire_response::read(body).map_err(placed);
    let _ = communication::read(body).map_err(placed);
}

fn use_all(tree: &Tree<'_>) {
    for kind in Kind::ALL {
        let _ = index::rows(kind, tree);
    }
    let mut writer = Writer::default();
    writer.compact(tree.root());
    let compact = writer.finish();
    assert!(Tree::parse(&compact[..], &Limits::default()).is_ok());
    for (name, node) in tree.root().members() {
        assert_eq!(tree.root().get(&name).map(fhir::json::Node::raw), Some(node.raw()));
        let _ = (node.pointer(), node.line_column());
    }
}

#[test]
fn the_seeds_are_read_unless_they_are_mangled() {
    assert!(certificate::read(SEEDS[0].as_bytes()).is_ok());
    assert!(patient::read(SEEDS[1].as_bytes()).is_ok());
    assert!(consent::read(SEEDS[2].as_bytes()).is_ok());
    assert!(immunization::read(SEEDS[4].as_bytes()).is_ok());
    assert!(questionnaire_response::read(SEEDS[5].as_bytes()).is_ok());
    assert!(communication::read(SEEDS[6].as_bytes()).is_ok());
}
