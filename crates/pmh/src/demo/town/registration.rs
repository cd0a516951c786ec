//! Certificate registrations in the wire form of `postRegistrationTasks` (pmh-api §2.3, §2.4).

use domain::certificate::Certificate;
use domain::person::{Birth, FiveAttributes};
use serde_json::{Map, Value, json};

use super::World;
use super::certificate::STORY_TOWN;
use super::numbers::spoiled;

/// One record of a batch. Change the fields and send it again to correct or delete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// Index into [`World::residents`].
    pub resident: usize,
    /// `myNumber`.
    pub my_number: String,
    /// `basicFiveInfo`.
    pub five: FiveAttributes,
    /// Everything else.
    pub certificate: Certificate,
    /// `isDeleted`.
    pub deleted: bool,
}

/// What is wrong with a bad record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The last digit of the 個人番号 does not follow from the others.
    CheckDigit,
    /// `validTo` lies before `validFrom`.
    ReversedPeriod,
    /// `orgSpecificCertificateTypeId` is not in the scheme master.
    UnknownType,
}

/// The bad records of 都城市's batch, by index; every other record is good.
pub const FAULTS: [(usize, Fault); 3] =
    [(137, Fault::CheckDigit), (508, Fault::ReversedPeriod), (861, Fault::UnknownType)];

/// The certificates of a municipality as one batch, the named persons' first. 都城市's has 1,000
/// records with the three [`FAULTS`]; the others' are good throughout.
#[must_use]
pub fn registration_batch(world: &World, municipality: &str) -> Vec<Registration> {
    let mut batch: Vec<Registration> = world
        .certificates
        .iter()
        .filter(|holding| holding.certificate.municipality == municipality)
        .map(|holding| {
            let person = &world.residents[holding.resident];
            Registration {
                resident: holding.resident,
                my_number: person.my_number.clone(),
                five: person.five.clone(),
                certificate: holding.certificate.clone(),
                deleted: false,
            }
        })
        .collect();
    for (at, fault) in FAULTS {
        if let Some(record) = batch.get_mut(at).filter(|_| municipality == STORY_TOWN) {
            record.break_by(fault);
        }
    }
    batch
}

/// A request body: the JSON array of the records.
#[must_use]
pub fn body(batch: &[Registration]) -> String {
    let records: Vec<String> = batch.iter().map(Registration::json).collect();
    format!("[{}]", records.join(","))
}

impl Registration {
    /// The record as JSON, items in the order of the document, items without a value left out.
    #[must_use]
    pub fn json(&self) -> String {
        Value::Object(self.items()).to_string()
    }

    fn items(&self) -> Map<String, Value> {
        let certificate = &self.certificate;
        let text = |text: &Option<String>| text.as_deref().map(Value::from);
        let sent = |json: &str| serde_json::from_str::<Value>(json).ok();
        let reimbursed = if certificate.always_reimbursed { "1" } else { "0" };
        let items = [
            ("orgSpecificCertificateTypeId", Some(json!(certificate.type_id))),
            ("myNumber", Some(json!(self.my_number))),
            ("basicFiveInfo", Some(five(&self.five))),
            ("isNotDisclosed", Some(json!(certificate.not_disclosed))),
            ("medicalSubsidyInsurerNumber", text(&certificate.payer_number)),
            ("certificationName", Some(json!(certificate.name))),
            ("medicalSubsidyRecipientNumber", text(&certificate.recipient_number)),
            ("certificationSubKey", text(&certificate.sub_key)),
            ("segment", text(&certificate.segment)),
            ("incomeSegment", text(&certificate.income_segment)),
            ("additionalConditions", text(&certificate.additional_conditions)),
            ("designatedMedicalInstitutions", text(&certificate.designated_institutions)),
            ("isAlwaysReimbursement", Some(json!(reimbursed))),
            ("maxCopaymentAmount", certificate.max_copayment.as_deref().and_then(sent)),
            ("validFrom", Some(json!(certificate.valid_from.to_string()))),
            ("validTo", Some(json!(certificate.valid_to.to_string()))),
            ("historyKey", Some(json!(certificate.history_key))),
            ("isDeleted", Some(json!(self.deleted))),
            ("certificationDetail", sent(&certificate.details).or_else(|| Some(json!([])))),
        ];
        items.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }

    fn break_by(&mut self, fault: Fault) {
        let certificate = &mut self.certificate;
        match fault {
            Fault::CheckDigit => self.my_number = spoiled(&self.my_number),
            Fault::ReversedPeriod => {
                std::mem::swap(&mut certificate.valid_from, &mut certificate.valid_to);
            }
            Fault::UnknownType => certificate.type_id = format!("{STORY_TOWN}MITEIGI"),
        }
    }
}

fn five(five: &FiveAttributes) -> Value {
    json!({
        "name": five.name,
        "nameKana": five.kana,
        "address": five.address,
        "dateOfBirth": birth(five.birth),
        "sex": five.sex.code(),
    })
}

/// `YYYY-MM-DD` always: the register writes 不詳 parts as zeros.
pub(super) fn birth(birth: Birth) -> String {
    match birth {
        Birth::Day(day) => day.to_string(),
        Birth::Month(year, month) => format!("{year:04}-{month:02}-00"),
        Birth::Year(year) => format!("{year:04}-00-00"),
        Birth::Unknown => "0000-00-00".to_owned(),
    }
}
