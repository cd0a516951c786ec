//! The OpenAPI document as it is served.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::Request;
use serde_json::Value;
use web::routes::ROUTES;

use crate::harness::Api;

async fn document() -> Value {
    let api = Api::new().await;
    let answer = api.send(Request::get("/openapi.json").body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["content-type"], "application/json");
    answer.json()
}

/// `METHOD path` with its operation.
fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let each = paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().unwrap();
        methods.iter().map(move |(method, operation)| {
            (format!("{} {path}", method.to_uppercase()), operation)
        })
    });
    each.collect()
}

#[tokio::test]
async fn it_names_exactly_the_routes_of_the_api() {
    let document = document().await;
    assert_eq!(document["openapi"], "3.1.0");
    let written: BTreeSet<String> =
        operations(&document).into_iter().map(|(name, _)| name).collect();
    let served = ROUTES.iter().filter(|(_, path)| path.starts_with("/pmh/"));
    let served: BTreeSet<String> =
        served.map(|(method, path)| format!("{method} {path}")).collect();
    assert_eq!(written, served);
}

#[tokio::test]
async fn what_is_documented_elsewhere_and_what_is_ours_is_marked() {
    let document = document().await;
    let mut documented = Vec::new();
    for (name, operation) in operations(&document) {
        match operation["x-pmh-origin"].as_str() {
            Some("documented") => documented.push(operation["operationId"].as_str().unwrap()),
            Some("ours") => {}
            other => panic!("{name}: {other:?}"),
        }
    }
    assert_eq!(documented, ["postRegistrationTasks", "postMunicipalCheckupRegistrationTasks"]);
}

#[tokio::test]
async fn identifiers_are_unique_and_references_lead_somewhere() {
    let document = document().await;
    let operations = operations(&document);
    let ids: BTreeSet<&str> = operations
        .iter()
        .map(|(_, operation)| operation["operationId"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), operations.len());
    let text = document.to_string();
    let references = text.split("\"$ref\":\"#").skip(1);
    let references: Vec<&str> = references.map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(references.len() > 10);
    for reference in references {
        assert!(document.pointer(reference).is_some(), "{reference}");
    }
    for name in text.split("\"security\":[{\"").skip(1) {
        let name = name.split('"').next().unwrap();
        assert!(document["components"]["securitySchemes"][name].is_object(), "{name}");
    }
}

#[tokio::test]
async fn every_path_parameter_is_described() {
    let document = document().await;
    for (name, operation) in operations(&document) {
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        for part in name.split('/').filter_map(|part| part.strip_prefix('{')) {
            let part = part.trim_end_matches('}');
            let described = parameters.iter().any(|one| one["name"] == part && one["in"] == "path");
            assert!(described, "{name}: {part}");
        }
    }
}

#[tokio::test]
async fn queries_that_are_read_are_described() {
    let document = document().await;
    for (path, want) in [("/pmh/v1/tasks/{id}", "from limit all"), ("/pmh/v1/feed", "after wait")] {
        let parameters = document["paths"][path]["get"]["parameters"].as_array().unwrap();
        let queries = parameters.iter().filter(|one| one["in"] == "query");
        let names: Vec<&str> = queries.map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(names.join(" "), want, "{path}");
    }
}
