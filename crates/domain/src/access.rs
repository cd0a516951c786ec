//! Who may do what to whose record, and why (design, wall 3).
//!
//! Reading anything about a resident needs an [`Access`], and only [`decide`] makes one. Looking
//! somebody up needs a [`Find`]; listing people needs a [`Cohort`]. There is no third way.

use crate::instant::Instant;
use crate::person::ResidentId;

/// The role in which somebody calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// 健康管理・福祉 system of a municipality.
    MunicipalitySystem,
    /// An officer of a municipality.
    Officer,
    /// レセコン or EMR of an institution.
    InstitutionSystem,
    /// Staff at the desk of an institution.
    Desk,
    /// A resident, also as a guardian.
    Resident,
    /// Who runs the hub: loads registries, sees no records.
    Operator,
}

impl Role {
    /// Every role, in the order of the codes.
    pub const ALL: [Self; 6] = [
        Self::MunicipalitySystem,
        Self::Officer,
        Self::InstitutionSystem,
        Self::Desk,
        Self::Resident,
        Self::Operator,
    ];

    /// Stable code, kebab-case.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::MunicipalitySystem => "municipality-system",
            Self::Officer => "officer",
            Self::InstitutionSystem => "institution-system",
            Self::Desk => "desk",
            Self::Resident => "resident",
            Self::Operator => "operator",
        }
    }

    const fn of_municipality(self) -> bool {
        matches!(self, Self::MunicipalitySystem | Self::Officer)
    }

    const fn of_institution(self) -> bool {
        matches!(self, Self::InstitutionSystem | Self::Desk)
    }
}

/// Who calls: established by the edge from a token, a session or a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// In which role.
    pub role: Role,
    /// Code of the municipality or institution; empty for residents and the operator.
    pub organisation: String,
    /// The client or member of staff.
    pub actor: String,
    /// The terminal, empty if it is not bound to one.
    pub terminal: String,
    /// The resident who calls, if it is one.
    pub resident: Option<ResidentId>,
}

/// What for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// 資格確認 at the desk: insurance and, if agreed, certificates.
    Eligibility,
    /// A resident looks at what is kept about them.
    OwnRecord,
    /// A guardian looks at a child's record.
    ChildRecord,
    /// A municipality registers, corrects or ends.
    Registration,
    /// An officer decides a held link.
    LinkDecision,
    /// The operator loads a registry (insured persons, cards).
    RegistryImport,
    /// A resident signs in.
    SignIn,
    /// A desk receives somebody for a dose, and records it (予防接種).
    Immunization,
    /// A municipality follows the doses of its residents: who is due, who is missing.
    ImmunizationCare,
}

impl Purpose {
    /// Every purpose, in the order of the codes.
    pub const ALL: [Self; 9] = [
        Self::Eligibility,
        Self::OwnRecord,
        Self::ChildRecord,
        Self::Registration,
        Self::LinkDecision,
        Self::RegistryImport,
        Self::SignIn,
        Self::Immunization,
        Self::ImmunizationCare,
    ];

    /// Stable code, kebab-case.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Eligibility => "eligibility",
            Self::OwnRecord => "own-record",
            Self::ChildRecord => "child-record",
            Self::Registration => "registration",
            Self::LinkDecision => "link-decision",
            Self::RegistryImport => "registry-import",
            Self::SignIn => "sign-in",
            Self::Immunization => "immunization",
            Self::ImmunizationCare => "immunization-care",
        }
    }
}

/// On what ground.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Basis {
    /// The resident's card answered a challenge, and they agreed to hand over certificates.
    CardWithConsent,
    /// The resident's card answered a challenge; certificates were declined.
    CardOnly,
    /// Insured-person numbers under a bound token, certificates agreed to.
    NumbersWithConsent,
    /// Insured-person numbers under a bound token.
    NumbersOnly,
    /// The resident signed in with their card.
    Session,
    /// The task of a municipality by law.
    MunicipalTask,
    /// A registry that the operator is bound to load.
    Registry,
    /// Name and birth date, where the card does not answer: recorded as such.
    NameAndBirth,
    /// An institution corrects what it recorded itself.
    OwnEntry,
}

impl Basis {
    /// Every basis, in the order of the codes.
    pub const ALL: [Self; 9] = [
        Self::CardWithConsent,
        Self::CardOnly,
        Self::NumbersWithConsent,
        Self::NumbersOnly,
        Self::Session,
        Self::MunicipalTask,
        Self::Registry,
        Self::NameAndBirth,
        Self::OwnEntry,
    ];

    /// Stable code, kebab-case.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::CardWithConsent => "card-with-consent",
            Self::CardOnly => "card-only",
            Self::NumbersWithConsent => "numbers-with-consent",
            Self::NumbersOnly => "numbers-only",
            Self::Session => "session",
            Self::MunicipalTask => "municipal-task",
            Self::Registry => "registry",
            Self::NameAndBirth => "name-and-birth",
            Self::OwnEntry => "own-entry",
        }
    }

    const fn certificates_agreed(self) -> bool {
        matches!(self, Self::CardWithConsent | Self::NumbersWithConsent)
    }

    const fn at_the_desk(self) -> bool {
        matches!(
            self,
            Self::CardWithConsent | Self::CardOnly | Self::NumbersWithConsent | Self::NumbersOnly
        )
    }
}

