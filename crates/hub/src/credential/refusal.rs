//! Why a card is not believed: a code for machines, a sentence for the desk, a reason for the log.

/// Why a card's answer was refused. The text inside a variant is the finer reason: for the audit
/// log, never for the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{}: {}", self.code(), self.reason())]
pub enum CardRefusal {
    /// Not a challenge of this hub's form.
    ChallengeMalformed,
    /// Not issued by this hub to this institution and terminal, or tampered with.
    ChallengeForeign,
    /// Issued more than [`super::challenge::LIFE_SECONDS`] ago.
    ChallengeExpired,
    /// Answered once already (the store knows).
    ChallengeUsed,
    /// Not a certificate, or a signature of an impossible length.
    Malformed(&'static str),
    /// No pinned CA generation has the authority key identifier, or it did not sign this.
    UnknownCa(&'static str),
    /// An algorithm that the configuration does not allow.
    AlgorithmNotAllowed(&'static str),
    /// Something in the certificate that this hub does not understand or accept.
    WrongProfile(&'static str),
    /// Not a certificate for signing in: a signature certificate, or a CA's.
    WrongKeyUsage,
    /// Issued under another policy: signature, production in a test, test in production.
    WrongPolicy,
    /// The card did not sign this challenge.
    BadSignature,
    /// The certificate is not valid yet.
    NotYetValid,
    /// The certificate, or its CA, has expired.
    Expired(&'static str),
    /// The certificate stands on the CA's list.
    Revoked,
    /// There is no current list of revocations, so nobody can tell.
    RevocationUnknown(&'static str),
}

impl CardRefusal {
    /// Every refusal once, with some reason: for documentation and tests.
    pub const ALL: [Self; 15] = [
        Self::ChallengeMalformed,
        Self::ChallengeForeign,
        Self::ChallengeExpired,
        Self::ChallengeUsed,
        Self::Malformed(""),
        Self::UnknownCa(""),
        Self::AlgorithmNotAllowed(""),
        Self::WrongProfile(""),
        Self::WrongKeyUsage,
        Self::WrongPolicy,
        Self::BadSignature,
        Self::NotYetValid,
        Self::Expired(""),
        Self::Revoked,
        Self::RevocationUnknown(""),
    ];

    /// The stable code, kebab-case.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::ChallengeMalformed => "challenge-malformed",
            Self::ChallengeForeign => "challenge-foreign",
            Self::ChallengeExpired => "challenge-expired",
            Self::ChallengeUsed => "challenge-used",
            Self::Malformed(_) => "malformed",
            Self::UnknownCa(_) => "unknown-ca",
            Self::AlgorithmNotAllowed(_) => "algorithm-not-allowed",
            Self::WrongProfile(_) => "wrong-profile",
            Self::WrongKeyUsage => "wrong-key-usage",
            Self::WrongPolicy => "wrong-policy",
            Self::BadSignature => "bad-signature",
            Self::NotYetValid => "not-yet-valid",
            Self::Expired(_) => "expired",
            Self::Revoked => "revoked",
            Self::RevocationUnknown(_) => "revocation-unknown",
        }
    }

    /// The finer reason, for the audit log; empty where the code says it all.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Malformed(why)
            | Self::UnknownCa(why)
            | Self::AlgorithmNotAllowed(why)
            | Self::WrongProfile(why)
            | Self::Expired(why)
            | Self::RevocationUnknown(why) => why,
            _ => "",
        }
    }

    /// What the desk should know and do, in Japanese.
    #[must_use]
    pub const fn ja(self) -> &'static str {
        match self {
            Self::ChallengeMalformed | Self::ChallengeForeign => {
                "この窓口で始めた読み取りではありません。画面の最初から、もう一度カードを読み取ってください。"
            }
            Self::ChallengeExpired => {
                "読み取りに時間がかかり、受付時間（2分）を過ぎました。もう一度カードを置き、暗証番号を入力してください。"
            }
            Self::ChallengeUsed => {
                "この読み取りはすでに使われました。もう一度カードを読み取ってください。"
            }
            Self::Malformed(_) => {
                "カードの情報を正しく読み取れませんでした。カードを置き直して、もう一度お試しください。"
            }
            Self::UnknownCa(_) => {
                "このカードは確認できる発行元のものではありません。カードの種類を確かめ、資格確認書などで確認してください。"
            }
            Self::AlgorithmNotAllowed(_) | Self::WrongProfile(_) => {
                "このカードの形式には対応していません。資格確認書などで確認し、システム担当者に連絡してください。"
            }
            Self::WrongKeyUsage | Self::WrongPolicy => {
                "利用者証明用の電子証明書ではありません。4桁の暗証番号の証明書で、もう一度読み取ってください。"
            }
            Self::BadSignature => {
                "カードの応答を確認できませんでした。カードを置き直して、もう一度お試しください。続くときは資格確認書などで確認してください。"
            }
            Self::NotYetValid => {
                "電子証明書の有効期間がまだ始まっていません。端末の日時を確かめ、資格確認書などで確認してください。"
            }
            Self::Expired(_) => {
                "電子証明書の有効期限が切れています。資格確認書などで確認し、市区町村の窓口での更新をご案内ください。"
            }
            Self::Revoked => {
                "この電子証明書は失効しています。資格確認書などで確認し、市区町村の窓口をご案内ください。"
            }
            Self::RevocationUnknown(_) => {
                "失効の有無を確認できないため、情報を表示できません。しばらく待ってもう一度試すか、資格確認書などで確認してください。"
            }
        }
    }

    /// The same in English.
    #[must_use]
    pub const fn en(self) -> &'static str {
        match self {
            Self::ChallengeMalformed | Self::ChallengeForeign => {
                "This reading was not started at this desk. Start again and read the card once more."
            }
            Self::ChallengeExpired => {
                "The reading took longer than two minutes. Place the card and enter the PIN again."
            }
            Self::ChallengeUsed => "This reading was used already. Read the card again.",
            Self::Malformed(_) => "The card could not be read properly. Place it again and retry.",
            Self::UnknownCa(_) => {
                "This card does not come from a known issuer. Check the kind of card, or use a \
                 written proof of eligibility."
            }
            Self::AlgorithmNotAllowed(_) | Self::WrongProfile(_) => {
                "This form of card is not supported. Use a written proof of eligibility and tell \
                 the system's administrator."
            }
            Self::WrongKeyUsage | Self::WrongPolicy => {
                "This is not the user-authentication certificate. Read the one with the 4-digit PIN."
            }
            Self::BadSignature => {
                "The card's answer could not be verified. Place it again and retry; if it happens \
                 again, use a written proof of eligibility."
            }
            Self::NotYetValid => {
                "The certificate is not valid yet. Check the terminal's clock, or use a written \
                 proof of eligibility."
            }
            Self::Expired(_) => {
                "The certificate has expired. Use a written proof of eligibility and point the \
                 person to the municipality for renewal."
            }
            Self::Revoked => {
                "The certificate has been revoked. Use a written proof of eligibility and point \
                 the person to the municipality."
            }
            Self::RevocationUnknown(_) => {
                "Whether the certificate was revoked cannot be told now, so nothing is shown. Try \
                 again in a while, or use a written proof of eligibility."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_refusal_has_a_code_of_its_own_and_says_what_to_do() {
        let codes: HashSet<&str> = CardRefusal::ALL.into_iter().map(CardRefusal::code).collect();
        assert_eq!(codes.len(), CardRefusal::ALL.len());
        for refusal in CardRefusal::ALL {
            assert!(refusal.ja().ends_with("ください。"), "{refusal}");
            assert!(refusal.en().ends_with('.'), "{refusal}");
        }
    }
}
