//! Questions and answers, a case a line: question | what the answer must hold.

use super::*;

/// The one place that asks. The members on the right must be in the answer; the rest may differ.
#[track_caller]
fn check(table: &str) {
    let book = Lawbook::embedded().unwrap();
    for row in table.lines().map(str::trim).filter(|row| !row.is_empty()) {
        let (question, want) = row.split_once(" | ").unwrap();
        let answer = answer(question.as_bytes(), &book);
        let got: Value = serde_json::from_str(&answer).expect(&answer);
        let want: Value = serde_json::from_str(want).expect(row);
        assert!(holds(&got, &want), "\nin row: {row}\nanswer: {answer}");
    }
}

fn holds(got: &Value, want: &Value) -> bool {
    match (got, want) {
        (Value::Object(got), Value::Object(want)) => {
            want.iter().all(|(name, want)| got.get(name).is_some_and(|got| holds(got, want)))
        }
        (Value::Array(got), Value::Array(want)) => {
            got.len() == want.len() && got.iter().zip(want).all(|(got, want)| holds(got, want))
        }
        _ => got == want,
    }
}

#[test]
fn days_are_answered() {
    check(include_str!("cases/days.txt"));
}

#[test]
fn numbers_are_answered() {
    check(include_str!("cases/numbers.txt"));
}

#[test]
fn a_bad_question_is_told_where_it_is_bad() {
    check(include_str!("cases/refusals.txt"));
}

/// What `run` writes for `input`.
fn ran(input: &[u8]) -> Vec<String> {
    let mut output = Vec::new();
    run(input, &mut output, &Lawbook::embedded().unwrap()).unwrap();
    String::from_utf8(output).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn an_id_comes_back_as_it_was_sent() {
    for id in [
        "0",
        "-1.50",
        "1e400",
        "123456789012345678901234567890",
        "\"a\\u0041\"",
        "\"\"",
        "null",
        "true",
        "[1, 2]",
        "{\"a\": {\"a\":1}}",
        "\"\\ud800\"",
    ] {
        let line = format!("{{\"ask\":\"fiscal_year\",\"id\": {id} ,\"day\":\"2026-04-01\"}}");
        let lines = ran(line.as_bytes());
        assert!(lines[0].starts_with(&format!("{{\"id\":{id},\"year\":2026,")), "{}", lines[0]);
    }
}

#[test]
fn lines_are_answered_in_order_whatever_stands_between() {
    let one = r#"{"id":1,"ask":"fiscal_year","day":"2026-04-01"}"#;
    let input = [
        b"\xef\xbb\xbf".as_slice(),
        one.as_bytes(),
        b"\r\n\n  \r\n",
        b"{\"id\":2,\"ask\":\"\xff\"}\n",
        one.replace('1', "3").replace("04-03", "04-01").as_bytes(),
    ]
    .concat();
    let lines = ran(&input);
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines[0].starts_with(r#"{"id":1,"year":2026"#), "{}", lines[0]);
    assert!(lines[1].starts_with(r#"{"id":null,"error":{"code":"invalid-utf-8""#), "{}", lines[1]);
    assert!(lines[2].starts_with(r#"{"id":3,"year":2026"#), "{}", lines[2]);
    assert!(ran(b"").is_empty());
    assert!(ran(b"\xef\xbb\xbf\n").is_empty());
}

#[test]
fn length_and_depth_have_limits() {
    let padded = |length: usize| {
        let line = r#"{"id":1,"ask":"fiscal_year","day":"2026-04-01"}"#;
        format!("{line}{}\n{line}\n", " ".repeat(length - line.len()))
    };
    for (length, want) in [
        (LINE_BYTES - 1, r#"{"id":1,"year""#),
        (LINE_BYTES, r#"{"id":1,"year""#),
        (LINE_BYTES + 1, r#"{"id":null,"error":{"code":"line-too-long""#),
        (LINE_BYTES * 3, r#"{"id":null,"error":{"code":"line-too-long""#),
    ] {
        let lines = ran(padded(length).as_bytes());
        assert!(lines[0].starts_with(want), "{length}: {}", lines[0]);
        assert!(lines[1].starts_with(r#"{"id":1,"year""#), "{length}: {}", lines[1]);
    }
    let nested = |depth: usize| {
        let (open, close) = ("[".repeat(depth - 1), "]".repeat(depth - 1));
        format!(r#"{{"id":{open}{close},"ask":"fiscal_year","day":"2026-04-01"}}"#)
    };
    for (depth, code) in [(DEPTH, None), (DEPTH + 1, Some("too-deep")), (500_000, Some("too-deep"))]
    {
        let lines = ran(nested(depth).as_bytes());
        let got: Value = serde_json::from_str(&lines[0]).unwrap();
        assert_eq!(got["error"]["code"].as_str(), code, "{depth}");
    }
    let many: Vec<String> = (0..65).map(|at| format!("\"{at}\":1")).collect();
    let lines = ran(format!("{{{}}}", many.join(",")).as_bytes());
    assert!(lines[0].contains("not-an-object"), "{}", lines[0]);
    let brackets = format!(r#"{{"id":1,"ask":"era","text":"\"{}"}}"#, "[".repeat(99));
    assert!(ran(brackets.as_bytes())[0].contains("written-day"));
}

/// A reader that hands out a few bytes at a time and looks whether answers have come through.
#[test]
fn an_answer_is_flushed_before_the_next_line_is_awaited() {
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);
    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    struct Person {
        seen: Shared,
        asked: usize,
    }
    impl io::Read for Person {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let answers = self.seen.0.lock().unwrap().iter().filter(|&&byte| byte == b'\n').count();
            assert_eq!(answers, self.asked, "the person waits for an answer");
            if self.asked == 3 {
                return Ok(0);
            }
            self.asked += 1;
            let line = b"{\"ask\":\"fiscal_year\",\"day\":\"2026-04-01\"}\n";
            buffer[..line.len()].copy_from_slice(line);
            Ok(line.len())
        }
    }
    let seen = Shared::default();
    let person = io::BufReader::new(Person { seen: seen.clone(), asked: 0 });
    run(person, seen, &Lawbook::embedded().unwrap()).unwrap();
}
