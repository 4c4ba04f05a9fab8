//! One object whole, as a file that can be read more than once, with its hash.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::digest::hex;
use super::download::Download;
use super::objects::Kind;
use super::{Object, Store, StoreError, StoreProblem, folder};

/// An object on this machine. The file has no name of its own, or is the one in the folder.
#[derive(Debug)]
pub struct Fetched {
    /// Open for reading, at its start.
    pub file: File,
    /// SHA-256 of the whole, in hex.
    pub sha256: String,
    /// In bytes.
    pub size: u64,
}

impl Store {
    /// Reads an object as it was listed. A folder's file is hashed where it lies; anything else is spooled into an
    /// unnamed file in `spool_dir`.
    ///
    /// # Errors
    /// [`StoreProblem::Changed`] if size or `ETag` are not those of the listing, [`StoreProblem::Gone`], or what
    /// else a store does.
    pub async fn fetch(&self, object: &Object, spool_dir: &Path) -> Result<Fetched, StoreError> {
        self.fetch_named(object, spool_dir).await.map_err(|error| match error.problem {
            // What could not be told of its name stands as U+FFFD in the key.
            StoreProblem::Gone if object.key.contains(char::REPLACEMENT_CHARACTER) => {
                StoreError { problem: StoreProblem::BadKey("its name is not UTF-8".to_owned()), ..error }
            }
            _ => error,
        })
    }

    async fn fetch_named(&self, object: &Object, spool_dir: &Path) -> Result<Fetched, StoreError> {
        let place = self.place("read", &object.key);
        let path = self.key("read", &object.key)?;
        let folder = match &self.kind {
            Kind::Folder(folder) => folder,
            Kind::Bucket(bucket) => {
                let file = tempfile::tempfile_in(spool_dir).map_err(|error| place.spool(&error))?;
                let path = bucket.path(&path);
                let download = Download { throttle: bucket.throttle.as_deref(), ..bucket.download(&path, place) };
                return download.spool_into(object, file).await;
            }
        };
        let listed = object.clone();
        let read = folder.wait(move |folder| hash_where_it_lies(folder.file(path.as_ref())?, &listed)).await;
        read.map_err(|problem| place.fails(problem))
    }

    /// Whether a file that was fetched is what its hash says, now that it was read again: one that lies in a folder
    /// may have been written to meanwhile. One that was spooled is nobody else's.
    ///
    /// # Errors
    /// [`StoreProblem::Changed`].
    pub fn still(&self, object: &Object, file: &File) -> Result<(), StoreError> {
        let Kind::Folder(_) = &self.kind else { return Ok(()) };
        let place = self.place("read", &object.key);
        let size = file.metadata().map_err(|error| place.io(&error))?.len();
        as_listed(object, file, size).map_err(|problem| place.fails(problem))
    }
}

/// The file as it was listed, and still as it was listed once it was read.
fn hash_where_it_lies(file: Option<File>, listed: &Object) -> Result<Fetched, StoreProblem> {
    let file = file.ok_or(StoreProblem::Gone)?;
    as_listed(listed, &file, file.metadata()?.len())?;
    let (file, sha256, size) = hash_file(file)?;
    as_listed(listed, &file, size)?;
    Ok(Fetched { file, sha256, size })
}

fn as_listed(listed: &Object, file: &File, size: u64) -> Result<(), StoreProblem> {
    unchanged(listed, size, Some(&folder::etag(file.metadata()?.modified()?, size)?))
}

