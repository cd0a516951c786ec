//! The kinds of record that are kept.

/// A kind of record: one typed face, one FHIR resource type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A resident: name, birth, sex, address.
    Patient,
    /// An institution or a municipality.
    Organization,
    /// A medical-expense certificate (受給者証).
    CoverageCertificate,
    /// A span of health insurance (医療保険).
    CoverageInsurance,
    /// What a resident agreed to hand over, to whom, until when.
    Consent,
    /// A person whom a municipality lists for checkups (自治体検診の対象者).
    CheckupTarget,
    /// A guardian of a child (保護者).
    Relation,
    /// A resident whose immunisations a municipality follows (予防接種の対象者).
    ImmunizationTarget,
    /// A dose of a vaccine (接種).
    Dose,
    /// A filled-in pre-visit form (予診票).
    PreVisitForm,
    /// A notice that a dose is due (勧奨).
    Notice,
}

impl Kind {
    /// Every kind, in the order of the codes.
    pub const ALL: [Self; 11] = [
        Self::Patient,
        Self::Organization,
        Self::CoverageCertificate,
        Self::CoverageInsurance,
        Self::Consent,
        Self::CheckupTarget,
        Self::Relation,
        Self::ImmunizationTarget,
        Self::Dose,
        Self::PreVisitForm,
        Self::Notice,
    ];

    /// The number under which the kind is stored. Stored rows carry it: never renumber.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Patient => 1,
            Self::Organization => 2,
            Self::CoverageCertificate => 3,
            Self::CoverageInsurance => 4,
            Self::Consent => 5,
            Self::CheckupTarget => 6,
            Self::Relation => 7,
            Self::ImmunizationTarget => 11,
            Self::Dose => 8,
            Self::PreVisitForm => 9,
            Self::Notice => 10,
        }
    }

    /// From [`Kind::code`].
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The FHIR R4 resource type.
    #[must_use]
    pub const fn resource_type(self) -> &'static str {
        match self {
            Self::Patient => "Patient",
            Self::Organization => "Organization",
            Self::CoverageCertificate | Self::CoverageInsurance => "Coverage",
            Self::Consent => "Consent",
            Self::CheckupTarget | Self::ImmunizationTarget => "Basic",
            Self::Relation => "RelatedPerson",
            Self::Dose => "Immunization",
            Self::PreVisitForm => "QuestionnaireResponse",
            Self::Notice => "Communication",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_stable_and_lead_back() {
        for (code, resource_type) in [
            (1, "Patient"),
            (2, "Organization"),
            (3, "Coverage"),
            (4, "Coverage"),
            (5, "Consent"),
            (6, "Basic"),
            (7, "RelatedPerson"),
            (11, "Basic"),
            (8, "Immunization"),
            (9, "QuestionnaireResponse"),
            (10, "Communication"),
        ] {
            let kind = Kind::from_code(code).unwrap();
            assert_eq!((kind.code(), kind.resource_type()), (code, resource_type));
        }
        assert_eq!(Kind::from_code(0), None);
        assert_eq!(Kind::from_code(12), None);
    }
}
