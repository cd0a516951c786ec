//! A small client of the hub's interfaces over HTTP: what a vendor system or a browser does.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;

/// The longest answer that is read, in bytes.
const ANSWER_BYTES: u64 = 32 << 20;

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Body.
    pub body: Vec<u8>,
    /// `Location`, if the answer sends on.
    pub location: Option<String>,
}

impl Answer {
    /// The body as JSON; `null` if it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The code of a refusal, empty if it is none.
    #[must_use]
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }
}

/// One caller: a base address, a token or a cookie. Keeps everything that it saw, so that a story
/// can be searched for what must not be there.
pub struct Client {
    agent: ureq::Agent,
    base: String,
    token: Option<String>,
    cookie: Mutex<Option<String>>,
    seen: Mutex<Vec<Vec<u8>>>,
}

impl Client {
    /// A caller without credentials.
    #[must_use]
    pub fn new(base: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_secs(60)))
            .build();
        Self {
            agent: config.into(),
            base: base.to_owned(),
            token: None,
            cookie: Mutex::new(None),
            seen: Mutex::new(Vec::new()),
        }
    }

    /// The same with a bearer token.
    #[must_use]
    pub fn with_token(base: &str, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..Self::new(base) }
    }

    /// `GET`.
    ///
    /// # Errors
    /// When no answer comes.
    pub fn get(&self, path: &str) -> Result<Answer, String> {
        let request = self.agent.get(format!("{}{path}", self.base));
        let request = self.headers(request);
        self.answer(path, request.call())
    }

    /// `POST` with a body of a media type, and further headers.
    ///
    /// # Errors
    /// When no answer comes.
    pub fn post(
        &self,
        path: &str,
        kind: &str,
        body: &[u8],
        headers: &[(&str, &str)],
    ) -> Result<Answer, String> {
        let request = self.agent.post(format!("{}{path}", self.base)).content_type(kind);
        let mut request = self.headers(request);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.answer(path, request.send(body))
    }

    /// `POST` of JSON.
    ///
    /// # Errors
    /// When no answer comes.
    pub fn post_json(&self, path: &str, body: &Value) -> Result<Answer, String> {
        self.post(path, "application/json", body.to_string().as_bytes(), &[])
    }

    /// Submits a form of a page, with the hidden token that the page gave.
    ///
    /// # Errors
    /// When no answer comes.
    pub fn submit(
        &self,
        page: &str,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Result<Answer, String> {
        let csrf = hidden(&self.get(page)?.text(), "csrf").unwrap_or_default();
        let fields: Vec<(&str, &str)> =
            fields.iter().copied().chain([("csrf", csrf.as_str())]).collect();
        self.post(path, "application/x-www-form-urlencoded", form(&fields).as_bytes(), &[])
    }

    /// Everything that was answered so far.
    #[must_use]
    pub fn seen(&self) -> Vec<Vec<u8>> {
        held(&self.seen).clone()
    }

    fn headers<B>(&self, mut request: ureq::RequestBuilder<B>) -> ureq::RequestBuilder<B> {
        if let Some(token) = &self.token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        if let Some(cookie) = &*held(&self.cookie) {
            request = request.header("Cookie", cookie);
        }
        request
    }

    fn answer(
        &self,
        path: &str,
        answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> Result<Answer, String> {
        let mut answer = answer.map_err(|error| format!("{path}: no answer: {error}"))?;
        let header = |name: &str| {
            answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
        };
        let (location, cookie) = (header("location"), header("set-cookie"));
        if let Some(pair) = cookie.as_deref().and_then(|line| line.split(';').next()) {
            *held(&self.cookie) = Some(pair.to_owned());
        }
        let status = answer.status().as_u16();
        let body = answer
            .body_mut()
            .with_config()
            .limit(ANSWER_BYTES)
            .read_to_vec()
            .map_err(|error| format!("{path}: the answer broke off: {error}"))?;
        held(&self.seen).push(body.clone());
        Ok(Answer { status, body, location })
    }
}

fn held<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Fields as `application/x-www-form-urlencoded`.
#[must_use]
pub fn form(fields: &[(&str, &str)]) -> String {
    let escape = |text: &str| {
        text.bytes().fold(String::new(), |mut out, byte| {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'*' => {
                    out.push(char::from(byte));
                }
                byte => out.push_str(&format!("%{byte:02X}")),
            }
            out
        })
    };
    let pairs: Vec<String> =
        fields.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
    pairs.join("&")
}

/// The value of a hidden field of a page.
fn hidden(page: &str, name: &str) -> Option<String> {
    let at = page.find(&format!("name=\"{name}\""))?;
    let rest = &page[at..];
    let value = rest.split("value=\"").nth(1)?;
    Some(value.split('"').next()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_escaped() {
        let got = form(&[("a b", "c&d=é"), ("x", "")]);
        assert_eq!(got, "a%20b=c%26d%3D%C3%A9&x=");
    }

    #[test]
    fn hidden_fields_are_found() {
        let page = r#"<form><input type="hidden" name="csrf" value="abc"></form>"#;
        assert_eq!(hidden(page, "csrf").as_deref(), Some("abc"));
        assert_eq!(hidden(page, "other"), None);
    }
}
