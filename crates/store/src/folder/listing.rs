//! What lies in a folder.

use std::collections::BTreeSet;
use std::io;
use std::time::SystemTime;

use cap_std::fs::{Dir, Metadata};
use jiff::Timestamp;

use super::{Folder, present};
use crate::{Listing, Object, StoreProblem};

impl Folder {
    /// Every object under a prefix, in no order. A prefix that is not there is empty. A symbolic link is followed if it
    /// is relative and leads to a file inside. What sorts up to `after` is not looked at.
    pub(crate) fn list(&self, prefix: &str, after: &str) -> Result<Listing, StoreProblem> {
        self.disk.reads()?;
        let mut listing = Listing::default();
        self.walk(prefix, after, &mut |key, found| {
            match found {
                Found::File(Name::Text(name), _) if is_staged(name) => {}
                Found::File(Name::Text(_), metadata) => listing.objects.push(object(key, metadata)?),
                Found::File(Name::NoText, metadata) => listing.unnameable.push(object(key, metadata)?),
                Found::Link => listing.links.push(key),
                Found::NoFile => listing.no_files.push(key),
            }
            Ok(())
        })?;
        Ok(listing)
    }

    /// The names of the folders right under a prefix, which may be empty. Links are none.
    pub(crate) fn subfolders(&self, prefix: &str) -> Result<BTreeSet<String>, StoreProblem> {
        self.disk.reads()?;
        let entries = if prefix.is_empty() {
            Some(self.dir.entries()?)
        } else {
            let is_folder = present(self.dir.symlink_metadata(prefix))?.is_some_and(|metadata| metadata.is_dir());
            if is_folder { present(self.dir.read_dir(prefix))? } else { None }
        };
        let mut names = BTreeSet::new();
        for entry in entries.into_iter().flatten() {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                names.extend(entry.file_name().to_str().map(str::to_owned));
            }
        }
        Ok(names)
    }

    /// The half-written files under a prefix.
    pub(super) fn staged_under(&self, prefix: &str) -> io::Result<Vec<String>> {
        let mut staged = Vec::new();
        self.walk(prefix, "", &mut |key, found| {
            if matches!(found, Found::File(Name::Text(name), _) if is_staged(name)) {
                staged.push(key);
            }
            Ok(())
        })?;
        Ok(staged)
    }

    fn walk(&self, prefix: &str, after: &str, visit: &mut Visit<'_>) -> io::Result<()> {
        if prefix.is_empty() {
            return self.enter(&self.dir, "", after, visit);
        }
        let Some(metadata) = present(self.dir.symlink_metadata(prefix))? else { return Ok(()) };
        if metadata.is_symlink() {
            // A prefix that is a link is not gone into, as no other is.
            passed_over(prefix);
            return visit(prefix.to_owned(), Found::Link);
        }
        match present(self.dir.open_dir(prefix)) {
            Ok(Some(dir)) if metadata.is_dir() => self.enter(&dir, prefix, after, visit),
            Ok(_) => Ok(()),
            Err(error) if !metadata.is_dir() => {
                tracing::warn!(prefix, %error, "this is no folder of the store");
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    fn enter(&self, dir: &Dir, prefix: &str, after: &str, visit: &mut Visit<'_>) -> io::Result<()> {
        for entry in dir.entries().map_err(|error| named(prefix, &error))? {
            let entry = entry?;
            let kind = entry.file_type()?;
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else {
                let key = below(prefix, &entry.file_name().to_string_lossy());
                tracing::warn!(key, "this name is not UTF-8, so it is not read: rename it");
                if kind.is_file()
                    && let Some(metadata) = present(entry.metadata())?
                {
                    visit(key, Found::File(Name::NoText, &metadata))?;
                }
                continue;
            };
            let key = below(prefix, &name);
            let is_behind = if kind.is_dir() { is_behind(&key, after) } else { key.as_str() <= after };
            if is_behind {
                continue;
            }
            if kind.is_dir() {
                if let Some(inner) = present(entry.open_dir()).map_err(|error| named(&key, &error))? {
                    self.enter(&inner, &key, after, visit)?;
                }
            } else if kind.is_symlink() {
                match self.dir.metadata(&key) {
                    Ok(metadata) if metadata.is_file() => visit(key, Found::File(Name::Text(&name), &metadata))?,
                    _ => {
                        passed_over(&key);
                        visit(key, Found::Link)?;
                    }
                }
            } else if kind.is_file() {
                if let Some(metadata) = present(entry.metadata())? {
                    visit(key, Found::File(Name::Text(&name), &metadata))?;
                }
            } else {
                tracing::warn!(key, "this is a pipe, a socket or a device and is not read");
                visit(key, Found::NoFile)?;
            }
        }
        Ok(())
    }
}

/// The same, with the folder that it is about, which need not be the one that was asked for.
fn named(folder: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("`{folder}`: {error}"))
}

fn passed_over(key: &str) {
    tracing::warn!(key, "this symbolic link does not lead to a file of the store and is not followed");
}

/// Whether a folder holds nothing that sorts after this.
fn is_behind(folder: &str, after: &str) -> bool {
    let inside = format!("{folder}/");
    inside.as_str() < after && !after.starts_with(&inside)
}

fn below(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// The name of a file in its folder.
#[derive(Clone, Copy)]
enum Name<'n> {
    Text(&'n str),
    /// It is not UTF-8; in its key what is no text is U+FFFD.
    NoText,
}

/// What lies at a key.
#[derive(Clone, Copy)]
enum Found<'f> {
    File(Name<'f>, &'f Metadata),
    /// A symbolic link that leads to no file of the store.
    Link,
    /// Something else than a file.
    NoFile,
}

/// Is called for each file and for all that is passed over, with its key.
type Visit<'a> = dyn FnMut(String, Found<'_>) -> io::Result<()> + 'a;

