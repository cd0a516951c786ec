//! The bytes that are signed or authenticated: lists of fields without ambiguity.

/// The name and version of the encoding that a card signs, its first field.
const CARD_PURPOSE: &str = "pmh-auth-v1";

/// What a card signs to prove its presence: ("pmh-auth-v1", origin, institution, terminal, nonce).
///
/// The card side (`reader`) has its own copy, on purpose: the two share no code but one file of
/// test vectors.
#[must_use]
pub fn auth_message(origin: &str, institution: &str, terminal: &str, nonce: &[u8]) -> Vec<u8> {
    fields(&[
        CARD_PURPOSE.as_bytes(),
        origin.as_bytes(),
        institution.as_bytes(),
        terminal.as_bytes(),
        nonce,
    ])
}

/// Each field as its length in four bytes, big-endian, then its bytes: no two different lists
/// give the same bytes.
pub(super) fn fields(list: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::with_capacity(list.iter().map(|field| 4 + field.len()).sum());
    for field in list {
        let length = u32::try_from(field.len()).unwrap_or(u32::MAX);
        out.extend(length.to_be_bytes());
        out.extend(*field);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::hex;

    #[test]
    fn the_encoding_agrees_with_the_vectors_that_the_reader_also_reads() {
        let text =
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../reader/tests/vectors.txt"));
        let rows: Vec<&str> = text.lines().filter(|row| !row.starts_with('#')).collect();
        assert_eq!(rows.len(), 5);
        rows.into_iter().for_each(check);
    }

    #[track_caller]
    fn check(row: &str) {
        let cells: Vec<&str> = row.split('|').collect();
        let [origin, institution, terminal, nonce, want] = cells[..] else { panic!("{row}") };
        let nonce: Vec<u8> = (0..nonce.len() / 2)
            .map(|at| u8::from_str_radix(&nonce[2 * at..2 * at + 2], 16).unwrap())
            .collect();
        assert_eq!(hex(&auth_message(origin, institution, terminal, &nonce)), want, "{row}");
    }
}
