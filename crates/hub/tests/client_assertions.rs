//! The negative matrix of client assertions.

#![expect(clippy::unwrap_used, reason = "tests; helpers are not seen as such by the lint")]

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::instant::Instant;
use hub::credential::{AssertionRules, ClientKeys, JwsAlgorithm};
use reader::client::{ClientAlgorithm, ClientKey};

const AT: Instant = Instant(1_795_500_000_000);
const AUDIENCE: &str = "https://pmh.example.jp/oauth/token";
const CLIENT: &str = "miyakonojo-welfare";
const NOW: i64 = AT.0 / 1000;

struct Bench {
    own: ClientKey,
    other: ClientKey,
    rules: AssertionRules,
}

impl Bench {
    fn new(algorithm: ClientAlgorithm) -> Self {
        let own = ClientKey::generate(algorithm).unwrap();
        let other = ClientKey::generate(algorithm).unwrap();
        Self { own, other, rules: AssertionRules::new(AUDIENCE) }
    }

    fn outcome(&self, jwt: &str) -> String {
        let lookup = |client: &str| {
            let key = match client {
                CLIENT => &self.own,
                "another" => &self.other,
                _ => return None,
            };
            Some(Arc::new(ClientKeys::from_jwks(client, &key.jwks().to_string()).unwrap()))
        };
        match self.rules.verify(jwt, lookup, AT) {
            Ok(found) => {
                format!("{} {} {}", found.client, found.jti, found.expires.seconds() - NOW)
            }
            Err(refusal) => refusal.code().trim_start_matches("assertion-").to_owned(),
        }
    }

