//! Viewers from day to day: parts of the private store merged, one viewer at a time.
//!
//! Parts are sorted by viewer, so of each only the next visit is looked at, and nobody is remembered once their visits are
//! summed up. How many parts and viewers there are makes no difference to memory.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use jiff::civil::Date;

use super::cells::{ViewerDays, ViewerVisit};
use coverledger_core::model::Visit;

/// Of 64 bits of a viewer the first seven are the group: any seven would do, for they are of a keyed hash.
const GROUP_SHIFT: u32 = 57;

/// Sums up what viewers did by parts of local dates, each in the order of its viewers. A part of another date than those of the
/// window is passed over.
///
/// # Errors
/// A part cannot be read.
pub fn follow<P, E>(mut days: ViewerDays, parts: impl IntoIterator<Item = (Date, P)>) -> Result<ViewerDays, E>
where
    P: Iterator<Item = Result<Visit, E>>,
{
    let (mut open, mut next) = (Vec::new(), BinaryHeap::new());
    for (date, mut visits) in parts {
        let Some(day) = day_of(&days, date) else { continue };
        if let Some(first) = visits.next().transpose()? {
            next.push(Reverse((first.viewer, open.len())));
            open.push(Part { day, visits, next: first });
        }
    }
    let mut of_viewer: Vec<ViewerVisit> = Vec::new();
    while let Some(Reverse((viewer, number))) = next.pop() {
        let part = &mut open[number];
        // All that the viewer did on that date.
        loop {
            of_viewer.push(named(&mut days, part.day, &part.next));
            match part.visits.next().transpose()? {
                None => break,
                Some(visit) => part.next = visit,
            }
            if part.next.viewer != viewer {
                next.push(Reverse((part.next.viewer, number)));
                break;
            }
        }
        if next.peek().is_none_or(|Reverse((other, _))| *other != viewer) {
            days.add(group(viewer), &of_viewer);
            of_viewer.clear();
        }
    }
    Ok(days)
}

/// A part that is being read.
struct Part<P> {
    day: usize,
    visits: P,
    next: Visit,
}

fn day_of(days: &ViewerDays, date: Date) -> Option<usize> {
    let days = (days.first <= date && date <= days.until).then(|| (date - days.first).get_days())?;
    usize::try_from(days).ok()
}

fn group(viewer: u64) -> u8 {
    u8::try_from(viewer >> GROUP_SHIFT).unwrap_or_default()
}

fn named(days: &mut ViewerDays, day: usize, visit: &Visit) -> ViewerVisit {
    ViewerVisit {
        day,
        broadcast: days.name(&visit.broadcast_id),
        host: visit.host_id.as_ref().map(|host| days.name(host)),
        slot: days.name(&visit.slot),
        cover: visit.cover_id.as_ref().map(|cover| days.name(cover)),
        first_us: visit.first_us,
        impressions: visit.impressions,
        clicks: visit.clicks,
        entries: visit.entries,
        quality: visit.quality,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::ToSpan as _;
    use jiff::civil::date;

    use super::super::cells::{KnownDates, RevisitCell};
    use super::*;

    const FIRST: Date = date(2026, 11, 1);

    fn window(days: i64) -> ViewerDays {
        let dates: BTreeSet<Date> = (0..days).map(|day| FIRST + day.days()).collect();
        let known = KnownDates { published: dates.clone(), watched: dates };
        ViewerDays::new(FIRST, FIRST + (days - 1).days(), &known)
    }

    fn visit(viewer: u64, broadcast: &str, cover: &str, entries: u32) -> Visit {
        Visit {
            viewer,
            broadcast_id: broadcast.into(),
            cover_id: Some(cover.into()),
            host_id: None,
            slot: "prime".into(),
            first_us: 0,
            impressions: 1,
            clicks: entries,
            entries,
            stayed: false,
            quality: None,
        }
    }

    type Rows = Vec<Result<Visit, &'static str>>;

    fn parts(parts: Vec<Vec<Visit>>) -> Vec<(Date, <Rows as IntoIterator>::IntoIter)> {
        let part = |visits: Vec<Visit>| visits.into_iter().map(Ok).collect::<Rows>().into_iter();
        (0_i64..).zip(parts).map(|(day, visits)| (FIRST + day.days(), part(visits))).collect()
    }

    /// Of each broadcast and cover.
    fn told(days: &ViewerDays) -> Vec<(String, String, u8, RevisitCell)> {
        let of = |number| days.named(number).to_owned();
        let cells = days.revisits.iter();
        let mut told: Vec<_> =
            cells.map(|(key, cell)| (of(key.broadcast), of(key.cover), key.group, *cell)).collect();
        told.sort_by(|one, other| (&one.0, &one.1).cmp(&(&other.0, &other.1)));
        told
    }

    #[test]
    fn who_comes_back_is_seen_over_all_parts() {
        const BEN: u64 = 3 << GROUP_SHIFT;
        const EVE: u64 = u64::MAX;
        // Two covers of a broadcast on one date are the visits of one viewer, and a date without anybody is a date.
        let mut all = vec![
            vec![visit(BEN, "r1", "red", 1), visit(EVE, "r1", "blue", 1), visit(EVE, "r1", "red", 0)],
            vec![],
            vec![visit(7, "r2", "red", 1), visit(BEN, "r2", "blue", 1)],
        ];
        all.resize(9, vec![]);
        let days = follow(window(9), parts(all)).unwrap();
        let cell = |due, back| RevisitCell { entrants: 1, due: [due, 0], back: [back, 0] };
        assert_eq!(
            told(&days),
            [
                ("r1".to_owned(), "blue".to_owned(), 127, cell(1, 0)),
                ("r1".to_owned(), "red".to_owned(), 3, cell(1, 1)),
                ("r2".to_owned(), "blue".to_owned(), 3, cell(0, 0)),
                ("r2".to_owned(), "red".to_owned(), 0, cell(0, 0)),
            ]
        );
    }

    #[test]
    fn what_is_outside_of_the_window_is_passed_over_and_trouble_is_an_error() {
        let late = vec![(FIRST - 1.days(), vec![Ok(visit(1, "r1", "red", 1))].into_iter())];
        assert!(follow::<_, &str>(window(9), late).unwrap().revisits.is_empty());
        for broken in [vec![Err("damaged")], vec![Ok(visit(1, "r1", "red", 1)), Err("damaged")]] {
            let followed = follow(window(9), vec![(FIRST, broken.into_iter())]);
            assert_eq!(followed.err(), Some("damaged"));
        }
    }
}
