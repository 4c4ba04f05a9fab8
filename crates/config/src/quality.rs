//! `rows: quality`: what a player or a network measured of views, one by one or summed over minutes or broadcasts.

use std::collections::BTreeMap;

use super::columns::ColumnKeys;
use super::counting::ColumnName;
use super::cursor::Cursor;
use super::export_context::ExportContext;
use super::instant;
use super::mapping::InstantColumn;
use super::registry::{Column, Key, Keys, Maybe, Part, Required, Shape, keys, maybe, required};

/// What a row of an export of quality is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QualityGrain {
    /// One view of one viewer.
    View,
    /// All views of a broadcast in a minute, or in another short stretch of time.
    Minute,
    /// All views of a broadcast.
    Broadcast,
}

impl QualityGrain {
    /// Every grain with its word.
    pub const WORDS: [(&'static str, Self); 3] =
        [("view", Self::View), ("minute", Self::Minute), ("broadcast", Self::Broadcast)];
}

/// A row is what was measured of a view, or of many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QualityRows {
    /// Of one view, or of how many.
    pub grain: QualityGrain,
    /// Unique per row, however often it is delivered; without it nothing is a duplicate.
    pub view_id: Option<ColumnName>,
    /// When the view, the minute or the broadcast began.
    pub occurred_at: InstantColumn,
    /// Who. Of views only.
    pub viewer_id: Option<ColumnName>,
    /// The room or host that lasts over broadcasts.
    pub host_id: Option<ColumnName>,
    /// How many views a row is of. Of minutes and broadcasts only, and always there.
    pub views: Option<ColumnName>,
    /// How many of them had a first frame.
    pub starts: Option<ColumnName>,
    /// How many of them had it in time.
    pub good_starts: Option<ColumnName>,
    /// How long the first frame took, in milliseconds. Of views only.
    pub first_frame: Option<Scaled>,
    /// How often the picture stood still.
    pub stalls: Option<ColumnName>,
    /// In how many views it stood still for long enough to be noticed. Of minutes and broadcasts only.
    pub stalled_views: Option<ColumnName>,
    /// For how long it stood still, in milliseconds.
    pub stall: Option<Scaled>,
    /// For how long was watched, in milliseconds.
    pub watch: Option<Watch>,
    /// How far sound and picture were apart, in milliseconds. Of views only.
    pub offset: Option<Scaled>,
    /// Whether the view failed. Of views only.
    pub failed: Option<FailedColumn>,
    /// How many views failed. Of minutes and broadcasts only.
    pub failures: Option<ColumnName>,
    /// Bits in a second. Of views only.
    pub bitrate: Option<Scaled>,
    /// Which rendition was seen. Of views only.
    pub rung: Option<ColumnName>,
}

impl QualityRows {
    /// Whether a row is one view.
    #[must_use]
    pub fn is_of_views(&self) -> bool {
        self.grain == QualityGrain::View
    }
}

/// A column of numbers, and what one of them is in the unit that is counted in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scaled {
    /// The column.
    pub column: ColumnName,
    /// 1, or 1,000 of seconds that are counted in milliseconds.
    pub one_is: u32,
}

/// The time that was watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watch {
    /// How long.
    pub time: Scaled,
    /// Whether the time in which the picture stood still is in it; if not, it is added.
    pub has_stalls: bool,
}

/// A column that says whether a view failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedColumn {
    /// The column.
    pub column: ColumnName,
    /// What its words mean; without any it is a flag such as `true` or `0`.
    pub values: BTreeMap<String, bool>,
}

keys! {
    /// Whether a view failed.
    section FailedKeys("failed", "a column of failures") {
        column: Required<Column> = required("the name of a column", Column, "the column"),
        values: Maybe<Part> = maybe(
            "the words of a flag: `true`, `1`, `yes`, `false`, `0`, `no`, nothing",
            Part(Shape::Entries(Box::new(Shape::Truth))),
            "every word that can come, and whether the view failed: `{error: true, ended: false, \"\": false}`",
        ),
    }
}

/// Reads what `columns` says of quality.
pub(super) fn read(
    columns: &ColumnKeys<'_>,
    context: &ExportContext<'_>,
    grain: Option<QualityGrain>,
) -> Option<QualityRows> {
    let occurred_at = columns.occurred_at.required().and_then(|at| instant::read(&at, context));
    let view_id = columns.view_id.read();
    if view_id == Some(None) {
        columns.view_id.section().warn(
            "no `view_id` is mapped: a row that is delivered twice counts twice, unless whole files are seen to be the same (map the column that is unique per row, if there is one)",
        );
    }
    let of_views = grain.map(|grain| grain == QualityGrain::View);
    let fits = check_grain(columns, of_views);
    let views = match of_views {
        Some(false) => {
            columns.views.needed("the column with the number of views of a row").and_then(|at| at.column())
        }
        _ => columns.views.at().and_then(|at| at.column()),
    };
    let first_frame = one_of(&columns.first_frame_ms, &columns.first_frame_seconds);
    let stall = one_of(&columns.stall_ms, &columns.stall_seconds);
    let watch = read_watch(columns);
    let bitrate = one_of(&columns.bitrate_bps, &columns.bitrate_kbps);
    let failed = columns.failed.read_with(read_failed);
    let rows = QualityRows {
        grain: grain?,
        view_id: view_id?,
        occurred_at: occurred_at?,
        viewer_id: columns.viewer_id.read()?,
        host_id: columns.host_id.read()?,
        views,
        starts: columns.starts.read()?,
        good_starts: columns.started_within_600ms.read()?,
        first_frame: first_frame?,
        stalls: columns.stalls.read()?,
        stalled_views: columns.stalled_views.read()?,
        stall: stall?,
        watch: watch?,
        offset: columns.audio_video_offset_ms.read()?.map(|column| Scaled { column, one_is: 1 }),
        failed: failed?,
        failures: columns.failures.read()?,
        bitrate: bitrate?,
        rung: columns.rung.read()?,
    };
    fits?;
    (rows.is_of_views() || rows.views.is_some()).then_some(())?;
    check_measures(columns, &rows)?;
    Some(rows)
}

