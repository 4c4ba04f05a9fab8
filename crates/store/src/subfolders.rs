//! Which folders lie in a folder, without what lies in them.

use std::collections::BTreeSet;

use super::objects::Kind;
use super::wire::is_nameable;
use super::{Store, StoreError};

impl Store {
    /// The names of the folders right under a prefix of whole path segments, sorted. In a folder of this machine some may
    /// be empty.
    ///
    /// # Errors
    /// The store does not answer, refuses, or is not there. A prefix with nothing under it has none.
    pub async fn subfolders(&self, prefix: &str) -> Result<BTreeSet<String>, StoreError> {
        let place = self.place("list", prefix);
        let path = self.key("list", prefix)?;
        let mut names: BTreeSet<String> = match &self.kind {
            Kind::Folder(folder) => {
                let listed = folder.wait(move |folder| folder.subfolders(path.as_ref())).await;
                listed.map_err(|problem| place.fails(problem))?
            }
            Kind::Bucket(bucket) => {
                let whole = bucket.path(&path);
                let listed = bucket.inner.list_with_delimiter(Some(&whole)).await;
                let listed = listed.map_err(|error| place.failed(&error))?;
                // A store that does not know delimiters lists everything, which says the same.
                let objects = listed.objects.iter().map(|object| (&object.location, 2));
                let folders = listed.common_prefixes.iter().map(|folder| (folder, 1));
                let inside = objects.chain(folders).filter_map(|(location, least)| {
                    let mut parts = location.prefix_match(&whole)?.peekable();
                    let first = parts.next()?.as_ref().to_owned();
                    (least == 1 || parts.peek().is_some()).then_some(first)
                });
                inside.collect()
            }
        };
        // What cannot be named cannot be asked for.
        names.retain(|name| is_nameable(name));
        Ok(names)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Arc;

    use object_store::memory::InMemory;

    use super::*;
    use crate::IfMissing;

    #[tokio::test]
    async fn folders_are_told_and_files_are_not() {
        let temp = tempfile::tempdir().unwrap();
        let folder = Store::open_folder(temp.path(), IfMissing::Create).unwrap();
        let memory = Store::over(Arc::new(InMemory::new()), "some/prefix", "memory").unwrap();
        for key in ["a/market=US/x", "a/market=GB/y/z", "a/market=GB/w", "a/file", "b/c"] {
            fs::create_dir_all(temp.path().join(key).parent().unwrap()).unwrap();
            folder.put(key, "x".into()).await.unwrap();
            memory.put(key, "x".into()).await.unwrap();
        }
        fs::create_dir(temp.path().join("a/market=\n")).unwrap();
        for store in [folder, memory] {
            let of = async |prefix: &str| store.subfolders(prefix).await.unwrap().into_iter().collect::<Vec<_>>();
            assert_eq!(of("a").await, ["market=GB", "market=US"], "{}", store.name());
            assert_eq!(of("").await, ["a", "b"], "{}", store.name());
            assert_eq!(of("a/market=US").await, <[&str; 0]>::default());
            assert_eq!(of("none").await, <[&str; 0]>::default());
        }
    }
}
