//! Why a card or a search was refused: a code, what happened, what to do next.

use maud::{Markup, html};

use super::part::{Tone, alert};

/// A refusal that a person at a desk or on a phone can act upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The PIN was wrong.
    WrongPin {
        /// How many tries the card still allows.
        tries_left: u8,
    },
    /// Three wrong PINs: the card is locked.
    Locked,
    /// The certificate on the card was revoked.
    Revoked,
    /// Nobody can tell now whether the certificate was revoked: the hub lacks a current list.
    RevocationUnknown,
    /// The certificate on the card has expired.
    Expired,
    /// The certificate was issued by an authority that the hub does not trust.
    UnknownIssuer,
    /// The card's answer was used before, or came too late.
    Replayed,
    /// Nothing to show: unknown, or not to be shown. The reason is not told.
    NothingFound,
    /// The link of card and person waits for the municipality.
    Held,
}

/// For whom a refusal is explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The desk of an institution.
    Desk,
    /// The holder of the card.
    Resident,
}

impl Refusal {
    /// Kebab-case and stable; what one reads out on the phone to support.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::WrongPin { .. } => "pin-wrong",
            Self::Locked => "card-locked",
            Self::Revoked => "card-revoked",
            Self::RevocationUnknown => "revocation-unknown",
            Self::Expired => "card-expired",
            Self::UnknownIssuer => "issuer-unknown",
            Self::Replayed => "answer-replayed",
            Self::NothingFound => "nothing-found",
            Self::Held => "link-held",
        }
    }

    /// What happened, in a few words.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::WrongPin { .. } => "暗証番号が違います",
            Self::Locked => "カードがロックされています",
            Self::Revoked => "失効したカードです",
            Self::RevocationUnknown => "いまはカードを確かめられません",
            Self::Expired => "カードの電子証明書の有効期限が切れています",
            Self::UnknownIssuer => "このカードは確認できません",
            Self::Replayed => "もう一度カードを置いてください",
            Self::NothingFound => "表示できる情報がありません",
            Self::Held => "確認中のため表示できません",
        }
    }

    /// What happened, in a sentence.
    #[must_use]
    pub fn what(self) -> String {
        match self {
            Self::WrongPin { tries_left } => {
                return format!("あと{tries_left}回まちがえるとカードがロックされます。");
            }
            Self::Locked => "暗証番号を続けてまちがえたため、カードが使えなくなっています。",
            Self::Revoked => {
                "紛失の届出や再発行などで、このカードの電子証明書は使えなくなっています。"
            }
            Self::RevocationUnknown => {
                "カードが失効していないかを、ハブの側でいま確認できません。カードに問題があるとは限りません。"
            }
            Self::Expired => "電子証明書は発行から5回目の誕生日で期限が切れます。",
            Self::UnknownIssuer => "電子証明書の発行元が、このハブの信頼する認証局ではありません。",
            Self::Replayed => "一度使われた応答か、2分を過ぎた応答のため、受け付けませんでした。",
            Self::NothingFound => {
                "登録がないか、表示できない情報です。どちらであるかは表示されません。"
            }
            Self::Held => {
                "カードの内容と登録された情報に違いがあり、自治体が同じ人かどうかを確かめています。"
            }
        }
        .to_owned()
    }

    /// What to do next.
    #[must_use]
    pub const fn next(self, side: Side) -> &'static str {
        match (self, side) {
            (Self::WrongPin { .. }, Side::Desk) => {
                "ご本人にもう一度入力していただくか、下の番号で調べてください。"
            }
            (Self::WrongPin { .. }, Side::Resident) => "もう一度入力してください。",
            (Self::Locked, Side::Desk) => {
                "資格は下の番号で調べられます。ロックの解除は住所地の市区町村窓口でできます。"
            }
            (Self::Locked, Side::Resident) => {
                "住所地の市区町村窓口で、暗証番号の再設定を受けてください。"
            }
            (Self::Revoked | Self::Expired | Self::UnknownIssuer, Side::Desk) => {
                "資格確認書か健康保険の番号と、紙の受給者証で確かめてください。"
            }
            (Self::Revoked | Self::Expired, Side::Resident) => {
                "住所地の市区町村窓口で、電子証明書の更新を受けてください。"
            }
            (Self::RevocationUnknown, Side::Desk) => {
                "資格確認書と紙の受給者証で確かめてください。カードは時間をおいてもう一度お試しください。"
            }
            (Self::RevocationUnknown, Side::Resident) => "時間をおいて、もう一度お試しください。",
            (Self::UnknownIssuer, Side::Resident) => "ほかのカードを使ってください。",
            (Self::Replayed, _) => "はじめからやり直してください。",
            (Self::NothingFound, Side::Desk) => {
                "番号をもう一度確かめ、資格確認書と紙の受給者証で確認してください。"
            }
            (Self::NothingFound, Side::Resident) => {
                "お心当たりがないときは、住所地の市区町村窓口におたずねください。"
            }
            (Self::Held, Side::Desk) => "資格確認書と紙の受給者証で確かめてください。",
            (Self::Held, Side::Resident) => {
                "手続きはいりません。お急ぎのときは、本人確認書類を持って住所地の市区町村窓口へ。"
            }
        }
    }

    const fn tone(self) -> Tone {
        match self {
            Self::WrongPin { .. } | Self::RevocationUnknown | Self::Replayed | Self::Held => {
                Tone::Warn
            }
            Self::NothingFound => Tone::Info,
            _ => Tone::Stop,
        }
    }
}

/// The refusal as a message: what, next, code.
#[must_use]
pub fn refusal(refusal: Refusal, side: Side) -> Markup {
    let body = html! {
        p { (refusal.what()) }
        p { b { "次にすること " } (refusal.next(side)) }
        p.code-line { "コード " code { (refusal.code()) } }
    };
    alert(refusal.tone(), refusal.title(), &body)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Refusal; 9] = [
        Refusal::WrongPin { tries_left: 2 },
        Refusal::Locked,
        Refusal::Revoked,
        Refusal::RevocationUnknown,
        Refusal::Expired,
        Refusal::UnknownIssuer,
        Refusal::Replayed,
        Refusal::NothingFound,
        Refusal::Held,
    ];

    #[test]
    fn every_refusal_says_what_happened_what_to_do_and_its_own_code() {
        let mut codes = ALL.map(Refusal::code);
        codes.sort_unstable();
        assert!(codes.windows(2).all(|pair| pair[0] != pair[1]), "{codes:?}");
        for one in ALL {
            for side in [Side::Desk, Side::Resident] {
                let html = refusal(one, side).into_string();
                for text in [one.title(), &one.what(), one.next(side), one.code()] {
                    assert!(html.contains(text), "{one:?} to {side:?} lacks {text}");
                }
                assert!(one.next(side).ends_with(['。', 'へ']), "{one:?} to {side:?}");
            }
        }
    }

    #[test]
    fn the_desk_is_not_told_why_nothing_is_found() {
        let html = refusal(Refusal::NothingFound, Side::Desk).into_string();
        for secret in ["支援措置", "不開示", "保護"] {
            assert!(!html.contains(secret), "{secret}");
        }
    }
}
