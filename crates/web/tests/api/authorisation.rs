//! Every route and every kind of caller. A route without a line here fails the first test.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::Request;
use hub::import::RowResult;
use serde_json::json;
use web::routes::ROUTES;

use crate::harness::{
    Answer, Api, ELIGIBILITY, IMMUNIZATION, RELATIONS, SUBSIDY, certificate, five, my_number,
};

/// Who calls. The first four are nobody: without anything, with nonsense, with what has expired,
/// with a session as a token and a token as a session. Then systems, by token; then people, by
/// session. The officer stands behind the one of the other city, who may change nothing.
const CALLERS: [&str; 14] = [
    "none",
    "garbage",
    "expired",
    "swapped",
    "city",
    "far-city",
    "clinic",
    "unbound",
    "desk",
    "far-officer",
    "officer",
    "resident",
    "guardian",
    "operator",
];

fn everybody(status: &str) -> String {
    [status; CALLERS.len()].join(" ")
}

/// Tokens are asked for: city, city of somewhere else, clinic, clinic without a terminal.
fn tokens(systems: &str) -> String {
    format!("401 401 401 401 {systems} 401 401 401 401 401 401")
}

/// Sessions are asked for: desk, officers of the other city and of this, residents, operator.
fn sessions(people: &str) -> String {
    format!("401 401 401 401 401 401 401 401 {people}")
}

/// Method, route, a real address under it, a body, and what each caller gets.
type Line = (&'static str, &'static str, &'static str, &'static str, String);

fn public() -> Vec<Line> {
    let open = |path| ("GET", path, path, "", everybody("200"));
    let mut lines: Vec<Line> = [
        "/",
        "/health",
        "/openapi.json",
        "/log/checkpoint",
        "/log/vkey",
        web::look::STYLESHEET_PATH,
        web::look::SCRIPT_PATH,
        web::look::ICON_PATH,
        // Says how to sign in to everybody who is not a resident.
        "/resident",
    ]
    .map(open)
    .into();
    let form = "csrf={csrf}&card=guardian&pin=1234";
    let token = "{form}";
    lines.extend([
        ("GET", "/log/tile/{*path}", "/log/tile/{tile}", "", everybody("200")),
        ("POST", "/demo/enter", "/demo/enter", "csrf={csrf}&user=operator", everybody("303")),
        // Whose link it is shows when it is used, and only then.
        ("GET", "/enter", "/enter?ticket=x", "", everybody("200")),
        ("POST", "/enter", "/enter", "csrf={csrf}&ticket=x", everybody("401")),
        ("POST", "/resident/enter", "/resident/enter", form, everybody("303")),
        ("POST", "/pmh/v1/token", "/pmh/v1/token", token, everybody("200")),
    ]);
    lines
}

fn pages() -> Vec<Line> {
    let tap = "csrf={csrf}&card=guardian&pin=1234&consent=yes";
    let search = "csrf={csrf}&insurer=06130017&symbol=12&number=1&branch=01&consent=yes";
    let decide = "csrf={csrf}&decision=reject&checked=yes";
    let desk = sessions("200 404 404 404 404 404");
    let of_desk = |route: &'static str, body| ("POST", route, route, body, desk.clone());
    let officers = sessions("404 200 200 404 404 404");
    let officer = sessions("404 404 200 404 404 404");
    let decided = sessions("404 404 303 404 404 404");
    let residents = sessions("404 404 404 200 200 404");
    let guardian = sessions("404 404 404 404 200 404");
    let form = "/resident/forms/{form}/{series}/{step}";
    let childs = "/resident/forms/child/mr-2/person?for={child}";
    let saved = sessions("404 404 404 404 303 404");
    vec![
        ("GET", "/clinic", "/clinic", "", desk.clone()),
        ("POST", "/clinic/tap", "/clinic/tap", tap, desk.clone()),
        ("POST", "/clinic/search", "/clinic/search", search, desk.clone()),
        ("GET", "/clinic/immunization", "/clinic/immunization", "", desk.clone()),
        of_desk("/clinic/immunization/receive", "csrf={csrf}&card=guardian&pin=1234"),
        of_desk("/clinic/immunization/again", "csrf={csrf}&reception=x"),
        of_desk("/clinic/immunization/check", "csrf={csrf}&reception=x&product=mr"),
        of_desk("/clinic/immunization/record", "csrf={csrf}&draft=x"),
        of_desk("/clinic/immunization/put-off", "csrf={csrf}&reception=x&product=mr"),
        ("GET", "/resident/child/{id}", "/resident/child/{child}", "", guardian.clone()),
        ("GET", "/resident/forms", "/resident/forms?for={child}", "", guardian.clone()),
        ("GET", form, childs, "", guardian),
        ("POST", form, childs, "csrf={csrf}&go=later", saved),
        ("GET", "/resident/doses", "/resident/doses", "", residents.clone()),
        ("GET", "/resident/looks.json", "/resident/looks.json", "", residents),
        ("GET", "/municipality", "/municipality", "", officers.clone()),
        ("GET", "/municipality/tasks/{id}", "/municipality/tasks/{task}", "", officer),
        ("GET", "/municipality/links", "/municipality/links", "", officers.clone()),
        ("POST", "/municipality/links/{id}", "/municipality/links/{case}", decide, decided),
        ("GET", "/municipality/schemes", "/municipality/schemes", "", officers),
        ("GET", "/operator", "/operator", "", sessions("404 404 404 404 404 200")),
    ]
}

