//! Deliveries that cannot all be true.
//!
//! Which delivery of a row is valid depends on its key alone ([`super::newest`]). Four kinds of deliveries pass that rule and
//! make a wrong day:
//!
//! * **Overlap.** Rows of two objects count the same over intervals that overlap without being equal: two days and the
//!   week, or a session exported while it was on air and after. Their keys differ, so both are counted.
//! * **Strangers.** A newer object replaces rows of an older one, and the two have no broadcast in common: the files of two
//!   accounts in one folder.
//! * **Part.** A newer object repeats rows of an older one unchanged and lacks others of the same interval: an incomplete
//!   download.
//! * **Made id.** A broadcast's id was made of title and start, and its row overlaps in time with a row that another object
//!   has under a given id: they may be the same broadcast, and no id can decide. The same holds for two made ids that begin
//!   and end together: a room whose title was changed.
//!
//! Conflicts are reported and change nothing: allocation goes on by the keys. Rows that count nothing are ignored here, and so
//! are rows within one object, which are summed, or refused when they are read.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Subject;
use super::day::DayAllocator;
use super::made_ids;
use super::names::number;
use super::reach::Seat;
use crate::model::LEAST_OVERLAP_US;

/// An object with more rows of one key than this is not checked for repeated ones.
const MOST_REPEATED: usize = 64;

/// Two objects that cannot both be right for one market-day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// What is wrong between them.
    pub kind: ConflictKind,
    /// The broadcast of the rows below, or their cover where the cover identifies them.
    pub subject: Arc<str>,
    /// The older object, with a row of it.
    pub older: Delivered,
    /// The newer object, with a row of it.
    pub newer: Delivered,
}

/// What is wrong between two objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConflictKind {
    /// Both count the same, over intervals that overlap without being equal.
    Overlap,
    /// The newer one would replace rows of the older one, and has no broadcast in common with it.
    Strangers,
    /// The newer one repeats rows of the older one and would drop others.
    Part,
    /// A row of the newer one may be the same broadcast as one of the older: its id, or both, were made of several
    /// columns.
    MadeId,
}

/// A row of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivered {
    /// The object's number in the scope.
    pub export: usize,
    /// The row's first instant (microseconds since 1970, UTC).
    pub start_us: i64,
    /// The first instant after it.
    pub end_us: i64,
}

/// A row that reaches into a market-day, as far as others may contradict it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rival {
    pub(super) entry: u32,
    pub(super) row: u32,
    pub(super) group: u32,
    pub(super) definition: usize,
    pub(super) seat: Seat,
    pub(super) span_us: (i64, i64),
    pub(super) is_all_day: bool,
    pub(super) is_counted: bool,
    /// Whether it counts anything.
    pub(super) says_something: bool,
}

/// What two rows of different objects say of each other.
type Example = ((u32, (i64, i64)), (u32, (i64, i64)), u32);

/// What was found on one market-day: of every pair of objects and every kind the first.
pub(super) struct Conflicts<'a> {
    allocator: DayAllocator<'a>,
    found: BTreeMap<(ConflictKind, u32, u32), Example>,
}

impl<'a> Conflicts<'a> {
    pub(super) fn new(allocator: DayAllocator<'a>) -> Self {
        Self { allocator, found: BTreeMap::new() }
    }

    /// Looks at the rows of a market-day.
    pub(super) fn look(&mut self, mut rows: Vec<Rival>) {
        self.look_at_replaced(&mut rows);
        rows.retain(|row| row.is_counted && row.says_something);
        self.look_at_made_ids(&mut rows);
        self.look_at_intervals(&mut rows);
        self.look_at_sessions(&mut rows);
    }

    /// Notes that a row of a log is replaced by one of an object that may be a stranger to its own.
    pub(super) fn replaced(
        &mut self,
        market: u32,
        older: (u32, (i64, i64)),
        newer: (u32, (i64, i64)),
        subject: u32,
    ) {
        if self.are_strangers(market, older.0, newer.0) {
            self.note(ConflictKind::Strangers, older, newer, subject);
        }
    }

    /// What was found, in the order of kinds and objects.
    pub(super) fn finish(self) -> Vec<Conflict> {
        let entries = self.allocator.job.entries;
        let delivered = |(entry, (start_us, end_us)): (u32, (i64, i64))| Delivered {
            export: entries[entry as usize].export,
            start_us,
            end_us,
        };
        let conflict = |((kind, ..), (older, newer, subject)): ((ConflictKind, u32, u32), Example)| Conflict {
            kind,
            subject: self.allocator.reach.names.name(subject),
            older: delivered(older),
            newer: delivered(newer),
        };
        let mut conflicts: Vec<Conflict> = self.found.into_iter().map(conflict).collect();
        conflicts.sort_by_key(|conflict| (conflict.kind, conflict.older.export, conflict.newer.export));
        conflicts
    }

