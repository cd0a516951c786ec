//! Wall 1 in the manifests: which crate may lean on which.

use toml::{Table, Value};

use super::Finding;
use crate::tree::{File, Tree};

/// Crates of ours that each crate may use. What is not listed here (`pmh`) may use all.
const LAYERS: [(&str, &[&str]); 9] = [
    ("domain", &[]),
    ("cdsi", &["domain"]),
    ("lawbook", &["domain"]),
    ("fhir", &["domain"]),
    ("reader", &["domain"]),
    ("store", &["domain", "fhir"]),
    ("hub", &["domain", "lawbook", "fhir", "store"]),
    ("web", &["domain", "lawbook", "fhir", "store", "hub"]),
    ("xtask", &[]),
];

/// All that the pure crates may use from outside.
const PURE: [(&str, &[&str]); 2] = [("domain", &["jiff"]), ("fhir", &["jiff"])];

/// What they may use besides in tests; `serde_json` as a second reader to compare with.
const PURE_TESTS: [&str; 3] = ["proptest", "bolero", "serde_json"];

/// Libraries that only the named crates may use, tests included.
const RESERVED: [(&str, &[&str]); 9] = [
    ("axum", &["web", "pmh"]),
    ("hyper", &["web", "pmh"]),
    ("hyper-util", &["web", "pmh"]),
    ("tower", &["web", "pmh"]),
    ("ureq", &["pmh"]),
    ("reqwest", &[]),
    ("rusqlite", &["store"]),
    ("postgres", &["store"]),
    ("maud", &["web"]),
];

/// Crates of ours are used downwards only; tests may use more, except those of the pure crates.
pub(super) fn layers(tree: &Tree) -> Vec<Finding> {
    let ours: Vec<String> = manifests(tree).map(|manifest| manifest.name()).collect();
    let mut findings = Vec::new();
    for manifest in manifests(tree) {
        let name = manifest.name();
        let Some((_, allowed)) = LAYERS.iter().find(|(layer, _)| *layer == name) else { continue };
        for used in manifest.uses() {
            let excused = used.test && !PURE.iter().any(|(pure, _)| *pure == name);
            if ours.contains(&used.name) && !allowed.contains(&used.name.as_str()) && !excused {
                let what = format!("`{name}` may not use `{}`: move the code down", used.name);
                findings.push(manifest.finding("layers", &used.name, what));
            }
        }
    }
    findings
}

/// Pure crates use next to nothing from outside; the web and databases have their own rooms.
pub(super) fn outsiders(tree: &Tree) -> Vec<Finding> {
    let ours: Vec<String> = manifests(tree).map(|manifest| manifest.name()).collect();
    let mut findings = Vec::new();
    for manifest in manifests(tree) {
        let name = manifest.name();
        let pure = PURE.iter().find(|(crate_, _)| *crate_ == name).map(|(_, allowed)| allowed);
        for used in manifest.uses().into_iter().filter(|used| !ours.contains(&used.name)) {
            let library = used.name.as_str();
            let impure = pure.is_some_and(|allowed| {
                !(allowed.contains(&library) || used.test && PURE_TESTS.contains(&library))
            });
            let reserved = RESERVED
                .iter()
                .any(|(held, rooms)| *held == library && !rooms.contains(&name.as_str()));
            if impure || reserved {
                let what = format!("`{library}` has no place in `{name}`, use it where it belongs");
                findings.push(manifest.finding("outsiders", library, what));
            }
        }
    }
    findings
}

/// Lints, edition and versions stand once, in the root manifest.
pub(super) fn inheritance(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for manifest in manifests(tree) {
        if !inherits(manifest.table.get("lints")) {
            let what = "write `[lints] workspace = true`";
            findings.push(manifest.finding("inheritance", "[lints]", what));
        }
        let package = manifest.table.get("package");
        for key in ["version", "edition", "rust-version", "license", "publish"] {
            if !inherits(package.and_then(|package| package.get(key))) {
                let what = format!("write `{key}.workspace = true`");
                findings.push(manifest.finding("inheritance", key, what));
            }
        }
        for used in manifest.uses().iter().filter(|used| !used.inherited) {
            let what = format!(
                "declare `{0}` in the root Cargo.toml and write `{0}.workspace = true`",
                used.name
            );
            findings.push(manifest.finding("inheritance", &used.name, what));
        }
    }
    findings
}

struct Manifest<'a> {
    file: &'a File,
    table: Table,
}

struct Use {
    name: String,
    test: bool,
    inherited: bool,
}