/// Immunisation, as officers, residents and the operator see it.
fn followed() -> Vec<Line> {
    let officers = || sessions("404 200 200 404 404 404");
    let page = |path| ("GET", path, path, "", officers());
    let missing = "/municipality/immunization/missing";
    let notices = "/municipality/immunization/notices";
    let send = "/municipality/immunization/notices/send";
    let people = "/municipality/recalls/people";
    let recall = "csrf={csrf}&deed=put&product=mr&lot=A1&reason=x";
    let operator = |status: &str| sessions(&format!("404 404 404 404 404 {status}"));
    vec![
        page("/municipality/immunization"),
        page("/municipality/immunization/coverage.csv"),
        ("GET", missing, "/municipality/immunization/missing?series=mr-1", "", officers()),
        page(notices),
        ("POST", notices, notices, "csrf={csrf}&overdue=on", officers()),
        // Nobody else's list is there.
        (
            "POST",
            send,
            send,
            "csrf={csrf}&checked=yes&token={list}",
            sessions("404 404 303 404 404 404"),
        ),
        (
            "GET",
            "/municipality/immunization/notices/{id}",
            "/municipality/immunization/notices/{list}",
            "",
            sessions("404 404 200 404 404 404"),
        ),
        page("/municipality/recalls"),
        ("GET", people, "/municipality/recalls/people?product=mr&lot=A1", "", officers()),
        ("GET", "/operator/recalls", "/operator/recalls", "", operator("200")),
        ("POST", "/operator/recalls", "/operator/recalls", recall, operator("303")),
        // A notice that is not theirs is not there.
        (
            "POST",
            "/resident/notices",
            "/resident/notices",
            "csrf={csrf}&notice=x",
            sessions("404 404 404 404 404 404"),
        ),
    ]
}

fn systems() -> Vec<Line> {
    let ask = r#"{"insured":{"insurerNumber":"06130017","symbol":"12","number":"1","branch":"01"},
        "consent":{"certificates":true}}"#;
    let schemes = r#"[{"orgSpecificCertificateTypeId":"HITORI","name":"x"}]"#;
    let registration = |path| ("POST", path, path, "[{}]", tokens("202 202 404 404"));
    let own = |method, path, body| (method, path, path, body, tokens("200 200 404 404"));
    vec![
        registration("/pmh/v1/medical-subsidy/registration-tasks"),
        registration("/pmh/v1/municipal-checkup/registration-tasks"),
        registration("/pmh/v1/relations/registration-tasks"),
        registration("/pmh/v1/immunization/registration-tasks"),
        own("POST", "/pmh/v1/immunization/notices/preview", "{}"),
        (
            "POST",
            "/pmh/v1/immunization/notices/send",
            "/pmh/v1/immunization/notices/send",
            r#"{"token":"{list}"}"#,
            tokens("200 404 404 404"),
        ),
        own("GET", "/pmh/v1/immunization/coverage", ""),
        ("GET", "/pmh/v1/tasks/{id}", "/pmh/v1/tasks/{task}", "", tokens("200 404 404 404")),
        own("GET", "/pmh/v1/schemes", ""),
        own("PUT", "/pmh/v1/schemes", schemes),
        own("GET", "/pmh/v1/feed", ""),
        (
            "POST",
            "/pmh/v1/card-challenges",
            "/pmh/v1/card-challenges",
            "",
            tokens("404 404 201 422"),
        ),
        ("POST", ELIGIBILITY, ELIGIBILITY, ask, tokens("404 404 200 422")),
    ]
}

