//! A table as it was at a moment, by receipts and not by current paths: for readers of programs.
//!
//! [`Archive::snapshot`] tells of everything; this looks at no other table, and of other units at nothing but their names. What is
//! told by receipts does not change while it is read, whoever publishes meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use futures::{Stream, StreamExt, TryStreamExt, stream};
use jiff::Timestamp;

use super::keys::{self, Key};
use super::read::Listed;
use super::snapshot::{Then, objects};
use super::{Archive, ArchiveError, Snapshot, SnapshotObject, TableName, Unit};

/// Which state of an archive is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The newest revision of every unit, whatever clocks say.
    Newest,
    /// What was the newest at an instant, by the clocks of the runs that published.
    At(Timestamp),
}

/// Which dates of a table are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dates {
    /// All that there are.
    All,
    /// Of each place, or of each experiment, the last one that has the table.
    Last,
}

impl Archive {
    /// The objects of a table at a moment, of those units of its family that are wanted. One listing of all receipts and one of
    /// the table's current paths; then receipts are read from the newest back, one of a unit where that is the one in force.
    ///
    /// # Errors
    /// The store fails, or `_retention.json` cannot be read. A damaged or missing receipt of a unit that is wanted is not an
    /// error but one of the [doubts](Snapshot::doubts).
    pub async fn table_at(
        &self,
        table: TableName,
        moment: Moment,
        dates: Dates,
        wanted: impl Fn(&Unit) -> bool,
    ) -> Result<Snapshot, ArchiveError> {
        let is_wanted = |unit: &Unit| unit.family() == table.family() && wanted(unit);
        // Before the receipts, since a publisher puts them before its current paths.
        let currents = self.keys_of_table(table, &[]).await?.into_iter();
        let currents: BTreeSet<String> =
            currents.filter(|key| keys::current_at(key).is_some_and(|(_, unit)| is_wanted(&unit))).collect();
        let Listed { revisions, passed_over, .. } = self.list_receipts(&Key::AllReceipts.path(), "").await?;
        let mut snapshot = Snapshot::default();
        for (key, problem) in &passed_over {
            snapshot.doubts.passed_over(key, problem);
        }
        snapshot.doubts.unaccounted(revisions.keys(), currents);
        let mut places: BTreeMap<String, Vec<(Unit, BTreeSet<u64>)>> = BTreeMap::new();
        for (unit, revisions) in revisions.into_iter().filter(|(unit, _)| is_wanted(unit)) {
            let folder = Key::Receipts(&unit).path();
            let place = match (dates, folder.rsplit_once('/')) {
                (Dates::Last, Some((place, _))) => place.to_owned(),
                _ => folder,
            };
            places.entry(place).or_default().push((unit, revisions));
        }
        let searches = places.into_values().map(|units| self.last_with(table, moment, units));
        let mut searches = stream::iter(searches).buffered(self.store.requests());
        while let Some(then) = searches.try_next().await? {
            match then {
                Then::Truth(receipt) => {
                    snapshot.objects.extend(objects(*receipt).filter(|object| object.table == table));
                }
                unknown => unknown.doubted(&mut snapshot.doubts),
            }
        }
        if let Moment::At(as_of) = moment {
            self.tell_pruned(&mut snapshot.objects, as_of).await?;
        }
        Ok(snapshot)
    }

    /// The receipt that was in force of the last of these units that had the table then.
    async fn last_with(
        &self,
        table: TableName,
        moment: Moment,
        units: Vec<(Unit, BTreeSet<u64>)>,
    ) -> Result<Then, ArchiveError> {
        for (unit, revisions) in units.iter().rev() {
            let then = match (moment, revisions.last()) {
                (Moment::At(as_of), _) => self.then(unit, revisions, as_of).await?,
                (Moment::Newest, Some(newest)) => match self.receipt_or_why(unit, *newest).await? {
                    Ok(receipt) => Then::Truth(Box::new(receipt)),
                    Err(error) => Then::Unknown(Err(error)),
                },
                (Moment::Newest, None) => Then::NotYet,
            };
            match then {
                Then::NotYet => {}
                Then::Truth(receipt) if !receipt.content.tables.iter().any(|record| record.table == table) => {}
                found => return Ok(found),
            }
        }
        Ok(Then::NotYet)
    }

    /// Says of which objects the bytes were pruned. Nothing is asked about them where nothing of that time was.
    async fn tell_pruned(&self, objects: &mut [SnapshotObject], as_of: Timestamp) -> Result<(), ArchiveError> {
        if self.retention().await?.is_none_or(|retention| retention.pruned_before <= as_of) {
            return Ok(());
        }
        let looks = objects.iter_mut().map(|object| async {
            object.is_pruned = self.store.size(&object.key).await?.is_none();
            Ok::<(), ArchiveError>(())
        });
        stream::iter(looks).buffered(self.store.requests()).try_collect().await
    }

    /// The bytes of objects, one after the other and in their order: no more of them are in memory than are asked for at a time.
    ///
    /// # Errors
    /// The store fails, or the bytes of one are missing, or are not those that their name is the hash of.
    pub fn bytes_of_each(
        &self,
        objects: Vec<SnapshotObject>,
    ) -> impl Stream<Item = Result<(SnapshotObject, Bytes), ArchiveError>> {
        let reads = objects.into_iter().map(move |object| async move {
            let SnapshotObject { unit, key, sha256, size, .. } = &object;
            let bytes = self.bytes_at(key.clone(), unit, sha256, *size).await?;
            Ok((object, bytes))
        });
        stream::iter(reads).buffered(self.store.requests())
    }
}
