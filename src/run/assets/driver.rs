//! The one way to publish: an asset's unit is looked at, found current or due by its newest receipt, rendered and published.

use std::sync::Arc;

use futures::{StreamExt, stream};
use tokio::sync::Semaphore;

use super::{Asset, Candidate, is_listed};
use crate::run::blocking::render;
use crate::run::{Disposition, error_text};
use coverledger_archive::{Archive, ArchiveError, PublishError, Published, Receipt, Stamp};

/// So many newest receipts are read at a time.
const LOOKS_AT_A_TIME: usize = 4;

/// What publishing needs, whatever it is that is published.
#[derive(Clone, Copy)]
pub(in crate::run) struct Driver<'a> {
    pub(in crate::run) archive: &'a Archive,
    pub(in crate::run) stamp: &'a Stamp,
    /// Permits to render tables.
    pub(in crate::run) rendering: &'a Semaphore,
}

/// How a candidate stands against its newest receipt.
pub(in crate::run) enum Look {
    /// It is as it was published last, and its tables are all there.
    Current(Receipt),
    /// It is to be published, after this receipt.
    Due(Option<Receipt>),
}

impl Driver<'_> {
    /// Which candidates are to be published: those of which the newest receipt has another fingerprint, or names tables that
    /// are lost. Current paths of the others are brought up to their receipts. In the order of the candidates.
    pub(in crate::run) async fn look<T>(
        &self,
        candidates: Vec<Candidate<T>>,
    ) -> Vec<(Candidate<T>, Result<Look, ArchiveError>)> {
        let looks = candidates.into_iter().map(|candidate| async move {
            let newest = self.archive.newest(&candidate.unit).await;
            let look = newest.map(|newest| match newest {
                Some(newest) if newest.content.fingerprint == candidate.fingerprint => Look::Current(newest),
                newest => Look::Due(newest),
            });
            (candidate, look)
        });
        let mut looks: Vec<_> = stream::iter(looks).buffered(LOOKS_AT_A_TIME).collect().await;
        let current = looks.iter().filter_map(|(_, look)| match look {
            Ok(Look::Current(newest)) => Some(newest),
            _ => None,
        });
        let lost = match self.archive.mend_stale(current).await {
            Ok(mended) => mended.lost,
            Err(error) => {
                let error = error_text(&error);
                tracing::warn!(error, "current paths could not be brought up to their receipts");
                Vec::new()
            }
        };
        for (candidate, look) in &mut looks {
            if let Ok(Look::Current(newest)) = look
                && lost.contains(&candidate.unit)
            {
                // Its bytes are made again.
                *look = Ok(Look::Due(Some(newest.clone())));
            }
        }
        looks
    }

    /// Publishes a unit whose newest receipt was just looked for and is this one. Tables are rendered on a thread of their
    /// own.
    ///
    /// # Errors
    /// As those of [`Archive::publish`].
    pub(in crate::run) async fn try_publish<A: Asset>(
        &self,
        newest: Option<Receipt>,
        asset: Arc<A>,
    ) -> Result<Published, PublishError> {
        const { assert!(is_listed(A::FAMILY), "an asset that is published stands in `ASSETS`") };
        let tables = |revision| {
            let (asset, rendered) = (Arc::clone(&asset), Arc::clone(&asset));
            async move {
                let tables = render(self.rendering, move || rendered.tables(revision)).await?;
                if let Some(visits) = asset.visits() {
                    visits.keep(self.archive, revision).await?;
                }
                Ok(tables)
            }
        };
        self.archive.publish_after(newest, asset.unit(), asset.draft(), tables, self.stamp).await
    }

    /// The same, and what it ended as, with these notes.
    pub(in crate::run) async fn publish<A: Asset>(
        &self,
        newest: Option<Receipt>,
        asset: Arc<A>,
        notes: Vec<String>,
    ) -> Disposition {
        let state = asset.draft().state;
        match self.try_publish(newest, asset).await {
            Ok(Published::New { revision }) => Disposition::Published { revision, state, notes },
            Ok(Published::AlreadyPublished { revision }) => Disposition::Current { revision, state, notes },
            Err(error) => failed(&error),
        }
    }
}

/// How something ended that was not published.
pub(in crate::run) fn failed(error: &PublishError) -> Disposition {
    let reason = error_text(error);
    match error {
        _ if error.is_of_disk() => Disposition::NoSpace { reason },
        PublishError::Conflict { .. } | PublishError::UnknownOutcome { .. } | PublishError::NotShown { .. } => {
            Disposition::Unsettled { reason }
        }
        PublishError::Archive(_)
        | PublishError::Render { .. }
        | PublishError::NoReceipt { .. }
        | PublishError::TableDropped { .. } => Disposition::Failed { reason },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coverledger_archive::Unit;
    use coverledger_store::{StoreError, StoreProblem};

    #[test]
    fn a_full_disk_is_told_from_what_an_export_or_another_run_is_to_blame_for() {
        let of = |problem: StoreProblem| {
            let (store, key) = ("archive".to_owned(), "funnel/part.parquet".to_owned());
            ArchiveError::Store(StoreError { store, action: "put", key, problem })
        };
        let full = || of(StoreProblem::Disk("No space left on device".to_owned()));
        assert!(matches!(failed(&PublishError::Archive(full())), Disposition::NoSpace { .. }));
        let unit = Box::new(Unit::MarketDay(coverledger_core::model::MarketDay {
            platform: coverledger_core::model::PlatformId::new("p"),
            market: coverledger_core::model::MarketId::new("JP"),
            local_date: jiff::civil::date(2026, 11, 21),
        }));
        let half = PublishError::NotShown { unit, revision: 3, source: Box::new(full()) };
        assert!(matches!(failed(&half), Disposition::NoSpace { .. }));
        let refused = PublishError::Archive(of(StoreProblem::Refused("no".to_owned())));
        assert!(matches!(failed(&refused), Disposition::Failed { .. }));
    }
}
