//! Publishing a unit anew from its own newest revision: other tables from the same inputs.
//!
//! The next revision stands on the same exports, was counted by the same rules and says the same totals. It names the
//! revision that it was rendered from among its facts. Nothing is published where no value changes, and nothing over a
//! revision that others have published meanwhile.

use std::time::Instant;

use super::publish::{ReceiptPut, YOUNG, at_hand, derived_version, dropped, in_order, needed, not_shown};
use super::receipt::{Content, FactRecord};
use super::{Archive, BoxError, PublishError, Receipt, Stamp, TableBytes, Unit};

/// What rendering a unit anew came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Anew {
    /// A new revision.
    Published(Box<Receipt>),
    /// Its tables hold what they held.
    Same,
    /// Others have published it meanwhile.
    Overtaken,
}

impl Archive {
    /// Publishes the tables that `render` makes of a unit's newest revision. As for [`Archive::publish`] it is asked for
    /// that revision's number first, to compare, and then for the next one's.
    ///
    /// # Errors
    /// As those of [`Archive::publish`].
    pub async fn publish_anew<R, F>(
        &self,
        newest: &Receipt,
        program_version: &str,
        render: R,
        stamp: &Stamp,
    ) -> Result<Anew, PublishError>
    where
        R: Fn(u64) -> F,
        F: Future<Output = Result<Vec<TableBytes>, BoxError>>,
    {
        let Content { unit, revision, .. } = &newest.content;
        let render = async |revision| match render(revision).await {
            Ok(tables) => Ok(in_order(unit, needed(Some(newest), tables))),
            Err(source) => Err(PublishError::Render { unit: Box::new(unit.clone()), source }),
        };
        let same = render(*revision).await?;
        if newest.content.tables.iter().eq(same.iter().map(|(record, _)| record)) {
            return Ok(Anew::Same);
        }
        if self.same_in_other_bytes(newest, &same).await?.is_some() {
            return Ok(Anew::Same);
        }
        let tables = render(revision + 1).await?;
        if let Some(table) = dropped(Some(newest), &tables) {
            return Err(PublishError::TableDropped { unit: Box::new(unit.clone()), table });
        }
        loop {
            let begun = Instant::now();
            self.keep_all(&tables).await?;
            // Whoever slept so long between the two puts may find that pruning took the tables.
            if begun.elapsed() <= YOUNG {
                break;
            }
        }
        let content = Content {
            revision: revision + 1,
            previous: Some(newest.content_sha256.clone()),
            facts: rendered_from(unit, *revision),
            tables: tables.iter().map(|(record, _)| record.clone()).collect(),
            program_version: program_version.to_owned(),
            derived_version: derived_version(newest.content.numbers_version, unit.family().derived_version()),
            quarantined: Vec::new(),
            ..newest.content.clone()
        };
        let receipt = Receipt::new(content, Some(newest), stamp, self.program_commit);
        match self.put_receipt(&receipt).await? {
            ReceiptPut::Mine | ReceiptPut::SameByAnother => {}
            ReceiptPut::Other => return Ok(Anew::Overtaken),
        }
        self.show(&receipt, &at_hand(&tables)).await.map_err(|error| not_shown(&receipt, error))?;
        Ok(Anew::Published(Box::new(receipt)))
    }
}

fn rendered_from(unit: &Unit, revision: u64) -> Vec<FactRecord> {
    match unit {
        Unit::MarketDay(market_day) => vec![FactRecord { market_day: market_day.clone(), revision }],
        _ => Vec::new(),
    }
}
