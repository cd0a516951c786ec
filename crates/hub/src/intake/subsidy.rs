//! 医療費助成: the records of `postRegistrationTasks` (pmh-api §2.3; law:PMH-API).

use domain::certificate::Certificate;
use domain::finding::{Finding, Severity, few, refused};
use domain::number::{Kind, MyNumber, NumberRules, RecipientNumber, verify};
use domain::person::FiveAttributes;
use domain::scheme::conditions_are_well_formed;
use fhir::json::{Node, Tree};

use super::item::{Items, Shape};
use super::{five, limits, twice};

/// The 19 items, in the order of the document.
pub const ITEMS: [&str; 19] = [
    "orgSpecificCertificateTypeId",
    "myNumber",
    "basicFiveInfo",
    "isNotDisclosed",
    "medicalSubsidyInsurerNumber",
    "certificationName",
    "medicalSubsidyRecipientNumber",
    "certificationSubKey",
    "segment",
    "incomeSegment",
    "additionalConditions",
    "designatedMedicalInstitutions",
    "isAlwaysReimbursement",
    "maxCopaymentAmount",
    "validFrom",
    "validTo",
    "historyKey",
    "isDeleted",
    "certificationDetail",
];

/// Items of figures, in which a 個人番号 may seem to stand by chance.
const FIGURES: [&str; 3] = ["medicalSubsidyRecipientNumber", "certificationSubKey", "historyKey"];

/// One record that can be registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// `myNumber`: to the vault and nowhere else.
    pub my_number: MyNumber,
    /// `basicFiveInfo`, as sent.
    pub five: FiveAttributes,
    /// Everything else, as sent.
    pub certificate: Certificate,
    /// `isDeleted`: ends the certificate logically.
    pub deleted: bool,
    /// What somebody should look at.
    pub warnings: Vec<Finding>,
}

/// A registration, or all that is wrong with the record, warnings included.
pub type Record = Result<Registration, Vec<Finding>>;

/// The records of a batch, in the order sent, each read when it is asked for. `municipality` is
/// the caller's.
///
/// # Errors
///
/// As [`super::check_body`].
pub fn parse<'t>(
    tree: &'t Tree<'_>,
    municipality: &'t str,
    rules: &'t NumberRules,
) -> Result<impl Iterator<Item = Record> + 't, Finding> {
    super::check_body(tree)?;
    Ok(tree.root().items().map(|node| record(node, municipality, rules)))
}

/// One record of a batch.
///
/// # Errors
///
/// All findings, at least one of which refuses; places are item names (`basicFiveInfo/name`).
pub fn record(node: Node<'_>, municipality: &str, rules: &NumberRules) -> Record {
    let mut items = Items::of(node, "");
    let number = my_number(&mut items, "myNumber");
    let five = items.required("basicFiveInfo");
    let five = five.and_then(|node| five::parse(node, &mut items.findings));
    let certificate = certificate(&mut items, municipality, rules);
    let deleted = items.flag("isDeleted");
    items.only(&ITEMS, Severity::Warn);
    let own: Vec<&str> = number.iter().map(MyNumber::as_str).collect();
    items.numbers_only_in(&["myNumber"], &own, &FIGURES);

    let warnings = few(items.findings);
    match (number, five, certificate, deleted) {
        (Some(my_number), Some(five), Some(certificate), Some(deleted)) if !refused(&warnings) => {
            Ok(Registration { my_number, five, certificate, deleted, warnings })
        }
        _ => Err(warnings),
    }
}

/// A required 個人番号.
pub(super) fn my_number(items: &mut Items<'_>, name: &'static str) -> Option<MyNumber> {
    let node = items.required(name)?;
    let text = items.string(name, node)?;
    items.take(name, MyNumber::parse(&text))
}

fn certificate(
    items: &mut Items<'_>,
    municipality: &str,
    rules: &NumberRules,
) -> Option<Certificate> {
    let type_id = items.text("orgSpecificCertificateTypeId", Shape::alphanumeric(limits::TYPE_ID));
    let name = items.text("certificationName", Shape::line(limits::CERTIFICATE_NAME));
    let payer_number = payer(items, rules);
    let recipient_number = recipient(items, rules);
    let sub_key = items.optional_text("certificationSubKey", Shape::line(limits::KEY));
    let segment = items.optional_text("segment", Shape::free(limits::KEY));
    let income_segment = items.optional_text("incomeSegment", Shape::line(limits::CODE));
    let additional_conditions = conditions(items);
    let designated_institutions =
        items.optional_text("designatedMedicalInstitutions", Shape::free(limits::INSTITUTIONS));
    let always_reimbursed = items.switch("isAlwaysReimbursement");
    let max_copayment = items.object("maxCopaymentAmount", limits::COPAYMENT_BYTES);
    let (valid_from, valid_to) = (items.day("validFrom"), items.day("validTo"));
    items.period(valid_from, valid_to);
    let history_key = items.text("historyKey", Shape::line(limits::KEY));
    let not_disclosed = items.flag("isNotDisclosed");
    let details = items.objects("certificationDetail", limits::DETAIL_BYTES);

    Some(Certificate {
        municipality: municipality.to_owned(),
        type_id: type_id?.into_owned(),
        name: name?.into_owned(),
        payer_number,
        recipient_number,
        sub_key,
        segment,
        income_segment,
        additional_conditions,
        designated_institutions,
        always_reimbursed: always_reimbursed?,
        max_copayment,
        valid_from: valid_from?,
        valid_to: valid_to?,
        history_key: history_key?.into_owned(),
        not_disclosed: not_disclosed?,
        details: details?,
    })
}

/// 公費負担者番号 goes unchanged to the レセコン, so it must have the form one stores: an empty one
/// is refused like any other that is not of eight digits.
fn payer(items: &mut Items<'_>, rules: &NumberRules) -> Option<String> {
    let name = "medicalSubsidyInsurerNumber";
    let node = items.given(name)?;
    let text = items.string(name, node)?;
    items.note(name, verify(Kind::PublicPayer, &text, rules));
    Some(text.into_owned())
}

/// 公費受給者番号: a municipality's own numbers have any form; only the check digit of seven digits
/// is remarked on.
fn recipient(items: &mut Items<'_>, rules: &NumberRules) -> Option<String> {
    let name = "medicalSubsidyRecipientNumber";
    let text = items.optional_text(name, Shape::line(limits::RECIPIENT))?;
    let number = items.take(name, RecipientNumber::parse(&text, rules))?;
    items.note(name, number.warnings(rules));
    Some(text)
}

fn conditions(items: &mut Items<'_>) -> Option<String> {
    let name = "additionalConditions";
    let text = items.optional_text(name, Shape::line(limits::CONDITIONS))?;
    if !conditions_are_well_formed(&text) {
        items.note(
            name,
            [Finding::stop(
                "conditions-form",
                "",
                "「項目コード-条件コード」を半角セミコロンでつないでください。例: A1-01;B2-02",
                "Join pairs of item code and condition code by semicolons: A1-01;B2-02.",
            )],
        );
    }
    Some(text)
}

/// The records of a batch whose certificate stands again later in it, each with the warning to
/// add: the last one wins (ours). A refused record neither wins nor loses, so a caller who refuses
/// more (scheme master) does that first.
#[must_use]
pub fn superseded(records: &[Record]) -> Vec<(usize, Finding)> {
    twice::superseded(records.iter().map(|record| {
        let registration = record.as_ref().ok()?;
        Some((registration.my_number.as_str(), registration.certificate.key()))
    }))
}
