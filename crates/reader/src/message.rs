//! What a card signs to prove its presence.
//!
//! The hub has its own copy of this encoding, on purpose: the two sides share no code, only
//! `tests/vectors.txt`.

/// The name and version of the encoding, its first field.
const PURPOSE: &str = "pmh-auth-v1";

/// ("pmh-auth-v1", origin, institution, terminal, nonce): each field as its length in four bytes,
/// big-endian, then its bytes. No two different lists give the same bytes.
///
/// A card never signs a bare digest that a server sends: whoever can choose the digest could have
/// it sign in somewhere else.
#[must_use]
pub fn auth_message(origin: &str, institution: &str, terminal: &str, nonce: &[u8]) -> Vec<u8> {
    let fields =
        [PURPOSE.as_bytes(), origin.as_bytes(), institution.as_bytes(), terminal.as_bytes(), nonce];
    let mut out = Vec::with_capacity(fields.iter().map(|field| 4 + field.len()).sum());
    for field in fields {
        let length = u32::try_from(field.len()).unwrap_or(u32::MAX);
        out.extend(length.to_be_bytes());
        out.extend(field);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hex;

    #[test]
    fn the_encoding_agrees_with_the_vectors_that_the_hub_also_reads() {
        let rows = include_str!("../tests/vectors.txt").lines().filter(|row| !row.starts_with('#'));
        let mut count = 0;
        for row in rows {
            let cells: Vec<&str> = row.split('|').collect();
            let [origin, institution, terminal, nonce, want] = cells[..] else { panic!("{row}") };
            let nonce: Vec<u8> = (0..nonce.len() / 2)
                .map(|at| u8::from_str_radix(&nonce[2 * at..2 * at + 2], 16).unwrap())
                .collect();
            assert_eq!(hex(&auth_message(origin, institution, terminal, &nonce)), want, "{row}");
            count += 1;
        }
        assert_eq!(count, 5);
    }
}
