//! The morning brief of a date: what is advised, what became of advice, and the page that says it.

use super::column::{day, float, instant, text, truth, wall_time, whole};
use super::groups::{market, platform, slot};
use super::shown::{falling, interval, percent, plain, prose, rising};
use super::{ColumnSpec, TableFamily, TableSpec};
use crate::model::columns as c;

/// Version of the numbers of these tables, and of the page.
pub(super) const BRIEF: u32 = 1;

fn as_of() -> ColumnSpec {
    day(c::AS_OF, "the last local date that was published anywhere when this was made; in the path too")
}

pub(super) const ADVICE: TableSpec = TableSpec {
    name: "advice",
    family: TableFamily::Brief,
    is_optional: false,
    question: "What goes on air next, where and when, and why?",
    key: &[c::AS_OF, c::PLATFORM, c::MARKET],
    sorted_by: "platform and market",
    shown: &[
        plain(c::AS_OF),
        plain(c::MARKET),
        plain(c::PLATFORM),
        plain(c::ACTION),
        plain(c::COVER_ID),
        plain(c::SLOT_START_HOME),
        interval(c::CHANGE),
        plain(c::SURENESS),
        prose(c::REASON_EN),
        plain(c::INSTEAD_OF),
        plain(c::TEST_AGAINST),
        plain(c::SLOT),
        percent(c::PROBABILITY),
        plain(c::STATE),
        plain(c::DATA_UNTIL),
        plain(c::AVOID),
    ],
    shown_by: &[falling(c::AS_OF), rising(c::SLOT_START_HOME)],
    columns: || [vec![as_of(), platform(), market()], freshness(), airtime(), evidence()].concat(),
};

/// How fresh what is known of the place is.
fn freshness() -> Vec<ColumnSpec> {
    let nothing = "nothing is missing";
    vec![
        text(
            c::STATE,
            "`fresh`: every local date that is over is published; `late`: some are not there yet; `held`: some are held back; \
             `failed`: some could not be read; `nothing`: none was ever published",
        ),
        day(c::DATA_UNTIL, "the last local date that is published of the place").null("none is"),
        day(c::OVER_UNTIL, "the last local date that was over when this was made"),
        whole(c::MISSING_DAYS, "local dates", "local dates that are over and not published"),
        whole(c::PROVISIONAL_DAYS, "local dates", "local dates of the window that late exports may still change"),
        day(c::FINAL_BY, "when the last of them is final, on the team's own clock").null("none is provisional"),
        text(c::LACK_EN, "what is missing and why, in English").null(nothing),
        text(c::LACK_ZH, "the same in Chinese").null(nothing),
    ]
}

/// What goes on air, and when.
fn airtime() -> Vec<ColumnSpec> {
    let no_slot = "no slot is known";
    let note = "clocks are set as a week before and a week later";
    vec![
        text(c::ACTION, "what to do, one of the words below"),
        text(c::COVER_ID, "the cover that goes on air, or stays")
            .null("`action` is `no_data`, or of `follow_plan` another cover was on air"),
        text(c::INSTEAD_OF, "the cover that goes off air").null("none does, or none is known"),
        text(c::TEST_AGAINST, "the cover that is to be tested against `cover_id`").null("`action` is not `test`"),
        ColumnSpec { about: "the best slot of `slot_plan` over all audiences".into(), ..slot() }.null(no_slot),
        instant(c::SLOT_START_UTC, "its first instant, the next after now").null(no_slot),
        instant(c::SLOT_END_UTC, "the first instant after it").null(no_slot),
        wall_time(c::SLOT_START_LOCAL, "when it begins, on the market's clock").null(no_slot),
        wall_time(c::SLOT_END_LOCAL, "when it ends there").null(no_slot),
        wall_time(c::SLOT_START_HOME, "when it begins, on the clock of `home_timezone`").null(no_slot),
        wall_time(c::SLOT_END_HOME, "when it ends there").null(no_slot),
        text(c::HOME_TIMEZONE, "`home_timezone` of `archive.yaml`"),
        text(
            c::CLOCK_NOTE_EN,
            "how far the hour at home is another one than a week before, or will be a week later, in English",
        )
        .null(note),
        text(c::CLOCK_NOTE_ZH, "the same in Chinese").null(note),
    ]
}

/// What it rests on.
fn evidence() -> Vec<ColumnSpec> {
    let nothing = "nothing to tell it by";
    let mut columns = vec![
        text(c::EXPERIMENT, "the experiment that it rests on").null("none"),
        text(c::METRIC, "which rate `rate` and `against_rate` are: `effective_ctr`, `ctr` or `stay_rate`")
            .null(nothing),
    ];
    columns.extend(bounded(
        c::RATE,
        "share",
        "the rate of the cover that is better, lost, or is to be tested; of `keep` of the one on air",
        nothing,
    ));
    columns.extend(bounded(c::AGAINST_RATE, "share", "the rate of the cover that it is held against", nothing));
    columns.extend(bounded(
        c::CHANGE,
        "ratio − 1",
        "of an experiment its `effect`, or what is lost of what it guards; else `ratio` of `cover_pair` − 1",
        nothing,
    ));
    columns.extend([
        float(c::PROBABILITY, "probability", "`probability_best` of the experiment, or `probability` of `cover_pair`").null(nothing),
        text(
            c::SURENESS,
            "`proven`: lots were drawn, and the interval excludes nothing; `likely`: 0.9 or more, and no lots; `open`: less; `unknown`",
        ),
        truth(c::RANDOMIZED, "whether lots were drawn").null("there is nothing to tell it of"),
        text(c::AVOID, "covers that are not to be used here, joined by a space").null("none"),
        text(c::REASON_EN, "why, in English; covers are named by their ids"),
        text(c::REASON_ZH, "why, in Chinese"),
        truth(c::PROVISIONAL, "whether late exports may still change any day that it stands on"),
        revision(),
    ]);
    columns
}

