//! `rules/cases/immunization/`: cases that an officer can read, each put as a question.

use std::fs;
use std::path::Path;

use lawbook::Lawbook;
use serde_json::{Map, Value};

/// Members of a case that are not members of its question.
const OWN: [&str; 6] = ["title", "law", "expect", "expect_items", "findings_absent", "doubt"];

struct Case {
    title: String,
    law: Vec<String>,
    question: Value,
    expect: Value,
    absent: Vec<String>,
}

#[test]
fn every_case_is_answered_as_it_expects() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let index = fs::read_to_string(root.join("laws/index.tsv")).unwrap();
    let laws: Vec<&str> = index.lines().filter_map(|line| line.split('\t').next()).collect();
    let book = Lawbook::embedded().unwrap();
    let (mut count, mut faults) = (0, Vec::new());
    for (file, cases) in files(&root.join("rules/cases/immunization")) {
        for case in cases {
            count += 1;
            let unknown = case.law.iter().find(|law| !laws.contains(&law.as_str()));
            let nothing = case.law.is_empty() || case.expect.as_object().is_none_or(Map::is_empty);
            if nothing && case.absent.is_empty() {
                faults.push(format!("{file}: {}: it cites or expects nothing", case.title));
            }
            if let Some(law) = unknown {
                faults.push(format!("{file}: {}: {law} is not in laws/index.tsv", case.title));
            }
            let line = case.question.to_string();
            let answer = crate::ask::answer(line.as_bytes(), &book);
            let got: Value = serde_json::from_str(&answer).unwrap();
            let mut wrong = Vec::new();
            differs("", &got, &case.expect, &mut wrong);
            absent(&got, &case.absent, &mut wrong);
            if !wrong.is_empty() {
                let wrong = wrong.join("\n    ");
                let title = &case.title;
                faults.push(format!(
                    "{file}: {title}\n    {wrong}\n  asked {line}\n  got   {answer}"
                ));
            }
        }
    }
    println!("{count} cases of rules/cases/immunization");
    assert_ne!(count, 0, "no case was found");
    assert!(faults.is_empty(), "{} of {count} cases fail\n\n{}", faults.len(), faults.join("\n\n"));
}

/// The page lists every finding and every fact, and so does the help.
#[test]
fn what_may_be_told_and_said_is_documented() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = fs::read_to_string(root.join("docs/immunization.md")).unwrap();
    for code in domain::immunization::Code::ALL {
        assert!(page.contains(&format!("`{}`", code.name())), "{}", code.name());
    }
    let facts = super::HELP.lines().filter_map(|line| line.strip_prefix("  "));
    for fact in facts.filter(|line| !line.starts_with(' ')) {
        let name = fact.split_whitespace().next().unwrap();
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
    let schedule = Lawbook::embedded().unwrap().immunization;
    for product in &schedule.products {
        let row = format!("| `{}` | {} |", product.code, product.ja);
        assert!(page.contains(&row), "{row}");
    }
    for condition in schedule.conditions {
        assert!(page.contains(&format!("`{}`", condition.code)), "{}", condition.code);
        assert!(super::HELP.contains(&condition.code), "{}", condition.code);
    }
}

fn files(folder: &Path) -> Vec<(String, Vec<Case>)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> =
        entries.filter(|path| path.extension().is_some_and(|it| it == "toml")).collect();
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(path).unwrap();
        let file: toml::Table = text.parse().unwrap_or_else(|fault| panic!("{name}: {fault}"));
        assert_eq!(file.keys().collect::<Vec<_>>(), ["case"], "{name}");
        let cases = file["case"].as_array().unwrap().iter().map(|it| case(&json(it))).collect();
        (name, cases)
    };
    paths.iter().map(read).collect()
}

fn case(value: &Value) -> Case {
    let members = value.as_object().unwrap();
    let texts = |name: &str| match members.get(name) {
        None => Vec::new(),
        Some(Value::String(text)) => vec![text.clone()],
        Some(value) => serde_json::from_value(value.clone()).unwrap(),
    };
    let question: Map<String, Value> = members
        .iter()
        .filter(|(name, _)| !OWN.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let mut expect = members.get("expect").cloned().unwrap_or_else(|| Value::Object(Map::new()));
    if let Some(items) = members.get("expect_items") {
        expect["items"] = items.clone();
    }
    Case {
        title: members["title"].as_str().unwrap().to_owned(),
        law: texts("law"),
        question: Value::Object(question),
        expect,
        absent: texts("findings_absent"),
    }
}

/// A TOML value as JSON; days become texts, and the text "null" stands for null.
fn json(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(text) if text == "null" => Value::Null,
        toml::Value::String(text) => Value::String(text.clone()),
        toml::Value::Integer(number) => Value::from(*number),
        toml::Value::Float(number) => Value::from(*number),
        toml::Value::Boolean(flag) => Value::from(*flag),
        toml::Value::Datetime(day) => Value::String(day.to_string()),
        toml::Value::Array(values) => values.iter().map(json).collect(),
        toml::Value::Table(table) => {
            table.iter().map(|(name, value)| (name.clone(), json(value))).collect()
        }
    }
}

/// Where `got` lacks what `want` has. Lists match element by element, except findings and items,
/// of which each wanted one must occur somewhere.
fn differs(at: &str, got: &Value, want: &Value, wrong: &mut Vec<String>) {
    match (got, want) {
        (Value::Object(got), Value::Object(want)) => {
            for (name, want) in want {
                let got = got.get(name).unwrap_or(&Value::Null);
                differs(&format!("{at}/{name}"), got, want, wrong);
            }
        }
        (Value::Array(got), Value::Array(want))
            if at.ends_with("/findings") || at.ends_with("/items") =>
        {
            for want in want {
                let fits = |got: &Value| {
                    let mut wrong = Vec::new();
                    differs(at, got, want, &mut wrong);
                    wrong.is_empty()
                };
                if !got.iter().any(fits) {
                    wrong.push(format!("{at}: nothing like {want}"));
                }
            }
        }
        (Value::Array(got), Value::Array(want)) if got.len() == want.len() => {
            for (index, (got, want)) in got.iter().zip(want).enumerate() {
                differs(&format!("{at}/{index}"), got, want, wrong);
            }
        }
        _ if got == want => {}
        _ => wrong.push(format!("{at}: {got}, expected {want}")),
    }
}

/// No finding with one of `codes` anywhere in the answer.
fn absent(got: &Value, codes: &[String], wrong: &mut Vec<String>) {
    match got {
        Value::Object(members) => {
            let code = members.get("code").and_then(Value::as_str);
            if let Some(code) = code.filter(|code| codes.iter().any(|it| it == code)) {
                wrong.push(format!("{code} should not be there"));
            }
            members.values().for_each(|value| absent(value, codes, wrong));
        }
        Value::Array(values) => values.iter().for_each(|value| absent(value, codes, wrong)),
        _ => {}
    }
}
