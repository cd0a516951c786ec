//! The same lot, however it was typed.

/// What a lot is compared by: full-width characters in half width, capitals, no spaces and no
/// invisible characters. What was sent is kept beside it as it was.
#[must_use]
pub fn lot_key(lot: &str) -> String {
    lot.chars().map(half_width).filter(|it| !ignored(*it)).flat_map(char::to_uppercase).collect()
}

/// Full-width ASCII as keyboards of Japan type it, and the dashes that stand for a hyphen.
fn half_width(character: char) -> char {
    match character {
        '\u{FF01}'..='\u{FF5E}' => u32::from(character)
            .checked_sub(0xFF01 - 0x21)
            .and_then(char::from_u32)
            .unwrap_or(character),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        _ => character,
    }
}

fn ignored(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || matches!(character, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_lot_has_one_key() {
        for (typed, want) in [
            ("AB12", "AB12"),
            (" ab12\t", "AB12"),
            ("ＡＢ１２", "AB12"),
            ("ａｂ　１２", "AB12"),
            ("AB 12", "AB12"),
            ("ＭＲ－００１", "MR-001"),
            ("MR‐001", "MR-001"),
            ("\u{FEFF}X\u{200B}1", "X1"),
            ("0O", "0O"),
            ("　", ""),
        ] {
            assert_eq!(lot_key(typed), want, "{typed:?}");
            assert_eq!(lot_key(want), want, "the key of a key is itself");
        }
    }
}
