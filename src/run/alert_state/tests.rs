//! Nights in a row, and what a channel hears of them.

use jiff::civil::date;

use super::*;
use coverledger_archive::State;
use coverledger_core::model::{MarketId, PlatformId};

const HOUR: i64 = 3600;

fn day(number: i8) -> MarketDay {
    MarketDay {
        platform: PlatformId::new("youtube"),
        market: MarketId::new("JP"),
        local_date: date(2026, 11, number),
    }
}

fn held(reason: &str) -> Disposition {
    Disposition::Held { reason: reason.to_owned() }
}

fn failed() -> Disposition {
    Disposition::Failed { reason: "it is broken".to_owned() }
}

fn published() -> Disposition {
    Disposition::Published { revision: 2, state: State::Final, notes: Vec::new() }
}

fn waiting() -> Disposition {
    Disposition::Waiting {
        missing: vec!["a.csv".to_owned()],
        incomplete: Vec::new(),
        since: Timestamp::UNIX_EPOCH,
    }
}

/// Each day ends at midnight UTC.
fn report(days: &[(i8, Disposition)]) -> RunReport {
    let end = |number: i8| date(2026, 11, number + 1).to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp();
    RunReport {
        days: days.iter().map(|(number, disposition)| (day(*number), disposition.clone())).collect(),
        ends: days.iter().map(|(number, _)| (day(*number), end(*number))).collect(),
        ..RunReport::default()
    }
}

/// A channel that wants some topics, and takes messages or not; what it heard and what is recorded.
struct Channel {
    wants: Vec<Topic>,
    takes: bool,
    record: RunRecord,
}

impl Channel {
    fn of_all() -> Self {
        let record = RunRecord::new("nightly", "a", Timestamp::UNIX_EPOCH);
        Self { wants: vec![Topic::Failed, Topic::Held, Topic::Late, Topic::Recovered], takes: true, record }
    }

    /// What it is told after such a run: topic, and days (0: the run itself).
    fn hears(&mut self, days: &[(i8, Disposition)]) -> Vec<(Topic, Vec<i8>)> {
        let state = AlertState::after(
            &report(days),
            "2026-11-22T12:00:00Z".parse().unwrap(),
            36 * HOUR,
            Some(&self.record),
        );
        self.goes_on(state)
    }

    fn goes_on(&mut self, state: AlertState) -> Vec<(Topic, Vec<i8>)> {
        let told = self.record.told.remove("ops").unwrap_or_default();
        let wants = |topic: Topic| self.wants.contains(&topic);
        let changes = state.changes(&told, wants);
        let took = |topic: Topic| self.takes && changes.iter().any(|change| change.topic == topic);
        let told = state.notified(&told, wants, took);
        self.record.told.insert("ops".to_owned(), told);
        self.record.troubles = state.troubles;
        let number = |subject: &Subject| subject.as_ref().map_or(0, |day| day.local_date.day());
        changes
            .iter()
            .map(|change| (change.topic, change.items.iter().map(|(s, _)| number(s)).collect()))
            .collect()
    }

    fn told(&self) -> usize {
        self.record.told["ops"].len()
    }
}

#[test]
fn each_trouble_is_told_once_and_its_end_once() {
    let mut ops = Channel::of_all();
    let bad = [(18, failed()), (19, held("less than before")), (20, waiting()), (21, waiting())];
    // The 20th has waited for 36 hours, the 21st for 12.
    let first = [(Topic::Failed, vec![18]), (Topic::Held, vec![19]), (Topic::Late, vec![20])];
    assert_eq!(ops.hears(&bad), first);
    assert_eq!(ops.hears(&bad), []);
    assert_eq!(ops.record.troubles.len(), 3);
    let well = [(18, published()), (19, published()), (20, waiting()), (21, published())];
    assert_eq!(ops.hears(&well), [(Topic::Recovered, vec![18, 19])]);
    assert_eq!(ops.hears(&well), []);
    assert_eq!((ops.told(), ops.record.troubles.len()), (1, 1));
}

