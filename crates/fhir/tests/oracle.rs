//! The JSON tree against serde_json: the same bodies accepted, the same values read.
//!
//! Lawful differences, each asserted: we refuse duplicate names and over-long numbers; serde_json
//! refuses numbers beyond a double.

use fhir::json::{Code, Kind, Limits, Node, Tree, Writer};
use proptest::prelude::*;
use serde_json::Value;

/// serde_json stops at 128 levels; ours are set to agree.
const LIMITS: Limits = Limits { bytes: 1 << 24, depth: 127, nodes: 1 << 20, number: 300 };

const TOKENS: [&str; 44] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"a\":",
    "\"b\":",
    "\"\\u0061\":",
    "\"a\"",
    "\"\"",
    "\"あ\\n\"",
    "\"\\ud83d\\ude00\"",
    "\"\\ud83d\"",
    "\"\\u0000\"",
    "\"\\x\"",
    "\"",
    "\\",
    "0",
    "1",
    "-1",
    "-0",
    "01",
    "1.5",
    "1.",
    ".5",
    "1e5",
    "1E-5",
    "1e400",
    "-",
    "+1",
    "true",
    "false",
    "null",
    "nul",
    " ",
    "\n",
    "\u{feff}",
];

#[test]
fn both_agree_on_nesting() {
    for depth in [1, 126, 127, 128, 129] {
        agree(format!("{}{}", "[".repeat(depth), "]".repeat(depth)).as_bytes());
        agree(format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth)).as_bytes());
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 3_000, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn both_agree_on_arbitrary_bytes(body in prop::collection::vec(any::<u8>(), 0..24)) {
        agree(&body);
    }

    #[test]
    fn both_agree_on_loose_tokens(
        body in prop::collection::vec(prop::sample::select(&TOKENS[..]), 0..14),
    ) {
        agree(body.concat().as_bytes());
    }

    #[test]
    fn both_agree_on_bodies_and_on_broken_bodies(
        value in values(), pretty: bool, at: prop::sample::Index, byte: u8, cut: bool,
    ) {
        let print = if pretty { serde_json::to_vec_pretty } else { serde_json::to_vec };
        let mut body = print(&value).unwrap();
        prop_assert!(agree(&body));
        let place = at.index(body.len());
        if cut {
            body.truncate(place);
        } else {
            body[place] = byte;
        }
        agree(&body);
    }

    #[test]
    fn a_body_comes_back_byte_for_byte(value in values(), pretty: bool) {
        let print = if pretty { serde_json::to_string_pretty } else { serde_json::to_string };
        let body = print(&value).unwrap();
        let tree = Tree::parse(body.as_bytes(), &LIMITS).unwrap();
        let mut writer = Writer::default();
        writer.node(tree.root());
        prop_assert_eq!(writer.finish(), body.as_bytes());
        let mut writer = Writer::default();
        rebuild(&mut writer, tree.root());
        let rebuilt = writer.finish();
        prop_assert_eq!(&rebuilt, &serde_json::to_vec(&value).unwrap());
        let mut writer = Writer::default();
        writer.compact(tree.root());
        prop_assert_eq!(writer.finish(), rebuilt);
    }

    #[test]
    fn every_pointer_leads_back(value in values()) {
        let body = serde_json::to_vec_pretty(&value).unwrap();
        let tree = Tree::parse(&body[..], &LIMITS).unwrap();
        walk(tree.root(), &mut |node| {
            let found = value.pointer(&node.pointer()).expect("a value at the pointer");
            assert!(same(node, found), "{}", node.pointer());
        });
    }
}

/// Both readers judge `body` alike; whether they accept it.
#[track_caller]
fn agree(body: &[u8]) -> bool {
    let theirs = serde_json::from_slice::<Value>(body);
    match (Tree::parse(body, &LIMITS), theirs) {
        (Ok(tree), Ok(value)) => assert!(same(tree.root(), &value), "{body:?}"),
        (Err(problem), Ok(_)) => assert!(
            matches!(problem.code, Code::DuplicateName | Code::NumberTooLong),
            "{problem} {body:?}"
        ),
        (Ok(_), Err(error)) => {
            assert!(error.to_string().contains("number out of range"), "{error} {body:?}");
        }
        (Err(problem), Err(_)) => {
            assert!(problem.offset <= body.len());
            return false;
        }
    }
    true
}

fn same(node: Node<'_>, value: &Value) -> bool {
    match value {
        Value::Null => node.is_null(),
        Value::Bool(truth) => node.as_bool() == Some(*truth),
        Value::String(text) => node.as_str().as_deref() == Some(text),
        Value::Number(number) => node.number_text().is_some_and(|text| {
            let (ours, theirs): (f64, f64) =
                (text.parse().expect("a number"), number.as_f64().expect("a double"));
            (ours - theirs).abs() <= theirs.abs() * 1e-12
        }),
        Value::Array(items) => {
            node.items().count() == items.len()
                && node.items().zip(items).all(|(node, item)| same(node, item))
        }
        Value::Object(members) => {
            node.members().count() == members.len()
                && node
                    .members()
                    .zip(members)
                    .all(|((name, node), (key, item))| name == *key && same(node, item))
                && node.members().all(|(name, child)| {
                    node.get(&name).is_some_and(|got| got.offset() == child.offset())
                })
        }
    }
}

fn rebuild(writer: &mut Writer, node: Node<'_>) {
    match node.kind() {
        Kind::Object => writer.object(|writer| {
            for (name, child) in node.members() {
                rebuild(writer.member(&name), child);
            }
        }),
        Kind::Array => writer.array(|writer| {
            for child in node.items() {
                rebuild(writer, child);
            }
        }),
        Kind::String => writer.string(&node.as_str().expect("of that kind")),
        Kind::Bool => writer.boolean(node.as_bool().expect("of that kind")),
        Kind::Null => writer.null(),
        Kind::Number => writer.raw(node.number_text().expect("of that kind")),
    }
}

fn walk(node: Node<'_>, visit: &mut impl FnMut(Node<'_>)) {
    visit(node);
    for (_, child) in node.members() {
        walk(child, visit);
    }
    for child in node.items() {
        walk(child, visit);
    }
}

fn values() -> impl Strategy<Value = Value> {
    let text = || {
        prop::collection::vec(prop::sample::select(&LETTERS[..]), 0..20)
            .prop_map(|letters| letters.into_iter().collect::<String>())
    };
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e9..1e9_f64).prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 60, 16, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((text(), inner), 0..16)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

const LETTERS: [char; 14] =
    ['a', 'b', '/', '~', '"', '\\', '\n', '\0', '\u{1f}', '\u{7f}', 'あ', '髙', '𩸽', '\u{e0100}'];
