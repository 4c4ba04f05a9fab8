//! An experiment whose file is gone: its last rows would go on saying what to put on air.

use bytes::Bytes;
use jiff::civil::Date;
use polars::prelude::*;

use crate::cells::same_text;
use crate::table::read;
use crate::{Rendered, ReportError, rendered};
use coverledger_core::model::{TableName, columns as c};

/// The tables of an experiment whose file is gone, from those that were published last: the same figures, no decision and
/// nothing to put on air.
///
/// # Errors
/// [`ReportError`] when a table is not what it should be, or cannot be written.
pub fn withdrawn(
    name: &str,
    published: &[(TableName, Bytes)],
    revision: u64,
) -> Result<Vec<(TableName, Rendered)>, ReportError> {
    let mut tables = Vec::new();
    for (table, bytes) in published {
        let failed = |source| ReportError { table: table.as_str(), source };
        let mut frame = read(*table, std::slice::from_ref(bytes)).map_err(failed)?;
        // What says so already goes on naming the last decision.
        if *table == TableName::Experiment && !is_withdrawn(&frame).map_err(failed)? {
            withdraw(name, &mut frame).map_err(failed)?;
        }
        let revision = i64::try_from(revision).unwrap_or(i64::MAX);
        let revisions = Column::new_scalar(c::REVISION.into(), Scalar::from(revision), frame.height());
        frame.with_column(revisions).map_err(failed)?;
        tables.push((*table, rendered(*table, Ok(frame))?));
    }
    Ok(tables)
}

const GONE: &str = "gone";

fn is_withdrawn(frame: &DataFrame) -> PolarsResult<bool> {
    Ok(frame.column(c::STATE)?.str()?.iter().all(|state| state == Some(GONE)))
}

fn withdraw(name: &str, frame: &mut DataFrame) -> PolarsResult<()> {
    let height = frame.height();
    let decisions: Vec<Option<String>> =
        frame.column(c::DECISION)?.str()?.iter().map(|decision| decision.map(str::to_owned)).collect();
    let as_of = crate::evidence::day::dates(frame, c::AS_OF)?;
    let last = |at: usize| -> [String; 2] {
        let day = as_of[at].unwrap_or(Date::MIN);
        match &decisions[at] {
            Some(word) => [
                format!(" Its last word, of {day}, was `{word}`."),
                format!("它最后一次（{day}）的结论是 `{word}`。"),
            ],
            None => [String::new(), String::new()],
        }
    };
    let reasons: Vec<[String; 2]> = (0..height)
        .map(|at| {
            let [en, zh] = last(at);
            [
                format!(
                    "The file `config/experiments/{name}.yaml` is gone, so nothing is decided any longer.{en}"
                ),
                format!("文件 `config/experiments/{name}.yaml` 已不存在，因此不再给出结论。{zh}"),
            ]
        })
        .collect();
    let column = |at: usize, name: &str| {
        Column::new(name.into(), reasons.iter().map(|both| both[at].clone()).collect::<Vec<_>>())
    };
    frame.with_column(column(0, c::REASON_EN))?;
    frame.with_column(column(1, c::REASON_ZH))?;
    frame.with_column(Column::full_null(c::DECISION.into(), height, &DataType::String))?;
    frame.with_column(Column::full_null(c::ON_AIR.into(), height, &DataType::String))?;
    frame.with_column(same_text(c::STATE, GONE, height))?;
    Ok(())
}
