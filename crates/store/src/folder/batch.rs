//! Several objects put at once: all are written, then all brought to the disk, then each gets its name.
//!
//! The disk has less to do than for one after the other, since most of what waiting for it costs is the same for one file
//! and for ten; and a folder in which several names are new is brought to the disk once. Of each object it is as true as of
//! a single put that its bytes are on the disk before it has its name.

use bytes::Bytes;

use super::staging::{Staged, Written};
use super::{Folder, Stays};
use crate::{PutNew, StoreProblem};

impl Folder {
    /// Like [`Folder::put_new`] of each, in their order.
    pub(crate) fn put_new_all(&self, objects: &[(String, Bytes)]) -> Vec<Result<PutNew, StoreProblem>> {
        self.named(objects, |staged, key| self.link(staged, key))
    }

    /// Like [`Folder::put`] of each, in their order.
    pub(crate) fn put_all(&self, objects: &[(String, Bytes)]) -> Vec<Result<(), StoreProblem>> {
        self.named(objects, |staged, key| self.rename(staged, key))
    }

    fn named<'a, T>(
        &'a self,
        objects: &[(String, Bytes)],
        name: impl Fn(Staged<'a>, &str) -> Result<T, StoreProblem>,
    ) -> Vec<Result<T, StoreProblem>> {
        let written: Vec<Result<Written<'a>, StoreProblem>> =
            objects.iter().map(|(key, bytes)| self.write_beside(key, bytes)).collect();
        let staged: Vec<Result<Staged<'a>, StoreProblem>> =
            written.into_iter().map(|written| written.and_then(Written::on_the_disk)).collect();
        let named: Vec<Result<T, StoreProblem>> =
            staged.into_iter().zip(objects).map(|(staged, (key, _))| name(staged?, key)).collect();
        let keys = named.iter().zip(objects).filter(|(named, _)| named.is_ok()).map(|(_, (key, _))| key.as_str());
        match self.sync_parents_of(keys, Stays::Certainly) {
            Ok(()) => named,
            // Which of the names are on the disk nobody knows.
            Err(problem) => named.into_iter().map(|named| named.and(Err(problem.clone()))).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::disk::{Disk, Fault, Faults};
    use super::*;

    fn objects(what: &str) -> Vec<(String, Bytes)> {
        let object = |key: &str| (key.to_owned(), Bytes::from(format!("{what} {key}")));
        ["_revisions/a", "_revisions/b", "funnel/market=US/part", "#1"].map(object).to_vec()
    }

    fn folder(temp: &tempfile::TempDir, faults: Option<Arc<Faults>>) -> Folder {
        Folder::open(temp.path(), Disk { faults }).unwrap()
    }

    #[test]
    fn each_of_several_objects_is_put_as_one_alone_would_be() {
        let temp = tempfile::tempdir().unwrap();
        let folder = folder(&temp, None);
        folder.put_new("_revisions/b", b"before", Stays::Certainly).unwrap();
        let put = folder.put_new_all(&objects("new"));
        assert_eq!(put[..3], [Ok(PutNew::Stored), Ok(PutNew::Exists), Ok(PutNew::Stored)]);
        assert!(matches!(put[3], Err(StoreProblem::BadKey(_))), "{:?}", put[3]);
        let text =
            |key: &str| folder.bytes(key, 100).unwrap().map(|bytes| String::from_utf8(bytes.to_vec()).unwrap());
        assert_eq!(text("_revisions/a").as_deref(), Some("new _revisions/a"));
        assert_eq!(text("_revisions/b").as_deref(), Some("before"));
        let put = folder.put_all(&objects("other"));
        assert_eq!(put[..3], [Ok(()), Ok(()), Ok(())]);
        assert!(matches!(put[3], Err(StoreProblem::BadKey(_))), "{:?}", put[3]);
        assert_eq!(text("_revisions/b").as_deref(), Some("other _revisions/b"));
        assert!(folder.has_nothing_staged());
        assert_eq!(folder.list("", "").unwrap().objects.len(), 3, "and nothing beside them");
        assert_eq!(folder.put_all(&[]), []);
    }

    #[test]
    fn whichever_step_fails_an_object_is_whole_or_not_there_and_whoever_put_it_is_told() {
        for fault in [Fault::Full, Fault::Broken, Fault::Dead] {
            let mut nth = 0;
            loop {
                let temp = tempfile::tempdir().unwrap();
                let faults = Arc::new(Faults::new(nth, fault));
                let failing = folder(&temp, Some(Arc::clone(&faults)));
                let new = failing.put_new_all(&objects("new"));
                let put = failing.put_all(&objects("other"));
                if !faults.has_struck() {
                    break;
                }
                let whole = folder(&temp, None);
                for (number, (key, bytes)) in objects("new").into_iter().enumerate().take(3) {
                    let other = &objects("other")[number].1;
                    let found = whole.bytes(&key, 100).unwrap();
                    let is_whole = found.as_ref().is_none_or(|found| *found == bytes || found == other);
                    assert!(is_whole, "{fault:?} at {nth}: `{key}` is {found:?}");
                    if put[number].is_ok() {
                        assert_eq!(found.as_ref(), Some(other), "{fault:?} at {nth}: `{key}`");
                    } else if new[number].is_ok() {
                        assert!(found.is_some(), "{fault:?} at {nth}: `{key}` was put and is not there");
                    }
                }
                nth += 1;
            }
            assert!(nth > 20, "{fault:?}: {nth} steps");
        }
    }
}