/// Reception, gate and record: institutions only; what they hold is not held by others.
fn doses() -> Vec<Line> {
    let who = r#"{"nameAndBirth":{"nameKana":"ダレカ","dateOfBirth":"2020-01-01"}}"#;
    let held = r#"{"reception":"x"}"#;
    let dose =
        r#"{"reception":"x","dose":{"product":"mr","physician":"医","judgement":"possible"}}"#;
    let past = r#"{"reception":"x","provenance":"paper",
        "dose":{"doseKey":"1","product":"mr","date":"2020-01-01"}}"#;
    let mend = r#"{"reason":"x"}"#;
    let of = |route: &'static str, body| ("POST", route, route, body, tokens("404 404 422 422"));
    vec![
        of("/pmh/v1/immunization/receptions", who),
        of("/pmh/v1/immunization/reception-views", held),
        of("/pmh/v1/immunization/gate-checks", dose),
        of("/pmh/v1/immunization/doses", dose),
        of("/pmh/v1/immunization/past-doses", past),
        (
            "POST",
            "/pmh/v1/immunization/doses/{id}/correction",
            "/pmh/v1/immunization/doses/x/correction",
            mend,
            tokens("404 404 404 404"),
        ),
        (
            "POST",
            "/pmh/v1/immunization/doses/{id}/cancellation",
            "/pmh/v1/immunization/doses/x/cancellation",
            mend,
            tokens("404 404 404 404"),
        ),
        (
            "GET",
            "/pmh/v1/immunization/doses/{id}",
            "/pmh/v1/immunization/doses/x",
            "",
            tokens("404 404 404 404"),
        ),
    ]
}

fn table() -> Vec<Line> {
    // Last, because it ends the sessions.
    let leave = ("POST", "/leave", "/leave", "csrf={csrf}", everybody("303"));
    [public(), pages(), followed(), systems(), doses(), vec![leave]].concat()
}

/// Persons 1 (guardian of 2) and 3 with cards; a task, a held case and a log that has begun.
struct World {
    api: Api,
    /// Bearer token and cookie of each caller.
    callers: Vec<(Option<String>, Option<String>)>,
    task: String,
    case: String,
    child: String,
    /// A list of notices of the officer's municipality.
    list: String,
    tile: String,
}

impl World {
    async fn new() -> Self {
        let api = Api::new().await;
        let mut people: Vec<_> = (1..=3).map(|n| certificate(n, &json!({}))).collect();
        people[1]["basicFiveInfo"]["dateOfBirth"] = json!("2020-05-01");
        assert_eq!(api.outcomes(SUBSIDY, &json!(people)).await, ["accepted"; 3]);
        let relation = json!([{ "myNumber": my_number(2), "guardianMyNumber": my_number(1),
            "relation": "parent", "validFrom": "2026-04-01", "historyKey": "1",
            "isDeleted": false }]);
        assert_eq!(api.outcomes(RELATIONS, &relation).await, ["accepted"]);
        let followed = json!([{ "modificationSeg": "1", "myNumber": my_number(2),
            "municipalityIdentityKey": "k2", "basicFiveInfo": people[1]["basicFiveInfo"] }]);
        assert_eq!(api.outcomes(IMMUNIZATION, &followed).await, ["accepted"]);
        let again = api.register("city", SUBSIDY, &json!([certificate(1, &json!({}))])).await;
        let task = again["taskId"].as_str().unwrap().to_owned();
        let mut near = five(1);
        near["address"] = json!("宮崎県都城市別の町9番地");
        let held = api.try_insure("71", &near).await;
        assert!(matches!(held, RowResult::Held(_)), "{held:?}");
        api.insure("1", &five(1)).await;
        api.give_card("guardian", &five(1)).await;
        api.give_card("resident", &five(3)).await;

        let expired = (Some(api.token("city").await), Some(api.sign_in("resident").await));
        api.test.pass_seconds(31 * 60);
        let (case, child) = (case(&api).await, child(&api).await);
        let callers = callers(&api, expired).await;
        let list = list(&api).await;
        let tile = tile(&api).await;
        Self { api, callers, task, case, child, list, tile }
    }

    fn request(&self, caller: usize, method: &str, path: &str, body: String) -> Request<Body> {
        let mut request = Request::builder().method(method).uri(path);
        let (token, cookie) = &self.callers[caller];
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if let Some(cookie) = cookie {
            request = request.header("cookie", format!("a=b; pmh_session={cookie}"));
        }
        let json = body.starts_with(['[', '{']);
        let form = "application/x-www-form-urlencoded";
        request = request.header("content-type", if json { "application/json" } else { form });
        request.body(Body::from(body)).unwrap()
    }

