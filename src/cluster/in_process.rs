//! A cluster in this process, for tests: what executors run, called here, with rows parted in between as Spark parts them. It can lie.
//!
//! Rows come back in another order and, for the same values, in other types than they were given, as engines do.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::cast::AsArray as _;
use arrow_array::types::Int64Type;
use arrow_array::{Array as _, RecordBatch, UInt32Array};
use arrow_cast::cast;
use arrow_schema::{ArrowError, DataType, Field, Schema, TimeUnit};
use arrow_select::take::take_record_batch;
use bytes::Bytes;

use super::executor::{Executor, ExecutorError};
use super::table::{BUCKET, PAYLOAD, TableError};
use super::{Cluster, ClusterError};
use crate::reading::Stop;

/// There are at least so many groups, so that there are several of a small night, too.
const LEAST_GROUPS: u32 = 5;

/// What is not as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lie {
    /// The account of an object does not come back.
    AccountLost,
    /// The account of an object comes back twice.
    AccountTwice,
    /// A staged signal is lost, and not counted as staged.
    SignalLost,
    /// All staged signals are there twice.
    SignalsTwice,
    /// A signal is lost after it was said to be staged.
    EventLost,
    /// A signal is taken for another one of another market-day.
    EventOfAnotherDay,
    /// A group of events is counted twice.
    EventsTwice,
    /// A signal that viewers are to be counted of is lost.
    ViewerLost,
    /// A group of viewers is counted twice.
    ViewersTwice,
    /// The answer is empty.
    NothingCounted,
    /// A market-day is missing in the answer.
    DayLost,
    /// A market-day is in the answer twice.
    DayTwice,
    /// A market-day is said to be another.
    DayMistaken,
}

impl Lie {
    pub(crate) const ALL: [(Self, &str); 13] = [
        (Self::AccountLost, "account-lost"),
        (Self::AccountTwice, "account-twice"),
        (Self::SignalLost, "signal-lost"),
        (Self::SignalsTwice, "signals-twice"),
        (Self::EventLost, "event-lost"),
        (Self::EventOfAnotherDay, "event-of-another-day"),
        (Self::EventsTwice, "events-twice"),
        (Self::ViewerLost, "viewer-lost"),
        (Self::ViewersTwice, "viewers-twice"),
        (Self::NothingCounted, "nothing-counted"),
        (Self::DayLost, "day-lost"),
        (Self::DayTwice, "day-twice"),
        (Self::DayMistaken, "day-mistaken"),
    ];
}

impl FromStr for Lie {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|(_, known)| *known == word).map(|(lie, _)| lie).ok_or(())
    }
}

/// A cluster in this process.
#[derive(Default)]
pub(crate) struct InProcess {
    lie: Option<Lie>,
    places: AtomicU64,
    staged: Mutex<BTreeMap<String, Vec<RecordBatch>>>,
}

impl InProcess {
    /// The one that a URL names: `sc://in-process`, or one that lies, `sc://in-process/;lie=day-lost`.
    pub(crate) fn named(url: &str) -> Option<Self> {
        let settings = url.strip_prefix("sc://in-process")?;
        let lie = settings.split(['/', ';']).find_map(|setting| setting.strip_prefix("lie=")?.parse().ok());
        Some(Self { lie, ..Self::default() })
    }

    fn lies(&self, lie: Lie) -> bool {
        self.lie == Some(lie)
    }

    fn staged_at(&self, place: &str) -> Vec<RecordBatch> {
        let staged = self.staged.lock().unwrap_or_else(PoisonError::into_inner);
        staged.get(place).cloned().unwrap_or_default()
    }
}

impl Cluster for InProcess {
    async fn place(&self) -> String {
        format!("in-process/{}", self.places.fetch_add(1, Ordering::Relaxed))
    }

