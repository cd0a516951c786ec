//! The desk of an institution: waiting for a card, then who it is and what they are entitled to.
//!
//! | form | field | value |
//! |---|---|---|
//! | `POST /clinic/tap` | `csrf` | [`Frame::csrf`] |
//! | | `card` | [`VirtualCard::id`] |
//! | | `pin` | 4 digits |
//! | | `consent` | `yes` or `no`, nothing chosen beforehand |
//! | `POST /clinic/search` | `csrf` | [`Frame::csrf`] |
//! | | `insurer` | 8 or 6 digits |
//! | | `symbol` | may be empty |
//! | | `number` | |
//! | | `branch` | 2 digits, may be empty |
//! | | `consent` | `yes` or `no`, nothing chosen beforehand |
//!
//! A refusal is shown on the desk page itself ([`Desk::refusal`]), so that one can go on at once.

use maud::{Markup, html};

use crate::look::form::{self, Field, VirtualCard};
use crate::look::part::{self, Tone};
use crate::look::refusal::{Refusal, Side, refusal};
use crate::look::{Audience, Frame, Layout, NavLink, page, picture};

/// The desk while it waits.
#[derive(Debug, Clone, Default)]
pub struct Desk {
    /// Virtual cards to choose from; empty where a real reader is attached.
    pub cards: Vec<VirtualCard>,
    /// What to say about the PIN of virtual cards, 「デモの暗証番号は 1234 です」.
    pub pin_hint: Option<String>,
    /// What was typed into the search, with what is wrong with it.
    pub search: Search,
    /// Why the last attempt showed nothing.
    pub refusal: Option<Refusal>,
}

/// The search by the numbers of the health insurance.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// 保険者番号
    pub insurer: Entry,
    /// 記号
    pub symbol: Entry,
    /// 番号
    pub number: Entry,
    /// 枝番
    pub branch: Entry,
}

/// What was typed, and what is wrong with it (empty for nothing).
#[derive(Debug, Clone, Default)]
pub struct Entry {
    /// As typed.
    pub value: String,
    /// A sentence that says what to do.
    pub error: String,
}

/// What the desk may see of a person.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// Who it is.
    pub person: Person,
    /// The insurance in force today; more than one where an insurer has not ended an old one.
    pub insurance: Vec<Insurance>,
    /// The certificates handed over; empty without a reason.
    pub certificates: Vec<Certificate>,
    /// How the person was identified, 「マイナンバーカード」「被保険者番号」.
    pub identified_by: String,
    /// When, Japanese time.
    pub at: String,
}

/// Who it is, as registered.
#[derive(Debug, Clone, Default)]
pub struct Person {
    /// 氏名
    pub name: String,
    /// カナ氏名; empty if there is none.
    pub kana: String,
    /// 生年月日 with era, 「昭和60年4月1日（1985-04-01）」, or 「不詳」.
    pub birth: String,
    /// 「41歳」; empty if the birth date is not known.
    pub age: String,
    /// 「女」「男」「記載なし」
    pub sex: String,
}

/// The insurance in force.
#[derive(Debug, Clone, Default)]
pub struct Insurance {
    /// 保険者番号
    pub insurer: String,
    /// 保険者名称
    pub insurer_name: String,
    /// 記号, as written; empty if none.
    pub symbol: String,
    /// 番号, as written.
    pub number: String,
    /// 枝番
    pub branch: String,
    /// 「3割」
    pub share: String,
    /// 「2026-04-01 から」
    pub valid: String,
}

/// One certificate, texts as sent by the municipality.
#[derive(Debug, Clone, Default)]
pub struct Certificate {
    /// 受給者証名
    pub name: String,
    /// 「都城市（宮崎県）」
    pub municipality: String,
    /// 公費負担者番号; empty if none.
    pub payer_number: String,
    /// 公費受給者番号; empty if none.
    pub recipient_number: String,
    /// 「令和8年8月1日 から 令和9年7月31日 まで」
    pub valid: String,
    /// 所得区分 in words; empty if none.
    pub income: String,
    /// 自己負担上限額 in words, 「月 5,000円」; empty if none.
    pub ceiling: String,
    /// What else the desk must heed: 償還払い, 指定医療機関, 追加条件.
    pub notes: Vec<String>,
}