    fn note(&mut self, kind: ConflictKind, one: (u32, (i64, i64)), other: (u32, (i64, i64)), subject: u32) {
        let is_older = self.allocator.reach.newness.is_older(one.0, other.0);
        let (older, newer) = if is_older { (one, other) } else { (other, one) };
        let example = (older, newer, subject);
        let first = self.found.entry((kind, older.0, newer.0)).or_insert(example);
        *first = example.min(*first);
    }

    /// Whether two rows came by different deliveries.
    fn are_apart(&self, one: &Rival, other: &Rival) -> bool {
        !self.allocator.are_one(one.entry as usize, other.entry as usize)
    }

    fn told_by(&self, row: &Rival) -> Subject {
        self.allocator.job.entries[row.entry as usize].subject
    }

    fn subject(&self, row: &Rival) -> u32 {
        row.seat.subject(self.told_by(row)).unwrap_or(row.seat.broadcast)
    }

    /// Rows of one seat, counted from several objects, whose intervals overlap.
    fn look_at_intervals(&mut self, rows: &mut [Rival]) {
        rows.sort_unstable_by_key(|row| (row.definition, row.seat, row.span_us, row.entry, row.row));
        for seat in rows.chunk_by(|one, other| (one.definition, one.seat) == (other.definition, other.seat)) {
            // Of every object the row that ends last.
            let mut open: Vec<&Rival> = Vec::new();
            for row in seat {
                open.retain(|other| other.span_us.1 > row.span_us.0);
                let is_of_one = |other: &Rival| {
                    // Two rooms may be on air at once; one session is not twice at its beginning.
                    let may_be_two = self.told_by(row) == Subject::Nothing && !row.is_all_day;
                    !may_be_two || other.span_us.0 == row.span_us.0
                };
                let contradicts =
                    |other: &&&Rival| self.are_apart(other, row) && overlap(other, row) && is_of_one(other);
                let against: Vec<&Rival> = open.iter().filter(contradicts).copied().collect();
                for other in against {
                    let subject = self.subject(row);
                    self.note(
                        ConflictKind::Overlap,
                        (other.entry, other.span_us),
                        (row.entry, row.span_us),
                        subject,
                    );
                }
                match open.iter_mut().find(|other| other.entry == row.entry) {
                    Some(other) if other.span_us.1 >= row.span_us.1 => {}
                    Some(other) => *other = row,
                    None => open.push(row),
                }
            }
        }
    }

    /// Rows of the market that may be one broadcast though their ids differ, since one was made.
    fn look_at_made_ids(&mut self, rows: &mut [Rival]) {
        let is_made = |row: &Rival| self.allocator.job.entries[row.entry as usize].page.has_made_ids;
        if !rows.iter().any(is_made) {
            return;
        }
        rows.sort_unstable_by_key(|row| (row.seat.market, row.span_us, row.entry, row.row));
        let mut pairs = Vec::new();
        for of_market in rows.chunk_by(|one, other| one.seat.market == other.seat.market) {
            pairs.extend(made_ids::pairs(of_market, &is_made).0);
        }
        for (made, other) in pairs {
            let subject = self.subject(&made);
            self.note(ConflictKind::MadeId, (made.entry, made.span_us), (other.entry, other.span_us), subject);
        }
    }

    /// A session begins once and ends once, whatever covers it had.
    fn look_at_sessions(&mut self, rows: &mut Vec<Rival>) {
        rows.retain(|row| !row.is_all_day && self.told_by(row) == Subject::Broadcast);
        let session = |row: &Rival| (row.definition, row.seat.room(), row.span_us.0);
        rows.sort_unstable_by_key(|row| (session(row), row.span_us.1, row.entry, row.row));
        for rows in rows.chunk_by(|one, other| session(one) == session(other)) {
            let [first, .., last] = rows else { continue };
            let contradicts = |one: &Rival, other: &Rival| self.are_apart(one, other) && overlap(one, other);
            let pair = rows.iter().find_map(|row| {
                [first, last].into_iter().find(|other| contradicts(row, other)).map(|other| (row, other))
            });
            if let Some((one, other)) = pair {
                let subject = self.subject(one);
                self.note(ConflictKind::Overlap, (one.entry, one.span_us), (other.entry, other.span_us), subject);
            }
        }
    }

