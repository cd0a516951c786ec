//! Every route in one table: the router is built from it, and the authorisation test reads it.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::HOST;
use axum::middleware::Next;
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use hub::Hub;

use crate::{
    App, DemoDesk, clinic, log, look, municipality, operator, pmh, public, resident, start,
};

/// A question that takes longer is given up; long polls have their own bound below it.
const LONGEST: Duration = Duration::from_secs(60);

/// Every route: method and path.
pub const ROUTES: &[(&str, &str)] = &[
    ("GET", "/"),
    ("GET", "/health"),
    ("GET", "/openapi.json"),
    ("GET", look::STYLESHEET_PATH),
    ("GET", look::SCRIPT_PATH),
    ("GET", look::ICON_PATH),
    ("GET", "/log/checkpoint"),
    ("GET", "/log/vkey"),
    ("GET", "/log/tile/{*path}"),
    ("POST", "/demo/enter"),
    ("GET", "/enter"),
    ("POST", "/enter"),
    ("POST", "/leave"),
    ("GET", "/clinic"),
    ("POST", "/clinic/tap"),
    ("POST", "/clinic/search"),
    ("GET", "/clinic/immunization"),
    ("POST", "/clinic/immunization/receive"),
    ("POST", "/clinic/immunization/again"),
    ("POST", "/clinic/immunization/check"),
    ("POST", "/clinic/immunization/record"),
    ("POST", "/clinic/immunization/put-off"),
    ("GET", "/resident"),
    ("POST", "/resident/enter"),
    ("GET", "/resident/child/{id}"),
    ("POST", "/resident/notices"),
    ("GET", "/resident/looks.json"),
    ("GET", "/resident/doses"),
    ("GET", "/resident/forms"),
    ("GET", "/resident/forms/{form}/{series}/{step}"),
    ("POST", "/resident/forms/{form}/{series}/{step}"),
    ("GET", "/municipality"),
    ("GET", "/municipality/tasks/{id}"),
    ("GET", "/municipality/links"),
    ("POST", "/municipality/links/{id}"),
    ("GET", "/municipality/schemes"),
    ("GET", "/municipality/immunization"),
    ("GET", "/municipality/immunization/coverage.csv"),
    ("GET", "/municipality/immunization/missing"),
    ("GET", "/municipality/immunization/notices"),
    ("POST", "/municipality/immunization/notices"),
    ("POST", "/municipality/immunization/notices/send"),
    ("GET", "/municipality/immunization/notices/{id}"),
    ("GET", "/municipality/recalls"),
    ("GET", "/municipality/recalls/people"),
    ("GET", "/operator"),
    ("GET", "/operator/recalls"),
    ("POST", "/operator/recalls"),
    ("POST", "/pmh/v1/token"),
    ("POST", "/pmh/v1/medical-subsidy/registration-tasks"),
    ("POST", "/pmh/v1/municipal-checkup/registration-tasks"),
    ("POST", "/pmh/v1/relations/registration-tasks"),
    ("POST", "/pmh/v1/immunization/registration-tasks"),
    ("POST", "/pmh/v1/immunization/receptions"),
    ("POST", "/pmh/v1/immunization/reception-views"),
    ("POST", "/pmh/v1/immunization/gate-checks"),
    ("POST", "/pmh/v1/immunization/doses"),
    ("POST", "/pmh/v1/immunization/past-doses"),
    ("POST", "/pmh/v1/immunization/doses/{id}/correction"),
    ("POST", "/pmh/v1/immunization/doses/{id}/cancellation"),
    ("GET", "/pmh/v1/immunization/doses/{id}"),
    ("POST", "/pmh/v1/immunization/notices/preview"),
    ("POST", "/pmh/v1/immunization/notices/send"),
    ("GET", "/pmh/v1/immunization/coverage"),
    ("GET", "/pmh/v1/tasks/{id}"),
    ("GET", "/pmh/v1/schemes"),
    ("PUT", "/pmh/v1/schemes"),
    ("GET", "/pmh/v1/feed"),
    ("POST", "/pmh/v1/card-challenges"),
    ("POST", "/pmh/v1/eligibility"),
];

