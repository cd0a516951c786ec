//! Every page from sample models: what must hold of all of them, and a way to look at them.
//!
//! `PMH_GALLERY=some/folder cargo test -p web gallery` also writes the pages there as files.

mod desk;
mod dose;
mod follow;
mod office;
mod people;

use std::fmt::Write as _;

use maud::Markup;

use super::{
    Frame, SCRIPT, SCRIPT_PATH, STYLESHEET, STYLESHEET_PATH, UserBadge, pack, problem, stylesheet,
};
use crate::resident::form::sample;
use problem::{Problem, problem};

/// A name that tries to be markup.
const NASTY: &str = "<script>alert(1)</script>\" onload=\"x";

fn frame(name: &str, role: &str) -> Frame {
    let user = UserBadge { name: name.to_owned(), role: role.to_owned() };
    Frame { csrf: "token-of-the-form".to_owned(), user: Some(user), demo: true }
}

fn texts<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).to_vec()
}

/// Every page: its file name, a text that it must show, and itself.
fn pages() -> Vec<(&'static str, &'static str, Markup)> {
    let nobody = Frame { user: None, ..frame("", "") };
    let broken = |kind| problem(&nobody, kind, "req-7f3a91");
    let mut pages = vec![
        ("problem-404", "ページが見つかりません", broken(Problem::NotFound)),
        ("problem-401", "終了しました", broken(Problem::SessionEnded)),
        ("problem-400", "もう一度お願いします", broken(Problem::FormStale)),
        ("problem-429", "30秒ほど", broken(Problem::TooMany { retry_after_seconds: 30 })),
        ("problem-422", "受け付けられませんでした", broken(Problem::Refused { status: 422 })),
        ("problem-500", "問題が起きました", broken(Problem::Failed)),
    ];
    pages.extend(people::pages());
    pages.extend(desk::pages());
    pages.extend(dose::pages());
    pages.extend(sample::pages(&frame("都城 花子", "本人"), NASTY));
    pages.extend(office::pages());
    pages.extend(follow::pages());
    pages
}

fn check_every_page(holds: impl Fn(&str, &str) -> Result<(), String>) {
    let mut broken = String::new();
    for (name, _, page) in pages() {
        if let Err(why) = holds(name, &page.into_string()) {
            writeln!(broken, "{name}: {why}").unwrap();
        }
    }
    assert!(broken.is_empty(), "{broken}");
}

/// The start tags of `html` named `element`, with their attributes.
fn tags<'a>(html: &'a str, element: &str) -> Vec<&'a str> {
    html.split('<')
        .skip(1)
        .filter_map(|rest| rest.split_once('>').map(|(tag, _)| tag))
        .filter(|tag| tag.split([' ', '/']).next() == Some(element))
        .collect()
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split_once('"').map(|(value, _)| value)
}

fn ensure(holds: bool, why: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why()) }
}

#[test]
fn every_page_shows_what_it_is_about() {
    for (name, want, page) in pages() {
        let html = page.into_string();
        assert!(html.contains(want), "{name} lacks {want}");
    }
}

#[test]
fn every_page_has_a_language_a_title_one_heading_and_a_way_past_the_header() {
    check_every_page(|_, html| {
        ensure(html.starts_with("<!DOCTYPE html><html lang=\"ja\">"), || "no lang".to_owned())?;
        ensure(html.contains(" — PMH</title>"), || "no title".to_owned())?;
        ensure(tags(html, "h1").len() == 1, || format!("{} h1", tags(html, "h1").len()))?;
        ensure(tags(html, "main").len() == 1, || "not one main".to_owned())?;
        ensure(html.contains("<a class=\"skip\" href=\"#main\">"), || "no skip link".to_owned())
    });
}

#[test]
fn what_people_are_called_is_never_markup() {
    check_every_page(|_, html| {
        ensure(!html.contains("<script>"), || "a script came through".to_owned())?;
        ensure(tags(html, "script").len() == 1, || "more than our own script".to_owned())
    });
    let all: String = pages().into_iter().map(|(_, _, page)| page.into_string()).collect();
    let shown = all.matches("&lt;script&gt;alert(1)&lt;/script&gt;").count();
    assert!(shown >= 20, "the nasty name is shown only {shown} times: the samples must use it");
}

