//! What the faces share: opening a body, reading single values, common shapes.

use std::borrow::Cow;

use domain::instant::Instant;
use jiff::civil::Date;

use crate::json::{Code, Limits, Node, Problem, Tree, Writer};

/// Parses a stored body.
pub(super) fn open(body: &[u8]) -> Result<Tree<'_>, Problem> {
    Tree::parse(body, &Limits::default())
}

/// Checks the resource type.
pub(super) fn expect_resource(root: Node<'_>, resource_type: &str) -> Result<(), Problem> {
    let found = root.get("resourceType").and_then(Node::as_str);
    if found.as_deref() == Some(resource_type) {
        return Ok(());
    }
    let message = format!("A {resource_type} is expected here.");
    Err(Problem::at(root, Code::WrongResource, message))
}

/// Writes a resource: type, id and profile first, then what `fill` adds.
pub(super) fn resource(
    resource_type: &str,
    id: &str,
    profile: &str,
    fill: impl FnOnce(&mut Writer),
) -> Vec<u8> {
    let mut writer = Writer::with_capacity(1024);
    writer.object(|writer| {
        writer.text("resourceType", resource_type);
        writer.text("id", id);
        writer.member("meta").object(|writer| {
            writer.member("profile").array(|writer| writer.string(profile));
        });
        fill(writer);
    });
    writer.finish()
}

/// The text of a string.
pub(super) fn text(node: Node<'_>) -> Result<String, Problem> {
    node.as_str().map(Cow::into_owned).ok_or_else(|| wrong_type(node, "a string"))
}

/// The value of `true` or `false`.
pub(super) fn boolean(node: Node<'_>) -> Result<bool, Problem> {
    node.as_bool().ok_or_else(|| wrong_type(node, "true or false"))
}

/// A whole day.
pub(super) fn day(node: Node<'_>) -> Result<Date, Problem> {
    let sent = node.as_str().ok_or_else(|| wrong_type(node, "a date"))?;
    let wrong = || Problem::at(node, Code::WrongValue, "Write a day as YYYY-MM-DD.");
    parse_day(&sent).ok_or_else(wrong)
}

/// `YYYY-MM-DD`, nothing else.
pub(crate) fn parse_day(sent: &str) -> Option<Date> {
    let bytes: &[u8; 10] = sent.as_bytes().try_into().ok()?;
    let [a, b, c, d, b'-', e, f, b'-', g, h] = *bytes else { return None };
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0_i16, |sum, digit| {
            digit.is_ascii_digit().then(|| sum * 10 + i16::from(digit - b'0'))
        })
    };
    let month = i8::try_from(number(&[e, f])?).ok()?;
    let day = i8::try_from(number(&[g, h])?).ok()?;
    Date::new(number(&[a, b, c, d])?, month, day).ok()
}

/// A point in time, RFC 3339.
pub(super) fn instant(node: Node<'_>) -> Result<Instant, Problem> {
    let sent = node.as_str().ok_or_else(|| wrong_type(node, "an instant"))?;
    let wrong = |_| Problem::at(node, Code::WrongValue, "Write an instant as in RFC 3339.");
    sent.parse::<jiff::Timestamp>().map(|at| Instant(at.as_millisecond())).map_err(wrong)
}

/// Start and end of a Period of days.
pub(super) fn period(node: Node<'_>) -> Result<(Option<Date>, Option<Date>), Problem> {
    let mut found = (None, None);
    for (name, value) in node.members() {
        match &*name {
            "start" => found.0 = Some(day(value)?),
            "end" => found.1 = Some(day(value)?),
            _ => {}
        }
    }
    Ok(found)
}

/// Writes a Period of days.
pub(super) fn write_period(writer: &mut Writer, first: Date, last: Option<Date>) {
    writer.member("period").object(|writer| {
        writer.member("start").display(first);
        if let Some(last) = last {
            writer.member("end").display(last);
        }
    });
}

