//! The medical-expense certificate (受給者証) as a municipality registers it.

use jiff::civil::Date;

/// One certificate of one person in one validity span. Texts are kept byte for byte as sent:
/// payer and recipient numbers go to the desk unchanged (pmh-api §11, rule 4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// The registering municipality, 全国地方公共団体コード of 6 digits.
    pub municipality: String,
    /// 機関別受給者証種別ID, `orgSpecificCertificateTypeId`.
    pub type_id: String,
    /// 受給者証名, `certificationName`.
    pub name: String,
    /// 公費負担者番号, `medicalSubsidyInsurerNumber`, 8 digits.
    pub payer_number: Option<String>,
    /// 公費受給者番号, `medicalSubsidyRecipientNumber`, at most 30 characters.
    pub recipient_number: Option<String>,
    /// 受給者証サブキー, `certificationSubKey`.
    pub sub_key: Option<String>,
    /// 区分, `segment`.
    pub segment: Option<String>,
    /// 所得区分, `incomeSegment`, a code of the scheme master.
    pub income_segment: Option<String>,
    /// 追加条件, `additionalConditions`, `item-cond;item-cond`, as sent.
    pub additional_conditions: Option<String>,
    /// 指定医療機関情報, `designatedMedicalInstitutions`.
    pub designated_institutions: Option<String>,
    /// 常に償還払い, `isAlwaysReimbursement`.
    pub always_reimbursed: bool,
    /// 自己負担上限額, the JSON object `maxCopaymentAmount` as sent; members undocumented.
    pub max_copayment: Option<String>,
    /// 資格有効期間開始日, `validFrom`.
    pub valid_from: Date,
    /// 資格有効期間終了日, `validTo`, inclusive.
    pub valid_to: Date,
    /// 履歴キー, `historyKey`.
    pub history_key: String,
    /// 不開示フラグ, `isNotDisclosed`.
    pub not_disclosed: bool,
    /// 受給者証券面項目, the JSON array `certificationDetail` as sent; members undocumented.
    pub details: String,
}

/// What makes two registrations the same certificate of one resident (the key is ours):
/// municipality, type, sub-key, history key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CertificateKey {
    /// Registering municipality.
    pub municipality: String,
    /// `orgSpecificCertificateTypeId`.
    pub type_id: String,
    /// `certificationSubKey`, empty if none.
    pub sub_key: String,
    /// `historyKey`.
    pub history_key: String,
}

impl Certificate {
    /// The upsert key.
    #[must_use]
    pub fn key(&self) -> CertificateKey {
        CertificateKey {
            municipality: self.municipality.clone(),
            type_id: self.type_id.clone(),
            sub_key: self.sub_key.clone().unwrap_or_default(),
            history_key: self.history_key.clone(),
        }
    }

    /// Whether it entitles on `day`; both ends are inclusive.
    #[must_use]
    pub fn valid_on(&self, day: Date) -> bool {
        self.valid_from <= day && day <= self.valid_to
    }
}