fn object(key: String, metadata: &Metadata) -> io::Result<Object> {
    let modified = metadata.modified()?.into_std();
    let last_modified = Timestamp::try_from(modified).map_err(io::Error::other)?;
    Ok(Object { key, etag: Some(etag(modified, metadata.len())?), size: metadata.len(), last_modified })
}

/// Made of time and size and not of the inode, so that a faithful copy of a folder (`cp -a`) is the same exports.
pub(crate) fn etag(modified: SystemTime, size: u64) -> io::Result<String> {
    let modified = Timestamp::try_from(modified).map_err(io::Error::other)?;
    Ok(format!("\"{:x}-{:x}\"", modified.as_nanosecond(), size))
}

/// Whether this is the name of a half-written file: `part.parquet#1`.
pub(crate) fn is_staged(name: &str) -> bool {
    name.split_once('#')
        .is_some_and(|(_, digits)| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Arc;

    use object_store::memory::InMemory;

    use super::*;
    use crate::{IfMissing, Store};

    #[tokio::test]
    async fn a_listing_that_begins_later_is_the_end_of_the_whole_one() {
        let temp = tempfile::tempdir().unwrap();
        let folder = Store::open_folder(temp.path(), IfMissing::Create).unwrap();
        let memory = Store::over(Arc::new(InMemory::new()), "some/prefix", "memory").unwrap();
        let keys = ["a-b/x", "a/1/x", "a/1/y", "a/1.csv", "a/10/x", "a/2", "a/2-", "a0", "b/c/d/e"];
        for key in keys {
            fs::create_dir_all(temp.path().join(key).parent().unwrap()).unwrap();
            folder.put(key, "x".into()).await.unwrap();
            memory.put(key, "x".into()).await.unwrap();
        }
        for store in [folder, memory] {
            for prefix in ["", "a", "a/1", "b", "none"] {
                let all: Vec<String> = store.list(prefix).await.unwrap().into_iter().map(|o| o.key).collect();
                for after in keys.into_iter().chain(["a", "a/", "a/1", "a/1/", "a/1/xx", "a/3", "b/c", "zz", "A"])
                {
                    let after = after.trim_end_matches('/');
                    let listed = store.list_after(prefix, after).await.unwrap();
                    let expected: Vec<&String> = all.iter().filter(|key| key.as_str() > after).collect();
                    let listed: Vec<&String> = listed.iter().map(|object| &object.key).collect();
                    assert_eq!(listed, expected, "{} under `{prefix}` after `{after}`", store.name());
                }
            }
        }
    }

    #[test]
    fn staged_names_are_told_from_others() {
        for staged in ["part.parquet#1", "00000001.json#23"] {
            assert!(is_staged(staged), "{staged}");
        }
        for plain in ["part.parquet", "a#b", "a#", "a#1.csv"] {
            assert!(!is_staged(plain), "{plain}");
        }
    }
}
