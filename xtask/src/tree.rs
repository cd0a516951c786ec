//! The files of the house, as rules see them.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::source::Source;

/// Folders that hold nothing of ours when there is no git to ask.
const FOREIGN: [&str; 3] = [".git", "target", "pmh-data"];

/// All files of the checkout.
pub(crate) struct Tree {
    pub(crate) files: Vec<File>,
}

/// One file.
pub(crate) struct File {
    /// From the root, with `/`.
    pub(crate) path: String,
    /// Size in bytes.
    pub(crate) bytes: u64,
    /// The text; empty if it is not UTF-8.
    pub(crate) text: String,
    source: OnceCell<Source>,
}

impl Tree {
    /// Reads what git tracks or would track; without git, what lies there.
    pub(crate) fn read(root: &Path) -> Result<Self, String> {
        let mut paths = tracked(root).unwrap_or_else(|| lying(root));
        paths.sort();
        paths.dedup();
        let read = |path: &String| {
            let bytes = std::fs::read(root.join(path)).ok()?;
            let size = bytes.len() as u64;
            let text = String::from_utf8(bytes).unwrap_or_default();
            Some(File { bytes: size, ..File::new(path, &text) })
        };
        let files: Vec<File> = paths.iter().filter_map(read).collect();
        if files.is_empty() { Err("no files found".into()) } else { Ok(Self { files }) }
    }

    /// A made-up tree, for tests of the rules.
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        Self { files: files.iter().map(|(path, text)| File::new(path, text)).collect() }
    }

    /// The file at `path`.
    pub(crate) fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// Whether a file or a folder stands at `path`.
    pub(crate) fn has(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        path.is_empty() || self.under(path).next().is_some()
    }

    /// The file at `path`, or all files in the folder `path`.
    pub(crate) fn under<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a File> {
        let path = path.trim_end_matches('/');
        self.files.iter().filter(move |file| {
            let rest = file.path.strip_prefix(path);
            path.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    /// Rust files in the folder `path`.
    pub(crate) fn rust<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a File> {
        self.under(path).filter(|file| file.ends("rs"))
    }
}

impl File {
    fn new(path: &str, text: &str) -> Self {
        let (path, text) = (path.to_owned(), text.to_owned());
        Self { path, bytes: text.len() as u64, text, source: OnceCell::new() }
    }

    /// Whether the name ends with the extension, or is the name itself.
    pub(crate) fn ends(&self, extension: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|found| found == extension)
    }

    /// The file as Rust, read once.
    pub(crate) fn source(&self) -> &Source {
        self.source.get_or_init(|| Source::read(&self.text))
    }

    /// Lines with their numbers from 1.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }
}

/// The folder that holds the workspace.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

fn tracked(root: &Path) -> Option<Vec<String>> {
    // A checkout made by another user is still a checkout: only names are read from it.
    let list = ["-c", "safe.directory=*", "ls-files", "-z", "-co", "--exclude-standard"];
    let output = Command::new("git").current_dir(root).args(list).output().ok()?;
    let text = output.status.success().then(|| String::from_utf8(output.stdout).ok())??;
    let paths: Vec<String> =
        text.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect();
    (!paths.is_empty()).then_some(paths)
}

fn lying(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() && !FOREIGN.iter().any(|name| entry.file_name() == *name) {
                folders.push(path);
            } else if path.is_file()
                && let Ok(inside) = path.strip_prefix(root)
            {
                found.push(inside.to_string_lossy().into_owned());
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_there_if_a_file_is_in_it() {
        let tree = Tree::of(&[("docs/a/b.md", ""), ("docs/ab.md", "")]);
        for (path, want) in [
            ("docs", true),
            ("docs/", true),
            ("docs/a", true),
            ("docs/a/b.md", true),
            ("do", false),
        ] {
            assert_eq!(tree.has(path), want, "{path}");
        }
        assert_eq!(tree.under("docs/a").count(), 1);
    }

    #[test]
    fn this_house_is_read_with_and_without_git() {
        let root = root();
        for paths in [tracked(&root), Some(lying(&root))].into_iter().flatten() {
            assert!(paths.iter().any(|path| path == "xtask/src/tree.rs"));
            assert!(!paths.iter().any(|path| path.starts_with("target/")));
        }
    }
}