    async fn ask(&self, caller: usize, method: &str, path: &str, body: &str) -> Answer {
        let path = path.replace("{task}", &self.task).replace("{case}", &self.case);
        let path = path.replace("{child}", &self.child).replace("{tile}", &self.tile);
        let path = path.replace("{list}", &self.list);
        let mut body = body.replace("{list}", &self.list);
        if body.contains("{csrf}") {
            body = body.replace("{csrf}", &self.form_token(caller).await);
        }
        if body == "{form}" {
            body = self.api.token_form("city", None);
        }
        self.api.send(self.request(caller, method, &path, body)).await
    }

    /// The token of forms, as a page of this caller has it.
    async fn form_token(&self, caller: usize) -> String {
        let page = self.api.send(self.request(caller, "GET", "/", String::new())).await.text();
        let (_, rest) = page.split_once("name=\"csrf\" value=\"").unwrap();
        rest.split('"').next().unwrap().to_owned()
    }
}

async fn case(api: &Api) -> String {
    let session = hub::open_session(&api.test.hub, &api.staff("officer").await).await.unwrap();
    let caller = hub::caller_of_session(&api.test.hub, &session);
    hub::list_held(&api.test.hub, &caller).await.unwrap().remove(0).id
}

async fn list(api: &Api) -> String {
    let session = hub::open_session(&api.test.hub, &api.staff("officer").await).await.unwrap();
    let caller = hub::caller_of_session(&api.test.hub, &session);
    let all = hub::immunization::notice::Filter::default();
    let preview = hub::immunization::notice::preview_notices(&api.test.hub, &caller, &all, 10);
    preview.await.unwrap().token
}

async fn child(api: &Api) -> String {
    let session = hub::open_session(&api.test.hub, &api.sign_in("guardian").await).await.unwrap();
    let caller = hub::caller_of_session(&api.test.hub, &session);
    hub::own_page(&api.test.hub, &caller, None).await.unwrap().children.remove(0).handle
}

async fn tile(api: &Api) -> String {
    let request = Request::get("/log/checkpoint").body(Body::empty()).unwrap();
    let note = api.send(request).await.text();
    let size: u64 = note.lines().nth(1).unwrap().parse().unwrap();
    assert!((1..256).contains(&size), "{note}");
    format!("0/000.p/{size}")
}

async fn callers(
    api: &Api,
    expired: (Option<String>, Option<String>),
) -> Vec<(Option<String>, Option<String>)> {
    let mut callers = Vec::new();
    for caller in CALLERS {
        callers.push(match caller {
            "none" => (None, None),
            "garbage" => (Some("x.y.z".to_owned()), Some("A".repeat(200))),
            "expired" => expired.clone(),
            "swapped" => (Some(api.staff("officer").await), Some(api.token("city").await)),
            "city" | "far-city" | "clinic" => (Some(api.token(caller).await), None),
            "unbound" => (Some(api.token_at("clinic", None).await), None),
            "far-officer" => (None, Some(api.staff("far").await)),
            "resident" | "guardian" => (None, Some(api.sign_in(caller).await)),
            staff => (None, Some(api.staff(staff).await)),
        });
    }
    callers
}

#[test]
fn the_table_and_the_routes_are_the_same() {
    let routes: BTreeSet<(&str, &str)> = ROUTES.iter().copied().collect();
    let lines = table();
    let named: BTreeSet<(&str, &str)> = lines.iter().map(|line| (line.0, line.1)).collect();
    assert_eq!(named, routes);
    assert_eq!((lines.len(), ROUTES.len()), (named.len(), routes.len()), "one line a route");
}

/// Nothing of what the vault holds leaves it, whoever asks.
fn tells_no_number(answer: &Answer) -> bool {
    let text = answer.text();
    [1, 2, 3, 71].iter().all(|n| !text.contains(&my_number(*n)))
}

#[tokio::test]
async fn every_caller_gets_what_the_table_says_on_every_route() {
    let world = World::new().await;
    for (method, _, path, body, want) in table() {
        let mut got = Vec::new();
        for (caller, name) in CALLERS.iter().enumerate() {
            let answer = world.ask(caller, method, path, body).await;
            assert!(tells_no_number(&answer), "{method} {path} {name}");
            got.push(answer.status.as_str().to_owned());
        }
        assert_eq!(got.join(" "), want, "{method} {path}: {CALLERS:?}");
    }
}

