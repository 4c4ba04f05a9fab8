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
    /// Those that are there, by their SHA-256. One that is lost is left out; `verify` tells of it.
    pub(super) async fn thumbnails(&self, wanted: &[String]) -> Result<BTreeMap<String, Bytes>, ArchiveError> {
        let fetches = wanted.iter().take(MOST).map(|sha256| async move {
            let bytes = self.archive.thumbnail(sha256).await?;
            Ok::<_, ArchiveError>(bytes.map(|bytes| (sha256.clone(), bytes)))
        });
        let found: Vec<_> = stream::iter(fetches).buffered(AT_A_TIME).try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }
}
