use super::*;

const ME: ResidentId = ResidentId(7);

fn request(role: Role, purpose: Purpose, basis: Basis) -> Request {
    let organisation = match role {
        Role::MunicipalitySystem | Role::Officer => "452025",
        Role::InstitutionSystem | Role::Desk => "4510000010",
        Role::Resident | Role::Operator => "",
    };
    let caller = Caller {
        role,
        organisation: organisation.into(),
        actor: "a".into(),
        terminal: String::new(),
        resident: (role == Role::Resident).then_some(ME),
    };
    Request { caller, purpose, basis, at: Instant(0) }
}

/// `identity+address…`, or the code of the denial.
fn outcome(role: Role, purpose: Purpose, basis: Basis, facts: Facts) -> String {
    match decide(request(role, purpose, basis), ME, facts) {
        Err(denial) => denial.code().to_owned(),
        Ok(access) => [
            (Part::Identity, "identity"),
            (Part::Address, "address"),
            (Part::Insurance, "insurance"),
            (Part::Certificates, "certificates"),
            (Part::Relations, "relations"),
            (Part::Disclosures, "disclosures"),
            (Part::Registered, "registered"),
            (Part::Immunizations, "immunizations"),
            (Part::Given, "given"),
        ]
        .into_iter()
        .filter(|(part, _)| access.opens(*part))
        .map(|(_, name)| name)
        .collect::<Vec<_>>()
        .join("+"),
    }
}

const CLEAR: Facts = Facts {
    blocked: false,
    not_disclosed: false,
    guardian: false,
    lives_here: false,
    minor: false,
};
const BLOCKED: Facts = Facts { blocked: true, ..CLEAR };
const HIDDEN: Facts = Facts { not_disclosed: true, ..CLEAR };
const GUARDIAN: Facts = Facts { guardian: true, minor: true, ..CLEAR };

#[test]
fn the_table_of_access() {
    use Basis::{CardOnly, CardWithConsent, MunicipalTask, NumbersOnly, NumbersWithConsent};
    use Basis::{Registry, Session};
    use Purpose::{
        ChildRecord, Eligibility, LinkDecision, OwnRecord, Registration, RegistryImport,
    };
    use Role::{Desk, InstitutionSystem, MunicipalitySystem, Officer, Operator, Resident};

    let own = "identity+address+insurance+certificates+relations+disclosures+immunizations+given";
    let child = "identity+insurance+certificates+disclosures+immunizations+given";
    let registration = "identity+address+certificates+relations+registered+immunizations+given";
    for (role, purpose, basis, facts, want) in [
        (Desk, Eligibility, CardWithConsent, CLEAR, "identity+insurance+certificates"),
        (Desk, Eligibility, CardOnly, CLEAR, "identity+insurance"),
        (Desk, Eligibility, CardWithConsent, HIDDEN, "identity+insurance"),
        (Desk, Eligibility, CardWithConsent, BLOCKED, "link-held"),
        (Desk, Eligibility, Session, CLEAR, "not-allowed"),
        (Desk, Eligibility, MunicipalTask, CLEAR, "not-allowed"),
        (Desk, OwnRecord, Session, CLEAR, "not-allowed"),
        (Desk, ChildRecord, Session, GUARDIAN, "not-allowed"),
        (Desk, Registration, MunicipalTask, CLEAR, "not-allowed"),
        (
            InstitutionSystem,
            Eligibility,
            NumbersWithConsent,
            CLEAR,
            "identity+insurance+certificates",
        ),
        (InstitutionSystem, Eligibility, NumbersOnly, CLEAR, "identity+insurance"),
        (InstitutionSystem, Eligibility, NumbersWithConsent, HIDDEN, "identity+insurance"),
        (InstitutionSystem, RegistryImport, Registry, CLEAR, "not-allowed"),
        (Resident, OwnRecord, Session, CLEAR, own),
        (Resident, OwnRecord, Session, HIDDEN, "not-disclosed"),
        (Resident, OwnRecord, Session, BLOCKED, "link-held"),
        (Resident, Eligibility, CardWithConsent, CLEAR, "not-allowed"),
        (Resident, ChildRecord, Session, GUARDIAN, child),
        (Resident, ChildRecord, Session, CLEAR, "not-guardian"),
        (Resident, ChildRecord, Session, Facts { minor: false, ..GUARDIAN }, "of-age"),
        (Resident, ChildRecord, Session, Facts { minor: true, ..CLEAR }, "not-guardian"),
        (
            Resident,
            ChildRecord,
            Session,
            Facts { not_disclosed: true, ..GUARDIAN },
            "not-disclosed",
        ),
        (Resident, ChildRecord, Session, Facts { blocked: true, ..GUARDIAN }, "link-held"),
        (MunicipalitySystem, Registration, MunicipalTask, BLOCKED, registration),
        (MunicipalitySystem, Registration, Session, CLEAR, "not-allowed"),
        (MunicipalitySystem, LinkDecision, MunicipalTask, CLEAR, "not-allowed"),
        (MunicipalitySystem, Eligibility, CardWithConsent, CLEAR, "not-allowed"),
        (Officer, LinkDecision, MunicipalTask, BLOCKED, "identity+address+registered"),
        (Operator, RegistryImport, Registry, CLEAR, "identity+address+insurance+registered"),
        (Operator, Eligibility, CardWithConsent, CLEAR, "not-allowed"),
        (Operator, OwnRecord, Session, CLEAR, "not-allowed"),
        (Operator, Registration, MunicipalTask, CLEAR, "not-allowed"),
        (Operator, LinkDecision, MunicipalTask, CLEAR, "not-allowed"),
    ] {
        let got = outcome(role, purpose, basis, facts);
        assert_eq!(got, want, "{role:?} {purpose:?} {basis:?} {facts:?}");
    }
}

/// Over every combination: no role but a resident opens disclosures, no desk opens an address, and
/// nobody but officers, municipal systems and the operator passes a block.
#[test]
fn no_combination_opens_what_it_must_not() {
    for role in Role::ALL {
        for purpose in Purpose::ALL {
            for basis in Basis::ALL {
                for bits in 0..32_u8 {
                    let facts = Facts {
                        blocked: bits & 1 != 0,
                        not_disclosed: bits & 2 != 0,
                        guardian: bits & 4 != 0,
                        lives_here: bits & 8 != 0,
                        minor: bits & 16 != 0,
                    };
                    let Ok(access) = decide(request(role, purpose, basis), ME, facts) else {
                        continue;
                    };
                    let desk = role.of_institution();
                    assert!(!(desk && access.opens(Part::Address)), "address at a desk");
                    assert!(role == Role::Resident || !access.opens(Part::Disclosures));
                    assert!(!facts.blocked || !(desk || role == Role::Resident));
                    let shown = desk || role == Role::Resident;
                    assert!(!(shown && facts.not_disclosed && access.opens(Part::Certificates)));
                }
            }
        }
    }
}

#[test]
fn one_resident_never_opens_anothers_own_record() {
    let request = request(Role::Resident, Purpose::OwnRecord, Basis::Session);
    assert_eq!(decide(request, ResidentId(8), CLEAR), Err(Denial::NotAllowed));
}