fn handler(method: &str, path: &str) -> Option<MethodRouter<App>> {
    Some(match (method, path) {
        ("GET", "/") => get(start::page),
        ("GET", "/health") => get(public::health),
        ("GET", "/openapi.json") => get(public::openapi),
        ("GET", look::STYLESHEET_PATH) => get(public::stylesheet),
        ("GET", look::SCRIPT_PATH) => get(public::script),
        ("GET", look::ICON_PATH) => get(public::icon),
        ("GET", "/log/checkpoint") => get(log::checkpoint),
        ("GET", "/log/vkey") => get(log::vkey),
        ("GET", "/log/tile/{*path}") => get(log::tile),
        ("POST", "/demo/enter") => post(start::enter),
        ("GET", "/enter") => get(start::ticket::page),
        ("POST", "/enter") => post(start::ticket::enter),
        ("POST", "/leave") => post(start::leave),
        ("GET", "/clinic") => get(clinic::page),
        ("POST", "/clinic/tap") => post(clinic::tap),
        ("POST", "/clinic/search") => post(clinic::search),
        ("GET", "/clinic/immunization") => get(clinic::dose::page),
        ("POST", "/clinic/immunization/receive") => post(clinic::dose::received),
        ("POST", "/clinic/immunization/again") => post(clinic::dose::again),
        ("POST", "/clinic/immunization/check") => post(clinic::dose::check),
        ("POST", "/clinic/immunization/record") => post(clinic::dose::record),
        ("POST", "/clinic/immunization/put-off") => post(clinic::dose::put_off),
        ("GET", "/resident") => get(resident::page),
        ("POST", "/resident/enter") => post(resident::enter),
        ("GET", "/resident/child/{id}") => get(resident::child),
        ("POST", "/resident/notices") => post(resident::inbox::open),
        ("GET", "/resident/looks.json") => get(resident::looks),
        ("GET", "/resident/doses") => get(resident::proof::show),
        ("GET", "/resident/forms") => get(resident::form::list),
        ("GET", "/resident/forms/{form}/{series}/{step}") => get(resident::form::show),
        ("POST", "/resident/forms/{form}/{series}/{step}") => resident::form::taking(),
        ("GET", "/municipality") => get(municipality::tasks),
        ("GET", "/municipality/tasks/{id}") => get(municipality::task),
        ("GET", "/municipality/links") => get(municipality::links),
        ("POST", "/municipality/links/{id}") => post(municipality::decide),
        ("GET", "/municipality/schemes") => get(municipality::schemes),
        ("GET", "/operator") => get(operator::page),
        ("GET", "/operator/recalls") => get(operator::recalls::recalls),
        ("POST", "/operator/recalls") => post(operator::recalls::change),
        (_, path) if path.starts_with("/pmh/v1/immunization/") => return doses(method, path),
        (_, path) if path.starts_with("/municipality/") => return followed(method, path),
        (_, path) if path.starts_with("/pmh/") => return api(method, path),
        _ => return None,
    })
}

/// Immunisation, as an officer follows it.
fn followed(method: &str, path: &str) -> Option<MethodRouter<App>> {
    use municipality::immunization::{self as pages, notices, recalls};
    Some(match (method, path) {
        ("GET", "/municipality/immunization") => get(pages::coverage),
        ("GET", "/municipality/immunization/coverage.csv") => get(pages::coverage_csv),
        ("GET", "/municipality/immunization/missing") => get(pages::missing),
        ("GET", "/municipality/immunization/notices") => get(notices::choose),
        ("POST", "/municipality/immunization/notices") => post(notices::preview),
        ("POST", "/municipality/immunization/notices/send") => post(notices::send),
        ("GET", "/municipality/immunization/notices/{id}") => get(notices::progress),
        ("GET", "/municipality/recalls") => get(recalls::recalls),
        ("GET", "/municipality/recalls/people") => get(recalls::people),
        _ => return None,
    })
}

