//! Listing a folder without leaving it.
//!
//! `object_store` follows symbolic links out of its root, so the walk is made here. Half-written files of a put
//! (`name#1`) are no objects.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::Object;

/// Every file under `root/prefix`, in no order. A prefix that is not there is empty; a missing root is an error.
pub(super) async fn list(root: &Path, prefix: &str) -> io::Result<Vec<Object>> {
    let (root, prefix) = (root.to_owned(), prefix.to_owned());
    let walk = tokio::task::spawn_blocking(move || {
        let mut objects = Vec::new();
        let start = if prefix.is_empty() { root.clone() } else { root.join(&prefix) };
        fs::metadata(&root)?;
        match start.canonicalize() {
            Ok(inside) if inside.starts_with(&root) => walk(&root, &start, &prefix, &mut objects)?,
            Ok(_) => {}
            Err(error) if is_absent(&error) => {}
            Err(error) => return Err(error),
        }
        Ok(objects)
    });
    walk.await.map_err(io::Error::other)?
}

fn walk(root: &Path, folder: &Path, prefix: &str, objects: &mut Vec<Object>) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if is_absent(&error) => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        let path = entry.path();
        let Some(name) = entry.file_name().to_str().map(str::to_owned) else {
            tracing::warn!(path = %path.display(), "this file's name is not UTF-8, so it is no object");
            continue;
        };
        let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
        let kind = entry.file_type()?;
        if kind.is_dir() {
            walk(root, &path, &key, objects)?;
        } else if !is_staged(&name)
            && (kind.is_file() || (kind.is_symlink() && is_file_inside(root, &path)))
            && let Some(metadata) = present(fs::metadata(&path))?
        {
            objects.push(object(key, &metadata)?);
        }
    }
    Ok(())
}

fn is_file_inside(root: &Path, link: &Path) -> bool {
    let inside = link.canonicalize().is_ok_and(|target: PathBuf| target.starts_with(root) && target.is_file());
    if !inside {
        tracing::warn!(path = %link.display(), "this symbolic link does not lead to a file of the store and is not followed");
    }
    inside
}

/// A file that went away during the walk is no object.
fn present(metadata: io::Result<Metadata>) -> io::Result<Option<Metadata>> {
    match metadata {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn object(key: String, metadata: &Metadata) -> io::Result<Object> {
    let last_modified = Timestamp::try_from(metadata.modified()?).map_err(io::Error::other)?;
    Ok(Object { key, etag: Some(etag(metadata)?), size: metadata.len(), last_modified })
}

/// Made of time and size and not of the inode, so that a faithful copy of a folder (`cp -a`) is the same exports.
pub(super) fn etag(metadata: &Metadata) -> io::Result<String> {
    let modified = Timestamp::try_from(metadata.modified()?).map_err(io::Error::other)?;
    Ok(format!("\"{:x}-{:x}\"", modified.as_nanosecond(), metadata.len()))
}

/// Whether `object_store` would have named a half-written file so: `part.parquet#1`.
pub(super) fn is_staged(name: &str) -> bool {
    name.split_once('#')
        .is_some_and(|(_, digits)| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

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
