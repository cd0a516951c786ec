//! The resident's page on a phone: certificates, family, and who looked.
//!
//! | form or page | fields |
//! |---|---|
//! | `GET /resident` | [`home`], [`login`] without a session, [`blocked`] while the link is held |
//! | `GET /resident/child/{id}` | [`home`] with [`Home::by_guardian`] set |
//! | `POST /resident/enter` | `csrf`, `card` = [`VirtualCard::id`], `pin` (4 digits) |

use maud::{Markup, html};

use crate::look::form::{self, VirtualCard};
use crate::look::part::{self, Moment, Tone};
use crate::look::refusal::{Refusal, Side, refusal};
use crate::look::{Audience, Frame, Layout, NavLink, page, picture};

/// Signing in with a card.
#[derive(Debug, Clone, Default)]
pub struct Login {
    /// Virtual cards to choose from.
    pub cards: Vec<VirtualCard>,
    /// What to say about the PIN of virtual cards.
    pub pin_hint: Option<String>,
    /// Why the last attempt failed.
    pub refusal: Option<Refusal>,
}

/// What a resident sees of themselves, or a guardian of a child.
#[derive(Debug, Clone, Default)]
pub struct Home {
    /// Whose page it is.
    pub name: String,
    /// 「こんばんは」
    pub greeting: String,
    /// Whether a guardian looks at a child's page.
    pub by_guardian: bool,
    /// Certificates, the ones in force first.
    pub certificates: Vec<WalletCard>,
    /// The section of notices, if there are any.
    pub letters: Option<Markup>,
    /// How many of them are new.
    pub unread: u64,
    /// The section of immunisation, if there is anything to say.
    pub care: Option<Markup>,
    /// Children whose guardian one is.
    pub children: Vec<Child>,
    /// Who looked, newest first.
    pub looks: Vec<Moment>,
    /// Where older looks begin, if there are any.
    pub older: Option<i64>,
}

/// A certificate as a card in a wallet.
#[derive(Debug, Clone)]
pub struct WalletCard {
    /// 受給者証名
    pub name: String,
    /// The family of schemes; colour and label.
    pub scheme: Scheme,
    /// 「宮崎県 都城市」
    pub city: String,
    /// 公費負担者番号; empty if none.
    pub payer_number: String,
    /// 公費受給者番号; empty if none.
    pub recipient_number: String,
    /// 「2026年8月1日 〜 2027年7月31日」
    pub valid: String,
    /// Whether it can be used today.
    pub state: Validity,
    /// What to pay or heed, in words: 「1か月の上限 5,000円」.
    pub notes: Vec<String>,
}

/// Whether a certificate can be used today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// It can.
    InForce,
    /// It can, but not much longer.
    EndsSoon,
    /// Not yet.
    Future,
    /// No more.
    Ended,
}

/// Families of schemes (制度) that a resident would tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// こども医療
    Child,
    /// ひとり親家庭等医療
    SingleParent,
    /// 障がい者医療
    Disability,
    /// 自立支援医療（更生・育成・精神通院）
    Rehabilitation,
    /// 指定難病・小児慢性特定疾病
    Intractable,
    /// Anything else.
    Other,
}

/// A child in the family section.
#[derive(Debug, Clone)]
pub struct Child {
    /// Goes into the path; a pseudonym.
    pub id: String,
    /// Name.
    pub name: String,
    /// 「6歳」
    pub age: String,
    /// 「受給者証 1枚」
    pub summary: String,
}

impl Scheme {
    const fn label(self) -> &'static str {
        match self {
            Self::Child => "こども",
            Self::SingleParent => "ひとり親",
            Self::Disability => "障がい",
            Self::Rehabilitation => "自立支援",
            Self::Intractable => "難病・小慢",
            Self::Other => "医療費助成",
        }
    }

    const fn class(self) -> &'static str {
        match self {
            Self::Child => "scheme-child",
            Self::SingleParent => "scheme-parent",
            Self::Disability => "scheme-disability",
            Self::Rehabilitation => "scheme-rehab",
            Self::Intractable => "scheme-intractable",
            Self::Other => "scheme-other",
        }
    }
}

impl Validity {
    fn badge(self) -> Markup {
        match self {
            Self::InForce => part::badge(Tone::Good, "使えます"),
            Self::EndsSoon => part::badge(Tone::Warn, "まもなく終わります"),
            Self::Future => part::badge(Tone::Info, "これから使えます"),
            Self::Ended => part::badge(Tone::Plain, "期限が終わりました"),
        }
    }
}

/// Signing in.
#[must_use]
pub fn login(frame: &Frame, model: &Login) -> Markup {
    let layout = Layout::new(frame, Audience::Resident, "わたしのページに入る");
    page(
        &layout,
        &html! {
            div.login-head {
                (picture::reader())
                (part::heading("マイナンバーカードで入る", "Sign in with your card"))
            }
            div aria-live="polite" {
                @if let Some(reason) = model.refusal { (refusal(reason, Side::Resident)) }
            }
            form.card method="post" action="/resident/enter" {
                (form::csrf(&frame.csrf))
                (form::cards(&model.cards))
                (form::pin(model.pin_hint.as_deref()))
                (form::submit("入る"))
            }
            p.quiet-note {
                "入ると、あなたの受給者証と、あなたの情報を見た人を確かめられます。"
                "個人番号（マイナンバー）は使いません。"
            }
        },
    )
}

