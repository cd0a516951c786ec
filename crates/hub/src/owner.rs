//! Which municipality decides about a link that must be held: every case has an owner with a
//! worklist, so that nobody stays blocked for ever.

use domain::finding::Finding;
use domain::name::{Key, NameRules, address_key};
use store::catalogue::Municipality;
use store::{StoreError, Tx};

use crate::Hub;
use crate::refusal::Refusal;

/// The municipalities of the catalogue, by code and by name as addresses begin with it.
pub(crate) struct Owners {
    places: Vec<Place>,
    rules: NameRules,
}

struct Place {
    code: String,
    /// With the prefecture.
    full: String,
    /// Without it.
    short: String,
}

impl Owners {
    pub(crate) async fn read(hub: &Hub) -> Result<Self, Refusal> {
        let all = hub.store.read(municipalities).await;
        let all = all.map_err(|error: StoreError| Refusal::from(error))?;
        Ok(Self::new(all, hub.book.names.clone()))
    }

    fn new(all: Vec<Municipality>, rules: NameRules) -> Self {
        let place = |of: Municipality| {
            let full = key(&of.name, &rules);
            let short = key(without_prefecture(&of.name), &rules);
            Place { code: of.code, full, short }
        };
        let places = all.into_iter().map(place).filter(|place| !place.short.is_empty()).collect();
        Self { places, rules }
    }

    /// The one that was named; or the one, and only one, in which the address lies.
    pub(crate) fn of(&self, named: &str, address: &str) -> Result<&str, Finding> {
        if !named.is_empty() {
            let known = self.places.iter().find(|place| place.code == named);
            return known.map(|place| place.code.as_str()).ok_or_else(unknown_municipality);
        }
        let texts = [address, &without_district(address)].map(|text| key(text, &self.rules));
        let within = |name: fn(&Place) -> &str| {
            let begins = |place: &&Place| texts.iter().any(|text| text.starts_with(name(place)));
            let mut found = self.places.iter().filter(begins);
            (found.next(), found.next())
        };
        match (within(|place| &place.full), within(|place| &place.short)) {
            ((Some(one), None), _) | ((None, _), (Some(one), None)) => Ok(&one.code),
            _ => Err(owner_unknown()),
        }
    }
}

fn municipalities(tx: &mut Tx<'_>) -> Result<Vec<Municipality>, StoreError> {
    tx.municipalities()
}

/// A 外字 behind the municipality does not matter here.
fn key(text: &str, rules: &NameRules) -> String {
    match address_key(text, rules) {
        Key::Known(key) => key,
        _ => text.split_whitespace().collect(),
    }
}

/// 長崎県東彼杵郡波佐見町 is 長崎県波佐見町: the catalogue names municipalities without their 郡.
fn without_district(address: &str) -> String {
    let rest = without_prefecture(address);
    let prefecture = &address[..address.len() - rest.len()];
    let behind = rest.split_once('郡').map_or(rest, |(_, behind)| behind);
    format!("{prefecture}{behind}")
}

/// 宮崎県都城市 is 都城市; 京都府 and 東京都 end with the third character like every other.
fn without_prefecture(name: &str) -> &str {
    let ends = |(at, sign): (usize, char)| {
        let prefecture = "都道府県".contains(sign) && at >= 2 * sign.len_utf8();
        prefecture.then_some(at + sign.len_utf8())
    };
    let end = name.char_indices().take(4).find_map(ends);
    end.and_then(|end| name.get(end..)).filter(|rest| !rest.is_empty()).unwrap_or(name)
}

fn unknown_municipality() -> Finding {
    Finding::stop(
        "unknown-municipality",
        "",
        "その自治体は台帳にありません。コードを確かめるか、先に自治体を台帳に入れてください。",
        "The catalogue has no such municipality; check the code or enter it first.",
    )
}

fn owner_unknown() -> Finding {
    Finding::stop(
        "owner-unknown",
        "address",
        "住所から自治体を一つに決められません。本人確認待ちを判断する自治体を指定してください\
         (pmh import --municipality コード)。",
        "The address does not lie in exactly one municipality of the catalogue; name the one that \
         decides held links (pmh import --municipality CODE).",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_is_named_or_follows_from_the_address_if_only_one_fits() {
        let book = lawbook::Lawbook::embedded().unwrap();
        let all = [
            ("452025", "宮崎県都城市"),
            ("132063", "東京都府中市"),
            ("342084", "広島県府中市"),
            ("423238", "長崎県波佐見町"),
            ("262129", "京都府京丹後市"),
        ];
        let all = all.map(|(code, name)| {
            let about = String::new();
            Municipality { code: code.into(), name: name.into(), about }
        });
        let owners = Owners::new(all.into(), book.names.clone());
        for (named, address, want) in [
            ("", "宮崎県都城市姫城町6街区21号", "452025"),
            ("", "宮崎県 都城市　姫城町６", "452025"),
            ("", "都城市姫城町6", "452025"),
            ("", "東京都府中市宮町1", "132063"),
            ("", "広島県府中市宮町1", "342084"),
            ("", "府中市宮町1", "owner-unknown"),
            ("", "京都府京丹後市1", "262129"),
            ("", "京丹後市1", "262129"),
            ("", "長崎県東彼杵郡波佐見町1", "423238"),
            ("", "東彼杵郡波佐見町1", "423238"),
            ("", "宮崎県都城市\u{e000}町1", "452025"),
            ("", "大阪府大阪市1", "owner-unknown"),
            ("", "", "owner-unknown"),
            ("342084", "大阪府大阪市1", "342084"),
            ("342084", "宮崎県都城市1", "342084"),
            ("999999", "宮崎県都城市1", "unknown-municipality"),
        ] {
            let got = owners.of(named, address).unwrap_or_else(|finding| finding.code);
            assert_eq!(got, want, "{named} {address}");
        }
    }
}
