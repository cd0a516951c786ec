//! The JSON tree: what is accepted, what is refused where, what a node tells.

use fhir::json::{Code, Kind, Limits, Tree, Writer};

const SMALL: Limits = Limits { bytes: 200, depth: 3, nodes: 12, number: 5 };

#[test]
fn a_refusal_names_code_line_column_and_pointer() {
    for (body, want) in [
        ("", "unexpected-end 1:1 "),
        (" \n ", "unexpected-end 2:2 "),
        ("{", "unexpected-end 1:2 "),
        ("[1", "unexpected-end 1:3 /1"),
        (r#"{"a""#, "unexpected-end 1:5 /a"),
        (r#"{"a":"#, "unexpected-end 1:6 /a"),
        (r#"{"a":[{"b":"#, "unexpected-end 1:12 /a/0/b"),
        ("\"abc", "unexpected-end 1:5 "),
        ("-", "unexpected-end 1:2 "),
        ("1.", "unexpected-end 1:3 "),
        ("1e+", "unexpected-end 1:4 "),
        ("tru", "unexpected-end 1:4 "),
        (r#""\ud83d"#, "unexpected-end 1:8 "),
        (r#""\ud83d\"#, "unexpected-end 1:9 "),
        (r#""\u12"#, "unexpected-end 1:6 "),
        ("[1 2]", "unexpected-character 1:4 /1"),
        ("{1:2}", "unexpected-character 1:2 "),
        ("{\"a\" 1}", "unexpected-character 1:6 /a"),
        ("[1}", "unexpected-character 1:3 /1"),
        (r#"{"a":1]"#, "unexpected-character 1:7 /a"),
        ("trux", "unexpected-character 1:4 "),
        ("'a'", "unexpected-character 1:1 "),
        ("[,1]", "unexpected-character 1:2 /0"),
        ("[1,]", "trailing-comma 1:4 /1"),
        (r#"{"a":1,}"#, "trailing-comma 1:8 /a"),
        ("1 1", "trailing-data 1:3 "),
        ("{}\n\nx", "trailing-data 3:1 "),
        ("[01]", "leading-zero 1:2 /0"),
        ("[-01]", "leading-zero 1:3 /0"),
        ("[1.x]", "invalid-number 1:4 /0"),
        ("[-x]", "invalid-number 1:3 /0"),
        ("[1ex]", "invalid-number 1:4 /0"),
        ("[123456]", "number-too-long 1:2 /0"),
        ("\"a\u{1}\"", "control-character 1:3 "),
        ("[\"あ\n\"]", "control-character 1:4 /0"),
        (r#""\x""#, "invalid-escape 1:2 "),
        (r#""\u12g4""#, "invalid-escape 1:2 "),
        (r#"["い","\ud800"]"#, "lone-surrogate 1:7 /1"),
        (r#""\udc00""#, "lone-surrogate 1:2 "),
        (r#""\ud800\u0041""#, "lone-surrogate 1:2 "),
        (r#""\ud800x""#, "lone-surrogate 1:2 "),
        (r#"{"a":1,"b":2,"a":3}"#, "duplicate-name 1:14 /a"),
        (r#"{"a":1,"\u0061":3}"#, "duplicate-name 1:8 /a"),
        (r#"[{"x/y~":{"":1,"":2}}]"#, "duplicate-name 1:16 /0/x~1y~0/"),
        ("\u{feff}{}", "byte-order-mark 1:1 "),
        ("[[[[", "too-deep 1:4 /0/0/0"),
        ("[1,1,1,1,1,1,1,1,1,1,1,1]", "too-many-nodes 1:24 /11"),
    ] {
        refuses(body.as_bytes(), want);
    }
}

#[test]
fn bytes_that_are_no_utf8_are_placed_after_what_is_wrong_before_them() {
    for (body, want) in [
        (&b"[\"ab\xff\"]"[..], "invalid-utf8 1:5 /0"),
        (b"{\"a\":\"\xe3\x81\"}", "invalid-utf8 1:7 /a"),
        (b"\xff", "invalid-utf8 1:1 "),
        (b"[1,]\xff", "trailing-comma 1:4 /1"),
        (b"1\xff", "invalid-utf8 1:2 "),
        (b"\"\xed\xa0\x80\"", "invalid-utf8 1:2 "),
        (b"\"\xc0\xaf\"", "invalid-utf8 1:2 "),
    ] {
        refuses(body, want);
    }
}

#[test]
fn a_body_at_a_limit_passes_and_one_beyond_does_not() {
    let accepts = |body: &str| Tree::parse(body.as_bytes(), &SMALL).is_ok();
    for (body, want) in [
        ("[[[]]]".to_owned(), true),
        ("[[[[]]]]".to_owned(), false),
        (format!("[1{}]", ",1".repeat(10)), true),
        (format!("[1{}]", ",1".repeat(11)), false),
        ("12345".to_owned(), true),
        ("-12345".to_owned(), false),
        (format!("\"{}\"", "x".repeat(198)), true),
        (format!("\"{}\"", "x".repeat(199)), false),
    ] {
        assert_eq!(accepts(&body), want, "{body}");
    }
    let deep = "[".repeat(1_000_000);
    let limits = Limits { depth: usize::MAX, ..Limits::default() };
    let problem = Tree::parse(deep.as_bytes(), &limits).unwrap_err();
    assert_eq!(problem.code, Code::UnexpectedEnd);
}

#[test]
fn a_limit_may_be_passed_at_any_value_or_name() {
    let body = br#"[{"a":[1,{"b":[],"c":{}}],"d":null},[[],"x",{"e":{"f":1}}],2]"#;
    let read = |nodes| Tree::parse(&body[..], &Limits { nodes, ..Limits::default() });
    let fits = (1..).find(|nodes| read(*nodes).is_ok()).unwrap();
    for nodes in 0..fits {
        let problem = read(nodes).unwrap_err();
        assert_eq!(problem.code, Code::TooManyNodes, "{nodes}");
        assert!(problem.offset < body.len(), "{nodes}");
    }
    assert_eq!(fits, 21);
}

#[test]
fn many_names_are_checked_for_doubles_too() {
    for count in [2_usize, 11, 12, 13, 14, 40, 5_000] {
        let names = |last: usize| {
            let members = (0..count).map(|at| format!("\"n{}\":{at}", at % last));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        };
        assert!(Tree::parse(names(count).into_bytes(), &Limits::default()).is_ok(), "{count}");
        let twice = names(count - 1);
        let problem = Tree::parse(twice.as_bytes(), &Limits::default()).unwrap_err();
        assert_eq!(problem.code, Code::DuplicateName, "{count}");
        assert_eq!(problem.pointer, "/n0");
        assert_eq!(problem.offset, twice.rfind("\"n0\"").unwrap(), "{count}");
    }
}

#[test]
fn strings_are_decoded_on_demand() {
    for (sent, want) in [
        (r#""""#, ""),
        (r#""髙﨑""#, "髙﨑"),
        (r#""a\"\\\/\b\f\n\r\tz""#, "a\"\\/\u{8}\u{c}\n\r\tz"),
        (r#""\u9ad9\uD867\uDE3D""#, "髙𩸽"),
        (r#""12345678\n12345678""#, "12345678\n12345678"),
        (r#""\u0000""#, "\0"),
    ] {
        let tree = Tree::parse(sent.as_bytes(), &Limits::default()).unwrap();
        assert_eq!(tree.root().as_str().unwrap(), want);
        assert_eq!(tree.has_nul(), want.contains('\0'));
        assert_eq!(tree.root().has_nul(), want.contains('\0'));
    }
}

#[test]
fn a_node_knows_its_name_place_and_bytes() {
    let body = "{ \"a\" : [ 1.50 , { \"b/c\" : null } ] ,\n  \"\\u0064\" : \"あ\", \"e\":true}";
    let tree = Tree::parse(body.as_bytes(), &Limits::default()).unwrap();
    let root = tree.root();
    let names: Vec<_> = root.members().map(|(name, _)| name.into_owned()).collect();
    assert_eq!(names, ["a", "d", "e"]);
    let list = root.get("a").unwrap();
    let first = list.items().next().unwrap();
    let deep = list.items().nth(1).unwrap().get("b/c").unwrap();
    for (node, raw, pointer, place, kind) in [
        (root, body, "", (1, 1), Kind::Object),
        (list, "[ 1.50 , { \"b/c\" : null } ]", "/a", (1, 9), Kind::Array),
        (first, "1.50", "/a/0", (1, 11), Kind::Number),
        (deep, "null", "/a/1/b~1c", (1, 28), Kind::Null),
        (root.get("d").unwrap(), "\"あ\"", "/d", (2, 14), Kind::String),
        (root.get("e").unwrap(), "true", "/e", (2, 23), Kind::Bool),
    ] {
        assert_eq!((node.raw(), node.pointer().as_str()), (raw, pointer));
        assert_eq!((node.line_column(), node.kind()), (place, kind), "{pointer}");
    }
    assert_eq!(first.number_text(), Some("1.50"));
    assert_eq!(first.as_i64(), None);
    assert!(root.get("x").is_none() && deep.is_null() && first.get("a").is_none());
    assert_eq!((list.members().count(), root.items().count()), (0, 0));
}

#[test]
fn the_writer_escapes_little_and_copies_faithfully() {
    let sent = " {\"a\" : [1.0, \" x\\u0041 \\\" \"], \"b\":{ }} ";
    let tree = Tree::parse(sent.as_bytes(), &Limits::default()).unwrap();
    let mut writer = Writer::default();
    writer.array(|writer| {
        writer.node(tree.root());
        writer.compact(tree.root());
        writer.string("\u{1}\"\\\n\r\t\u{8}\u{c}\u{1f}\u{7f}/あ");
        writer.integer(-7);
        writer.null();
        writer.object(|_| {});
    });
    let want = concat!(
        r#"[{"a" : [1.0, " x\u0041 \" "], "b":{ }},{"a":[1.0," x\u0041 \" "],"b":{}},"#,
        r#""\u0001\"\\\n\r\t\b\f\u001f"#,
        "\u{7f}/あ\",-7,null,{}]"
    );
    assert_eq!(String::from_utf8(writer.finish()).unwrap(), want);
}

#[track_caller]
fn refuses(body: &[u8], want: &str) {
    let problem = Tree::parse(body, &SMALL).expect_err(want);
    let (line, column) = (problem.line, problem.column);
    let got = format!("{} {line}:{column} {}", problem.code.as_str(), problem.pointer);
    assert_eq!(got, want, "\nin {}", String::from_utf8_lossy(body));
    let finding = problem.finding();
    assert_eq!(finding.code, problem.code.as_str());
    assert!(finding.ja.contains(&format!("{line}行")));
}
