//! A phone without JavaScript: pages are read, fields are filled in as a calm parent would, and sent.

use std::sync::Arc;

use super::{Stage, must, people};
use crate::client::Client;

/// More pages than any form has.
const PAGES: usize = 30;

/// Questions that somebody without trouble answers with yes.
const CALM: [&str; 3] = ["q-guardian-informed", "q-doctor-agreed", "q-explained"];

/// Somebody signed in on their phone.
pub(super) struct Phone {
    browser: Arc<Client>,
}

impl Phone {
    pub(super) fn new(stage: &Stage, label: &str) -> Result<Self, String> {
        Ok(Self { browser: people::sign_in(stage, label)? })
    }

    pub(super) fn page(&self, path: &str) -> Result<String, String> {
        let answer = self.browser.get(path)?;
        must(answer.status == 200, || format!("{path}: 画面が{}です", answer.status))?;
        Ok(answer.text())
    }

    /// The guardian's handle of the child with this name.
    pub(super) fn child(&self, name: &str) -> Result<String, String> {
        let page = self.page("/resident")?;
        let links = page.split("href=\"/resident/child/").skip(1);
        let mut handles = links.filter_map(|rest| {
            let (handle, rest) = rest.split_once('"')?;
            let link = rest.split("</a>").next()?;
            link.contains(name).then(|| handle.to_owned())
        });
        handles.next().ok_or_else(|| format!("{name}さんのページへの道がありません"))
    }

    /// Fills in a form step by step, looks at the answers, consents. `said` are answers that differ
    /// from those of somebody without trouble. A form that a desk received today stays as it is.
    pub(super) fn fill_in(
        &self,
        form: &str,
        query: &str,
        said: &[(&str, &str)],
    ) -> Result<(), String> {
        let list = format!("/resident/forms{query}");
        let mut at = format!("/resident/forms/{form}/person{query}");
        for _ in 0..PAGES {
            let page = self.page(&at)?;
            if !at.contains("/check") && page.contains("<form class=\"questions\"") {
                at = self.step(&list, &at, &answers(&page, said)?)?;
                continue;
            }
            return match after(&page, "/consent") {
                Some(consent) => self.consent(&list, &consent),
                // Handed in or received before: nothing is left to do.
                None => Ok(()),
            };
        }
        Err(format!("{form}: 終わりません"))
    }

    fn step(&self, list: &str, at: &str, fields: &[(String, String)]) -> Result<String, String> {
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let sent = self.browser.submit(list, at, &fields)?;
        sent.location.clone().ok_or_else(|| format!("{at}: 進めません: {}", errors(&sent.text())))
    }

    fn consent(&self, list: &str, path: &str) -> Result<(), String> {
        let page = self.page(path)?;
        let edition = between(&page, "name=\"edition\" value=\"", "\"")?;
        let name = plain(&between(&page, "name=\"name\" value=\"", "\"")?);
        let fields =
            [("edition", &*edition), ("explained", "yes"), ("agrees", "yes"), ("name", &name)];
        let path = path.split("&amp;").next().unwrap_or(path);
        let sent = self.browser.submit(list, path, &fields)?;
        must(sent.status == 303, || format!("{path}: 提出できません: {}", errors(&sent.text())))
    }
}

/// The address of the first link that leads to a step.
fn after(page: &str, step: &str) -> Option<String> {
    let link = page
        .split("href=\"")
        .skip(1)
        .find(|rest| rest.split('"').next().is_some_and(|link| link.contains(step)))?;
    Some(plain(link.split('"').next()?))
}

/// What markup writes for a text, back again.
fn plain(text: &str) -> String {
    text.replace("&lt;", "<").replace("&quot;", "\"").replace("&amp;", "&")
}

fn between(page: &str, before: &str, behind: &str) -> Result<String, String> {
    let (_, rest) = page.split_once(before).ok_or_else(|| format!("{before} がありません"))?;
    Ok(rest.split(behind).next().unwrap_or_default().to_owned())
}

/// What the page says is wrong.
fn errors(page: &str) -> String {
    let all = page.split("class=\"field-error\"").skip(1);
    all.map(|rest| rest.split('<').next().unwrap_or_default()).collect()
}

/// What somebody writes into the fields of a page.
fn answers(page: &str, said: &[(&str, &str)]) -> Result<Vec<(String, String)>, String> {
    let form = between(page, "<form class=\"questions\"", "</form>")?;
    let mut found = Vec::new();
    for question in form.split("<div class=\"question\"").skip(1) {
        if !question.contains(" name=") {
            continue;
        }
        let name = between(question, " name=\"", "\"")?;
        let own = said.iter().find(|(which, _)| *which == name).map(|(_, what)| *what);
        match own {
            Some(what) => found.push((name, what.to_owned())),
            None if question.starts_with(" hidden") => {}
            None => {
                let value = calm(question, &name)?;
                found.push((name, value));
            }
        }
    }
    Ok(found)
}

/// The answer of somebody without trouble.
fn calm(question: &str, name: &str) -> Result<String, String> {
    if question.contains("type=\"radio\"") {
        let inputs = || question.split("<input").skip(1);
        let wanted = if CALM.contains(&name) { "value=\"yes\"" } else { "value=\"no\"" };
        let checked = inputs().find(|input| input.contains(" checked"));
        let chosen = checked.or_else(|| inputs().find(|input| input.contains(wanted)));
        let chosen = chosen.or_else(|| inputs().next()).ok_or("選べるものがありません")?;
        return between(chosen, "value=\"", "\"");
    }
    let known = match question.contains("<textarea") {
        true => between(question, ">\n", "</textarea>"),
        false => between(question, " value=\"", "\""),
    };
    let known = plain(&known.unwrap_or_default());
    let new = match () {
        () if question.contains("inputmode=\"decimal\"") => "36.5",
        () if name.contains("weight") => "3000",
        () if question.contains("inputmode=\"numeric\"") => "1",
        () => "なし（架空の答え）",
    };
    Ok(if known.is_empty() { new.to_owned() } else { known })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_answered_as_it_asks() {
        let page = r#"<form class="questions" method="post">
            <div class="question"><input type="radio" name="q-ill" value="yes">
            <input type="radio" name="q-ill" value="no"></div>
            <div class="question"><input type="radio" name="q-sex" value="1">
            <input type="radio" name="q-sex" value="2" checked></div>
            <div class="question" hidden><input name="q-why" value=""></div>
            <div class="question"><input name="q-warm" value="" inputmode="decimal"></div>
            <div class="question"><input name="q-name" value="A &amp; B"></div></form>"#;
        for (said, want) in [
            (vec![], "q-ill=no q-sex=2 q-warm=36.5 q-name=A & B"),
            (
                vec![("q-ill", "yes"), ("q-why", "cold")],
                "q-ill=yes q-sex=2 q-why=cold q-warm=36.5 q-name=A & B",
            ),
        ] {
            let got = answers(page, &said).unwrap();
            let got: Vec<String> =
                got.iter().map(|(name, value)| format!("{name}={value}")).collect();
            assert_eq!(got.join(" "), want);
        }
    }

    #[test]
    fn a_link_is_found_by_where_it_leads() {
        let page = r#"<a href="/a/check">x</a><a href="/a/consent?for=1&amp;edition=2">y</a>"#;
        assert_eq!(after(page, "/consent").as_deref(), Some("/a/consent?for=1&edition=2"));
        assert_eq!(after(page, "/done"), None);
    }
}
