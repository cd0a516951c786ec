//! Where on the body and how a dose is given. Codes are ours; the words are the ordinance's.

/// 接種経路
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Route {
    /// 経口
    Oral,
    /// 皮下
    Subcutaneous,
    /// 筋肉内
    Intramuscular,
    /// 経皮 (BCG by stamp)
    Percutaneous,
    /// 経鼻
    Nasal,
}

/// 接種部位
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Site {
    /// 左上腕
    LeftArm,
    /// 右上腕
    RightArm,
    /// 左大腿
    LeftThigh,
    /// 右大腿
    RightThigh,
    /// その他
    Other,
}

impl Route {
    /// Every route.
    pub const ALL: [Self; 5] =
        [Self::Subcutaneous, Self::Intramuscular, Self::Oral, Self::Percutaneous, Self::Nasal];

    /// Stable code, kebab-case.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Oral => "oral",
            Self::Subcutaneous => "subcutaneous",
            Self::Intramuscular => "intramuscular",
            Self::Percutaneous => "percutaneous",
            Self::Nasal => "nasal",
        }
    }

    /// As tables and people write it.
    #[must_use]
    pub const fn ja(self) -> &'static str {
        match self {
            Self::Oral => "経口",
            Self::Subcutaneous => "皮下",
            Self::Intramuscular => "筋肉内",
            Self::Percutaneous => "経皮",
            Self::Nasal => "経鼻",
        }
    }

    /// By its code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|route| route.code() == code)
    }

    /// Whether a needle goes in somewhere, so that the site is worth knowing.
    #[must_use]
    pub const fn has_site(self) -> bool {
        !matches!(self, Self::Oral | Self::Nasal)
    }

    /// Those of a table's entry, 「皮下・筋肉内」.
    pub fn of(entry: &str) -> impl Iterator<Item = Self> {
        entry.split('・').filter_map(|word| Self::ALL.into_iter().find(|route| route.ja() == word))
    }
}

impl Site {
    /// Every site.
    pub const ALL: [Self; 5] =
        [Self::LeftArm, Self::RightArm, Self::LeftThigh, Self::RightThigh, Self::Other];

    /// Stable code, kebab-case.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::LeftArm => "left-arm",
            Self::RightArm => "right-arm",
            Self::LeftThigh => "left-thigh",
            Self::RightThigh => "right-thigh",
            Self::Other => "other",
        }
    }

    /// As people write it.
    #[must_use]
    pub const fn ja(self) -> &'static str {
        match self {
            Self::LeftArm => "左上腕",
            Self::RightArm => "右上腕",
            Self::LeftThigh => "左大腿",
            Self::RightThigh => "右大腿",
            Self::Other => "その他",
        }
    }

    /// By its code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|site| site.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_read_back_and_an_entry_names_its_routes() {
        assert!(Route::ALL.iter().all(|it| Route::from_code(it.code()) == Some(*it)));
        assert!(Site::ALL.iter().all(|it| Site::from_code(it.code()) == Some(*it)));
        for (entry, want) in [
            ("皮下・筋肉内", vec![Route::Subcutaneous, Route::Intramuscular]),
            ("経口", vec![Route::Oral]),
            ("", vec![]),
        ] {
            assert_eq!(Route::of(entry).collect::<Vec<_>>(), want, "{entry}");
        }
    }
}
