//! The one look of every page: layout, stylesheet, script, and the parts that pages are made of.
//!
//! Pages are pure functions from view models to [`Markup`]. They work without JavaScript, carry no
//! inline style, script or event handler (so [`CONTENT_SECURITY_POLICY`] can forbid them), fetch
//! nothing from elsewhere, and never say anything by colour alone. Design tokens are the CSS
//! variables at the top of `pmh.css`; a test computes the contrast of every pair in use.

pub mod form;
#[cfg(test)]
mod gallery;
pub mod part;
pub mod picture;
pub mod plot;
pub mod problem;
pub mod refusal;

use maud::{DOCTYPE, Markup, html};

const STYLESHEET: &str =
    concat!(include_str!("pmh.css"), include_str!("form.css"), include_str!("dose.css"));
/// Where pages look for [`stylesheet`].
pub const STYLESHEET_PATH: &str = "/look/pmh.css";
/// Small conveniences on top of pages that already work; serve it at [`SCRIPT_PATH`] as
/// `text/javascript`.
pub const SCRIPT: &str = include_str!("js/pmh.js");
/// Where pages look for [`SCRIPT`].
pub const SCRIPT_PATH: &str = "/look/pmh.js";
/// Where pages look for the icon [`picture::ICON`], served as `image/svg+xml`.
pub const ICON_PATH: &str = "/look/mark.svg";
/// What every page may be answered with as `Content-Security-Policy`.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; \
    script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; \
    base-uri 'none'; frame-ancestors 'none'";

/// The stylesheet as it is sent, without comments and needless spaces; serve it at
/// [`STYLESHEET_PATH`] as `text/css`. Costs a pass over the source: keep the answer.
#[must_use]
pub fn stylesheet() -> String {
    let mut packed = String::with_capacity(STYLESHEET.len());
    for (n, run) in STYLESHEET.split('"').enumerate() {
        if n % 2 == 1 {
            packed.extend(["\"", run, "\""]);
        } else {
            pack(&mut packed, run);
        }
    }
    packed
}

/// Appends CSS without string literals. A space stays where it may be a combinator or part a value:
/// it goes only beside braces and after `:`, `;` and `,`.
fn pack(packed: &mut String, css: &str) {
    let bare: String = css.split("/*").map(|part| part.rsplit("*/").next().unwrap_or("")).collect();
    for word in bare.split_inclusive(char::is_whitespace) {
        let (text, space) = match word.strip_suffix(char::is_whitespace) {
            Some(text) => (text, true),
            None => (word, false),
        };
        if text.starts_with(['{', '}']) && packed.ends_with([' ', ';']) {
            packed.pop();
        }
        packed.push_str(text);
        if space && !packed.is_empty() && !packed.ends_with([' ', '{', '}', ':', ';', ',']) {
            packed.push(' ');
        }
    }
}

/// What a request knows, whatever the page: who is signed in, and the token of its forms.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    /// Goes into the hidden field `csrf` of every form.
    pub csrf: String,
    /// Who is signed in, for the badge in the header.
    pub user: Option<UserBadge>,
    /// Whether to say on every page that all persons are made up.
    pub demo: bool,
}

/// Who is signed in.
#[derive(Debug, Clone)]
pub struct UserBadge {
    /// The person's or the institution's name.
    pub name: String,
    /// What they are here: 「本人」「窓口」「自治体職員」「運用者」.
    pub role: String,
}

/// The language of a page's text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Lang {
    /// 日本語
    #[default]
    Ja,
    /// English
    En,
}

impl Lang {
    /// The BCP 47 tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::En => "en",
        }
    }
}

/// Whom a page is for; named in the header, and decides how wide the text runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Everybody: the start page and error pages.
    Everybody,
    /// The desk of an institution.
    Clinic,
    /// A resident on a phone.
    Resident,
    /// A municipal officer.
    Municipality,
    /// Who runs the hub.
    Operator,
}

impl Audience {
    const fn label(self) -> &'static str {
        match self {
            Self::Everybody => "",
            Self::Clinic => "医療機関の窓口",
            Self::Resident => "わたしのページ",
            Self::Municipality => "自治体",
            Self::Operator => "運用",
        }
    }

    const fn class(self) -> &'static str {
        match self {
            Self::Resident => "narrow",
            _ => "wide",
        }
    }
}