    async fn stage(&self, shipped: &Bytes, tasks: u32, place: &str, stop: &Stop) -> Result<(), ClusterError> {
        let (executor, mut staged) = (Arc::new(Executor::new(shipped)?), Vec::new());
        // The last task is the first to end.
        for task in (0..tasks).rev() {
            going_on(stop)?;
            let executor = Arc::clone(&executor);
            let read = move || {
                let mut given = Vec::new();
                let take = &mut |batch: RecordBatch| {
                    given.push(batch);
                    true
                };
                executor.read(task, take).map(|()| given)
            };
            // It waits for a runtime of its own, which it may not on a thread of this one.
            let thread = std::thread::spawn(read);
            staged.extend(thread.join().map_err(|_| ExecutorError::Worker)??);
        }
        if self.lies(Lie::SignalLost)
            && let Some(batch) = staged.iter_mut().find(|batch| is_of_signals(batch))
        {
            *batch = batch.slice(1, batch.num_rows() - 1);
        }
        if self.lies(Lie::SignalsTwice) {
            let again: Vec<RecordBatch> = staged.iter().filter(|batch| is_of_signals(batch)).cloned().collect();
            staged.extend(again);
        }
        self.staged.lock().unwrap_or_else(PoisonError::into_inner).insert(place.to_owned(), staged);
        Ok(())
    }

    async fn accounts(&self, place: &str, stop: &Stop) -> Result<Vec<Bytes>, ClusterError> {
        going_on(stop)?;
        let mut payloads = payloads(&self.staged_at(place));
        if self.lies(Lie::AccountLost) {
            payloads.pop();
        }
        if self.lies(Lie::AccountTwice) {
            payloads.extend(payloads.first().cloned());
        }
        Ok(payloads)
    }

    async fn staged_rows(&self, place: &str, stop: &Stop) -> Result<u64, ClusterError> {
        going_on(stop)?;
        let staged = self.staged_at(place);
        Ok(staged.iter().filter(|batch| is_of_signals(batch)).map(|batch| batch.num_rows() as u64).sum())
    }

    async fn count(
        &self,
        shipped: &Bytes,
        place: &str,
        groups: u32,
        stop: &Stop,
    ) -> Result<Vec<Bytes>, ClusterError> {
        if self.lies(Lie::NothingCounted) {
            return Ok(Vec::new());
        }
        let groups = i64::from(groups.max(LEAST_GROUPS));
        let mut signals: Vec<RecordBatch> = self.staged_at(place).into_iter().filter(is_of_signals).collect();
        match self.lie {
            Some(Lie::EventLost) => signals = without_first(signals),
            Some(Lie::EventOfAnotherDay) => signals = of_another_day(signals),
            _ => {}
        }
        let executor = Executor::new(shipped)?;
        let mut for_viewers = Vec::new();
        for (number, rows) in parted(&signals, |bucket| bucket % groups)?.into_values().enumerate() {
            going_on(stop)?;
            for_viewers.extend(executor.count_events(&rows)?);
            if number == 0 && self.lies(Lie::EventsTwice) {
                for_viewers.extend(executor.count_events(&rows)?);
            }
        }
        if self.lies(Lie::ViewerLost) {
            let (of_signals, others) = for_viewers.into_iter().partition(is_of_signals);
            for_viewers = [without_first(of_signals), others].concat();
        }
        let mut partials = Vec::new();
        for (number, rows) in parted(&for_viewers, |bucket| bucket % groups)?.into_values().enumerate() {
            going_on(stop)?;
            partials.extend(executor.count_viewers(&rows)?);
            if number == 0 && self.lies(Lie::ViewersTwice) {
                partials.extend(executor.count_viewers(&rows)?);
            }
        }
        let mut answer: Vec<(i64, Vec<Bytes>)> = Vec::new();
        for (day, rows) in parted(&partials, |day| day)? {
            answer.push((day, payloads(&executor.add_up(&rows)?)));
        }
        match (self.lie, answer.len()) {
            (Some(Lie::DayLost), _) => drop(answer.pop()),
            (Some(Lie::DayTwice), _) => answer.extend(answer.first().cloned()),
            (Some(Lie::DayMistaken), days @ 2..) => {
                // Two market-days change their names.
                let names = [answer[0].0, answer[days - 1].0];
                for (at, of) in [(0, names[1]), (days - 1, names[0])] {
                    answer[at].1 = renamed(&answer[at].1, u32::try_from(of).unwrap_or_default())?;
                }
            }
            _ => {}
        }
        Ok(answer.into_iter().flat_map(|(_, payloads)| payloads).collect())
    }
}

fn going_on(stop: &Stop) -> Result<(), ClusterError> {
    if stop.is_asked() { Err(ClusterError::Stopped) } else { Ok(()) }
}

