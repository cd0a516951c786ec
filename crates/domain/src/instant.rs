//! Points in time. Legal days are [`jiff::civil::Date`]s in Asia/Tokyo; instants are UTC.

use jiff::civil::Date;
use jiff::tz::Offset;

/// A point in time: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub i64);

impl Instant {
    /// The legal day in Japan (UTC+9 without daylight saving, law:標準時ニ関スル件) at this instant.
    #[must_use]
    pub fn day_in_japan(self) -> Date {
        Offset::constant(9).to_datetime(self.timestamp()).date()
    }

    /// `seconds` later (earlier if negative).
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1000)))
    }

    /// Whole seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// RFC 3339 in UTC with milliseconds, as `2026-11-24T04:16:27.000Z`.
    #[must_use]
    pub fn rfc3339(self) -> String {
        format!("{:.3}", self.timestamp())
    }

    /// `2026-11-24 13:16` in Japanese time, for people.
    #[must_use]
    pub fn for_people(self) -> String {
        let at = Offset::constant(9).to_datetime(self.timestamp());
        format!("{} {:02}:{:02}", at.date(), at.hour(), at.minute())
    }

    fn timestamp(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_legal_day_turns_at_fifteen_hours_utc() {
        let eve = Instant(1_795_446_000_000 - 1);
        assert_eq!(eve.rfc3339(), "2026-11-23T14:59:59.999Z");
        assert_eq!(eve.day_in_japan().to_string(), "2026-11-23");
        assert_eq!(Instant(eve.0 + 1).day_in_japan().to_string(), "2026-11-24");
    }
}
