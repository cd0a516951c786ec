//! Yen: whole, never negative, and never one sort of amount for another.
//!
//! A [`Total`] (医療費総額, 10割) becomes a [`Share`] (自己負担額) by a rate, and a [`Ceiling`]
//! (自己負担上限額) caps shares. Halves are rounded up, by integers.

use std::fmt;
use std::iter::Sum;

use crate::finding::Finding;

/// The largest amount that is taken, in yen: far above any bill, far below an overflow. Ours.
const LARGEST: i64 = 1_000_000_000_000;

macro_rules! amount {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(i64);

        impl $name {
            /// Nothing.
            pub const ZERO: Self = Self(0);

            /// From yen.
            ///
            /// # Errors
            ///
            /// `yen-out-of-range` for a negative amount or one above a trillion yen.
            pub fn new(yen: i64) -> Result<Self, Finding> {
                if (0..=LARGEST).contains(&yen) { Ok(Self(yen)) } else { Err(out_of_range()) }
            }

            /// In yen.
            #[must_use]
            pub const fn yen(self) -> i64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}円", grouped(self.0))
            }
        }
    };
}

amount! {
    /// 医療費総額 (10割): the whole price of a treatment.
    Total
}
amount! {
    /// 自己負担額: what a person pays.
    Share
}
amount! {
    /// 自己負担上限額: what a person pays at most.
    Ceiling
}

/// A rate in percent, 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent(u8);

impl Percent {
    /// From whole percent.
    ///
    /// # Errors
    ///
    /// `percent-out-of-range` above 100.
    pub fn new(percent: u8) -> Result<Self, Finding> {
        if percent <= 100 { Ok(Self(percent)) } else { Err(percent_out_of_range()) }
    }

    /// In percent.
    #[must_use]
    pub const fn percent(self) -> u8 {
        self.0
    }
}

impl Total {
    /// The share at `rate`, to 10 yen, 5 yen up, rounded once: `round10(total × rate / 100)`.
    #[must_use]
    pub fn share(self, rate: Percent) -> Share {
        Share(halves_up(self.0 * i64::from(rate.0), 1000) * 10)
    }
}

impl Share {
    /// To 10 yen, 5 yen up.
    #[must_use]
    pub fn round10(self) -> Self {
        Self(halves_up(self.0, 10) * 10)
    }

    /// What is really paid when `paid` has been paid already under `ceiling`.
    #[must_use]
    pub fn capped(self, ceiling: Ceiling, paid: Self) -> Self {
        self.min(ceiling.left_after(paid))
    }
}

impl Ceiling {
    /// What may still be charged after `paid`.
    #[must_use]
    pub fn left_after(self, paid: Share) -> Share {
        Share((self.0 - paid.0).max(0))
    }

    /// Whether `paid` has reached it.
    #[must_use]
    pub const fn reached_by(self, paid: Share) -> bool {
        self.0 <= paid.0
    }
}

impl Sum for Share {
    fn sum<I: Iterator<Item = Self>>(shares: I) -> Self {
        Self(shares.fold(0, |sum: i64, share| sum.saturating_add(share.0)))
    }
}

impl Sum for Total {
    fn sum<I: Iterator<Item = Self>>(totals: I) -> Self {
        Self(totals.fold(0, |sum: i64, total| sum.saturating_add(total.0)))
    }
}

/// `amount / parts` to the nearest whole, halves up. Both are at least 0, `parts` even.
const fn halves_up(amount: i64, parts: i64) -> i64 {
    (amount + parts / 2) / parts
}

fn grouped(yen: i64) -> String {
    let digits = yen.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn out_of_range() -> Finding {
    Finding::stop(
        "yen-out-of-range",
        "",
        "金額は0円以上1兆円以下の整数で書いてください。",
        "Write an amount of whole yen, from 0 to a trillion.",
    )
}

fn percent_out_of_range() -> Finding {
    Finding::stop(
        "percent-out-of-range",
        "",
        "割合は0以上100以下の整数(パーセント)で書いてください。",
        "Write a rate of whole percent, from 0 to 100.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_rounded_once_to_ten_yen_with_halves_up() {
        for (total, rate, share) in [
            (0, 30, 0),
            (16_650, 30, 5_000),
            (16_640, 30, 4_990),
            (10_024, 20, 2_000),
            (10_025, 20, 2_010),
            (49, 10, 0),
            (50, 10, 10),
            (33_333, 0, 0),
            (33_335, 100, 33_340),
            (1_000_000_000_000, 100, 1_000_000_000_000),
        ] {
            let rate = Percent::new(rate).unwrap();
            assert_eq!(Total::new(total).unwrap().share(rate).yen(), share, "{total} at {rate:?}");
        }
    }

    #[test]
    fn a_ceiling_leaves_what_it_leaves_and_never_less_than_nothing() {
        for (share, ceiling, paid, pays) in [
            (3_000, 10_000, 0, 3_000),
            (3_000, 10_000, 8_000, 2_000),
            (3_000, 10_000, 10_000, 0),
            (3_000, 10_000, 12_000, 0),
            (3_000, 0, 0, 0),
        ] {
            let [share, paid] = [share, paid].map(|yen| Share::new(yen).unwrap());
            let ceiling = Ceiling::new(ceiling).unwrap();
            assert_eq!(share.capped(ceiling, paid).yen(), pays, "{share} {ceiling} {paid}");
            assert_eq!(ceiling.reached_by(paid), ceiling.left_after(paid) == Share::ZERO);
        }
    }

    #[test]
    fn amounts_have_bounds_and_commas() {
        assert_eq!(Share::new(-1).unwrap_err().code, "yen-out-of-range");
        assert_eq!(Share::new(LARGEST + 1).unwrap_err().code, "yen-out-of-range");
        assert_eq!(Percent::new(101).unwrap_err().code, "percent-out-of-range");
        for (yen, text) in
            [(0, "0円"), (999, "999円"), (1_000, "1,000円"), (1_234_567, "1,234,567円")]
        {
            assert_eq!(Total::new(yen).unwrap().to_string(), text);
        }
        let shares = [5, 15].map(|yen| Share::new(yen).unwrap());
        assert_eq!(shares.into_iter().map(Share::round10).sum::<Share>().yen(), 30);
    }
}