#[test]
fn nothing_stands_inline_and_nothing_comes_from_elsewhere() {
    check_every_page(|_, html| {
        for tag in html.split('<').skip(1).filter_map(|rest| rest.split_once('>')) {
            let mut names = tag.0.split('"').step_by(2).flat_map(str::split_whitespace);
            let inline = names.any(|name| name.starts_with("on") || name.starts_with("style="));
            ensure(!inline, || format!("inline: {}", tag.0))?;
        }
        ensure(!html.contains("//"), || "an address elsewhere".to_owned())
    });
    assert!(!STYLESHEET.contains("url(") && !STYLESHEET.contains("@import"));
}

#[test]
fn every_input_has_a_label() {
    check_every_page(|_, html| {
        for input in tags(html, "input") {
            let choice = matches!(attribute(input, "type"), Some("radio"));
            let hidden = attribute(input, "type") == Some("hidden");
            let labelled = attribute(input, "id").is_some_and(|id| {
                html.contains(&format!("<label for=\"{id}\""))
                    || html.contains(&format!("<label class=\"check\" for=\"{id}\""))
            });
            let wrapped = html.contains(&format!("<label class=\"choice\"><{input}>"));
            ensure(hidden || labelled || (choice && wrapped), || format!("no label: {input}"))?;
        }
        Ok(())
    });
}

#[test]
fn every_form_is_posted_with_its_token() {
    check_every_page(|_, html| {
        for form in html.split("<form").skip(1) {
            let form = form.split("</form>").next().unwrap_or_default();
            let token = "<input type=\"hidden\" name=\"csrf\" value=\"token-of-the-form\">";
            ensure(form.contains("method=\"post\""), || format!("not posted: {form}"))?;
            ensure(form.contains(token), || format!("no token: {form}"))?;
        }
        Ok(())
    });
}

#[test]
fn no_id_stands_twice_and_every_reference_is_answered() {
    check_every_page(|_, html| {
        let tags: Vec<&str> = html
            .split('<')
            .skip(1)
            .filter_map(|rest| rest.split_once('>').map(|(tag, _)| tag))
            .collect();
        let mut ids: Vec<&str> = tags.iter().filter_map(|tag| attribute(tag, "id")).collect();
        ids.sort_unstable();
        let twice = ids.windows(2).find(|pair| pair[0] == pair[1]);
        ensure(twice.is_none(), || format!("twice: {twice:?}"))?;
        for tag in tags {
            for name in ["for", "aria-labelledby", "aria-describedby"] {
                for id in attribute(tag, name).unwrap_or_default().split_whitespace() {
                    ensure(ids.contains(&id), || format!("{name} of nothing: {id}"))?;
                }
            }
        }
        Ok(())
    });
}

#[test]
fn text_can_be_read_in_light_and_in_dark() {
    // Foreground, background, least contrast (WCAG 2.2: text 4.5, edges of controls 3).
    const PAIRS: &[(&str, &str, f64)] = &[
        ("ink", "paper", 7.0),
        ("ink", "surface", 7.0),
        ("ink", "sunken", 7.0),
        ("ink", "accent-soft", 7.0),
        ("paper", "ink", 7.0),
        ("soft", "paper", 4.5),
        ("soft", "surface", 4.5),
        ("soft", "sunken", 4.5),
        ("soft", "accent-soft", 4.5),
        ("accent", "paper", 4.5),
        ("accent", "surface", 4.5),
        ("accent", "accent-soft", 4.5),
        ("on-accent", "accent", 4.5),
        ("good", "good-soft", 4.5),
        ("warn", "warn-soft", 4.5),
        ("stop", "stop-soft", 4.5),
        ("stop", "surface", 4.5),
        ("stop", "paper", 4.5),
        ("info", "info-soft", 4.5),
        ("ink", "good-soft", 7.0),
        ("ink", "warn-soft", 7.0),
        ("ink", "stop-soft", 7.0),
        ("ink", "info-soft", 7.0),
        ("on-band", "child", 4.5),
        ("on-band", "parent", 4.5),
        ("on-band", "disability", 4.5),
        ("on-band", "rehab", 4.5),
        ("on-band", "intractable", 4.5),
        ("on-band", "other", 4.5),
        ("edge", "surface", 3.0),
        ("edge", "paper", 3.0),
        ("good", "surface", 3.0),
        ("warn", "surface", 3.0),
    ];
    let (light, dark) = STYLESHEET.split_once("prefers-color-scheme: dark").unwrap();
    for (theme, css) in [("light", light), ("dark", dark)] {
        for (front, back, least) in PAIRS {
            let colour = |name| token(css, name).or_else(|| token(light, name)).expect(name);
            let found = contrast(colour(front), colour(back));
            assert!(found >= *least, "{theme}: {front} on {back} is {found:.2}, not {least}");
        }
    }
}

