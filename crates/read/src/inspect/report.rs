//! The findings as text for people.

use std::fmt::Write;

use super::column_kind::ColumnKind;
use super::cover_log::LogClock;
use super::interval_columns::{IntervalColumns, IntervalEnd};
use super::number::Number;
use super::relation::{Proof, Relation};
use super::role::Role;
use super::text_page::{SHOWN, TextPage, clipped, first};
use super::total::Total;
use super::verdict::{Verdict, meaning, quotient};
use super::zone::{Candidate, ZoneVerdict};
use super::{Column, Finding, shown_columns};
use crate::export::{Peek, PeekFormat};
use coverledger_config::{Dialect, LineEnd};
use coverledger_core::model::legible;

/// Candidates for a zone that are listed.
const RUNNERS_UP: usize = 1;
/// Rates beside the cover's, and contradictions, that are told.
const OTHERS: usize = 3;
const CONTRADICTIONS: usize = 4;

/// The block of a file. `fold` is the width at which long lines are folded, for a screen.
#[must_use]
pub fn report(file: &str, peek: &Peek, findings: &[Finding], fold: Option<usize>) -> String {
    let mut page = TextPage { text: format!("{}\n", legible(file)), fold };
    page.line("format", &format(peek));
    let Some(foremost) = super::foremost(findings) else {
        page.line("", "it has no rows");
        return page.text;
    };
    table(&mut page, foremost, matches!(peek.format, PeekFormat::Delimited { .. } | PeekFormat::Xlsx));
    let others: Vec<String> = findings
        .iter()
        .filter(|finding| !std::ptr::eq(*finding, foremost))
        .map(|finding| {
            let name = finding.name.as_deref().unwrap_or_default();
            let known = finding.columns.iter().filter(|column| column.role.is_some()).count();
            let rows = counted(finding.rows, "row", "rows");
            format!("`{}`: {rows}, {known} of {} columns are known", clipped(name, SHOWN), finding.columns.len())
        })
        .collect();
    page.lines("other tables", &first(others, OTHERS, "`--output json` has them"));
    page.text
}

fn format(peek: &Peek) -> String {
    let mut text = match peek.format {
        PeekFormat::Delimited { dialect } => written(&dialect),
        PeekFormat::Ndjson => "one JSON object a line".to_owned(),
        PeekFormat::Json => "a JSON document".to_owned(),
        PeekFormat::Xlsx => "an Excel workbook".to_owned(),
        PeekFormat::Parquet => "Parquet".to_owned(),
    };
    for (what, value) in [("encoded as", peek.encoding), ("compressed with", peek.compression)] {
        if let Some(value) = value {
            let _ = write!(text, ", {what} {value}");
        }
    }
    if !peek.rival_encodings.is_empty() {
        let rivals = peek.rival_encodings.join(", ");
        let _ = write!(text, " (a guess from few letters; {rivals} would do as well)");
    }
    text
}

/// How delimited text is written, where it is not as usual.
fn written(dialect: &Dialect) -> String {
    let shown = legible(dialect.delimiter.as_str());
    let mut text = match dialect.delimiter.as_str() {
        "\t" => "text, separated by tabs".to_owned(),
        " " => "text, separated by spaces".to_owned(),
        _ => format!("text, separated by `{shown}`"),
    };
    match dialect.quote {
        Some(b'"') => {}
        Some(quote) => {
            let _ = write!(text, ", quoted by `{}`", char::from(quote));
        }
        None => text.push_str(", never quoted"),
    }
    if let Some(escape) = dialect.escape {
        let _ = write!(text, ", quotes escaped by `{}`", char::from(escape));
    }
    if dialect.line_end == LineEnd::Return {
        text.push_str(", lines ended by carriage returns");
    }
    text
}

