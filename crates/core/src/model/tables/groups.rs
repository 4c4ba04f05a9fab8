//! Columns that several tables have, each group written once.

use super::ColumnSpec;
use super::column::{day, float, text, truth, whole};
use crate::model::{Count, RATES, Rate, columns as c};

pub(super) const NOT_KNOWN: &str = "not known";

pub(super) fn platform() -> ColumnSpec {
    text(c::PLATFORM, "the name of the file in `config/platforms/`")
}

pub(super) fn market() -> ColumnSpec {
    text(c::MARKET, "the market's name in `config/markets.yaml`")
}

pub(super) fn slot() -> ColumnSpec {
    text(
        c::SLOT,
        "the day-part by the market's wall clock; `all_day` for counts of which the export says no more than the day",
    )
}

pub(super) fn audience() -> ColumnSpec {
    text(
        c::AUDIENCE,
        "the mapped audience columns joined by ` / `, a missing one as `unknown`; `all` where none is mapped",
    )
}

pub(super) fn broadcast_id() -> ColumnSpec {
    text(c::BROADCAST_ID, "one live session in one room")
}

pub(super) fn cover_id() -> ColumnSpec {
    text(c::COVER_ID, "the picture shown in the feed; `unknown` where the log of covers has none for that time")
}

pub(super) fn contaminated() -> ColumnSpec {
    truth(
        c::CONTAMINATED,
        "whether the export's rows span more than this cover's time on air: part of the counts is another cover's",
    )
}

/// The first columns of every table of a market-day.
pub(super) fn market_day() -> Vec<ColumnSpec> {
    vec![
        platform(),
        market(),
        day(c::LOCAL_DATE, "the market's calendar day, or broadcast day where it sets `day_starts_at`"),
    ]
}

/// The first columns of every decision.
pub(super) fn decision() -> Vec<ColumnSpec> {
    vec![
        platform(),
        market(),
        day(c::AS_OF, "the last local date that was published when this was decided; in the path too"),
        day(
            c::SINCE,
            "the first local date that it stands on: of the window, or of the present conventions if they are younger",
        ),
        day(c::UNTIL, "the last local date that it stands on"),
    ]
}

/// What the counts of a table are sums of.
pub(super) struct Sums {
    /// What a null means.
    pub(super) null: &'static str,
    /// What a null in `_low` means.
    pub(super) null_low: &'static str,
    /// Of what it is the sum; `None` where the rows are not summed.
    pub(super) about: Option<&'static str>,
}

/// Every count with its bounds, and which of them were derived.
pub(super) fn counts(sums: &Sums) -> Vec<ColumnSpec> {
    let mut columns = bounded(Count::first(), sums);
    columns.push(
        text(
            c::DERIVED,
            "the counts of the row that were derived from a rate or read off a rounded number, joined by `, `",
        )
        .null("none"),
    );
    columns
}

/// The counts that were added later, with their bounds: the last columns of a table.
pub(super) fn later_counts(sums: &Sums) -> Vec<ColumnSpec> {
    bounded(Count::later(), sums)
}

fn bounded(counts: impl Iterator<Item = Count>, sums: &Sums) -> Vec<ColumnSpec> {
    let of = |count: Count| {
        let word = count.word();
        let low = format!(
            "the least it can be; `{word}` itself where it is exact, the sum of what is known where a part is not"
        );
        let high = format!("the most it can be; `{word}` itself where it is exact");
        [
            plain_count(count, sums),
            of_count(count, c::low(word), low).null(sums.null_low),
            of_count(count, c::high(word), high).null(sums.null),
        ]
    };
    counts.flat_map(of).collect()
}

/// Every count without its bounds.
pub(super) fn plain_counts(sums: &Sums) -> Vec<ColumnSpec> {
    Count::first().map(|count| plain_count(count, sums)).collect()
}

/// These counts without their bounds.
pub(super) fn chosen_counts(counts: &[Count], sums: &Sums) -> Vec<ColumnSpec> {
    counts.iter().map(|count| ColumnSpec { since: 1, ..plain_count(*count, sums) }).collect()
}

/// The counts that were added later, without their bounds: the last columns of a table.
pub(super) fn later_plain_counts(sums: &Sums) -> Vec<ColumnSpec> {
    Count::later().map(|count| plain_count(count, sums)).collect()
}

