//! Decimal numbers without floating point: as they are written, in whole parts.

/// A decimal number as hundredths; none if it is none, negative, huge, or finer.
#[must_use]
pub fn hundredths(value: &str) -> Option<u32> {
    scaled(value, 2)
}

/// A decimal number as tenths, likewise.
#[must_use]
pub fn tenths(value: &str) -> Option<u32> {
    scaled(value, 1)
}

fn scaled(value: &str, places: usize) -> Option<u32> {
    let (whole, part) = value.split_once('.').unwrap_or((value, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    if !digits(whole) || !digits(part) || 6 < whole.len() {
        return None;
    }
    let part = part.trim_end_matches('0');
    if places < part.len() {
        return None;
    }
    let unit = 10_u32.pow(u32::try_from(places - part.len()).ok()?);
    let scale = 10_u32.pow(u32::try_from(places).ok()?);
    let part = if part.is_empty() { 0 } else { part.parse::<u32>().ok()? * unit };
    Some(whole.parse::<u32>().ok()? * scale + part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_whole_hundredths() {
        for (text, want) in [
            ("0.5", Some(50)),
            ("0.250", Some(25)),
            ("2", Some(200)),
            ("0.255", None),
            ("5e-1", None),
            ("-1", None),
            ("1.", None),
            ("\"1\"", None),
        ] {
            assert_eq!(hundredths(text), want, "{text}");
        }
    }
}