/// A number with its bounds.
fn bounded(name: &'static str, unit: &'static str, about: &'static str, null: &'static str) -> [ColumnSpec; 3] {
    let bound = |name: String, about: String| float(name, unit, about).null("no interval");
    [
        float(name, unit, about).null(null),
        bound(c::low(name), format!("what holds `{name}`: the lower end")),
        bound(c::high(name), "the upper end".to_owned()),
    ]
}

pub(super) const ADVICE_LOG: TableSpec = TableSpec {
    name: "advice_log",
    family: TableFamily::Brief,
    is_optional: false,
    question: "What was advised before, and did it pay?",
    key: &[c::AS_OF, c::PLATFORM, c::MARKET, c::ADVISED_ON],
    sorted_by: "`advised_on`, the newest first, then platform and market",
    shown: &[
        plain(c::AS_OF),
        plain(c::ADVISED_ON),
        plain(c::MARKET),
        plain(c::PLATFORM),
        plain(c::ACTION),
        plain(c::COVER_ID),
        plain(c::OUTCOME),
        interval(c::SINCE),
        prose(c::REASON_EN),
        interval(c::EXPECTED_CHANGE),
        plain(c::INSTEAD_OF),
    ],
    shown_by: &[falling(c::AS_OF), falling(c::ADVISED_ON)],
    columns: || [vec![as_of(), platform(), market()], advised(), became()].concat(),
};

/// What was advised.
fn advised() -> Vec<ColumnSpec> {
    let mut columns = vec![
        day(
            c::ADVISED_ON,
            "the date of the first brief that advised it, or the date before the advised night where that is earlier",
        ),
        day(
            c::ADVISED_UNTIL,
            "the date of the last one: the same advice, with no other between and a week at most, is one row",
        ),
        text(
            c::ACTION,
            "`action` of `advice`: `change`, `take_off`, `try` or `test`; nothing else is looked at afterwards",
        ),
        text(c::COVER_ID, "the cover that was to be put on air; of `test` beside `instead_of`")
            .null("none was named"),
        text(c::INSTEAD_OF, "the cover that was to go off air; of `test` the one that was to be kept")
            .null("none was known"),
        text(c::EXPERIMENT, "the experiment that it rested on").null("none"),
        text(c::SURENESS, "`sureness` of `advice`"),
        text(c::METRIC, "which rate is looked at").null(
            "of `take_off` and `try` no rate tells; else `effective_ctr`, or `ctr` where no entrants are known",
        ),
    ];
    columns.extend(bounded(
        c::EXPECTED_CHANGE,
        "ratio − 1",
        "`change` of the first advice",
        "nothing to tell it by, or `action` is `take_off`",
    ));
    columns
}

/// What became of it.
fn became() -> Vec<ColumnSpec> {
    let not_aired = "it was not on air since";
    let mut columns = vec![
        text(
            c::OUTCOME,
            "`paid`: it was followed, and all that `since` holds lies above 0; `did_not_pay`: below; `too_early`: neither; \
             `not_followed`: the cover was not on air since; `nothing_since`: nothing is known of the night",
        ),
        day(c::FIRST_AIRED, "the first local date after `advised_on` with the cover on air").null(not_aired),
        whole(c::BROADCASTS_BEFORE, "broadcasts", "broadcasts of the window with `instead_of`, or any other cover where that is null, before `first_aired`")
            .null(not_aired),
        whole(c::BROADCASTS_SINCE, "broadcasts", "broadcasts with the cover from then on").null(not_aired),
        float(c::RATE_BEFORE, "share", "the rate of these broadcasts before").null("there were none"),
        float(c::RATE_SINCE, "share", "the rate of those since").null("there were none"),
    ];
    columns.extend(bounded(
        c::SINCE,
        "ratio − 1",
        "`rate_since` ÷ `rate_before` − 1; its interval is a delete-one jackknife over broadcasts, in logarithms, of eight or more. \
         Before and after differ in more than the cover",
        "nothing before, or nothing since",
    ));
    columns.extend([
        text(c::REASON_EN, "the same in words, in English"),
        text(c::REASON_ZH, "in Chinese"),
        revision(),
    ]);
    columns
}

fn revision() -> ColumnSpec {
    whole(c::REVISION, "", "which revision of the brief of that date the row belongs to, from 1")
}

/// The page. It is published like a table, and it has no rows.
pub(super) const PAGE: TableSpec = TableSpec {
    name: "brief",
    family: TableFamily::Brief,
    is_optional: false,
    question: "What should everybody know this morning?",
    key: &[],
    sorted_by: "",
    shown: &[],
    shown_by: &[],
    columns: Vec::new,
};