    fn header(&self) -> String {
        format!(r#"{{"alg":"{}","kid":"{}"}}"#, self.own.algorithm().name(), self.own.kid())
    }
}

#[test]
fn a_right_assertion_of_every_algorithm_is_accepted() {
    for algorithm in [
        ClientAlgorithm::Es256,
        ClientAlgorithm::Es384,
        ClientAlgorithm::Rs384,
        ClientAlgorithm::Ps384,
    ] {
        let bench = Bench::new(algorithm);
        let jwt = bench.own.assertion(CLIENT, AUDIENCE, "j-1", AT).unwrap();
        assert_eq!(bench.outcome(&jwt), format!("{CLIENT} j-1 120"));
        damaged(&bench, &jwt);
    }
}

#[test]
fn claims_are_judged_one_by_one() {
    let claims = |from: &str, to: &str| {
        let right = format!(
            r#"{{"iss":"{CLIENT}","sub":"{CLIENT}","aud":"{AUDIENCE}","exp":{},"iat":{NOW},"jti":"j"}}"#,
            NOW + 300
        );
        assert!(right.contains(from), "{from}");
        right.replacen(from, to, 1)
    };
    let exp = format!("\"exp\":{}", NOW + 300);
    let aud = format!("\"aud\":\"{AUDIENCE}\"");
    let iat = format!("\"iat\":{NOW}");
    let at = |name: &str, seconds: i64| format!("\"{name}\":{}", NOW + seconds);
    check(&claims("", ""), &format!("{CLIENT} j 300"));
    check(&claims(&exp, &at("exp", 1)), &format!("{CLIENT} j 1"));
    check(&claims(&exp, &at("exp", 0)), "expired");
    check(&claims(&exp, &at("exp", -1)), "expired");
    check(&claims(&exp, "\"exp\":0"), "expired");
    check(&claims(&exp, "\"exp\":-9223372036854775808"), "expired");
    check(&claims(&exp, &at("exp", 301)), "too-long");
    check(&claims(&exp, "\"exp\":9223372036854775807"), "too-long");
    check(&claims(&exp, "\"exp\":9223372036854775808"), "malformed");
    check(&claims(&exp, "\"exp\":1e12"), "malformed");
    check(&claims(&exp, "\"exp\":\"soon\""), "malformed");
    check(&claims(&exp, "\"exp\":null"), "malformed");
    check(&claims(&exp, "\"exq\":1"), "malformed");
    check(&claims(&exp, &format!("{exp},{exp}")), "malformed");
    check(&claims(&iat, &at("iat", 10)), &format!("{CLIENT} j 300"));
    check(&claims(&iat, &at("iat", 11)), "not-yet-valid");
    check(&claims(&iat, &at("nbf", 10)), &format!("{CLIENT} j 300"));
    check(&claims(&iat, &at("nbf", 11)), "not-yet-valid");
    check(&claims(&iat, "\"nbf\":\"now\""), "malformed");
    check(&claims(&aud, &format!("\"aud\":[\"{AUDIENCE}\"]")), &format!("{CLIENT} j 300"));
    check(&claims(&aud, &format!("\"aud\":[\"{AUDIENCE}\",\"x\"]")), "wrong-audience");
    check(&claims(&aud, &format!("\"aud\":\"{AUDIENCE}/\"")), "wrong-audience");
    check(&claims(&aud, "\"aud\":\"https://pmh.example.jp\""), "wrong-audience");
    check(&claims(&aud, "\"aud\":\"HTTPS://PMH.EXAMPLE.JP/OAUTH/TOKEN\""), "wrong-audience");
    check(&claims(&aud, "\"aud\":[]"), "wrong-audience");
    check(&claims(&aud, "\"aud\":null"), "wrong-audience");
    check(&claims(&aud, "\"aud\":7"), "malformed");
    check(&claims(&aud, &format!("{aud},{aud}")), "malformed");
    check(&claims("\"jti\":\"j\"", "\"jti\":\"\""), "wrong-jti");
    check(&claims("\"jti\":\"j\"", "\"jti\":\"a b\""), "wrong-jti");
    check(&claims("\"jti\":\"j\"", "\"jti\":null"), "wrong-jti");
    check(&claims("\"jti\":\"j\"", "\"x\":1"), "wrong-jti");
    check(&claims("\"jti\":\"j\"", "\"jti\":1"), "malformed");
    check(&claims("\"jti\":\"j\"", "\"jti\":\"j\",\"jti\":\"k\""), "malformed");
    check(&claims("\"jti\":\"j\"", &format!("\"jti\":\"{}\"", "j".repeat(129))), "wrong-jti");
    check(&claims("\"iss\":\"miya", "\"iss\":\"Miya"), "wrong-subject");
    check(&claims("\"sub\":\"miya", "\"sub\":\"Miya"), "wrong-subject");
    check(&claims("\"iss\":", "\"isx\":"), "wrong-subject");
    check(&claims("\"sub\":", "\"sux\":"), "wrong-subject");
    check("{}", "malformed");
    check("[]", "malformed");
    check("", "malformed");
    check(&"[".repeat(3000), "malformed");
}

#[test]
fn the_header_chooses_nothing() {
    let bench = Bench::new(ClientAlgorithm::Es384);
    let (own, other) = (bench.own.kid(), bench.other.kid());
    let header =
        |alg: &str, kid: &str, more: &str| format!(r#"{{"alg":"{alg}","kid":"{kid}"{more}}}"#);
    let right = format!("{CLIENT} j 60");
    with(&bench, &header("ES384", own, ""), &right);
    with(&bench, &header("ES384", own, r#","typ":"jwt""#), &right);
    for alg in
        ["none", "None", "NONE", "", "HS256", "HS384", "HS512", "RS256", "EdDSA", "es384", "ES512"]
    {
        with(&bench, &header(alg, own, ""), "algorithm-not-allowed");
    }
    for alg in ["ES256", "RS384", "PS384", "PS256"] {
        with(&bench, &header(alg, own, ""), "algorithm-not-allowed");
    }
    with(&bench, &header("ES384", other, ""), "bad-signature");
    with(&bench, &header("ES384", "../../etc/passwd", ""), "bad-signature");
    with(&bench, &header("ES384", "", ""), "header-not-allowed");
    for more in [
        r#","jku":"https://evil.test/keys""#,
        r#","x5u":"https://evil.test/cert""#,
        r#","jwk":{}"#,
        r#","x5c":[]"#,
        r#","crit":["exp"]"#,
        r#","b64":false"#,
        r#","zip":"DEF""#,
        r#","typ":"at+jwt""#,
        r#","alg":"none""#,
        r#","kid":"x""#,
    ] {
        with(&bench, &header("ES384", own, more), "header-not-allowed");
    }
    with(&bench, "{}", "header-not-allowed");
    with(&bench, "[", "malformed");
}

#[test]
fn a_key_speaks_for_its_own_client_only() {
    let bench = Bench::new(ClientAlgorithm::Es384);
    let by = |key: &ClientKey, client: &str| key.assertion(client, AUDIENCE, "j", AT).unwrap();
    assert_eq!(bench.outcome(&by(&bench.other, "another")), "another j 120");
    assert_eq!(bench.outcome(&by(&bench.other, CLIENT)), "bad-signature");
    assert_eq!(bench.outcome(&by(&bench.own, "another")), "bad-signature");
    assert_eq!(bench.outcome(&by(&bench.own, "nobody")), "bad-signature");
    assert_eq!(bench.outcome(&by(&bench.own, "")), "wrong-subject");
    let forged = bench.other.jwt(&bench.header(), &claims()).unwrap();
    assert_eq!(bench.outcome(&forged), "bad-signature");
    // HMAC with the public key as its secret.
    let header = format!(r#"{{"alg":"HS256","kid":"{}"}}"#, bench.own.kid());
    let body = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims()));
    let secret = bench.own.jwks().to_string();
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret.as_bytes());
    let tag = URL_SAFE_NO_PAD.encode(aws_lc_rs::hmac::sign(&key, body.as_bytes()));
    assert_eq!(bench.outcome(&format!("{body}.{tag}")), "algorithm-not-allowed");
}

fn claims() -> String {
    let exp = NOW + 60;
    format!(r#"{{"iss":"{CLIENT}","sub":"{CLIENT}","aud":"{AUDIENCE}","exp":{exp},"jti":"j"}}"#)
}

/// Cut at every letter, and changed at every seventh: never accepted.
fn damaged(bench: &Bench, jwt: &str) {
    for at in 0..jwt.len() {
        assert_ne!(bench.outcome(&jwt[..at]), format!("{CLIENT} j-1 120"), "cut at {at}");
    }
    for at in (0..jwt.len()).step_by(7) {
        let letter = if jwt.as_bytes()[at] == b'A' { "B" } else { "A" };
        let changed = format!("{}{letter}{}", &jwt[..at], &jwt[at + 1..]);
        assert_ne!(bench.outcome(&changed), format!("{CLIENT} j-1 120"), "changed at {at}");
    }
    for more in [".", ".A", "=", "A", " "] {
        assert_ne!(bench.outcome(&format!("{jwt}{more}")), format!("{CLIENT} j-1 120"));
    }
    assert_eq!(bench.outcome(&"A".repeat(8193)), "malformed");
}

#[track_caller]
fn with(bench: &Bench, header: &str, want: &str) {
    let jwt = bench.own.jwt(header, &claims()).unwrap();
    assert_eq!(bench.outcome(&jwt), want, "{header}");
}

#[track_caller]
fn check(claims: &str, want: &str) {
    let bench = Bench::new(ClientAlgorithm::Es384);
    let jwt = bench.own.jwt(&bench.header(), claims).unwrap();
    assert_eq!(bench.outcome(&jwt), want, "{claims}");
    // The default leaves RS256 out; a rule that names one algorithm allows no other.
    let rules = AssertionRules { algorithms: vec![JwsAlgorithm::Rs256], ..bench.rules.clone() };
    let narrow = Bench { rules, ..bench };
    assert_eq!(narrow.outcome(&jwt), "algorithm-not-allowed", "{claims}");
}
