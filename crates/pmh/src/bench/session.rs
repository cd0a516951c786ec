//! A registered client with its access token: `private_key_jwt` for a token of 300 s.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use domain::instant::Instant as WallInstant;
use reader::client::ClientKey;
use serde_json::Value;

use super::http::{call, write_request};
use super::measure::tick;

/// A token is good for 300 s; one so old is replaced before it is used again.
const RENEW_AFTER: Duration = Duration::from_secs(60);
const TOKEN_PATH: &str = "/pmh/v1/token";
const FORM: &str = "application/x-www-form-urlencoded";
const ASSERTION: &str = "grant_type=client_credentials&client_assertion_type=\
    urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=";

/// A client that the store of the benchmark knows.
#[derive(Debug)]
pub struct Client {
    /// Its identifier at the hub.
    pub id: String,
    /// Whose it is: code of the municipality (6 digits) or of the institution (10 digits).
    pub party: String,
    /// The terminal that an institution's token is bound to.
    pub terminal: Option<String>,
    /// What it signs with.
    pub key: ClientKey,
}

/// A client in conversation with one server.
#[derive(Debug)]
pub struct Session<'a> {
    client: &'a Client,
    address: SocketAddr,
    clock: fn() -> WallInstant,
    token: Option<(String, Instant)>,
}

impl<'a> Session<'a> {
    /// No token is asked for until one is needed. `clock` dates the assertions.
    #[must_use]
    pub const fn new(client: &'a Client, address: SocketAddr, clock: fn() -> WallInstant) -> Self {
        Self { client, address, clock, token: None }
    }

    /// The header line `authorization: Bearer …` with a token that is good for 240 s at least.
    ///
    /// # Errors
    /// The hub gives no token.
    pub fn authorization(&mut self) -> Result<String, String> {
        let current = self.token.take().filter(|(_, since)| since.elapsed() < RENEW_AFTER);
        let (token, since) = match current {
            Some(current) => current,
            None => (self.fetch()?, tick()),
        };
        let line = format!("authorization: Bearer {token}\r\n");
        self.token = Some((token, since));
        Ok(line)
    }

    /// A call with a JSON body; the answer as JSON.
    ///
    /// # Errors
    /// No token, no answer, a status that is not 2xx, or an answer that is not JSON.
    pub fn json(&mut self, method: &str, path: &str, body: &[u8]) -> Result<Value, String> {
        let mut request = Vec::with_capacity(body.len() + 1024);
        let headers = self.authorization()?;
        write_request(&mut request, (method, path), &headers, "application/json", body);
        answer(path, call(self.address, &request)?)
    }

    fn fetch(&self) -> Result<String, String> {
        let audience = format!("http://{}{TOKEN_PATH}", self.address);
        let jti = reader::random::<16>().map_err(|fault| fault.to_string())?;
        let assertion = self
            .client
            .key
            .assertion(&self.client.id, &audience, &reader::hex(&jti), (self.clock)())
            .map_err(|fault| fault.to_string())?;
        let mut form = format!("{ASSERTION}{assertion}");
        if let Some(terminal) = &self.client.terminal {
            form.push_str("&terminal=");
            form.push_str(&percent(terminal));
        }
        let mut request = Vec::new();
        write_request(&mut request, ("POST", TOKEN_PATH), "", FORM, form.as_bytes());
        let body = answer(TOKEN_PATH, call(self.address, &request)?)?;
        let token = body.get("access_token").and_then(Value::as_str);
        token.map(str::to_owned).ok_or_else(|| "the answer holds no access_token".to_owned())
    }
}

fn answer(path: &str, (status, body): (u16, Vec<u8>)) -> Result<Value, String> {
    if !(200..300).contains(&status) {
        return Err(format!("{path}: {status} {}", String::from_utf8_lossy(&body)));
    }
    serde_json::from_slice(&body).map_err(|fault| format!("{path}: {fault}"))
}

/// Percent-encoding of everything but letters and digits.
fn percent(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(encode).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_written_for_a_form() {
        assert_eq!(percent("受付1 &"), "%E5%8F%97%E4%BB%981%20%26");
    }

    #[test]
    fn an_answer_that_is_not_2xx_is_an_error_with_its_words() {
        assert_eq!(answer("/a", (200, b"{\"b\":1}".to_vec())).unwrap()["b"], 1);
        assert_eq!(answer("/a", (401, b"no".to_vec())).unwrap_err(), "/a: 401 no");
        assert!(answer("/a", (200, b"no".to_vec())).is_err());
    }
}
