//! Health insurance (医療保険) as the insured-person registry tells it.

use jiff::civil::Date;

/// One span of insurance of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Insurance {
    /// 保険者番号, 8 digits, or 6 for the National Health Insurance (国保).
    pub insurer: String,
    /// 保険者名称.
    pub insurer_name: String,
    /// 被保険者記号, as written; empty where the insurer uses none.
    pub symbol: String,
    /// 被保険者番号, as written.
    pub number: String,
    /// 枝番, two digits.
    pub branch: String,
    /// First day.
    pub valid_from: Date,
    /// Last day, inclusive; none while it goes on.
    pub valid_to: Option<Date>,
    /// 一部負担金割合 in percent.
    pub share_percent: u8,
}

impl Insurance {
    /// Whether it is in force on `day`; both ends are inclusive.
    #[must_use]
    pub fn valid_on(&self, day: Date) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|last| day <= last)
    }
}