/// One entry of the page's navigation.
#[derive(Debug, Clone)]
pub struct NavLink {
    /// What it says.
    pub label: String,
    /// Where it goes.
    pub href: String,
    /// Whether it is the page one is on.
    pub current: bool,
    /// A number beside the label, e.g. how many wait there.
    pub count: Option<u64>,
}

impl NavLink {
    /// A link without a number.
    #[must_use]
    pub fn new(label: &str, href: &str, current: bool) -> Self {
        Self { label: label.to_owned(), href: href.to_owned(), current, count: None }
    }
}

/// Everything around the body of a page.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The title of the window; the body brings its own `h1`.
    pub title: String,
    /// The language of the text.
    pub lang: Lang,
    /// Whom it is for.
    pub audience: Audience,
    /// Who is signed in; their badge comes with a button to leave.
    pub user: Option<UserBadge>,
    /// The navigation, empty for none.
    pub nav: Vec<NavLink>,
    /// The token of the leave form.
    pub csrf: String,
    /// Whether to say that all persons are made up.
    pub demo: bool,
}

impl Layout {
    /// A Japanese page without navigation.
    #[must_use]
    pub fn new(frame: &Frame, audience: Audience, title: &str) -> Self {
        Self {
            title: title.to_owned(),
            lang: Lang::Ja,
            audience,
            user: frame.user.clone(),
            nav: Vec::new(),
            csrf: frame.csrf.clone(),
            demo: frame.demo,
        }
    }

    /// The same with navigation.
    #[must_use]
    pub fn with_nav(self, nav: Vec<NavLink>) -> Self {
        Self { nav, ..self }
    }
}

/// A whole page.
#[must_use]
pub fn page(layout: &Layout, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(layout.lang.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                meta name="referrer" content="same-origin";
                meta name="format-detection" content="telephone=no";
                title { (layout.title) " — PMH" }
                link rel="icon" type="image/svg+xml" href=(ICON_PATH);
                link rel="stylesheet" href=(STYLESHEET_PATH);
                script src=(SCRIPT_PATH) defer {}
            }
            body {
                a.skip href="#main" { "本文へ進む" }
                @if layout.demo { (demo_ribbon()) }
                (masthead(layout))
                @if !layout.nav.is_empty() { (navigation(&layout.nav)) }
                main #main class=(layout.audience.class()) tabindex="-1" { (body) }
                (foot())
            }
        }
    }
}

fn demo_ribbon() -> Markup {
    html! {
        p.ribbon {
            b { "デモ" } " 登場する人・番号はすべて架空です "
            span lang="en" { "Every person here is made up" }
        }
    }
}

fn masthead(layout: &Layout) -> Markup {
    html! {
        header.masthead {
            a.brand href="/" {
                (picture::mark())
                span.brand-name { "PMH" }
                @if !layout.audience.label().is_empty() {
                    span.brand-place { (layout.audience.label()) }
                }
                @else { span.brand-place lang="en" { "Public Medical Hub" } }
            }
            @if let Some(user) = &layout.user { (user_badge(user, &layout.csrf)) }
        }
    }
}

fn user_badge(user: &UserBadge, csrf: &str) -> Markup {
    html! {
        div.user {
            span.user-who { span.user-role { (user.role) } span.user-name { (user.name) } }
            form method="post" action="/leave" {
                (form::csrf(csrf))
                button.quiet type="submit" { "終了" }
            }
        }
    }
}

fn navigation(nav: &[NavLink]) -> Markup {
    html! {
        nav.tabs aria-label="ページ内の移動" {
            ul {
                @for link in nav {
                    li {
                        a href=(link.href) aria-current=[link.current.then_some("page")] {
                            (link.label)
                            @if let Some(count) = link.count { span.count { (count) } }
                        }
                    }
                }
            }
        }
    }
}

fn foot() -> Markup {
    html! {
        footer.foot {
            p {
                "PMH は、受給者証・接種・健診の情報を、自治体・医療機関・住民のあいだで"
                "安全に届けるための公開ソフトウェアです。"
            }
            p lang="en" { "An open Public Medical Hub. Apache-2.0." }
            ul {
                li { a href="/" { "はじめのページ" } }
                li { a href="/openapi.json" { "API の仕様" } }
                li { a href="/log/checkpoint" { "監査ログの証明" } }
            }
        }
    }
}