/// The first item of the array (or the node itself) at a path of member names.
///
/// Arrays on the way are entered at their first item.
pub(super) fn first<'t>(node: Node<'t>, path: &[&str]) -> Option<Node<'t>> {
    path.iter().try_fold(node, |node, name| {
        let child = node.get(name)?;
        if child.kind() == crate::json::Kind::Array { child.items().next() } else { Some(child) }
    })
}

/// The text at a path, as [`first`] walks it.
///
/// # Errors
/// It is missing, or no string; `what` names the path.
pub(super) fn text_at(node: Node<'_>, path: &[&str], what: &str) -> Result<String, Problem> {
    text(first(node, path).ok_or_else(|| missing(node, what))?)
}

/// `system` and `value` of the identifier whose system is `system`.
pub(super) fn identifier_value(list: Node<'_>, system: &str) -> Result<Option<String>, Problem> {
    for item in list.items() {
        if item.get("system").and_then(Node::as_str).as_deref() == Some(system) {
            return item.get("value").map(text).transpose();
        }
    }
    Ok(None)
}

/// Writes `{"system":…,"value":…}`.
pub(super) fn identifier(writer: &mut Writer, system: &str, value: &str) {
    writer.object(|writer| {
        writer.text("system", system);
        writer.text("value", value);
    });
}

/// Writes a CodeableConcept with one coding.
pub(super) fn concept(writer: &mut Writer, system: &str, code: &str) {
    writer.object(|writer| codings(writer, system, code));
}

/// Writes the member `coding` with one coding.
pub(super) fn codings(writer: &mut Writer, system: &str, code: &str) {
    writer.member("coding").array(|writer| coding(writer, system, code));
}

/// Writes one Coding.
pub(super) fn coding(writer: &mut Writer, system: &str, code: &str) {
    writer.object(|writer| {
        writer.text("system", system);
        writer.text("code", code);
    });
}

/// Writes a member that is a Reference by identifier.
pub(super) fn logical_reference(writer: &mut Writer, name: &str, system: &str, value: &str) {
    writer.member(name).object(|writer| {
        identifier(writer.member("identifier"), system, value);
    });
}

/// Writes a member that is a literal Reference.
pub(super) fn reference(writer: &mut Writer, name: &str, target: &str) {
    writer.member(name).object(|writer| writer.text("reference", target));
}

/// Writes the member `extension` with one complex extension of ours, unless it would be empty.
pub(super) fn items(writer: &mut Writer, url: &str, present: bool, fill: impl FnOnce(&mut Writer)) {
    if !present {
        return;
    }
    writer.member("extension").array(|writer| {
        writer.object(|writer| {
            writer.text("url", url);
            writer.member("extension").array(fill);
        });
    });
}

/// Writes one extension with a string.
pub(super) fn item(writer: &mut Writer, url: &str, value_name: &str, value: &str) {
    writer.object(|writer| {
        writer.text("url", url);
        writer.text(value_name, value);
    });
}

/// The inner extensions of the complex extension `url`, as (url, value).
pub(super) fn items_of<'t>(
    root: Node<'t>,
    url: &str,
) -> impl Iterator<Item = (Cow<'t, str>, Node<'t>)> {
    let outer = root.get("extension").and_then(|list| {
        list.items().find(|item| item.get("url").and_then(Node::as_str).as_deref() == Some(url))
    });
    let inner = outer.and_then(|outer| outer.get("extension"));
    inner.into_iter().flat_map(Node::items).filter_map(url_and_value)
}

/// The url of an extension and its `value[x]`.
pub(super) fn url_and_value(item: Node<'_>) -> Option<(Cow<'_, str>, Node<'_>)> {
    let (mut url, mut value) = (None, None);
    for (name, node) in item.members() {
        if name == "url" {
            url = node.as_str();
        } else if name.starts_with("value") {
            value = Some(node);
        }
    }
    url.zip(value)
}

/// A member that must be there is not.
pub(super) fn missing(node: Node<'_>, name: &str) -> Problem {
    Problem::at(node, Code::MissingMember, format!("Add `{name}`."))
}

/// A value of the wrong type.
pub(super) fn wrong_type(node: Node<'_>, wanted: &str) -> Problem {
    Problem::at(node, Code::WrongType, format!("Send {wanted}."))
}