#[tokio::test]
async fn what_is_somebody_elses_looks_like_what_is_not_there() {
    let world = World::new().await;
    let decide = "csrf={csrf}&decision=confirm&checked=yes";
    for (caller, method, theirs, nothing, body) in [
        ("far-city", "GET", "/pmh/v1/tasks/{task}", "/pmh/v1/tasks/0", ""),
        ("far-city", "GET", "/pmh/v1/tasks/{task}?all=true&from=9", "/pmh/v1/tasks/%ff", ""),
        ("clinic", "GET", "/pmh/v1/tasks/{task}", "/pmh/v1/tasks/0", ""),
        ("clinic", "GET", "/pmh/v1/tasks/{task}", "/pmh/v1/nothing", ""),
        ("clinic", "GET", "/pmh/v1/feed", "/pmh/v1/nothing", ""),
        ("clinic", "POST", SUBSIDY, "/pmh/v1/nothing", "[{}]"),
        ("city", "POST", ELIGIBILITY, "/pmh/v1/nothing", "{}"),
        ("far-officer", "GET", "/municipality/tasks/{task}", "/municipality/tasks/0", ""),
        ("far-officer", "POST", "/municipality/links/{case}", "/municipality/links/0", decide),
        ("officer", "GET", "/resident/child/{child}", "/resident/child/0", ""),
        ("resident", "GET", "/resident/child/{child}", "/resident/child/0", ""),
        ("resident", "GET", "/resident/forms?for={child}", "/resident/forms?for=0", ""),
        (
            "resident",
            "GET",
            "/resident/forms/child/mr-2/check?for={child}",
            "/resident/forms/child/mr-2/check?for=0",
            "",
        ),
        ("guardian", "GET", "/municipality/tasks/{task}", "/nothing", ""),
        ("operator", "GET", "/municipality/tasks/{task}", "/municipality/tasks/0", ""),
        ("operator", "GET", "/resident/child/{child}", "/nothing", ""),
        ("operator", "GET", "/clinic", "/nothing", ""),
    ] {
        let caller = CALLERS.iter().position(|one| *one == caller).unwrap();
        let theirs = world.ask(caller, method, theirs, body).await;
        let nothing = world.ask(caller, method, nothing, body).await;
        assert_eq!(theirs.status, 404, "{}", CALLERS[caller]);
        assert_eq!(theirs, nothing, "{}", CALLERS[caller]);
    }
}

#[tokio::test]
async fn the_operator_and_the_other_city_see_no_records() {
    let world = World::new().await;
    for caller in ["operator", "far-officer", "far-city", "none"] {
        let at = CALLERS.iter().position(|one| *one == caller).unwrap();
        for (method, _, path, body, _) in table().iter().filter(|line| line.0 == "GET") {
            let text = world.ask(at, method, path, body).await.text();
            for n in 1..=3 {
                let person = five(n);
                for item in ["name", "nameKana", "address"] {
                    let value = person[item].as_str().unwrap();
                    assert!(!text.contains(value), "{caller} {path} {value}");
                }
            }
            assert!(!text.contains(&world.task), "{caller} {path}");
            assert!(!text.contains(&world.case), "{caller} {path}");
        }
    }
}

#[tokio::test]
async fn other_methods_are_not_allowed_anywhere() {
    let world = World::new().await;
    let paths: BTreeSet<&str> = ROUTES.iter().map(|(_, path)| *path).collect();
    for route in paths {
        let path = route.replace("{id}", "x").replace("{*path}", "x");
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
            if ROUTES.contains(&(method, route)) {
                continue;
            }
            for caller in [0, 4, CALLERS.len() - 1] {
                let answer = world.ask(caller, method, &path, "").await;
                assert_eq!(answer.status, 405, "{method} {path}");
                assert!(answer.headers.contains_key("allow"), "{method} {path}");
            }
        }
    }
}

#[tokio::test]
async fn a_form_is_taken_only_from_a_page_of_the_same_session() {
    let world = World::new().await;
    let of = |name: &str| CALLERS.iter().position(|one| *one == name).unwrap();
    let foreign = world.form_token(of("resident")).await;
    let forms = table().into_iter().filter(|line| line.3.contains("{csrf}"));
    for (method, route, path, body, _) in forms {
        let caller = match route {
            path if path.starts_with("/clinic") => of("desk"),
            path if path.starts_with("/municipality") => of("officer"),
            path if path.starts_with("/operator") => of("operator"),
            _ => of("guardian"),
        };
        for token in ["", "x", &foreign, &"0".repeat(32)] {
            let body = body.replace("{csrf}", token);
            let answer = world.ask(caller, method, path, &body).await;
            assert_eq!(answer.status, 422, "{route} {token}");
            assert!(!answer.headers.contains_key("set-cookie"), "{route}");
        }
        let bare = world.ask(caller, method, path, "").await;
        assert_eq!(bare.status, 422, "{route}: {}", bare.text());
        assert_eq!(bare.headers["content-type"], "text/html; charset=utf-8", "{route}");
    }
    assert_eq!(case(&world.api).await, world.case, "nothing was decided");
}
