//! The thumbnails that a page shows.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};

use super::Editor;
use coverledger_archive::ArchiveError;

/// No more are fetched: a page has room for fewer.
const MOST: usize = 200;
/// So many are fetched at a time.
const AT_A_TIME: usize = 8;

impl Editor<'_> {
    /// Those that are there, by their SHA-256, and those that are not: they are left out, and `verify` tells of them.
    pub(super) async fn thumbnails(
        &self,
        wanted: &[String],
    ) -> Result<(BTreeMap<String, Bytes>, Vec<String>), ArchiveError> {
        let fetches = wanted.iter().take(MOST).map(|sha256| async move {
            let bytes = self.archive.thumbnail(sha256).await?;
            Ok::<_, ArchiveError>(bytes.map(|bytes| (sha256.clone(), bytes)))
        });
        let found: Vec<_> = stream::iter(fetches).buffered(AT_A_TIME).try_collect().await?;
        let found: BTreeMap<String, Bytes> = found.into_iter().flatten().collect();
        let missing = wanted.iter().take(MOST).filter(|sha256| !found.contains_key(*sha256));
        let missing = missing.cloned().collect();
        Ok((found, missing))
    }
}
