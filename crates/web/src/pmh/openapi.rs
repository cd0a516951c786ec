//! The OpenAPI 3.1 document of `/pmh/v1`, each operation marked *documented* or *ours*.

use serde_json::{Value, json};

/// The whole document.
#[must_use]
pub fn document() -> Value {
    let mut paths = serde_json::Map::new();
    for (method, path, operation) in operations() {
        let entry = paths.entry(path).or_insert_with(|| json!({}));
        entry[method.to_lowercase()] = operation;
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "pmh: Public Medical Hub",
            "version": "1",
            "description": "x-pmh-origin は各操作が公開仕様どおり(documented)か独自(ours)かを示します。"
        },
        "paths": paths,
        "components": { "securitySchemes": { "bearerAuth": { "type": "http", "scheme": "bearer" } },
            "schemas": schemas() }
    })
}

fn operations() -> Vec<(&'static str, &'static str, Value)> {
    let id = json!({ "name": "id", "in": "path", "required": true, "schema": text(64) });
    let count = |name: &str, most: u32| {
        let schema = json!({ "type": "integer", "minimum": 0, "maximum": most });
        json!({ "name": name, "in": "query", "schema": schema })
    };
    let results = json!([
        id,
        count("from", u32::MAX),
        count("limit", super::tasks::PAGE),
        { "name": "all", "in": "query", "schema": { "type": "boolean" } }
    ]);
    let paging = json!([
        { "name": "after", "in": "query", "schema": text(20) },
        count("wait", 30)
    ]);
    vec![
        ("POST", "/pmh/v1/token", token_operation()),
        (
            "POST",
            "/pmh/v1/medical-subsidy/registration-tasks",
            batch(
                "postRegistrationTasks",
                "documented",
                "医療費助成対象者の登録",
                "MedicalSubsidyRecord",
            ),
        ),
        (
            "POST",
            "/pmh/v1/municipal-checkup/registration-tasks",
            batch(
                "postMunicipalCheckupRegistrationTasks",
                "documented",
                "自治体検診対象者の登録",
                "MunicipalCheckupRecord",
            ),
        ),
        (
            "POST",
            "/pmh/v1/relations/registration-tasks",
            batch("postRelationRegistrationTasks", "ours", "親子関係の登録", "RelationRecord"),
        ),
        (
            "GET",
            "/pmh/v1/tasks/{id}",
            with_parameters(plain("getTask", "登録の結果", None, "200"), results),
        ),
        ("GET", "/pmh/v1/schemes", plain("getSchemes", "制度マスタの参照", None, "200")),
        ("PUT", "/pmh/v1/schemes", plain("putSchemes", "制度マスタの登録", Some("Schemes"), "200")),
        ("GET", "/pmh/v1/feed", with_parameters(plain("getFeed", "お知らせ", None, "200"), paging)),
        (
            "POST",
            "/pmh/v1/card-challenges",
            plain("postCardChallenge", "カードへの質問", None, "201"),
        ),
        (
            "POST",
            "/pmh/v1/eligibility",
            plain("postEligibility", "資格確認", Some("EligibilityRequest"), "200"),
        ),
    ]
}

