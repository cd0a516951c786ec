//! The OpenAPI 3.1 document of `/pmh/v1`, each operation marked *documented* or *ours*.
//!
//! It is written by hand in `openapi.json`. Tests hold it against the routes, the limits, and every
//! answer that the tests of the API get.

/// The document as it is served.
pub const DOCUMENT: &str = include_str!("openapi.json");

#[cfg(test)]
mod tests {
    use hub::intake::{limits, relation, subsidy};
    use serde_json::Value;

    fn at(pointer: &str) -> Value {
        let document: Value = serde_json::from_str(super::DOCUMENT).unwrap();
        document.pointer(pointer).unwrap_or_else(|| panic!("{pointer}")).clone()
    }

    #[test]
    fn the_subsidy_record_has_the_nineteen_items_in_their_order() {
        let properties = at("/components/schemas/MedicalSubsidyRecord/properties");
        let written: Vec<&String> = properties.as_object().unwrap().keys().collect();
        assert_eq!(written, subsidy::ITEMS.iter().collect::<Vec<_>>());
    }

    #[test]
    fn limits_are_those_that_are_kept() {
        let record = |name: &str| format!("MedicalSubsidyRecord/properties/{name}/maxLength");
        for (place, want) in [
            (record("orgSpecificCertificateTypeId"), limits::TYPE_ID),
            (record("certificationName"), limits::CERTIFICATE_NAME),
            (record("medicalSubsidyRecipientNumber"), limits::RECIPIENT),
            (record("certificationSubKey"), limits::KEY),
            (record("segment"), limits::KEY),
            (record("incomeSegment"), limits::CODE),
            (record("additionalConditions"), limits::CONDITIONS),
            (record("designatedMedicalInstitutions"), limits::INSTITUTIONS),
            (record("historyKey"), limits::KEY),
            ("BasicFiveInfo/properties/name/maxLength".into(), limits::NAME),
            ("BasicFiveInfo/properties/address/maxLength".into(), limits::ADDRESS),
            (
                "requestAtDelete/properties/municipalityIdentityKey/maxLength".into(),
                limits::PERSON_KEY,
            ),
            ("Schemes/maxItems".into(), limits::MASTER),
        ] {
            assert_eq!(at(&format!("/components/schemas/{place}")), want, "{place}");
        }
        let relations = at("/components/schemas/RelationRecord/properties/relation/enum");
        assert_eq!(relations, serde_json::json!(relation::RELATIONS));
        let batch = "/paths/~1pmh~1v1~1medical-subsidy~1registration-tasks/post/requestBody\
                     /content/application~1json/schema/maxItems";
        assert_eq!(at(batch), limits::BATCH_RECORDS);
        let page = at("/paths/~1pmh~1v1~1tasks~1{id}/get/parameters/2/schema/maximum");
        assert_eq!(page, super::super::tasks::PAGE);
    }
}