/// The two things that a desk does.
pub(crate) fn nav(immunization: bool) -> Vec<NavLink> {
    vec![
        NavLink::new("資格の確認", "/clinic", !immunization),
        NavLink::new("予防接種", "/clinic/immunization", immunization),
    ]
}

/// Waiting for a card.
#[must_use]
pub fn desk(frame: &Frame, model: &Desk) -> Markup {
    let layout = Layout::new(frame, Audience::Clinic, "資格の確認").with_nav(nav(false));
    page(
        &layout,
        &html! {
            h1.visually-hidden { "資格の確認" }
            div aria-live="polite" {
                @if let Some(reason) = model.refusal { (refusal(reason, Side::Desk)) }
            }
            div.desk {
                div { (waiting()) (seen_note()) }
                div {
                    @if !model.cards.is_empty() { (tap(&frame.csrf, model)) }
                    (search(&frame.csrf, model))
                }
            }
        },
    )
}

fn waiting() -> Markup {
    html! {
        div.waiting {
            (picture::reader())
            p.waiting-title { "カードをリーダーに置いてください" }
            p.english lang="en" { "Place the card on the reader" }
        }
    }
}

fn tap(csrf: &str, model: &Desk) -> Markup {
    html! {
        section.card aria-labelledby="tap-title" {
            h2 #tap-title { "仮想カードで試す" }
            form method="post" action="/clinic/tap" {
                (form::csrf(csrf))
                (form::cards(&model.cards))
                (form::pin(model.pin_hint.as_deref()))
                (form::consent())
                (form::submit("カードを置く"))
            }
        }
    }
}

fn search(csrf: &str, model: &Desk) -> Markup {
    let typed = &model.search;
    let open = [&typed.insurer, &typed.symbol, &typed.number, &typed.branch]
        .iter()
        .any(|entry| !entry.value.is_empty() || !entry.error.is_empty())
        || model.cards.is_empty();
    html! {
        details.card open[open] {
            summary { h2 { "カードがないときは番号で調べる" } }
            form method="post" action="/clinic/search" {
                (form::csrf(csrf))
                div.fields {
                    @for field in search_fields(typed) { (form::field(&field)) }
                }
                (form::consent())
                (form::submit("調べる"))
            }
        }
    }
}

fn search_fields(typed: &Search) -> [Field<'_>; 4] {
    [
        typed.insurer.field(Field {
            name: "insurer",
            label: "保険者番号",
            hint: "8桁、国保は6桁",
            digits: true,
            required: true,
            max_length: 8,
            ..Field::default()
        }),
        typed.symbol.field(Field {
            name: "symbol",
            label: "記号",
            hint: "書かれているとおりに",
            max_length: 20,
            ..Field::default()
        }),
        typed.number.field(Field {
            name: "number",
            label: "番号",
            hint: "書かれているとおりに",
            required: true,
            max_length: 20,
            ..Field::default()
        }),
        typed.branch.field(Field {
            name: "branch",
            label: "枝番",
            hint: "2桁",
            digits: true,
            max_length: 2,
            ..Field::default()
        }),
    ]
}

impl Entry {
    fn field<'a>(&'a self, blank: Field<'a>) -> Field<'a> {
        Field { value: &self.value, error: &self.error, ..blank }
    }
}