fn table(page: &mut TextPage, finding: &Finding, has_lines: bool) {
    page.text.push('\n');
    if let Some(name) = &finding.name {
        page.line("table", &format!("`{name}`"));
    }
    let header = finding.header;
    let mut place = format!("line {}", header.row + 1);
    if header.row > 0 {
        let _ = write!(place, ", after {}", counted(header.row, "line of preamble", "lines of preamble"));
    }
    if header.descriptions > 0 {
        let _ = write!(place, ", and {} of descriptions below it", counted(header.descriptions, "line", "lines"));
    }
    if !header.is_there {
        "none: the first line looks like the rest; columns are told by their numbers (`header: none`)"
            .clone_into(&mut place);
    }
    // The first line is where anybody looks for it.
    if has_lines && (header.row > 0 || header.descriptions > 0 || !header.is_there) {
        page.line("header", &place);
    }
    let rows = counted(finding.rows, "row", "rows");
    page.line("rows", &if finding.is_cut { format!("the first {rows}; there are more") } else { rows });
    if finding.is_narrowed {
        page.line("", &format!("the first {} columns; there are more", finding.columns.len()));
    }
    let totals = finding.totals.iter().flat_map(|total| total_lines(finding, total)).collect::<Vec<_>>();
    page.lines("total", &first(totals, OTHERS, "`--output json` has all"));
    let style = if finding.style.decimal == ',' { "decimal comma (1.234,5)" } else { "decimal point (1,234.5)" };
    let shown = finding.style_example.as_ref().map(|example| format!(", as in `{}`", clipped(example, SHOWN)));
    // A point alone is what anybody expects.
    if finding.style.decimal == ',' || finding.style_example.as_ref().is_some_and(|example| example.contains(','))
    {
        page.line("numbers", &format!("{style}{}", shown.unwrap_or_default()));
    }
    if let Some((name, note)) = finding.looks_like {
        page.line("looks like", &format!("{name}: {note}"));
    }
    shown_columns::lines(page, &finding.columns);
    page.lines("time", &time(finding));
    if let Some(log) = super::cover_log::find(finding) {
        page.line("is", LOG);
        page.lines("clock", &log_clock(&super::cover_log::clock(finding, log)));
        return;
    }
    page.lines("clock", &clock(&finding.clock));
    page.lines("cover's rate", &verdict(finding));
    page.lines("other rates", &first(other_rates(finding), OTHERS, "`--output json` has all"));
    page.lines("not tried", &not_tried(finding));
    page.lines("contradictions", &first(doubts(finding), CONTRADICTIONS, "`--output json` has all"));
}

/// What a log of covers is.
const LOG: &str = "a log of covers: which one was on air in which broadcast; nothing is counted in it (`rows: covers`, beside the table that has the counts)";

