//! Parts of forms: every input has a label, every form its token.

use maud::{Markup, html};

/// A virtual card that the demo offers.
#[derive(Debug, Clone)]
pub struct VirtualCard {
    /// The value of the field `card`.
    pub id: String,
    /// Whose it is, 「都城 花子」.
    pub name: String,
    /// What is special about it, 「失効したカード」; empty for nothing.
    pub note: String,
}

/// A labelled line of text.
#[derive(Debug, Clone, Copy, Default)]
pub struct Field<'a> {
    /// The name that is posted; also the suffix of the element's id.
    pub name: &'a str,
    /// What it is.
    pub label: &'a str,
    /// What to write, below the label; empty for none.
    pub hint: &'a str,
    /// What stands in it already.
    pub value: &'a str,
    /// What was wrong with it; empty for nothing.
    pub error: &'a str,
    /// Whether only digits are expected, for the phone's keyboard.
    pub digits: bool,
    /// Whether it may not be empty.
    pub required: bool,
    /// Whether it is left unsaid that it may be empty: it depends on other fields.
    pub depends: bool,
    /// At most so many characters.
    pub max_length: u16,
    /// What tells it from another field of this name on the same page; empty if there is none.
    pub of: &'a str,
}

/// The hidden token of a form.
#[must_use]
pub fn csrf(token: &str) -> Markup {
    html! { input type="hidden" name="csrf" value=(token); }
}

/// A labelled line of text.
#[must_use]
pub fn field(field: &Field<'_>) -> Markup {
    let id = format!("field-{}{}", field.name, field.of);
    let described = [(field.hint, "hint"), (field.error, "error")]
        .iter()
        .filter(|(text, _)| !text.is_empty())
        .map(|(_, what)| format!("{id}-{what}"))
        .collect::<Vec<_>>()
        .join(" ");
    html! {
        div.field {
            label for=(id) {
                (field.label)
                @if !field.required && !field.depends { span.optional { "任意" } }
            }
            @if !field.hint.is_empty() { p.hint id={ (id) "-hint" } { (field.hint) } }
            input type="text" id=(id) name=(field.name) value=(field.value)
                maxlength=(field.max_length) required[field.required]
                inputmode=[field.digits.then_some("numeric")] autocomplete="off"
                aria-invalid=[(!field.error.is_empty()).then_some("true")]
                aria-describedby=[(!described.is_empty()).then_some(&described)];
            @if !field.error.is_empty() {
                p.field-error id={ (id) "-error" } { (field.error) }
            }
        }
    }
}

/// The PIN of the card, field `pin`. `hint` tells the demo's PIN.
#[must_use]
pub fn pin(hint: Option<&str>) -> Markup {
    html! {
        div.field {
            label for="field-pin" { "暗証番号（4桁）" }
            @if let Some(hint) = hint { p.hint #field-pin-hint { (hint) } }
            input.pin type="password" #field-pin name="pin" required inputmode="numeric"
                pattern="[0-9]{4}" minlength="4" maxlength="4" autocomplete="off"
                title="数字4桁" aria-describedby=[hint.map(|_| "field-pin-hint")];
        }
    }
}

/// A choice of virtual cards, field `card`; the first is chosen.
#[must_use]
pub fn cards(cards: &[VirtualCard]) -> Markup {
    html! {
        fieldset {
            legend { "カードを選ぶ" span.optional lang="en" { "virtual card" } }
            div.choices {
                @for (n, card) in cards.iter().enumerate() {
                    label.choice {
                        input type="radio" name="card" value=(card.id) required checked[n == 0];
                        span.choice-text {
                            b { (card.name) }
                            @if !card.note.is_empty() { small { (card.note) } }
                        }
                    }
                }
            }
        }
    }
}

/// The resident's answer whether certificates are handed over: field `consent`, `yes` or `no`.
/// Nothing is chosen beforehand, because it is the resident who is asked.
#[must_use]
pub fn consent() -> Markup {
    html! {
        fieldset {
            legend { "受給者証の情報を医療機関に提供しますか" }
            p.hint { "ご本人にお聞きして選んでください。どちらでも保険資格は確認できます。" }
            div.choices.two {
                label.choice {
                    input type="radio" name="consent" value="yes" required;
                    span.choice-text { b { "提供する" } small lang="en" { "Share" } }
                }
                label.choice {
                    input type="radio" name="consent" value="no" required;
                    span.choice-text { b { "提供しない" } small lang="en" { "Do not share" } }
                }
            }
        }
    }
}

/// The button that sends a form.
#[must_use]
pub fn submit(label: &str) -> Markup {
    html! { button.primary type="submit" { (label) } }
}