#[test]
fn the_stylesheet_and_the_script_stay_small() {
    assert!(stylesheet().len() <= 32 << 10, "{} bytes of CSS", stylesheet().len());
    assert!(SCRIPT.len() <= 4 * 1024, "{} bytes of script", SCRIPT.len());
}

#[test]
fn packing_keeps_what_the_rules_mean() {
    for (css, want) in [
        ("a { color: red; }\nb  c > d { x: 1px 2px; }", "a{color:red}b c > d{x:1px 2px}"),
        (
            "/* why */\n.table :is(td, th) { top: calc(50% - 1px); }",
            ".table :is(td,th){top:calc(50% - 1px)}",
        ),
        ("@media (max-width: 9rem) {\n  a { b: c; }\n}\n", "@media (max-width:9rem){a{b:c}}"),
    ] {
        let mut packed = String::new();
        pack(&mut packed, css);
        assert_eq!(packed, want);
    }
    assert!(stylesheet().contains("\"Hiragino Sans\",\"Hiragino Kaku Gothic ProN\""));
    assert_eq!(stylesheet().matches('{').count(), STYLESHEET.matches('{').count());
}

/// The colour `--name: #rrggbb` of `css`.
fn token(css: &str, name: &str) -> Option<u32> {
    let (_, rest) = css.split_once(&format!("--{name}:"))?;
    let hex = rest.trim_start().strip_prefix('#')?.get(..6)?;
    u32::from_str_radix(hex, 16).ok()
}

/// WCAG 2.2, "contrast ratio".
fn contrast(one: u32, two: u32) -> f64 {
    let (one, two) = (luminance(one), luminance(two));
    (one.max(two) + 0.05) / (one.min(two) + 0.05)
}

fn luminance(colour: u32) -> f64 {
    let part = |shift: u32| {
        let value = f64::from((colour >> shift) & 0xff) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(16) + 0.7152 * part(8) + 0.0722 * part(0)
}

#[test]
fn contrast_is_that_of_the_standard() {
    for (one, two, want) in
        [(0x000000, 0xffffff, "21.00"), (0xffffff, 0xffffff, "1.00"), (0x767676, 0xffffff, "4.54")]
    {
        assert_eq!(format!("{:.2}", contrast(one, two)), want);
    }
}

#[test]
fn the_gallery_is_written_where_asked() {
    let Some(folder) = std::env::var_os("PMH_GALLERY").map(std::path::PathBuf::from) else {
        return;
    };
    let light = stylesheet();
    let dark = light.replace("(prefers-color-scheme:dark)", "all");
    for (theme, css) in [("light", light), ("dark", dark)] {
        let folder = folder.join(theme);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("pmh.css"), css).unwrap();
        std::fs::write(folder.join("pmh.js"), SCRIPT).unwrap();
        for (name, _, page) in pages() {
            let html = page.into_string().replace(STYLESHEET_PATH, "pmh.css");
            let html = html.replace(SCRIPT_PATH, "pmh.js");
            std::fs::write(folder.join(format!("{name}.html")), html).unwrap();
        }
    }
}