/// A part of the record that an access may open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Name, reading, birth, sex.
    Identity,
    /// Address.
    Address,
    /// Insurance.
    Insurance,
    /// Certificates.
    Certificates,
    /// Guardians and children.
    Relations,
    /// Who looked.
    Disclosures,
    /// Writing what a registry or municipality says.
    Registered,
    /// Doses, pre-visit forms, notices, and who is a target.
    Immunizations,
    /// Writing doses and forms.
    Given,
}

impl Part {
    const fn bit(self) -> u16 {
        1 << self as u8
    }
}

/// What stands about a resident that decides access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Facts {
    /// A link to this resident waits for a human: nobody sees anything until it is decided.
    pub blocked: bool,
    /// 不開示: a municipality withholds the person's data.
    pub not_disclosed: bool,
    /// Whether the caller is a guardian of this resident on the day.
    pub guardian: bool,
    /// Whether the resident lives in the caller's municipality on the day (対象者).
    pub lives_here: bool,
    /// Whether this resident has certainly not attained majority on the day.
    pub minor: bool,
}

/// A request for access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Who.
    pub caller: Caller,
    /// What for.
    pub purpose: Purpose,
    /// On what ground.
    pub basis: Basis,
    /// When.
    pub at: Instant,
}

/// Why access was refused: for the audit log. To the caller it looks like absence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Denial {
    /// Role, purpose and basis do not belong together.
    NotAllowed,
    /// A link waits for a human.
    Blocked,
    /// 不開示.
    NotDisclosed,
    /// Not a guardian of this child today.
    NotGuardian,
    /// The child has attained majority, or nobody can tell that they have not.
    OfAge,
}

impl Denial {
    /// Stable code for the audit log.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotAllowed => "not-allowed",
            Self::Blocked => "link-held",
            Self::NotDisclosed => "not-disclosed",
            Self::NotGuardian => "not-guardian",
            Self::OfAge => "of-age",
        }
    }
}

/// The right of one caller to some parts of one resident's record, now.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "an access that is not used opens nothing"]
pub struct Access {
    request: Request,
    resident: ResidentId,
    parts: u16,
}

impl Access {
    /// What was asked for.
    #[must_use]
    pub const fn request(&self) -> &Request {
        &self.request
    }

    /// Whose record.
    #[must_use]
    pub const fn resident(&self) -> ResidentId {
        self.resident
    }

    /// Whether it opens `part`.
    #[must_use]
    pub const fn opens(&self, part: Part) -> bool {
        self.parts & part.bit() != 0
    }
}

/// Decides a request for one resident's record. Every rule of access stands here.
///
/// law:個人情報保護法 for consent at the desk; the effects of 不開示 follow the official table in
/// the reference (history not viewable, address not shown, certificates withheld).
///
/// # Errors
/// The reason, for the audit log only: the caller sees absence.
pub fn decide(request: Request, resident: ResidentId, facts: Facts) -> Result<Access, Denial> {
    let parts = match request.purpose {
        Purpose::Eligibility => at_the_desk(&request, facts)?,
        Purpose::OwnRecord | Purpose::SignIn => own_record(&request, resident, facts)?,
        Purpose::ChildRecord => child_record(&request, facts)?,
        Purpose::Registration => {
            municipal(&request, request.caller.role.of_municipality())?;
            &[
                Part::Identity,
                Part::Address,
                Part::Certificates,
                Part::Relations,
                Part::Registered,
                Part::Immunizations,
                Part::Given,
            ]
        }
        Purpose::LinkDecision => {
            municipal(&request, request.caller.role == Role::Officer)?;
            &[Part::Identity, Part::Address, Part::Registered]
        }
        Purpose::RegistryImport => {
            let registry =
                request.caller.role == Role::Operator && request.basis == Basis::Registry;
            allowed(registry)?;
            &[Part::Identity, Part::Address, Part::Insurance, Part::Registered]
        }
        Purpose::Immunization => receiving(&request, facts)?,
        Purpose::ImmunizationCare => following(&request, facts)?,
    };
    let parts = parts.iter().fold(0, |bits, part: &Part| bits | part.bit());
    Ok(Access { request, resident, parts })
}

/// Absence has no reason (pmh-api §3): without consent, or under 不開示, certificates are simply
/// not there. Insurance stays visible; the address is never shown at a desk.
fn at_the_desk(request: &Request, facts: Facts) -> Result<&'static [Part], Denial> {
    allowed(request.caller.role.of_institution() && request.basis.at_the_desk())?;
    if facts.blocked {
        return Err(Denial::Blocked);
    }
    Ok(match request.basis.certificates_agreed() && !facts.not_disclosed {
        true => &[Part::Identity, Part::Insurance, Part::Certificates],
        false => &[Part::Identity, Part::Insurance],
    })
}

