//! What a cluster stages while it counts, and the note beside it that says who is at work.
//!
//! `_staging/<session>/` is written by executors, `_staging/<session>.json` by the run that told them to. A run deletes both
//! at its end. What a killed one leaves is cleared by the next, which also learns from the note what may still be at work on
//! the cluster. A note binds like a [lease](super::lease): for so long as it was written for, unless its process is known to be dead.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tracing::Instrument as _;

use super::lease::{Holder, Lease};
use super::{Archive, keys};
use coverledger_core::time::Clock;
use coverledger_store::StoreError;

const VERSION: u32 = 1;
/// A file that is larger is no note, and is not read.
const MOST_BYTES: u64 = 1 << 18;
/// How often it is looked whether an interrupted query still writes,
const LOOK: Duration = Duration::from_millis(250);
/// after how many looks in a row without anything it does not,
const QUIET_LOOKS: u32 = 6;
/// and after how many in all the rest is left to the next run.
const MOST_LOOKS: u32 = 40;

/// A session on a cluster, as its note says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StagingNote {
    /// Shape of this file: 1.
    pub version: u32,
    /// Whose it is.
    #[serde(flatten)]
    pub holder: Holder,
    /// Until when it is at work, unless that is renewed.
    pub expires_at: Timestamp,
    /// Where the cluster is asked; without a token.
    pub server: String,
    /// The session there.
    pub session: String,
    /// What was begun in it, by the ids of the server; the newest last.
    #[serde(default)]
    pub operations: Vec<String>,
}

/// A place for what a cluster stages. Its note is renewed until [`Staging::end`].
#[derive(Debug)]
pub struct Staging {
    shared: Arc<Shared>,
    renewing: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    archive: Archive,
    length: SignedDuration,
    /// Locked while it is put, so that an older one never replaces a newer.
    note: Mutex<StagingNote>,
}

/// What a run left that is not at work any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftStaging {
    /// The session.
    pub session: String,
    /// Its note; `None` if there is none that can be read.
    pub note: Option<StagingNote>,
}

impl Archive {
    /// Opens a place for a session on a server: from now on the archive says who is at work there.
    ///
    /// # Errors
    /// The store does not take the note.
    pub async fn stage(
        &self,
        holder: Holder,
        length: Duration,
        server: &str,
        session: &str,
    ) -> Result<Staging, StoreError> {
        let every = length / 3;
        let length = SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX);
        let (server, session, operations) = (server.to_owned(), session.to_owned(), Vec::new());
        let expires_at = Timestamp::UNIX_EPOCH;
        let note = Mutex::new(StagingNote { version: VERSION, holder, expires_at, server, session, operations });
        let shared = Arc::new(Shared { archive: self.clone(), length, note });
        shared.put(|_| ()).await?;
        let renewed = Arc::clone(&shared);
        let renewing = async move {
            loop {
                tokio::time::sleep(every).await;
                if let Err(error) = renewed.put(|_| ()).await {
                    tracing::warn!(%error, "what is staged cannot be said to be in use");
                }
            }
        };
        Ok(Staging { shared, renewing: tokio::spawn(renewing.in_current_span()) })
    }

    /// What runs left staged that are not at work any more, seen from this holder; a note is believed for no longer than `length`
    /// after it was written.
    ///
    /// # Errors
    /// The store cannot be listed or read.
    pub async fn left_staged(&self, me: &Holder, length: Duration) -> Result<Vec<LeftStaging>, StoreError> {
        let length = SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX);
        let now = Clock::System.now();
        let listed = self.store.list(keys::STAGED).await?;
        let mut sessions: Vec<&str> = listed.iter().filter_map(|object| keys::staging_of(&object.key)).collect();
        sessions.dedup();
        sessions.sort_unstable();
        sessions.dedup();
        let mut left = Vec::new();
        for session in sessions {
            let key = keys::staging_note(session);
            let written = listed.iter().find(|object| object.key == key).map(|object| object.last_modified);
            let note = self.staging_note(&key).await?;
            let is_alive = note.as_ref().zip(written).is_some_and(|(note, written)| {
                let lease = Lease::new(&note.holder, note.expires_at).believed(length, written, now);
                lease.is_alive(me, now)
            });
            // Without a note nobody says that it is at work: notes are put first and deleted last.
            if !is_alive {
                left.push(LeftStaging { session: session.to_owned(), note });
            }
        }
        Ok(left)
    }

    async fn staging_note(&self, key: &str) -> Result<Option<StagingNote>, StoreError> {
        let bytes = self.store.get_at_most(key, MOST_BYTES).await?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    /// Deletes what was staged for a session, and its note.
    ///
    /// # Errors
    /// The store does not delete it.
    pub async fn clear_staging(&self, session: &str) -> Result<(), StoreError> {
        self.store.delete_all(&keys::staging(session)).await?;
        self.store.delete(&keys::staging_note(session)).await
    }
}

impl Staging {
    /// Where in the archive it is: `_staging/<session>`.
    pub async fn place(&self) -> String {
        keys::staging(&self.shared.note.lock().await.session)
    }

    /// Notes what is about to be begun on the server.
    ///
    /// # Errors
    /// The store does not take the note.
    pub async fn begins(&self, operation: &str) -> Result<(), StoreError> {
        self.shared.put(|note| note.operations.push(operation.to_owned())).await
    }

    /// As [`Staging::end`], where executors may still be writing: an interrupted query ends, but not at once. Looks again until
    /// nothing has come for a while.
    ///
    /// # Errors
    /// The store does not delete it: the next run does.
    pub async fn end_under_writers(self) -> Result<(), StoreError> {
        self.renewing.abort();
        let (archive, place) = (&self.shared.archive, self.place().await);
        let mut quiet = 0;
        for _ in 0..MOST_LOOKS {
            archive.store.delete_all(&place).await?;
            tokio::time::sleep(LOOK).await;
            quiet = if archive.store.list(&place).await?.is_empty() { quiet + 1 } else { 0 };
            if quiet == QUIET_LOOKS {
                break;
            }
        }
        self.end().await
    }

    /// Deletes what is staged, and the note.
    ///
    /// # Errors
    /// The store does not delete it: the next run does.
    pub async fn end(self) -> Result<(), StoreError> {
        self.renewing.abort();
        // A renewal that is under way would put the note again.
        let note = self.shared.note.lock().await;
        self.shared.archive.clear_staging(&note.session).await
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        self.renewing.abort();
    }
}

impl Shared {
    async fn put(&self, change: impl FnOnce(&mut StagingNote)) -> Result<(), StoreError> {
        let mut note = self.note.lock().await;
        change(&mut note);
        note.expires_at = Clock::System.now().saturating_add(self.length).unwrap_or(Timestamp::MAX);
        let mut bytes = serde_json::to_vec_pretty(&*note).expect("a note has only text keys and plain values");
        bytes.push(b'\n');
        self.archive.store.put_fleeting(&keys::staging_note(&note.session), bytes.into()).await
    }
}