/// What says something of one view goes with rows that are one, and what is a number of views with all others.
fn check_grain(columns: &ColumnKeys<'_>, of_views: Option<bool>) -> Option<()> {
    let of_views = of_views?;
    let of_one = [
        columns.viewer_id.at(),
        columns.first_frame_ms.at(),
        columns.first_frame_seconds.at(),
        columns.audio_video_offset_ms.at(),
        columns.failed.at(),
        columns.bitrate_bps.at(),
        columns.bitrate_kbps.at(),
        columns.rung.at(),
    ];
    let of_many = [
        columns.views.at(),
        columns.starts.at(),
        columns.started_within_600ms.at(),
        columns.stalled_views.at(),
        columns.failures.at(),
    ];
    let (wrong, message): (&[Option<Cursor<'_>>], &str) = if of_views {
        (
            &of_many,
            "is a number of views, and a row of `grain: view` is one (expected in `grain: minute` or `broadcast`)",
        )
    } else {
        (
            &of_one,
            "is of one view, and a mean or a percentile of many cannot be added (expected in `grain: view`; of many views: `starts`, `started_within_600ms`, `failures`)",
        )
    };
    let wrong = wrong.iter().flatten().map(|at| at.problem(message.to_owned())).count();
    (wrong == 0).then_some(())
}

/// Rows that measure nothing say nothing.
fn check_measures(columns: &ColumnKeys<'_>, rows: &QualityRows) -> Option<()> {
    let is_measured = rows.first_frame.is_some()
        || rows.good_starts.is_some()
        || rows.stall.is_some()
        || rows.stalls.is_some()
        || rows.stalled_views.is_some()
        || rows.failed.is_some()
        || rows.failures.is_some()
        || rows.offset.is_some()
        || rows.bitrate.is_some();
    if !is_measured {
        return columns.occurred_at.section().refuse(
            "measures nothing (expected one of `first_frame_ms`, `stall_ms`, `stalls`, `failed`, `audio_video_offset_ms`, `bitrate_kbps`, or of many views `started_within_600ms`, `failures`)",
        );
    }
    if rows.good_starts.is_some() && rows.starts.is_none() {
        return columns.started_within_600ms.at()?.refuse(
            "is a part of `starts`, which is not mapped (map the number of views that had a first frame)",
        );
    }
    if rows.watch.as_ref().is_some_and(|watch| !watch.has_stalls) && rows.stall.is_none() {
        let at = columns.playing_ms.at().or_else(|| columns.playing_seconds.at())?;
        return at.refuse(
            "is the time without stalls, to which `stall_ms` or `stall_seconds` is added, and neither is mapped",
        );
    }
    Some(())
}

/// A number that has a column in one of two units, the second a thousand times the first.
#[expect(clippy::option_option, reason = "absent and wrong are two things")]
fn one_of(small: &Key<'_, Maybe<Column>>, large: &Key<'_, Maybe<Column>>) -> Option<Option<Scaled>> {
    if let (Some(_), Some(at)) = (small.at(), large.at()) {
        return at.refuse("says what another key says in another unit (expected one of the two)");
    }
    let (in_small, in_large) = (small.read()?, large.read()?);
    let in_small = in_small.map(|column| Scaled { column, one_is: 1 });
    Some(in_small.or(in_large.map(|column| Scaled { column, one_is: 1_000 })))
}

#[expect(clippy::option_option, reason = "absent and wrong are two things")]
fn read_watch(columns: &ColumnKeys<'_>) -> Option<Option<Watch>> {
    let watched = one_of(&columns.watch_ms, &columns.watch_seconds);
    let played = one_of(&columns.playing_ms, &columns.playing_seconds);
    let (watched, played) = (watched?, played?);
    if watched.is_some() && played.is_some() {
        let at = columns.playing_ms.at().or_else(|| columns.playing_seconds.at())?;
        return at.refuse(
            "is the time watched without stalls, and the time with them is mapped too (expected one of the two)",
        );
    }
    let watched = watched.map(|time| Watch { time, has_stalls: true });
    Some(watched.or(played.map(|time| Watch { time, has_stalls: false })))
}

fn read_failed(at: &Cursor<'_>) -> Option<FailedColumn> {
    if !at.is_map() {
        return Some(FailedColumn { column: at.column()?, values: BTreeMap::new() });
    }
    let keys = FailedKeys::open(at)?;
    let column = keys.column.read();
    let values = keys.values.read_or(BTreeMap::new(), |at| {
        let entries = at.entries("a set of words", "such as `{error: true, ended: false}`")?;
        let total = entries.len();
        let read: BTreeMap<String, bool> =
            entries.into_iter().filter_map(|(word, at)| Some((word.to_owned(), at.truth()?))).collect();
        (read.len() == total).then_some(read)
    });
    Some(FailedColumn { column: column?, values: values? })
}

#[cfg(test)]
mod tests;