/// Certificates, family, who looked; one page, with links to each part.
#[must_use]
pub fn home(frame: &Frame, model: &Home) -> Markup {
    let layout = Layout::new(frame, Audience::Resident, "わたしのページ").with_nav(sections(model));
    page(
        &layout,
        &html! {
            (greeting(model))
            @if let Some(letters) = &model.letters {
                (part::section("notices", "お知らせ", "Notices", letters))
            }
            (part::section("certificates", "受給者証", "Certificates", &wallet(model)))
            @if let Some(care) = &model.care {
                (part::section("care", "予防接種", "Immunisation", care))
            }
            @if !model.children.is_empty() {
                (part::section("family", "家族", "Family", &family(&model.children)))
            }
            (part::section("looks", "見た人", "Who looked", &looks(model)))
        },
    )
}

fn sections(model: &Home) -> Vec<NavLink> {
    let mut links = Vec::new();
    if model.letters.is_some() {
        let count = (model.unread > 0).then_some(model.unread);
        links.push(NavLink { count, ..NavLink::new("お知らせ", "#notices", false) });
    }
    links.push(NavLink::new("受給者証", "#certificates", false));
    if model.care.is_some() {
        links.push(NavLink::new("予防接種", "#care", false));
    }
    if !model.children.is_empty() {
        links.push(NavLink::new("家族", "#family", false));
    }
    links.push(NavLink::new("見た人", "#looks", false));
    links
}

fn greeting(model: &Home) -> Markup {
    html! {
        div.greeting {
            @if model.by_guardian {
                p.kicker { a href="/resident" { "← わたしのページへ戻る" } }
                h1 { (model.name) "さん" }
                p { "保護者として表示しています。この表示も「見た人」に記録されます。" }
            }
            @else {
                p.kicker { (model.greeting) }
                h1 { (model.name) "さん" }
            }
        }
    }
}

fn wallet(model: &Home) -> Markup {
    html! {
        @if model.certificates.is_empty() {
            div.empty {
                (picture::ripples())
                p.empty-title { "登録された受給者証はありません" }
                p { "紙の受給者証をお持ちのときは、そのままお使いください。" }
                p { "お住まいの市区町村がまだつながっていないこともあります。" }
            }
        }
        @else {
            div.wallet { @for card in &model.certificates { (wallet_card(card)) } }
            p.quiet-note { "医療機関では、マイナンバーカードを置いて「提供する」を選んでください。" }
        }
    }
}

fn wallet_card(card: &WalletCard) -> Markup {
    let ended = if card.state == Validity::Ended { " ended" } else { "" };
    html! {
        article class={ "wallet-card " (card.scheme.class()) (ended) } {
            div.band {
                p.band-scheme { (card.scheme.label()) }
                h3 { (card.name) }
                p.band-city { (card.city) }
            }
            div.wallet-body {
                p.wallet-state { (card.state.badge()) span { (card.valid) } }
                dl.numbers {
                    @if !card.payer_number.is_empty() {
                        (part::digits("公費負担者番号", &card.payer_number))
                    }
                    @if !card.recipient_number.is_empty() {
                        (part::digits("公費受給者番号", &card.recipient_number))
                    }
                }
                @if !card.notes.is_empty() {
                    ul.notes { @for note in &card.notes { li { (note) } } }
                }
            }
        }
    }
}

fn family(children: &[Child]) -> Markup {
    html! {
        ul.family {
            @for child in children {
                li {
                    a.child href={ "/resident/child/" (child.id) } {
                        span.child-name { (child.name) span.child-age { (child.age) } }
                        span.child-summary { (child.summary) }
                    }
                }
            }
        }
    }
}

fn looks(model: &Home) -> Markup {
    html! {
        div aria-live="polite" {
            @if model.looks.is_empty() {
                p.empty { "まだ誰もあなたの情報を見ていません。見た人がいると、ここにすぐ表示されます。" }
            }
            @else { div.card { (part::timeline(&model.looks)) } }
        }
        @if let Some(leaf) = model.older {
            p { (part::button("もっと前を見る", &format!("?before={leaf}#looks"))) }
        }
        p.quiet-note { "身におぼえのないアクセスがあるときは、市区町村の窓口にお知らせください。" }
    }
}

/// While the link of card and person waits for the municipality.
#[must_use]
pub fn blocked(frame: &Frame) -> Markup {
    let layout = Layout::new(frame, Audience::Resident, "確認中のため表示できません");
    page(
        &layout,
        &html! {
            (part::heading("確認中のため表示できません", "Waiting for your municipality"))
            p.lead { (Refusal::Held.what()) "確かめがすむと、ここに表示されます。" }
            div.card {
                h2 { "あなたがすること" }
                ol.steps {
                    li { b { "待つだけで大丈夫です。" } "ふつう、自治体が登録を確かめて終わります。" }
                    li {
                        b { "最近、引っ越しや改名をしましたか。" }
                        "カードの内容を新しくしていないときは、市区町村の窓口で更新してください。"
                    }
                    li {
                        b { "お急ぎのとき。" }
                        "本人確認書類を持って、住所地の市区町村窓口へおいでください。"
                    }
                }
            }
            p.quiet-note { "そのあいだも、紙の受給者証と健康保険はいつもどおり使えます。" }
            p.code-line { "コード " code { (Refusal::Held.code()) } }
        },
    )
}