fn hash_file(mut file: File) -> io::Result<(File, String, u64)> {
    let (mut hasher, mut size, mut buffer) = (Sha256::new(), 0_u64, vec![0; 1 << 18]);
    loop {
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => {
                hasher.update(&buffer[..count]);
                size += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    file.rewind()?;
    Ok((file, hex(&hasher.finalize()), size))
}

pub(super) fn unchanged(listed: &Object, size: u64, etag: Option<&str>) -> Result<(), StoreProblem> {
    let same_etag = match (listed.etag.as_deref(), etag) {
        (Some(listed), Some(etag)) => bare(listed) == bare(etag),
        _ => true,
    };
    if same_etag && listed.size == size {
        return Ok(());
    }
    if same_etag && listed.etag.is_some() && etag.is_some() {
        return Err(StoreProblem::Recoded(format!(
            "listed as {} bytes, read as {size} under the same ETag",
            listed.size
        )));
    }
    let text = |size: u64, etag: Option<&str>| format!("{size} bytes, ETag {}", etag.map_or("none", bare));
    Err(StoreProblem::Changed { listed: text(listed.size, listed.etag.as_deref()), read: text(size, etag) })
}

/// An `ETag` without the quotes and the weakness mark that some stores send in one answer and not in another.
fn bare(etag: &str) -> &str {
    etag.trim_start_matches("W/").trim_matches('"')
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use object_store::memory::InMemory;
    use object_store::path::Path as ObjectPath;

    use super::super::IfMissing;
    use super::super::throttle::Throttle;
    use super::*;
    use crate::bucket::Bucket;

    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    async fn fetched_and_then_changed(store: Store) {
        let spool = tempfile::tempdir().unwrap();
        store.put("a/b c.csv", "abc".into()).await.unwrap();
        let listed = store.list("").await.unwrap();
        assert_eq!(listed.len(), 1);
        let mut fetched = store.fetch(&listed[0], spool.path()).await.unwrap();
        let mut text = String::new();
        fetched.file.read_to_string(&mut text).unwrap();
        assert_eq!((text.as_str(), fetched.sha256.as_str(), fetched.size), ("abc", ABC, 3));
        assert_eq!(std::fs::read_dir(spool.path()).unwrap().count(), 0);

        store.put("a/b c.csv", "abcd".into()).await.unwrap();
        let changed = store.fetch(&listed[0], spool.path()).await.unwrap_err();
        assert!(changed.to_string().contains("changed while it was read"), "{changed}");

        let gone = Object { key: "a/none.csv".into(), ..listed[0].clone() };
        assert_eq!(store.fetch(&gone, spool.path()).await.unwrap_err().problem, StoreProblem::Gone);
    }

    #[tokio::test]
    async fn a_changed_object_is_named_in_memory() {
        fetched_and_then_changed(Store::over(Arc::new(InMemory::new()), "some/prefix", "memory").unwrap()).await;
    }

    #[tokio::test]
    async fn a_bucket_is_read_no_faster_than_it_may_be() {
        let (spool, started) = (tempfile::tempdir().unwrap(), std::time::Instant::now());
        let throttle = Some(Arc::new(Throttle::new(64 << 10)));
        let bucket = Bucket { throttle, ..Bucket::over(Arc::new(InMemory::new()), ObjectPath::default()) };
        let store = Store::new(Kind::Bucket(bucket), "memory", 1);
        store.put("a.csv", vec![b'x'; 32 << 10].into()).await.unwrap();
        let listed = store.list("").await.unwrap();
        let fetched = store.fetch(&listed[0], spool.path()).await.unwrap();
        assert_eq!(fetched.size, 32 << 10);
        // Half a second, less the moment's worth that may come at once.
        assert!(started.elapsed() >= std::time::Duration::from_millis(200), "{:?}", started.elapsed());
    }

    #[tokio::test]
    async fn a_changed_object_is_named_in_a_folder() {
        let temp = tempfile::tempdir().unwrap();
        fetched_and_then_changed(Store::open_folder(temp.path(), IfMissing::Refuse).unwrap()).await;
    }

    #[tokio::test]
    async fn a_file_that_is_written_to_once_it_was_hashed_is_named() {
        let temp = tempfile::tempdir().unwrap();
        let store = Store::open_folder(temp.path(), IfMissing::Refuse).unwrap();
        std::fs::write(temp.path().join("a.csv"), "abc").unwrap();
        let listed = store.list("").await.unwrap();
        let fetched = store.fetch(&listed[0], temp.path()).await.unwrap();
        store.still(&listed[0], &fetched.file).unwrap();
        std::fs::write(temp.path().join("a.csv"), "abcd").unwrap();
        let changed = store.still(&listed[0], &fetched.file).unwrap_err();
        assert!(changed.to_string().contains("changed while it was read"), "{changed}");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_name_that_is_no_text_is_listed_beside_the_others_and_named_when_it_is_read() {
        use std::os::unix::ffi::OsStrExt as _;
        let temp = tempfile::tempdir().unwrap();
        let odd = std::ffi::OsStr::from_bytes(b"a\xff.csv");
        if std::fs::write(temp.path().join(odd), "x").is_err() {
            // This file system takes no such names.
            return;
        }
        std::fs::write(temp.path().join("b.csv"), "x").unwrap();
        let store = Store::open_folder(temp.path(), IfMissing::Refuse).unwrap();
        let listing = store.listing_after("", "").await.unwrap();
        assert_eq!((listing.objects.len(), listing.unnameable.len()), (1, 1));
        let refused = store.fetch(&listing.unnameable[0], temp.path()).await.unwrap_err();
        assert!(refused.to_string().contains("not UTF-8"), "{refused}");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_listing_does_not_leave_its_folder() {
        use std::os::unix::fs::symlink;
        let temp = tempfile::tempdir().unwrap();
        let (inside, outside) = (temp.path().join("in"), temp.path().join("out"));
        for folder in [&inside, &outside] {
            std::fs::create_dir(folder).unwrap();
            std::fs::write(folder.join("file"), "x").unwrap();
        }
        symlink(&outside, inside.join("folder")).unwrap();
        symlink(outside.join("file"), inside.join("stranger")).unwrap();
        symlink("file", inside.join("friend")).unwrap();
        symlink("../out/file", inside.join("climber")).unwrap();
        symlink(&inside, inside.join("loop")).unwrap();
        let store = Store::open_folder(&inside, IfMissing::Refuse).unwrap();
        let keys: Vec<_> = store.list("").await.unwrap().into_iter().map(|object| object.key).collect();
        assert_eq!(keys, ["file", "friend"]);
        assert!(store.list("folder").await.unwrap().is_empty());
        assert!(store.list("nowhere").await.unwrap().is_empty());
    }
}
