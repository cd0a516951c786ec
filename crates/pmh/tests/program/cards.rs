//! From an empty folder to the first tap, by hand: catalogue, registry, cards, a hub that serves.

use std::path::Path;
use std::time::Duration;

use pmh::client::{Client, form};
use pmh::clock;
use reader::client::{ClientAlgorithm, ClientKey};
use serde_json::{Value, json};

use crate::import::{CATALOGUE, pmh, with_catalogue};
use crate::process::{Folder, Server};

const INSURED: &str = "insurer_number,insurer_name,symbol,number,branch,name,kana,birth,sex,address,\
    valid_from,valid_to,share_percent\n06130017,試験組合,12,3,01,試験花子,シケンハナコ,1980-05-01,2,\
    宮崎県都城市姫城町6街区21号,2026-04-01,,30\n";
const CLIENT: &str = "
    [[client]]
    client = 'clinic'
    of = 'institution'
    organisation = '4510210018'
    jwks = 'clinic.json'
";
/// How often the hub looks at its lists, and how long the test waits for it.
const LISTS: &str = "1";
const PATIENCE: u32 = 200;

/// A folder with a hub's data, and the clinic's key.
struct Place {
    folder: Folder,
    key: ClientKey,
}

impl Place {
    fn new(name: &str) -> Self {
        let folder = Folder::new(name);
        let key = ClientKey::generate(ClientAlgorithm::Es384).unwrap();
        std::fs::write(folder.0.join("clinic.json"), key.jwks().to_string()).unwrap();
        let output = with_catalogue(&folder.0, &format!("{CATALOGUE}{CLIENT}"));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Self { folder, key }
    }

    fn path(&self, name: &str) -> String {
        self.folder.0.join(name).to_str().unwrap().to_owned()
    }

    /// Runs a command that must succeed; gives what it printed.
    fn run(&self, args: &[&str]) -> String {
        let output = pmh(args);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn issue(&self, name: &str, kind: &str) -> String {
        let (dir, address) = (self.path("data/test-cards"), "宮崎県都城市姫城町６街区２１号");
        let line = ["card", "issue", "--dir", &dir, "--birth", "1980-05-01", "--sex", "2", kind];
        let holder = ["--name", name, "--kana", "シケンハナコ", "--address", address];
        self.run(&[&line[..], &holder].concat())
    }

    /// Imports a file; gives the summary.
    fn import(&self, kind: &str, text: &str) -> String {
        let (data, file) = (self.path("data"), self.path("in.csv"));
        std::fs::write(&file, text).unwrap();
        self.run(&["import", "--data", &data, kind, &file])
    }

    fn clinic(&self, base: &str) -> Client {
        let jti = format!("cards-{}", clock::now().0);
        let audience = format!("{base}/pmh/v1/token");
        let assertion = self.key.assertion("clinic", &audience, &jti, clock::now()).unwrap();
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", assertion.as_str()),
            ("terminal", "受付1"),
        ];
        let kind = "application/x-www-form-urlencoded";
        let body = form(&fields);
        let answer = Client::new(base).post("/pmh/v1/token", kind, body.as_bytes(), &[]).unwrap();
        let token = answer.json()["access_token"].as_str().map(str::to_owned);
        Client::with_token(base, &token.unwrap_or_else(|| panic!("{}", answer.text())))
    }

    fn tap(&self, clinic: &Client, card: &str) -> Value {
        let challenge = clinic.post_json("/pmh/v1/card-challenges", &json!({})).unwrap().json();
        let text = |name: &str| challenge[name].as_str().unwrap().to_owned();
        let (dir, token, origin) =
            (self.path("data/test-cards"), text("challenge"), text("origin"));
        let (institution, terminal) = (text("institution"), text("terminal"));
        let line = ["card", "sign", "--dir", &dir, "--card", card, "--pin", "1234"];
        let place = ["--challenge", &token, "--origin", &origin];
        let desk = ["--institution", &institution, "--terminal", &terminal];
        let signed = self.run(&[&line[..], &place, &desk].concat());
        let mut answer: Value = serde_json::from_str(&signed).unwrap();
        answer["challenge"] = json!(token);
        let body = json!({ "card": answer, "consent": { "certificates": true } });
        clinic.post_json("/pmh/v1/eligibility", &body).unwrap().json()
    }
}

#[test]
fn cards_made_by_hand_lead_to_their_holder_until_they_are_revoked() {
    let place = Place::new("cards");
    let summary = place.import("--insured", INSURED);
    assert!(summary.contains("1 rows: 0 refused, 0 held"), "{summary}");
    let (old, phone) = (place.issue("試験 花子", "--p384"), place.issue("試験花子", "--rsa"));
    let near = place.issue("試験華子", "--p384");
    let listed = place.run(&["card", "list", "--csv", "--dir", &place.path("data/test-cards")]);
    let summary = place.import("--cards", &listed);
    assert!(summary.contains("3 rows: 0 refused, 1 held"), "{summary}");

    let server = Server::start_with(Path::new(&place.path("data")), &["--lists-seconds", LISTS]);
    let clinic = place.clinic(&server.base);
    for card in [&old, &phone] {
        let shown = place.tap(&clinic, card);
        assert_eq!(shown["person"]["name"], "試験花子", "{shown}");
        assert_eq!(shown["insurance"][0]["number"], "3", "{shown}");
    }
    let held = place.tap(&clinic, &near);
    assert!(held["found"] == false && held.get("person").is_none_or(Value::is_null), "{held}");

    place.run(&["card", "revoke", "--dir", &place.path("data/test-cards"), "--card", &old]);
    revoked_soon(&place, &clinic, &old);
    assert_eq!(place.tap(&clinic, &phone)["found"], true, "the phone's certificate goes on");
}

#[test]
fn staff_enter_by_a_link_that_was_made_beside_the_running_hub() {
    let place = Place::new("staff");
    let server = Server::start(Path::new(&place.path("data")));
    let line = ["staff", "link", "desk", "--terminal", "受付1", "--data"];
    let link = place.run(&[&line[..], &[&place.path("data"), "--origin", &server.base]].concat());
    let path = link.strip_prefix(&server.base).unwrap();
    let ticket = path.split_once("ticket=").unwrap().1;
    let browser = Client::new(&server.base);
    let entered = browser.submit(path, "/enter", &[("ticket", ticket)]).unwrap();
    assert_eq!(entered.location.as_deref(), Some("/clinic"), "{}", entered.text());
    assert_eq!(browser.get("/clinic").unwrap().status, 200);
    let again = Client::new(&server.base).submit(path, "/enter", &[("ticket", ticket)]).unwrap();
    assert_eq!(again.status, 401);
}

fn revoked_soon(place: &Place, clinic: &Client, card: &str) {
    for _ in 0..PATIENCE {
        let shown = place.tap(clinic, card);
        if shown["code"] == "revoked" {
            return;
        }
        assert_eq!(shown["found"], true, "{shown}");
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("the hub does not learn of the revocation");
}