fn manifests(tree: &Tree) -> impl Iterator<Item = Manifest<'_>> {
    let members = tree.files.iter().filter(|file| file.path.ends_with("/Cargo.toml"));
    members.filter_map(|file| Some(Manifest { file, table: file.text.parse().ok()? }))
}

impl Manifest<'_> {
    fn name(&self) -> String {
        let name = self.table.get("package").and_then(|package| package.get("name"));
        name.and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    fn uses(&self) -> Vec<Use> {
        let targets = self.table.get("target").and_then(Value::as_table);
        let tables = targets.into_iter().flat_map(Table::values).filter_map(Value::as_table);
        let tables = tables.chain([&self.table]);
        let mut uses = Vec::new();
        for table in tables {
            for kind in ["dependencies", "build-dependencies", "dev-dependencies"] {
                for (key, value) in table.get(kind).and_then(Value::as_table).into_iter().flatten()
                {
                    let real = value.get("package").and_then(Value::as_str).unwrap_or(key);
                    // An optional dependency comes with a feature such as `testing`.
                    let optional = value.get("optional").and_then(Value::as_bool) == Some(true);
                    let test = kind == "dev-dependencies" || optional;
                    uses.push(Use {
                        name: real.to_owned(),
                        test,
                        inherited: inherits(Some(value)),
                    });
                }
            }
        }
        uses
    }

    /// A finding on the first line that begins with `start`.
    fn finding(&self, rule: &'static str, start: &str, what: impl Into<String>) -> Finding {
        let line = self.file.lines().find(|(_, text)| text.starts_with(start));
        Finding::new(rule, &self.file.path, line.map_or(1, |(line, _)| line), what)
    }
}

fn inherits(value: Option<&Value>) -> bool {
    let inherited = value.and_then(|value| value.get("workspace"));
    inherited.and_then(Value::as_bool).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::super::expect;
    use super::*;

    const DOMAIN: &str = "crates/domain/Cargo.toml";
    const WEB: &str = "crates/web/Cargo.toml";
    const STORE: &str = "crates/store/Cargo.toml";

    #[test]
    fn a_lower_crate_may_not_use_a_higher_one() {
        let store = "[package]\nname = \"store\"\n[dependencies]\nweb.workspace = true";
        let web = "[package]\nname = \"web\"\n[dependencies]\nstore.workspace = true";
        expect(layers, &[(WEB, web), (STORE, store)], &["crates/store/Cargo.toml:4 layers"]);
        let store = store.replace("dependencies", "dev-dependencies");
        expect(layers, &[(WEB, web), (STORE, &store)], &[]);
    }

    #[test]
    fn a_pure_crate_uses_next_to_nothing() {
        for (uses, want) in [
            ("[dependencies]\njiff.workspace = true", ""),
            ("[dependencies]\nserde.workspace = true", "crates/domain/Cargo.toml:4 outsiders"),
            ("[dev-dependencies]\nproptest.workspace = true", ""),
            ("[dev-dependencies]\ntokio.workspace = true", "crates/domain/Cargo.toml:4 outsiders"),
            (
                "[dependencies]\njiff = { package = \"chrono\", version = \"1\" }",
                "crates/domain/Cargo.toml:1 outsiders",
            ),
        ] {
            let text = format!("[package]\nname = \"domain\"\n{uses}");
            let want: Vec<&str> = [want].into_iter().filter(|line| !line.is_empty()).collect();
            expect(outsiders, &[(DOMAIN, &text)], &want);
        }
    }

    #[test]
    fn a_database_has_its_own_room() {
        let text = "[package]\nname = \"web\"\n[dev-dependencies]\npostgres.workspace = true";
        expect(outsiders, &[(WEB, text)], &["crates/web/Cargo.toml:4 outsiders"]);
        expect(outsiders, &[(STORE, &text.replace("web", "store"))], &[]);
    }

    #[test]
    fn what_stands_once_is_inherited() {
        let bare = "[package]\nname = \"web\"\nversion = \"1\"\nedition.workspace = true\n\
            rust-version.workspace = true\nlicense.workspace = true\npublish.workspace = true\n\
            [dependencies]\naxum = \"0.8\"\n";
        expect(
            inheritance,
            &[(WEB, bare)],
            &[
                "crates/web/Cargo.toml:1 inheritance",
                "crates/web/Cargo.toml:3 inheritance",
                "crates/web/Cargo.toml:9 inheritance",
            ],
        );
    }
}