fn is_of_signals(batch: &RecordBatch) -> bool {
    batch.column_by_name(PAYLOAD).is_some_and(|payloads| payloads.null_count() == payloads.len())
}

/// The payloads of rows.
fn payloads(batches: &[RecordBatch]) -> Vec<Bytes> {
    let columns = batches.iter().filter_map(|batch| batch.column_by_name(PAYLOAD));
    let values = columns.flat_map(|column| column.as_binary::<i32>().iter().flatten());
    values.map(Bytes::copy_from_slice).collect()
}

/// Rows by what is made of their bucket.
fn parted(
    batches: &[RecordBatch],
    group: impl Fn(i64) -> i64,
) -> Result<BTreeMap<i64, Vec<RecordBatch>>, ExecutorError> {
    let mut groups: BTreeMap<i64, Vec<RecordBatch>> = BTreeMap::new();
    for batch in batches.iter().rev() {
        let buckets = batch.column_by_name(BUCKET).ok_or(TableError::Kind("rows have no bucket"))?;
        let mut rows: BTreeMap<i64, Vec<u32>> = BTreeMap::new();
        for (row, bucket) in (0..).zip(buckets.as_primitive::<Int64Type>()) {
            let bucket = bucket.ok_or(TableError::Kind("a row has no bucket"))?;
            rows.entry(group(bucket)).or_default().push(row);
        }
        for (group, mut rows) in rows {
            rows.reverse();
            let taken = take_record_batch(batch, &UInt32Array::from(rows)).map_err(TableError::from)?;
            groups.entry(group).or_default().push(in_other_types(&taken).map_err(TableError::from)?);
        }
    }
    Ok(groups)
}

/// The same values as another engine may hand them over.
fn in_other_types(rows: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let (mut fields, mut columns) = (Vec::new(), Vec::new());
    for (field, column) in rows.schema().fields().iter().zip(rows.columns()) {
        let other = match field.data_type() {
            DataType::Timestamp(TimeUnit::Microsecond, Some(_)) => {
                DataType::Timestamp(TimeUnit::Microsecond, Some("+08:00".into()))
            }
            DataType::Utf8 => DataType::LargeUtf8,
            DataType::Binary => DataType::BinaryView,
            same => same.clone(),
        };
        columns.push(cast(column, &other)?);
        fields.push(Field::new(field.name(), other, true));
    }
    // Columns are known by their names.
    fields.reverse();
    columns.reverse();
    RecordBatch::try_new(Schema::new(fields).into(), columns)
}

fn without_first(mut batches: Vec<RecordBatch>) -> Vec<RecordBatch> {
    if let Some(batch) = batches.first_mut() {
        *batch = batch.slice(1, batch.num_rows() - 1);
    }
    batches
}

/// With a row in place of the first one that is of another market-day.
fn of_another_day(mut batches: Vec<RecordBatch>) -> Vec<RecordBatch> {
    let day = |batch: &RecordBatch, row: usize| {
        let dates = batch.column_by_name("local_date")?;
        dates.is_valid(row).then(|| dates.slice(row, 1).to_data())
    };
    let rows: Vec<RecordBatch> = batches
        .iter()
        .flat_map(|batch| (0..batch.num_rows()).map(|row| batch.slice(row, 1)))
        .filter(|row| day(row, 0).is_some())
        .collect();
    let Some(first) = rows.first().cloned() else { return batches };
    let Some(other) = rows.iter().find(|row| day(row, 0) != day(&first, 0)).cloned() else { return batches };
    batches =
        batches.into_iter().flat_map(|batch| (0..batch.num_rows()).map(move |row| batch.slice(row, 1))).collect();
    if let Some(at) = batches.iter().position(|row| *row == first) {
        batches[at] = other;
    }
    batches
}

/// The pieces of a market-day as if they were of another.
fn renamed(pieces: &[Bytes], of: u32) -> Result<Vec<Bytes>, ClusterError> {
    let joined = super::piece::join(pieces).map_err(ClusterError::Answer)?;
    let mut renamed = Vec::new();
    for bytes in joined.values() {
        let cut = super::piece::cut(of, bytes).map_err(|error| ClusterError::Answer(error.to_string()))?;
        renamed.extend(cut.into_iter().map(Bytes::from));
    }
    Ok(renamed)
}