#[test]
fn another_reason_is_no_news_and_another_topic_is() {
    let mut ops = Channel::of_all();
    assert_eq!(ops.hears(&[(20, held("a"))]), [(Topic::Held, vec![20])]);
    assert_eq!(ops.hears(&[(20, held("b"))]), []);
    assert_eq!(ops.hears(&[(20, waiting())]), [(Topic::Late, vec![20])]);
    assert_eq!(ops.hears(&[(20, held("c"))]), [(Topic::Held, vec![20])]);
    assert_eq!(ops.hears(&[(20, published())]), [(Topic::Recovered, vec![20])]);
    assert_eq!(ops.told(), 0);
}

#[test]
fn what_leaves_the_look_back_is_dropped_without_a_word() {
    let mut ops = Channel::of_all();
    ops.hears(&[(19, failed()), (20, failed())]);
    assert_eq!(ops.hears(&[(20, failed())]), []);
    assert_eq!((ops.told(), ops.record.troubles.len()), (1, 1));
}

#[test]
fn what_a_run_did_not_come_to_is_as_it_was() {
    let mut ops = Channel::of_all();
    ops.hears(&[(19, failed()), (20, held("a"))]);
    let elsewhere = Disposition::Elsewhere { by: "another".to_owned() };
    assert_eq!(ops.hears(&[(19, Disposition::Stopped), (20, elsewhere)]), []);
    assert_eq!((ops.told(), ops.record.troubles.len()), (2, 2));
    assert_eq!(ops.hears(&[(19, published()), (20, published())]), [(Topic::Recovered, vec![19, 20])]);
}

#[test]
fn a_day_that_is_waited_for_again_is_not_well_yet() {
    let mut ops = Channel::of_all();
    ops.hears(&[(21, failed())]);
    assert_eq!(ops.hears(&[(21, waiting())]), []);
    assert_eq!(ops.hears(&[(21, published())]), [(Topic::Recovered, vec![21])]);
}

#[test]
fn a_channel_that_took_nothing_is_told_again() {
    let mut ops = Channel { takes: false, ..Channel::of_all() };
    assert_eq!(ops.hears(&[(19, failed())]), [(Topic::Failed, vec![19])]);
    ops.takes = true;
    assert_eq!(ops.hears(&[(19, failed())]), [(Topic::Failed, vec![19])]);
    ops.takes = false;
    assert_eq!(ops.hears(&[(19, published())]), [(Topic::Recovered, vec![19])]);
    assert_eq!(ops.hears(&[(19, published())]), [(Topic::Recovered, vec![19])]);
    ops.takes = true;
    assert_eq!(ops.hears(&[(19, published())]), [(Topic::Recovered, vec![19])]);
    assert_eq!(ops.hears(&[(19, published())]), []);
}

#[test]
fn a_channel_is_told_only_what_it_wants() {
    let mut ops = Channel { wants: vec![Topic::Late], ..Channel::of_all() };
    assert_eq!(ops.hears(&[(19, failed()), (20, waiting())]), [(Topic::Late, vec![20])]);
    assert_eq!(ops.hears(&[(19, published()), (20, published())]), []);
    assert_eq!(ops.told(), 0);
}

#[test]
fn a_dead_run_is_told_once_changes_nothing_else_and_ends_with_one_that_goes_through() {
    let mut ops = Channel::of_all();
    ops.hears(&[(19, failed())]);
    let dead = |ops: &mut Channel| {
        let state = AlertState::of_dead_run("it hung", Some(&ops.record));
        ops.goes_on(state)
    };
    assert_eq!(dead(&mut ops), [(Topic::Failed, vec![0])]);
    assert_eq!(dead(&mut ops), []);
    assert_eq!((ops.told(), ops.record.troubles.len()), (2, 2));
    assert_eq!(ops.hears(&[(19, Disposition::Stopped)]), [], "a run that was stopped did not go through");
    assert_eq!(ops.hears(&[(19, failed())]), [(Topic::Recovered, vec![0])]);
    assert_eq!(ops.told(), 1);
}
