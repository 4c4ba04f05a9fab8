//! The report of `check --sample` as JSON.

use serde_json::{Map, Value, json as object};

use super::word;
use crate::run::sample::{FirstRow, Seam, Trial, Tried, TriedDay, full_name};
use coverledger_config::Workspace;
use coverledger_core::model::{Bounds, Check};

const VERSION: u32 = 1;

/// The report, with the exit code of the command.
pub(super) fn json(workspace: &Workspace, trial: &Trial, code: u8) -> Value {
    object!({
        "version": VERSION,
        "files": trial.files.iter().map(|file| of_file(workspace, trial, file)).collect::<Vec<_>>(),
        "market_days": trial.days.iter().map(of_day).collect::<Vec<_>>(),
        "market_days_without_rows": trial.empty_days,
        "not_tried": trial.left_out,
        "without_job": trial.without_job.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "exit_code": code,
    })
}

fn of_file(workspace: &Workspace, trial: &Trial, file: &Tried) -> Value {
    let Tried { placed, read, first, .. } = file;
    let mut told = Map::new();
    let mut say = |key: &str, value: Value| drop(told.insert(key.to_owned(), value));
    say("file", placed.file.display().to_string().into());
    say("export", full_name(workspace, placed).into());
    say("path", placed.key.clone().into());
    match read {
        Err(why) => say("failure", why.clone().into()),
        Ok(read) => {
            let outcome = trial.report.exports.iter().find(|export| export.key == placed.key);
            say("records", read.rows_in.into());
            say("counted", outcome.map_or(read.taken, |export| export.rows.counted).into());
            say("duplicate", outcome.map_or(0, |export| export.rows.duplicate).into());
            say("ignored", read.ignored.into());
            say("rejected", read.rejected.into());
            let rejects = read.reasons.each().into_iter().map(
                |(reason, column, count)| object!({"reason": reason.word(), "column": column, "records": count}),
            );
            say("rejects", rejects.collect());
            say("checks", read.checks.iter().map(of_check).collect());
            say("gaps_and_overlaps", file.seams.iter().map(of_seam).collect());
            say("first_rows", first.iter().map(of_row).collect());
        }
    }
    Value::Object(told)
}

fn of_check(check: &Check) -> Value {
    let value = |bounds: Option<Bounds>| bounds.map(|bounds| bounds.value);
    object!({
        "metric": check.metric,
        "scope": check.scope.word(),
        "rows": check.rows,
        "rows_off": check.rows_off,
        "reported": value(check.reported),
        "recomputed": value(check.recomputed),
        "verdict": check.verdict.word(),
    })
}

fn of_seam(seam: &Seam) -> Value {
    object!({
        "kind": if seam.is_overlap { "overlap" } else { "gap" },
        "market": seam.market.as_str(),
        "broadcast": seam.broadcast,
        "from": seam.from.to_string(),
        "until": seam.until.to_string(),
        "covers": seam.covers,
        "records": seam.records,
    })
}

fn of_row(row: &FirstRow) -> Value {
    let counts: Map<String, Value> =
        row.counts.iter().map(|(count, value)| (count.word().to_owned(), object!(value))).collect();
    object!({
        "record": row.record,
        "market": row.market.as_str(),
        "from": row.from.to_string(),
        "until": row.until.map(|until| until.to_string()),
        "audience": row.audience,
        "broadcast": row.broadcast,
        "cover": row.cover,
        "counts": counts,
    })
}

fn of_day(day: &TriedDay) -> Value {
    object!({
        "platform": day.market_day.platform.as_str(),
        "market": day.market_day.market.as_str(),
        "local_date": day.market_day.local_date.to_string(),
        "outcome": word(day),
        "reason": day.end.reason(),
        "notes": day.end.notes(),
        "rows": day.rows,
        "totals": day.totals,
    })
}
