//! How much is taken at once, and how long each item may be.
//!
//! Documented (pmh-api §2.3, §5.1): [`TYPE_ID`], [`CERTIFICATE_NAME`], [`RECIPIENT`], [`PERSON_KEY`].
//! The others are ours, because every input needs a bound; they are generous on purpose.

/// Bytes of a request body.
pub const BODY_BYTES: usize = 16 << 20;
/// Records of a batch.
pub const BATCH_RECORDS: usize = 10_000;
/// Arrays and objects inside each other.
pub const DEPTH: usize = 32;
/// JSON values and names of a body: 200 for each record of a full batch.
pub const NODES: usize = 200 * BATCH_RECORDS;
/// Members of one object.
pub const MEMBERS: usize = 500;
/// Characters of a JSON number.
pub const NUMBER_CHARACTERS: usize = 64;

/// Characters of `orgSpecificCertificateTypeId`.
pub const TYPE_ID: usize = 50;
/// Characters of `certificationName`.
pub const CERTIFICATE_NAME: usize = 100;
/// Characters of `medicalSubsidyRecipientNumber`.
pub const RECIPIENT: usize = 30;
/// Characters of `municipalityIdentityKey`.
pub const PERSON_KEY: usize = 100;

/// Characters of `certificationSubKey`, `segment` and `historyKey`.
pub const KEY: usize = 100;
/// Characters of `incomeSegment` and of each code of the scheme master.
pub const CODE: usize = 50;
/// Characters of `additionalConditions`.
pub const CONDITIONS: usize = 1_000;
/// Characters of `designatedMedicalInstitutions`.
pub const INSTITUTIONS: usize = 4_000;
/// Characters of `name` and `nameKana`.
pub const NAME: usize = 200;
/// Characters of `address`.
pub const ADDRESS: usize = 500;
/// Bytes of the JSON text of `maxCopaymentAmount`.
pub const COPAYMENT_BYTES: usize = 16 << 10;
/// Bytes of the JSON text of `certificationDetail`, and of the unpublished items of a checkup.
pub const DETAIL_BYTES: usize = 64 << 10;
/// Certificates in force that one municipality keeps for one person.
pub const CERTIFICATES: usize = 200;
/// Those that it ended, beside them: whoever looks a person up reads them all.
pub const CERTIFICATES_ENDED: usize = 2_000;
/// Entries of the scheme master, and codes of one list in it.
pub const MASTER: usize = 1_000;
/// Characters of a challenge token.
pub const CHALLENGE: usize = 256;
/// Bytes of a card's certificate.
pub const CARD_CERTIFICATE_BYTES: usize = 8 << 10;
/// Bytes of a card's signature.
pub const CARD_SIGNATURE_BYTES: usize = 1 << 10;
/// Characters of a sealed reception or draft.
pub const RECEPTION: usize = 16 << 10;