fn plain_count(count: Count, sums: &Sums) -> ColumnSpec {
    let about = sums.about.map_or_else(|| count.about().to_owned(), |sum| format!("{sum}: {}", count.about()));
    of_count(count, count.word().to_owned(), about).null(sums.null)
}

fn of_count(count: Count, name: String, about: String) -> ColumnSpec {
    let column = if count.is_time() { float(name, count.unit(), about) } else { whole(name, count.unit(), about) };
    column.since(count.since())
}

/// What tables of market-days say about how counts came about, behind the counts.
pub(super) fn prorated() -> Vec<ColumnSpec> {
    vec![
        whole(
            c::PRORATED_IMPRESSIONS,
            Count::Impressions.unit(),
            "what of `impressions` came from rows that had to be split between slots or days",
        )
        .null("`impressions` not known"),
        whole(c::PRORATED_ENTRIES, Count::Entries.unit(), "what of `entries` came from such rows")
            .null("`entries` not known"),
        float(
            c::DAY_MATCH,
            "share",
            "how much of the time of the export's rows lies in this local date: Σ seconds in it ÷ Σ seconds",
        )
        .null("the row has a slot"),
    ]
}

/// What tables of market-days did not have from the beginning.
pub(super) fn later() -> Vec<ColumnSpec> {
    vec![
        text(
            c::PARTLY_KNOWN,
            "the counts of the row of which only a part is known, and of how many rows of exports: \
             `clicks 316 of 317 rows`, joined by `, `; where no row of the day says a count, or it was not counted by \
             rows, its name alone",
        )
        .null("all is known that was said")
        .since(2),
        whole(
            c::ORPHAN_CLICKS,
            Count::Clicks.unit(),
            "of `clicks`, those of viewers who have no impression of the broadcast and cover on that day",
        )
        .null("it cannot be told, or was not counted here")
        .since(2),
    ]
}

/// How platforms count.
pub(super) fn conventions() -> Vec<ColumnSpec> {
    vec![
        text(c::IMPRESSION_BASIS, "`displays` or `viewers`: what the platform calls an impression"),
        text(c::CLICK_EVENT, "`cover_tap` or `room_entry`: what the platform calls a click"),
        text(c::UNIQUE_BASIS, "`first_touch`, `broadcast`, `day` or `row`: within what a viewer is counted once"),
        day(c::CONVENTION_SINCE, "the platform's day since which it counts as it did here")
            .null("the first that there is"),
    ]
}

/// Conventions, `provisional` and `revision` of a market-day.
pub(super) fn closing_of_day() -> Vec<ColumnSpec> {
    let mut columns = conventions();
    columns.push(truth(c::PROVISIONAL, "whether late exports may still change the row"));
    columns.push(whole(c::REVISION, "", "which revision of the market-day the row belongs to, from 1"));
    columns
}

/// The same of a decision.
pub(super) fn closing_of_decision() -> Vec<ColumnSpec> {
    let mut columns = conventions();
    columns.push(truth(c::PROVISIONAL, "whether late exports may still change any day of the window"));
    columns.push(whole(
        c::REVISION,
        "",
        "which revision of the decisions of that date the row belongs to, from 1",
    ));
    columns
}

/// A rate of counts.
pub(super) fn rate(rate: &Rate) -> ColumnSpec {
    let Rate { name, of, among, unit, may_exceed_one } = rate;
    let more = if *may_exceed_one { "; may exceed 1" } else { "" };
    float(*name, *unit, format!("`{}` ÷ `{}`{more}", of.word(), among.word())).null("no rate")
}

/// The two bounds of a rate.
pub(super) fn bounds(of: &str, kind: &str, null: &'static str) -> [ColumnSpec; 2] {
    [
        float(c::low(of), "share", format!("lower {kind}")).null(null),
        float(c::high(of), "share", format!("upper {kind}")).null(null),
    ]
}

/// Every rate with its Wilson interval, and the mean that has none.
pub(super) fn rates() -> Vec<ColumnSpec> {
    let bounded = |of: &Rate| {
        let [low, high] = bounds(of.name, "bound of the 95 % Wilson interval", "no interval");
        [rate(of), low, high]
    };
    let mut columns: Vec<ColumnSpec> = RATES.iter().flat_map(bounded).collect();
    columns.push(mean_dwell_seconds());
    columns
}

pub(super) fn mean_dwell_seconds() -> ColumnSpec {
    float(c::MEAN_DWELL_SECONDS, "seconds per entry", "`dwell_seconds` ÷ `entries`").null("no rate")
}
