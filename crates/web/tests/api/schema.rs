//! Answers held against the OpenAPI document: every one that a test of the API gets.
//!
//! As much of JSON Schema as the document uses. Objects of answers are closed, so an item that is
//! answered and not described is a fault.

use axum::http::Method;
use serde_json::Value;

use crate::harness::Answer;

/// The document.
pub(crate) fn document() -> Value {
    serde_json::from_str(web::pmh::openapi::DOCUMENT).unwrap()
}

/// Panics if an answer is not as the document describes it. Addresses outside of it pass.
pub(crate) fn hold(method: &Method, path: &str, answer: &Answer) {
    let document = document();
    let Some(operation) = operation(&document, method, path) else { return };
    let status = answer.status.as_u16().to_string();
    let class = format!("{}XX", &status[..1]);
    let responses = &operation["responses"];
    let response = responses.get(&status).or_else(|| responses.get(&class));
    let response = response.unwrap_or_else(|| panic!("{method} {path}: {status} is not described"));
    let response = resolved(&document, response);
    let kind = answer.headers["content-type"].to_str().unwrap();
    let schema = &response["content"][kind]["schema"];
    assert!(schema.is_object(), "{method} {path}: {status} with {kind} is not described");
    let faults = faults(&document, schema, &answer.json(), "");
    assert!(faults.is_empty(), "{method} {path} {status}: {faults:#?}\n{}", answer.text());
}

fn operation<'d>(document: &'d Value, method: &Method, path: &str) -> Option<&'d Value> {
    let path = path.split('?').next().unwrap_or_default();
    let paths = document["paths"].as_object().unwrap();
    let (_, item) = paths.iter().find(|(template, _)| fits(template, path))?;
    item.get(method.as_str().to_lowercase())
}

fn fits(template: &str, path: &str) -> bool {
    let (template, path) = (template.split('/'), path.split('/'));
    template.clone().count() == path.clone().count()
        && template.zip(path).all(|(want, part)| want.starts_with('{') || want == part)
}

fn resolved<'d>(document: &'d Value, schema: &'d Value) -> &'d Value {
    match schema["$ref"].as_str() {
        Some(reference) => document.pointer(&reference[1..]).unwrap(),
        None => schema,
    }
}

/// All that is wrong with a value, each with its place.
fn faults(document: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let schema = resolved(document, schema);
    let mut found = Vec::new();
    if !of_type(&schema["type"], value) {
        return vec![format!("{at}: {} wanted, {value} found", schema["type"])];
    }
    if schema["enum"].as_array().is_some_and(|allowed| !allowed.contains(value)) {
        found.push(format!("{at}: {value} is none of {}", schema["enum"]));
    }
    if schema.get("const").is_some_and(|only| only != value) {
        found.push(format!("{at}: {value} is not {}", schema["const"]));
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        if value.get(name.as_str().unwrap()).is_none() {
            found.push(format!("{at}: {name} is missing"));
        }
    }
    for (name, member) in value.as_object().into_iter().flatten() {
        match schema["properties"].get(name) {
            Some(inner) => found.extend(faults(document, inner, member, &format!("{at}/{name}"))),
            None if schema["additionalProperties"] == false => {
                found.push(format!("{at}: {name} is not described"));
            }
            None => {}
        }
    }
    if schema["items"].is_object() {
        for (index, item) in value.as_array().into_iter().flatten().enumerate() {
            found.extend(faults(document, &schema["items"], item, &format!("{at}/{index}")));
        }
    }
    found
}

fn of_type(wanted: &Value, value: &Value) -> bool {
    let is = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        "null" => value.is_null(),
        other => panic!("{other}"),
    };
    match wanted {
        Value::Null => true,
        Value::Array(names) => names.iter().any(|name| is(name.as_str().unwrap())),
        name => is(name.as_str().unwrap()),
    }
}

#[test]
fn a_wrong_answer_is_found() {
    let document = document();
    let check = |value: &str| {
        let schema = &document["components"]["schemas"]["CardChallenge"];
        faults(&document, schema, &serde_json::from_str(value).unwrap(), "").len()
    };
    let whole =
        r#"{"challenge":"c","origin":"o","institution":"i","terminal":"t","expiresAt":"e"}"#;
    assert_eq!(check(whole), 0);
    assert_eq!(check(&whole.replace("\"c\"", "7")), 1);
    assert_eq!(check(&whole.replace("origin", "orgin")), 2);
    assert_eq!(check("[]"), 1);
}