    /// Rows that a newer object replaces.
    fn look_at_replaced(&mut self, rows: &mut [Rival]) {
        rows.sort_unstable_by_key(|row| (row.group, row.entry, row.seat, row.row));
        let mut pairs: BTreeMap<(u32, u32), Replaced<'_>> = BTreeMap::new();
        for group in rows.chunk_by(|one, other| one.group == other.group) {
            let [first, .., last] = group else { continue };
            let holder = self.allocator.holder(first.group).filter(|_| first.entry != last.entry);
            let Some(holder) = holder.map(number) else { continue };
            let of = |entry: u32| {
                let from = group.partition_point(|row| row.entry < entry);
                &group[from..from + group[from..].partition_point(|row| row.entry == entry)]
            };
            for lost in group.chunk_by(|one, other| one.entry == other.entry) {
                if !self.allocator.are_one(lost[0].entry as usize, holder as usize) {
                    pairs.entry((lost[0].entry, holder)).or_default().compare(&self.allocator, lost, of(holder));
                }
            }
        }
        let mut notes = Vec::new();
        for ((older, newer), replaced) in pairs {
            let Some(lost) = replaced.lost else { continue };
            let by = replaced.by.map_or(lost.span_us, |row| row.span_us);
            if self.are_strangers(lost.seat.market, older, newer) {
                notes.push((ConflictKind::Strangers, *lost, (newer, by)));
            } else if let Some(missing) = replaced.missing.filter(|_| replaced.is_repeated && !replaced.differs) {
                notes.push((ConflictKind::Part, *missing, (newer, by)));
            }
        }
        for (kind, row, newer) in notes {
            let subject = self.subject(&row);
            self.note(kind, (row.entry, row.span_us), newer, subject);
        }
    }

    /// Whether two objects have no broadcast of a market in common, though each has one.
    fn are_strangers(&self, market: u32, one: u32, other: u32) -> bool {
        let subjects = |entry: u32| {
            let of_entry = self.allocator.reach.subjects[entry as usize].as_slice();
            let from = of_entry.partition_point(|(of, _)| *of < market);
            &of_entry[from..from + of_entry[from..].partition_point(|(of, _)| *of == market)]
        };
        let (one, other) = (subjects(one), subjects(other));
        let (few, many) = if one.len() < other.len() { (one, other) } else { (other, one) };
        !few.is_empty() && few.iter().all(|subject| many.binary_search(subject).is_err())
    }
}

/// What one object's rows are beside those of the newer one that replace them.
#[derive(Default)]
struct Replaced<'r> {
    /// One that counts something.
    lost: Option<&'r Rival>,
    /// One that replaces it.
    by: Option<&'r Rival>,
    /// One that counts something and whose seat the newer object does not have.
    missing: Option<&'r Rival>,
    /// Whether the newer one says something that the older did not.
    differs: bool,
    /// Whether it says something that the older did.
    is_repeated: bool,
}

impl<'r> Replaced<'r> {
    /// Compares the rows of one key, both sorted by seat.
    fn compare(&mut self, allocator: &DayAllocator<'_>, lost: &'r [Rival], holding: &'r [Rival]) {
        let figures = |row: &Rival| &allocator.job.entries[row.entry as usize].page.rows[row.row as usize].figures;
        self.lost = self.lost.or(lost.iter().find(|row| row.says_something));
        self.by = self.by.or(holding.first());
        let of_seat = |rows: &'r [Rival], seat: Seat| {
            let from = rows.partition_point(|row| row.seat < seat);
            &rows[from..from + rows[from..].partition_point(|row| row.seat == seat)]
        };
        for held in holding.chunk_by(|one, other| one.seat == other.seat) {
            let before = of_seat(lost, held[0].seat);
            let mut left: Vec<&Rival> = before.iter().take(MOST_REPEATED).collect();
            let mut repeats = |row: &Rival| {
                let place = left.iter().position(|other| figures(other) == figures(row));
                place.map(|place| left.swap_remove(place)).is_some()
            };
            let is_repeated = held.len() <= MOST_REPEATED && held.iter().all(&mut repeats);
            self.differs |= !is_repeated;
            self.is_repeated |= is_repeated && held.iter().any(|row| row.says_something);
        }
        for before in lost.chunk_by(|one, other| one.seat == other.seat) {
            let is_missing = of_seat(holding, before[0].seat).len() < before.len();
            self.missing = self.missing.or(before.iter().find(|row| is_missing && row.says_something));
        }
    }
}

/// Whether two rows that are not of the same interval have more of it in common than inexact ends make.
fn overlap(one: &Rival, other: &Rival) -> bool {
    one.span_us != other.span_us && share_time(one, other)
}

/// Whether two rows have more of their time in common than inexact ends make.
pub(super) fn share_time(one: &Rival, other: &Rival) -> bool {
    let ((start, end), (other_start, other_end)) = (one.span_us, other.span_us);
    let common_us = end.min(other_end) - start.max(other_start);
    let shorter_us = (end - start).min(other_end - other_start);
    common_us >= LEAST_OVERLAP_US.min(shorter_us)
}
