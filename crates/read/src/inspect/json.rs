//! The findings as JSON for programs; `docs/FORMATS.md` describes it.

use serde_json::{Value, json};

use super::draft::Drafted;
use super::interval_columns::{IntervalColumns, IntervalEnd};
use super::relation::Proof;
use super::report::{equation, verdict};
use super::verdict::Verdict;
use super::zone::{Candidate, ZoneVerdict};
use super::{Column, Finding};
use crate::export::{Peek, PeekFormat};
use coverledger_config::{Dialect, LineEnd};

/// A file.
#[must_use]
pub fn as_json(file: &str, peek: &Peek, findings: &[Finding]) -> Value {
    let (format, dialect) = match peek.format {
        PeekFormat::Delimited { dialect } => ("delimited", Some(dialect)),
        PeekFormat::Ndjson => ("ndjson", None),
        PeekFormat::Json => ("json", None),
        PeekFormat::Xlsx => ("xlsx", None),
        PeekFormat::Parquet => ("parquet", None),
    };
    let letter = |byte: u8| char::from(byte).to_string();
    let line_end = |dialect: Dialect| match dialect.line_end {
        LineEnd::Newline => "newline",
        LineEnd::Return => "carriage_return",
    };
    json!({
        "file": file, "format": format, "delimiter": dialect.as_ref().map(|dialect| dialect.delimiter.as_str()),
        "quote": dialect.and_then(|dialect| dialect.quote).map(letter),
        "escape": dialect.and_then(|dialect| dialect.escape).map(letter),
        "line_end": dialect.map(line_end), "compression": peek.compression, "encoding": peek.encoding,
        "tables": findings.iter().map(table).collect::<Vec<_>>(),
    })
}

/// A draft.
#[must_use]
pub fn draft_as_json(path: &str, drafted: &Drafted) -> Value {
    json!({"path": path, "loads": drafted.to_decide.is_empty(), "to_decide": drafted.to_decide})
}

fn table(finding: &Finding) -> Value {
    let name = |index: usize| finding.columns[index].name.as_str();
    let totals = finding.totals.iter().map(|total| {
        let compared = total.compare(&finding.columns);
        let equal = compared.iter().filter(|comparison| comparison.is_equal).count();
        json!({"says": total.sign, "is_first": total.is_first, "counts": compared.len(), "equal": equal})
    });
    let rates = finding.relations.iter().filter(|relation| relation.proof > Proof::Partly).map(|relation| {
        json!({
            "rate": name(relation.rate), "of": name(relation.of), "among": name(relation.among),
            "is_percent": relation.is_percent, "fits": relation.fits, "rows": relation.rows,
            "is_proven": relation.proof == Proof::Proven, "text": equation(&finding.columns, relation),
        })
    });
    let cover_rate = match &finding.verdict {
        Verdict::Proven { .. } => "proven",
        Verdict::Fits { .. } => "fits",
        Verdict::Claimed { .. } => "claimed",
        Verdict::Computable { .. } => "computable",
        Verdict::None(_) => "none",
    };
    json!({
        "name": finding.name,
        "header": finding.header.is_there.then(|| json!({"line": finding.header.row + 1, "descriptions": finding.header.descriptions})),
        "rows": finding.rows,
        "is_cut": finding.is_cut,
        "is_narrowed": finding.is_narrowed,
        "decimal": finding.style.decimal,
        "looks_like": finding.looks_like.map(|(platform, _)| platform),
        "columns": finding.columns.iter().map(column).collect::<Vec<_>>(),
        "totals": totals.collect::<Vec<_>>(),
        "time": time(finding),
        "dates": finding.dates.map(|(first, last)| json!({"first": first.to_string(), "last": last.to_string()})),
        "clock": clock(&finding.clock),
        "cover_rate": {"verdict": cover_rate, "text": verdict(finding)},
        "rates": rates.collect::<Vec<_>>(),
        "rates_not_tried": finding.untried.iter().map(|index| name(*index)).collect::<Vec<_>>(),
        "contradictions": finding.doubts,
    })
}

fn column(column: &Column) -> Value {
    json!({
        "name": column.name, "kind": column.kind.word(), "role": column.role.map(super::role::Role::word),
        "sample": column.sample, "empty": column.empty,
    })
}

fn time(finding: &Finding) -> Value {
    let name = |index: usize| finding.columns[index].name.as_str();
    match finding.when {
        IntervalColumns::Span { start, time, end } => {
            let mut said = match end {
                IntervalEnd::Column(end) => json!({"start": name(start), "end": name(end)}),
                IntervalEnd::Length(length) => json!({"start": name(start), "length": name(length)}),
                IntervalEnd::Grain(seconds) => json!({"start": name(start), "grain_seconds": seconds}),
                IntervalEnd::Unknown => json!({"start": name(start)}),
            };
            if let Some(time) = time {
                said["time"] = json!(name(time));
            }
            said
        }
        IntervalColumns::Day { date, hour } => json!({"date": name(date), "hour": hour.map(name)}),
        IntervalColumns::Nowhere => Value::Null,
    }
}

fn clock(clock: &ZoneVerdict) -> Value {
    match clock {
        ZoneVerdict::Certain { why } => json!({"verdict": "certain", "zone": "UTC", "why": [why]}),
        ZoneVerdict::Documented { zone, why } => json!({"verdict": "stated", "zone": zone, "why": [why]}),
        ZoneVerdict::Probably { candidates, .. } => {
            let first = &candidates[0];
            let others: Vec<&String> = candidates[1..].iter().flat_map(|other: &Candidate| &other.zones).collect();
            let verdict = match () {
                () if first.sure.is_some() => "stated",
                () if first.score < super::zone::MORE_THAN_AUDIENCE => "unknown",
                () => "probably",
            };
            json!({
                "verdict": verdict, "zone": first.sure, "candidates": first.zones, "others": others, "why": first.evidence,
            })
        }
        ZoneVerdict::Unknown { .. } => json!({"verdict": "unknown", "zone": null}),
        ZoneVerdict::None => Value::Null,
    }
}