/// Who it is and what they are entitled to.
#[must_use]
pub fn answer(frame: &Frame, model: &Answer) -> Markup {
    let layout = Layout::new(frame, Audience::Clinic, "確認の結果").with_nav(nav(false));
    page(
        &layout,
        &html! {
            div.answer-head {
                p.answer-how {
                    (part::badge(Tone::Good, "確認しました"))
                    span { (model.identified_by) " · " (model.at) }
                }
                a.button.primary href="/clinic" { "次の方へ" }
            }
            div.answer {
                div.answer-who { (who(&model.person)) (insured(&model.insurance)) }
                (certificates(&model.certificates))
            }
            (seen_note())
        },
    )
}

fn who(person: &Person) -> Markup {
    html! {
        section.card.who aria-label="ご本人" {
            @if !person.kana.is_empty() { p.kana { (person.kana) } }
            h1 { (person.name) }
            p.who-line {
                span { (person.birth) }
                span { @if !person.age.is_empty() { b { (person.age) } "　" } (person.sex) }
            }
        }
    }
}

fn insured(insurance: &[Insurance]) -> Markup {
    html! {
        section.card aria-labelledby="insurance-title" {
            h2 #insurance-title { "医療保険" }
            @if insurance.len() > 1 {
                (part::alert(Tone::Warn, "有効な資格が2つ以上あります", &html! {
                    p { "ご本人に確かめ、違うほうの保険者に資格の喪失をお知らせください。" }
                }))
            }
            @for insurance in insurance {
                p.share { (part::badge(Tone::Good, "資格あり")) "負担割合 " b { (insurance.share) } }
                dl.facts {
                    (part::fact("保険者", &insurance.insurer_name))
                    (small_number("保険者番号", &insurance.insurer))
                    (part::fact("記号", or_none(&insurance.symbol)))
                    (small_number("番号", &insurance.number))
                    (part::fact("枝番", or_none(&insurance.branch)))
                    (part::fact("有効期間", &insurance.valid))
                }
            }
            @if insurance.is_empty() {
                (part::alert(Tone::Warn, "有効な保険資格が見つかりません", &html! {
                    p { "資格確認書で確かめ、保険者にお問い合わせください。" }
                }))
            }
        }
    }
}

fn small_number(label: &str, value: &str) -> Markup {
    html! { div { dt { (label) } dd { span.digits.small data-copy { (value) } } } }
}

fn or_none(text: &str) -> &str {
    if text.is_empty() { "なし" } else { text }
}

fn certificates(certificates: &[Certificate]) -> Markup {
    html! {
        section.certificates aria-labelledby="certificates-title" aria-live="polite" {
            h2 #certificates-title {
                "受給者証"
                @if !certificates.is_empty() { span.count { (certificates.len()) } }
            }
            @if certificates.is_empty() {
                (part::alert(Tone::Info, "受給者証の情報はありません", &html! {
                    p {
                        "同意がない・資格がない・自治体が未連携のいずれかですが、理由は表示されません。"
                    }
                    p { b { "紙の受給者証を確認してください。" } }
                }))
            }
            @for one in certificates { (certificate(one)) }
        }
    }
}

fn certificate(one: &Certificate) -> Markup {
    html! {
        article.card.certificate {
            div.certificate-head { h3 { (one.name) } p { (one.municipality) } }
            dl.numbers {
                @if !one.payer_number.is_empty() {
                    (part::number("公費負担者番号", &one.payer_number))
                }
                @if !one.recipient_number.is_empty() {
                    (part::number("公費受給者番号", &one.recipient_number))
                }
            }
            dl.facts {
                (part::fact("有効期間", &one.valid))
                @if !one.income.is_empty() { (part::fact("所得区分", &one.income)) }
                @if !one.ceiling.is_empty() { (part::fact("自己負担上限額", &one.ceiling)) }
            }
            @if !one.notes.is_empty() {
                ul.notes { @for note in &one.notes { li { (note) } } }
            }
        }
    }
}

fn seen_note() -> Markup {
    html! {
        p.seen-note {
            (picture::sign(Tone::Info))
            "この確認は記録され、ご本人のページの「見た人」に表示されます。"
        }
    }
}