fn log_clock(clock: &LogClock) -> Vec<String> {
    vec![match clock {
        LogClock::Own => "every time says its own offset, or is UTC".to_owned(),
        LogClock::Said(zone) if zone == "market" => "the header says: that of each row's market".to_owned(),
        LogClock::Said(zone) => format!("{zone}: the file says it"),
        LogClock::Unsaid => {
            "nothing says whose; name the columns `from (market time)`, or `from (Asia/Shanghai)`".to_owned()
        }
    }]
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn total_lines(finding: &Finding, total: &Total) -> Vec<String> {
    let place = if total.is_first { "first" } else { "last" };
    let compared = total.compare(&finding.columns);
    let equal = compared.iter().filter(|comparison| comparison.is_equal).count();
    let sign = clipped(&total.sign, SHOWN);
    let mut lines = vec![match compared.len() {
        0 => format!("{place} row (`{sign}`), without counts"),
        all if equal == all => {
            format!("{place} row (`{sign}`), the sum of the rows to the last unit in all {all} counts")
        }
        all => format!("{place} row (`{sign}`), the sum of the rows in {equal} of {all} counts"),
    }];
    for comparison in compared.iter().filter(|comparison| !comparison.is_equal) {
        let name = &finding.columns[comparison.column].name;
        let (total, sum) = (comparison.total, comparison.sum);
        let why = match () {
            () if finding.is_cut => "not all rows were looked at",
            () if comparison.is_unique && total < sum => "persons in several rows count once",
            () if total > sum && finding.rows >= 500 => "the platform cut the rows off",
            () if total > sum => "there is more than the rows show",
            () => "the rows show more than the total",
        };
        lines.push(format!("`{name}`: the total says {total}, the rows sum up to {sum} ({why})"));
    }
    lines
}

fn time(finding: &Finding) -> Vec<String> {
    let name = |index: usize| format!("`{}`", finding.columns[index].name);
    vec![match &finding.when {
        IntervalColumns::Nowhere => nowhere(finding),
        IntervalColumns::Day { date, hour: None } => {
            let unused = super::clock::unused(&finding.when, &finding.columns);
            let unused: Vec<String> =
                unused.into_iter().map(|index| format!("; {} is not used", name(index))).collect();
            format!("{}: a whole day; no slot can be told{}", name(*date), unused.concat())
        }
        IntervalColumns::Day { date, hour: Some(hour) } => {
            format!("{} and {}: an hour of a day", name(*date), name(*hour))
        }
        IntervalColumns::Span { start, time, end } => {
            let apart = |time: usize| format!("{} and {}", name(*start), name(time));
            let from = time.map_or_else(|| name(*start), apart);
            match end {
                IntervalEnd::Column(end) => format!("from {from} to {}", name(*end)),
                IntervalEnd::Length(length) => format!("from {from}, for {}", name(*length)),
                IntervalEnd::Grain(seconds) => format!("from {from}, each row {} long", span(*seconds)),
                IntervalEnd::Unknown => format!("from {from}; nothing says how long a row is"),
            }
        }
    }]
}

/// Also where there is a time, if it is that of a publication.
fn nowhere(finding: &Finding) -> String {
    let published = finding.columns.iter().find(|column| column.role == Some(Role::Published));
    let but =
        published.map(|column| format!(" (`{}` is when it was published, not when it was seen)", column.name));
    format!("no column says when{}: the path of the file has to", but.unwrap_or_default())
}

/// A grain as configuration has it.
pub(super) fn span(seconds: i64) -> String {
    match seconds {
        hours if hours % 3600 == 0 => format!("{}h", hours / 3600),
        minutes if minutes % 60 == 0 => format!("{}m", minutes / 60),
        seconds => format!("{seconds}s"),
    }
}

fn clock(clock: &ZoneVerdict) -> Vec<String> {
    match clock {
        ZoneVerdict::Certain { why } => vec![format!("UTC: {why}")],
        ZoneVerdict::Documented { zone: "market", why } => vec![format!("that of each row's market: {why}")],
        ZoneVerdict::Documented { zone, why } => vec![format!("{zone}: {why}")],
        ZoneVerdict::None => Vec::new(),
        ZoneVerdict::Unknown { ruled_out } => {
            let mut lines = vec![
                "cannot tell whose; give a known start of a broadcast (`--start 2026-11-20T12:00:00Z`)".to_owned(),
            ];
            lines.extend(not(ruled_out));
            lines
        }
        ZoneVerdict::Probably { candidates, possible, ruled_out } => {
            let told = |candidate: &Candidate| {
                format!("{}: {}", candidate.zones.join(" or "), candidate.evidence.join("; "))
            };
            let first = &candidates[0];
            let head = match () {
                () if first.sure.is_some() => told(first),
                // Where the audience is says nothing of whose clock a platform writes.
                () if first.score < super::zone::MORE_THAN_AUDIENCE => format!(
                    "cannot tell whose (perhaps {}); give a known start of a broadcast (`--start 2026-11-20T12:00:00Z`)",
                    told(first)
                ),
                () => format!("probably {}", told(first)),
            };
            let mut lines = vec![head];
            lines.extend(
                candidates.iter().skip(1).take(RUNNERS_UP).map(|candidate| format!("else {}", told(candidate))),
            );
            match possible.len() {
                0 => {}
                _ if first.score < super::zone::MORE_THAN_AUDIENCE => {}
                1..=3 => lines.push(format!("nothing speaks for or against {}", possible.join(", "))),
                many => lines.push(format!("nothing speaks for or against {many} other zones")),
            }
            lines.extend(not(ruled_out));
            lines
        }
    }
}

/// What is ruled out, the first of it with the reason.
fn not(ruled_out: &[String]) -> Vec<String> {
    let more = ruled_out.len().saturating_sub(RUNNERS_UP);
    let mut lines: Vec<String> = ruled_out.iter().take(RUNNERS_UP).map(|zone| format!("not {zone}")).collect();
    lines.extend((more > 0).then(|| format!("nor {more} other zones, for the same reason")));
    lines
}

pub(super) fn verdict(finding: &Finding) -> Vec<String> {
    let columns = &finding.columns;
    match &finding.verdict {
        Verdict::Proven { relation, .. } | Verdict::Fits { relation, .. } => {
            vec![equation(columns, &finding.relations[*relation])]
        }
        Verdict::Claimed { rate, click_is_entry } => {
            let click = if *click_is_entry { "entering the room is the click" } else { "clicks by times shown" };
            let mut lines = vec![format!(
                "`{}`, by its name only ({click}): the file has not both counts to prove it",
                columns[*rate].name
            )];
            lines.extend(spread(&columns[*rate].numbers).map(|spread| {
                format!("what is derived from it is known to ±{spread} or better in half of the rows")
            }));
            lines
        }
        Verdict::Computable { of, among, are_entries } => {
            let quotient = format!("{} ÷ {}", columns[*of].name, columns[*among].name);
            vec![if *are_entries {
                format!("no column reports it; {quotient} is it only if every entry comes by the cover")
            } else {
                format!("no column reports it; {quotient} gives it")
            }]
        }
        Verdict::None(why) => {
            let mut lines = vec!["NONE: this export yields no click rate of the cover".to_owned()];
            lines.extend(first(
                why.iter().map(|why| format!("- {why}")).collect(),
                OTHERS + 1,
                "`--output json` has all",
            ));
            lines
        }
    }
}

/// The median share by which rounding leaves a rate open.
fn spread(numbers: &[Option<Number>]) -> Option<String> {
    let there = numbers.iter().flatten().filter(|number| number.value > 0.0);
    let mut shares: Vec<f64> =
        there.map(|number| (number.high - number.low) / 2.0 / number.value * 100.0).collect();
    shares.sort_by(f64::total_cmp);
    shares.get(shares.len() / 2).map(|share| format!("{share:.2} %"))
}

/// `Tap-through rate` = Views ÷ Impressions (412 of 412 rows): the click is the room entry
pub(super) fn equation(columns: &[Column], relation: &Relation) -> String {
    let unit = if relation.is_percent && columns[relation.rate].kind != ColumnKind::Percent {
        ", in percent"
    } else {
        ""
    };
    let cut = if relation.is_cut_off { ", digits cut off" } else { "" };
    let sure = if relation.proof == Proof::Thin { "; too few rows to prove it" } else { "" };
    format!(
        "`{}` = {} ({} of {} rows{unit}{cut}{sure}): {}",
        columns[relation.rate].name,
        quotient(columns, relation),
        relation.fits,
        relation.rows,
        meaning(columns, relation)
    )
}

/// The contradictions, without those that the rates above tell already.
fn doubts(finding: &Finding) -> Vec<String> {
    let told = other_rates(finding);
    let is_told = |name: &str| told.iter().any(|line| line.starts_with(&format!("`{name}` = ")));
    let names = finding.columns.iter().filter(|column| is_told(&column.name));
    let heads: Vec<String> =
        names.map(|column| format!("`{}` sounds like the cover's rate", column.name)).collect();
    finding.doubts.iter().filter(|doubt| !heads.iter().any(|head| doubt.starts_with(head))).cloned().collect()
}

/// Ratios that may be quotients that nobody looked for.
fn not_tried(finding: &Finding) -> Vec<String> {
    if finding.untried.is_empty() {
        return Vec::new();
    }
    let all = finding.columns.iter().filter(|column| column.is_ratio()).count();
    let tried = all - finding.untried.len();
    let first: Vec<String> = finding
        .untried
        .iter()
        .take(2)
        .map(|index| format!("`{}`", clipped(&finding.columns[*index].name, SHOWN)))
        .collect();
    vec![format!(
        "too many columns to try all: {tried} of {all} ratios were tried by every two counts, those first whose names say a rate; not {} and so on (leave out columns that nobody needs)",
        first.join(", ")
    )]
}

fn other_rates(finding: &Finding) -> Vec<String> {
    let own = match finding.verdict {
        Verdict::Proven { relation, .. } | Verdict::Fits { relation, .. } => Some(relation),
        // They were told as reasons.
        Verdict::None(_) => return Vec::new(),
        Verdict::Claimed { .. } | Verdict::Computable { .. } => None,
    };
    let others = finding.relations.iter().enumerate();
    let others = others.filter(|(index, relation)| Some(*index) != own && relation.proof > Proof::Partly);
    let mut lines: Vec<String> = others.map(|(_, relation)| equation(&finding.columns, relation)).collect();
    lines.sort();
    lines
}
