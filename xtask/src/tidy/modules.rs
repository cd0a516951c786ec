//! No dead files: every Rust file is a module of something.

use super::Finding;
use crate::source::lines_with_word;
use crate::tree::{File, Tree};

/// A file that no `mod` names is not compiled, and rots.
pub(super) fn declared(tree: &Tree) -> Vec<Finding> {
    let dead = |file: &&File| parents(&file.path).is_some_and(|module| !module.is_declared(tree));
    let finding = |file: &File| {
        let what = "no `mod` names this file, declare it or delete it";
        Finding::new("dead-file", &file.path, 1, what)
    };
    tree.rust("").filter(dead).map(finding).collect()
}

struct Module {
    name: String,
    /// Files that may declare it.
    parents: Vec<String>,
}

/// The module that the file at `path` is; none for roots of crates, tests and build scripts.
fn parents(path: &str) -> Option<Module> {
    let (folder, file) = path.rsplit_once('/')?;
    let stem = file.strip_suffix(".rs")?;
    let (folder, name) = match stem {
        "mod" => folder.rsplit_once('/')?,
        _ => (folder, stem),
    };
    let inside = folder.contains("/src/") || folder.ends_with("/src");
    if !inside || folder.ends_with("/bin") || ["lib", "main"].contains(&name) {
        return None;
    }
    let mut parents = vec![format!("{folder}.rs"), format!("{folder}/mod.rs")];
    parents.extend(["lib", "main"].map(|root| format!("{folder}/{root}.rs")));
    Some(Module { name: name.to_owned(), parents })
}

impl Module {
    fn is_declared(&self, tree: &Tree) -> bool {
        let word = format!("mod {}", self.name);
        let files = self.parents.iter().filter_map(|path| tree.file(path));
        let mut codes = files.map(|file| &file.source().code);
        codes.any(|code| !lines_with_word(code, &word).is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::super::expect;
    use super::*;

    #[test]
    fn a_file_that_no_mod_names_is_dead() {
        let root = ("crates/a/src/lib.rs", "mod one; pub mod two; // mod three;");
        let live = [
            root,
            ("crates/a/src/one.rs", "mod deep;"),
            ("crates/a/src/one/deep.rs", ""),
            ("crates/a/src/two/mod.rs", ""),
            ("crates/a/src/bin/tool.rs", ""),
            ("crates/a/tests/story.rs", ""),
        ];
        expect(declared, &live, &[]);
        let three = ("crates/a/src/three.rs", "");
        expect(declared, &[root, three], &["crates/a/src/three.rs:1 dead-file"]);
        let deep = ("crates/a/src/two/deep.rs", "");
        expect(declared, &[root, deep], &["crates/a/src/two/deep.rs:1 dead-file"]);
    }
}
