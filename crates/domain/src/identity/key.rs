//! Identifiers that stand for a resident.

use std::fmt;

use crate::number::insured_keys;

/// An identifier from outside.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkKey {
    /// A user-authentication certificate. CA generations share one issuer name, so the generation
    /// (the CA's key identifier) is part of it.
    Card {
        /// The CA, by key identifier.
        generation: String,
        /// The serial number of the certificate, canonical hexadecimal.
        serial: String,
    },
    /// An insured person (保険者番号, 記号, 番号, 枝番) by comparison keys: see
    /// [`LinkKey::insured`].
    Insured {
        /// 保険者番号.
        insurer: String,
        /// 記号, empty where the insurer uses none.
        symbol: String,
        /// 番号.
        number: String,
        /// 枝番, two digits, or empty.
        branch: String,
    },
    /// 自治体別本人キー.
    MunicipalPerson {
        /// 全国地方公共団体コード, 6 digits.
        municipality: String,
        /// The municipality's own key, byte for byte.
        key: String,
    },
    /// 個人番号, as the keyed hash under which the vault finds it.
    Vault([u8; 32]),
}

impl LinkKey {
    /// An insured person from what is printed, under the keys of [`insured_keys`].
    #[must_use]
    pub fn insured(insurer: &str, symbol: &str, number: &str, branch: &str) -> Self {
        let [insurer, symbol, number, branch] = insured_keys(insurer, symbol, number, branch);
        Self::Insured { insurer, symbol, number, branch }
    }

    /// Stable number of the kind, the first byte of [`LinkKey::bytes`].
    #[must_use]
    pub const fn kind(&self) -> u8 {
        match self {
            Self::Card { .. } => 1,
            Self::Insured { .. } => 2,
            Self::MunicipalPerson { .. } => 3,
            Self::Vault(_) => 4,
        }
    }

    /// Canonical bytes: equal only for equal keys, none a prefix of another, in the order of the
    /// keys themselves. Stored as database keys, so this cannot change.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = vec![self.kind()];
        match self {
            Self::Card { generation, serial } => texts(&mut out, &[generation, serial]),
            Self::Insured { insurer, symbol, number, branch } => {
                texts(&mut out, &[insurer, symbol, number, branch]);
            }
            Self::MunicipalPerson { municipality, key } => texts(&mut out, &[municipality, key]),
            Self::Vault(hash) => out.extend(hash),
        }
        out
    }

    /// Whether the issuer may give the identifier out again after it ended: an insured number
    /// returns with the person, a card serial and 個人番号 never do.
    #[must_use]
    pub const fn may_return(&self) -> bool {
        matches!(self, Self::Insured { .. } | Self::MunicipalPerson { .. })
    }
}

/// Appends texts, each closed by `00 01`; a zero byte inside is written `00 FF`.
pub(super) fn texts(out: &mut Vec<u8>, parts: &[&str]) {
    for part in parts {
        for &byte in part.as_bytes() {
            out.push(byte);
            if byte == 0 {
                out.push(0xFF);
            }
        }
        out.extend([0x00, 0x01]);
    }
}

/// Identifiers are personal data: only the kind is ever printed.
impl fmt::Debug for LinkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self {
            Self::Card { .. } => "Card",
            Self::Insured { .. } => "Insured",
            Self::MunicipalPerson { .. } => "MunicipalPerson",
            Self::Vault(_) => "Vault",
        };
        write!(f, "{kind}(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Vec<LinkKey> {
        let texts = ["", "a", "a\0", "a\0\u{1}", "ab", "b", "あ"];
        let mut keys = vec![LinkKey::Vault([0; 32]), LinkKey::Vault([255; 32])];
        for one in texts {
            for two in texts {
                let (one, two) = (one.to_owned(), two.to_owned());
                keys.push(LinkKey::Card { generation: one.clone(), serial: two.clone() });
                keys.push(LinkKey::insured("06130012", &one, &two, "1"));
                keys.push(LinkKey::Insured {
                    insurer: one.clone(),
                    symbol: two.clone(),
                    number: one.clone(),
                    branch: two.clone(),
                });
                keys.push(LinkKey::MunicipalPerson { municipality: one, key: two });
            }
        }
        keys.sort();
        keys.dedup();
        keys
    }

    #[test]
    fn bytes_keep_the_order_and_no_key_is_a_prefix_of_another() {
        let bytes: Vec<Vec<u8>> = sample().iter().map(LinkKey::bytes).collect();
        assert!(bytes.is_sorted());
        for pair in bytes.windows(2) {
            assert!(!pair[1].starts_with(&pair[0]), "{pair:?}");
        }
    }

    #[test]
    fn an_insured_number_is_one_however_it_is_typed() {
        let key = LinkKey::insured("06130012", "東京１２", "００３", "1");
        assert_eq!(key, LinkKey::insured("０６１３００１２", "東京 12", "003", "01"));
        assert_ne!(key, LinkKey::insured("06130012", "東京12", "3", "01"));
        let national = LinkKey::insured("459164", "", "１２-３", "");
        assert_eq!(national, LinkKey::insured("00459164", "", "123", ""), "six digits of eight");
        assert_ne!(key, LinkKey::insured("06130012", "東京1", "2003", "01"));
    }

    #[test]
    fn a_key_does_not_print_its_secret() {
        let key = LinkKey::MunicipalPerson { municipality: "122319".into(), key: "K-77".into() };
        assert_eq!(format!("{key:?}"), "MunicipalPerson(…)");
    }
}