fn token_operation() -> Value {
    let mut operation = plain("postToken", "アクセストークンの取得", None, "200");
    operation["security"] = json!([]);
    operation["requestBody"] = json!({ "required": true, "content": {
        "application/x-www-form-urlencoded": { "schema": { "type": "object",
            "required": ["grant_type", "client_assertion_type", "client_assertion"],
            "properties": { "grant_type": { "const": "client_credentials" },
                "client_assertion_type": {
                    "const": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" },
                "client_assertion": { "type": "string" }, "terminal": text(100) } } } } });
    operation
}

fn plain(id: &str, summary: &str, body: Option<&str>, status: &str) -> Value {
    let mut operation = json!({
        "operationId": id,
        "summary": summary,
        "x-pmh-origin": "ours",
        "security": [{ "bearerAuth": [] }],
        "responses": {
            status: { "description": summary, "content": { "application/json": {} } },
            "4XX": { "description": "断りと、どうすればよいか",
                "content": { "application/problem+json": {
                    "schema": { "$ref": "#/components/schemas/Problem" } } } }
        }
    });
    if let Some(name) = body {
        operation["requestBody"] = json!({ "required": true, "content": { "application/json": {
            "schema": { "$ref": format!("#/components/schemas/{name}") } } } });
    }
    operation
}

fn batch(id: &str, origin: &str, summary: &str, record: &str) -> Value {
    let mut operation = plain(id, summary, None, "202");
    operation["x-pmh-origin"] = json!(origin);
    operation["parameters"] = json!([{ "name": "Idempotency-Key", "in": "header",
        "schema": text(200), "description": "x-pmh-origin: ours" }]);
    operation["requestBody"] = json!({ "required": true, "content": { "application/json": {
        "schema": { "type": "array", "minItems": 1,
            "maxItems": hub::intake::limits::BATCH_RECORDS,
            "items": { "$ref": format!("#/components/schemas/{record}") } } } } });
    operation
}

fn with_parameters(mut operation: Value, parameters: Value) -> Value {
    operation["parameters"] = parameters;
    operation
}

fn text(most: usize) -> Value {
    json!({ "type": "string", "maxLength": most })
}

fn digits(exactly: usize) -> Value {
    json!({ "type": "string", "minLength": exactly, "maxLength": exactly, "pattern": "^[0-9]+$" })
}

fn schemas() -> Value {
    let date = json!({ "type": "string", "format": "date" });
    json!({
        "Problem": { "type": "object", "required": ["status", "code", "detail", "ja", "at"] },
        "BasicFiveInfo": basic_five_info(&date),
        "MedicalSubsidyRecord": subsidy_record(&date),
        "MunicipalCheckupRecord": { "type": "object",
            "required": ["modificationSeg", "myNumber", "municipalityIdentityKey"],
            "properties": { "modificationSeg": { "enum": ["1", "2"] }, "myNumber": digits(12),
                "municipalityIdentityKey": text(100),
                "basicFiveInfo": { "$ref": "#/components/schemas/BasicFiveInfo" },
                "removalDate": date } },
        "RelationRecord": { "type": "object",
            "required": ["myNumber", "guardianMyNumber", "relation", "validFrom", "historyKey",
                "isDeleted"],
            "properties": { "myNumber": digits(12), "guardianMyNumber": digits(12),
                "relation": { "enum": hub::intake::relation::RELATIONS }, "validFrom": date,
                "validTo": date, "historyKey": text(100), "isDeleted": { "type": "boolean" } } },
        "Schemes": { "type": "array", "items": { "type": "object",
            "required": ["orgSpecificCertificateTypeId", "name"] } },
        "EligibilityRequest": { "type": "object", "required": ["consent"],
            "properties": { "card": { "type": "object",
                    "required": ["challenge", "certificate", "signature"] },
                "insured": { "type": "object", "required": ["insurerNumber", "number"] },
                "consent": { "type": "object", "required": ["certificates"],
                    "properties": { "certificates": { "type": "boolean" } } } } }
    })
}

fn basic_five_info(date: &Value) -> Value {
    json!({ "type": "object", "required": ["name", "address", "dateOfBirth", "sex"],
        "properties": { "name": { "type": "string", "description": "氏名" },
            "nameKana": { "type": "string", "description": "カナ氏名" },
            "address": { "type": "string", "description": "住所" },
            "dateOfBirth": date, "sex": { "enum": ["1", "2", "9"] } } })
}

/// The 19 items of pmh-api §2.3, in their order.
fn subsidy_record(date: &Value) -> Value {
    json!({ "type": "object",
        "required": ["orgSpecificCertificateTypeId", "myNumber", "basicFiveInfo", "isNotDisclosed",
            "certificationName", "isAlwaysReimbursement", "validFrom", "validTo", "historyKey",
            "isDeleted", "certificationDetail"],
        "properties": {
            "orgSpecificCertificateTypeId": { "type": "string", "maxLength": 50,
                "pattern": "^[0-9A-Za-z]+$", "description": "機関別受給者証種別ID" },
            "myNumber": digits(12),
            "basicFiveInfo": { "$ref": "#/components/schemas/BasicFiveInfo" },
            "isNotDisclosed": { "type": "boolean", "description": "不開示フラグ" },
            "medicalSubsidyInsurerNumber": digits(8),
            "certificationName": text(100),
            "medicalSubsidyRecipientNumber": text(30),
            "certificationSubKey": { "type": "string", "description": "受給者証サブキー" },
            "segment": { "type": "string", "description": "区分" },
            "incomeSegment": { "type": "string", "description": "所得区分" },
            "additionalConditions": { "type": "string", "description": "item-cond;item-cond" },
            "designatedMedicalInstitutions": { "type": "string" },
            "isAlwaysReimbursement": { "enum": ["0", "1"] },
            "maxCopaymentAmount": { "type": "object", "additionalProperties": true },
            "validFrom": date, "validTo": date,
            "historyKey": { "type": "string", "description": "履歴キー" },
            "isDeleted": { "type": "boolean", "description": "削除フラグ" },
            "certificationDetail": { "type": "array",
                "items": { "type": "object", "additionalProperties": true } } } })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_document_and_the_routes_name_the_same_operations() {
        let document = document();
        let paths = document["paths"].as_object().unwrap();
        let written: BTreeSet<(String, String)> = paths
            .iter()
            .flat_map(|(path, methods)| {
                methods
                    .as_object()
                    .unwrap()
                    .keys()
                    .map(|method| (method.to_uppercase(), path.clone()))
            })
            .collect();
        let served: BTreeSet<(String, String)> = crate::routes::ROUTES
            .iter()
            .filter(|(_, path)| path.starts_with("/pmh/"))
            .map(|(method, path)| ((*method).to_owned(), (*path).to_owned()))
            .collect();
        assert_eq!(written, served);
    }

    #[test]
    fn every_operation_says_whose_it_is() {
        for (method, path, operation) in operations() {
            let origin = operation["x-pmh-origin"].as_str();
            assert!(matches!(origin, Some("documented" | "ours")), "{method} {path}");
        }
    }

    #[test]
    fn the_subsidy_record_has_the_nineteen_items() {
        let record = subsidy_record(&json!({}));
        let written: Vec<&String> = record["properties"].as_object().unwrap().keys().collect();
        assert_eq!(written, hub::intake::subsidy::ITEMS.iter().collect::<Vec<_>>());
    }
}