/// A desk that receives somebody for a dose sees the doses, also under 不開示: whoever is there must
/// not get a wrong one. It sees no address and no municipality.
fn receiving(request: &Request, facts: Facts) -> Result<&'static [Part], Denial> {
    let basis = matches!(
        request.basis,
        Basis::CardOnly | Basis::CardWithConsent | Basis::NameAndBirth | Basis::OwnEntry
    );
    allowed(request.caller.role.of_institution() && basis)?;
    if facts.blocked {
        return Err(Denial::Blocked);
    }
    Ok(&[Part::Identity, Part::Immunizations, Part::Given])
}

/// A municipality follows those who live there, and nobody else: history goes with the person.
fn following(request: &Request, facts: Facts) -> Result<&'static [Part], Denial> {
    municipal(request, request.caller.role.of_municipality())?;
    match facts {
        Facts { blocked: true, .. } => Err(Denial::Blocked),
        Facts { lives_here: false, .. } => Err(Denial::NotAllowed),
        _ => Ok(&[Part::Identity, Part::Address, Part::Immunizations, Part::Given]),
    }
}

const OWN: &[Part] = &[
    Part::Identity,
    Part::Address,
    Part::Insurance,
    Part::Certificates,
    Part::Relations,
    Part::Disclosures,
    Part::Immunizations,
    Part::Given,
];

fn own_record(
    request: &Request,
    resident: ResidentId,
    facts: Facts,
) -> Result<&'static [Part], Denial> {
    allowed(request.caller.role == Role::Resident && request.caller.resident == Some(resident))?;
    if facts.blocked {
        return Err(Denial::Blocked);
    }
    if facts.not_disclosed {
        return Err(Denial::NotDisclosed);
    }
    Ok(OWN)
}

/// A guardian sees what the child would see, without the address: the other parent may live there.
/// From the day on which the child attains majority, guardianship opens nothing, whatever its
/// period says (law:民法4).
fn child_record(request: &Request, facts: Facts) -> Result<&'static [Part], Denial> {
    allowed(request.caller.role == Role::Resident && request.basis == Basis::Session)?;
    match facts {
        Facts { guardian: false, .. } => Err(Denial::NotGuardian),
        Facts { minor: false, .. } => Err(Denial::OfAge),
        Facts { not_disclosed: true, .. } => Err(Denial::NotDisclosed),
        Facts { blocked: true, .. } => Err(Denial::Blocked),
        _ => Ok(&[
            Part::Identity,
            Part::Insurance,
            Part::Certificates,
            Part::Disclosures,
            Part::Immunizations,
            Part::Given,
        ]),
    }
}

fn municipal(request: &Request, role: bool) -> Result<(), Denial> {
    allowed(
        role && request.basis == Basis::MunicipalTask && !request.caller.organisation.is_empty(),
    )
}

fn allowed(yes: bool) -> Result<(), Denial> {
    if yes { Ok(()) } else { Err(Denial::NotAllowed) }
}

/// The right to look somebody up by an identifier: the answer is opaque until an [`Access`] is
/// decided; a look-up that finds nobody is audited by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Find {
    request: Request,
}

impl Find {
    /// What was asked for.
    #[must_use]
    pub const fn request(&self) -> &Request {
        &self.request
    }
}

/// Grants a look-up.
///
/// # Errors
/// When role, purpose and basis do not belong together.
pub fn find(request: Request) -> Result<Find, Denial> {
    let role = request.caller.role;
    allowed(match request.purpose {
        Purpose::Eligibility => role.of_institution() && request.basis.at_the_desk(),
        Purpose::SignIn => role == Role::Resident,
        Purpose::Registration | Purpose::ImmunizationCare => role.of_municipality(),
        Purpose::RegistryImport => role == Role::Operator,
        Purpose::Immunization => role.of_institution(),
        Purpose::OwnRecord | Purpose::ChildRecord | Purpose::LinkDecision => false,
    })?;
    Ok(Find { request })
}

/// The right to list people of one municipality for one purpose: one audit entry with the count,
/// shown on each person's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cohort {
    request: Request,
    filter: &'static str,
}

impl Cohort {
    /// What was asked for.
    #[must_use]
    pub const fn request(&self) -> &Request {
        &self.request
    }

    /// The filter, in words of the log.
    #[must_use]
    pub const fn filter(&self) -> &'static str {
        self.filter
    }
}

/// Grants the list of held links to an officer of the municipality that owns them.
///
/// # Errors
/// When the caller is no officer of a municipality.
pub fn held_links(request: Request) -> Result<Cohort, Denial> {
    municipal(&request, request.caller.role == Role::Officer)?;
    allowed(request.purpose == Purpose::LinkDecision)?;
    Ok(Cohort { request, filter: "held-links" })
}

/// Grants the list of a municipality's residents for following their doses.
///
/// # Errors
/// When the caller is not of a municipality.
pub fn immunization_residents(request: Request) -> Result<Cohort, Denial> {
    municipal(&request, request.caller.role.of_municipality())?;
    allowed(request.purpose == Purpose::ImmunizationCare)?;
    Ok(Cohort { request, filter: "immunization-residents" })
}

#[cfg(test)]
mod tests;