fn api(method: &str, path: &str) -> Option<MethodRouter<App>> {
    Some(match (method, path) {
        ("POST", "/pmh/v1/token") => post(pmh::token),
        ("POST", "/pmh/v1/medical-subsidy/registration-tasks") => post(pmh::subsidy),
        ("POST", "/pmh/v1/municipal-checkup/registration-tasks") => post(pmh::checkup),
        ("POST", "/pmh/v1/relations/registration-tasks") => post(pmh::relations),
        ("GET", "/pmh/v1/tasks/{id}") => get(pmh::task),
        ("GET", "/pmh/v1/schemes") => get(pmh::get_schemes),
        ("PUT", "/pmh/v1/schemes") => axum::routing::put(pmh::put_schemes),
        ("GET", "/pmh/v1/feed") => get(pmh::feed),
        ("POST", "/pmh/v1/card-challenges") => post(pmh::card_challenge),
        ("POST", "/pmh/v1/eligibility") => post(pmh::eligibility),
        _ => return None,
    })
}

fn doses(method: &str, path: &str) -> Option<MethodRouter<App>> {
    use pmh::doses as of;
    let name = path.strip_prefix("/pmh/v1/immunization/")?;
    Some(match (method, name) {
        ("POST", "registration-tasks") => post(pmh::immunization),
        ("POST", "notices/preview") => post(pmh::preview),
        ("POST", "notices/send") => post(pmh::send),
        ("GET", "coverage") => get(pmh::coverage),
        ("POST", "receptions") => post(of::receptions),
        ("POST", "reception-views") => post(of::reception_views),
        ("POST", "gate-checks") => post(of::gate_checks),
        ("POST", "doses") => post(of::doses),
        ("POST", "past-doses") => post(of::past_doses),
        ("POST", "doses/{id}/correction") => post(of::correction),
        ("POST", "doses/{id}/cancellation") => post(of::cancellation),
        ("GET", "doses/{id}") => get(of::dose),
        _ => return None,
    })
}

/// The router over a hub; with `demo`, virtual cards and one-click users.
pub fn router(hub: Arc<Hub>, demo: Option<Arc<dyn DemoDesk>>) -> Router {
    let mut secret = [0; 32];
    (hub.store().entropy())(&mut secret);
    let forms = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &secret);
    let since = hub.now();
    let css = look::stylesheet().into();
    let app = App { hub, demo, css, forms: Arc::new(forms), since };
    let mut router = Router::new();
    for (method, path) in ROUTES {
        if let Some(handler) = handler(method, path) {
            router = router.route(path, handler);
        }
    }
    router
        .fallback(public::nothing)
        .method_not_allowed_fallback(public::wrong_method)
        .layer(axum::middleware::from_fn_with_state(app.clone(), ours))
        .layer(axum::middleware::from_fn(bounded))
        .with_state(app)
}

/// Refuses questions to another host: a page elsewhere may have pointed its own name at this address
/// (DNS rebinding). Whoever watches asks `/health` by any name.
async fn ours(State(app): State<App>, request: Request, next: Next) -> Response {
    let origin = app.hub.origin();
    let (_, own) = origin.split_once("://").unwrap_or(("", origin));
    let asked = request.headers().get(HOST).map(|host| host.to_str().unwrap_or_default());
    let here = asked.is_none_or(|host| host.eq_ignore_ascii_case(own) || loopback(host));
    match here || request.uri().path() == "/health" {
        true => next.run(request).await,
        false => public::other_host(request.uri()),
    }
}

/// A name of this machine that no other machine has.
fn loopback(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    ["127.0.0.1", "localhost", "[::1]"].contains(&name)
}

/// Gives up a question that takes too long.
async fn bounded(request: Request, next: Next) -> Response {
    let uri = request.uri().clone();
    match tokio::time::timeout(LONGEST, next.run(request)).await {
        Ok(response) => response,
        Err(_) => public::too_slow(&uri),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_of_the_table_has_a_handler() {
        for (method, path) in ROUTES {
            assert!(handler(method, path).is_some(), "{method} {path}");
        }
    }
}
