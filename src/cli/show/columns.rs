//! Which columns of a table are shown, how, and what they are called.

use std::borrow::Cow;

use crate::cli::args::{Show, TableFormat};
use crate::cli::lang::Lang;
use crate::cli::near::near;
use crate::cli::rows::Column;
use crate::cli::{Failure, in_ticks};
use coverledger_core::model::{ColumnSpec, ColumnType, TableName, View, columns as c, heading_zh};

/// A column, and how people see it.
#[derive(Debug, Clone)]
pub(super) struct ShownColumn {
    /// Its name.
    pub(super) name: Cow<'static, str>,
    /// The column that says the same in the language of the reader, if there is one.
    pub(super) twin: Option<Cow<'static, str>>,
    pub(super) view: View,
    pub(super) of_type: ColumnType,
    /// What it is called.
    pub(super) heading: String,
}

/// The columns for people: those that were asked for, or those that answer the table's question.
pub(super) fn for_people(args: &Show) -> Result<Vec<ShownColumn>, Failure> {
    let all = args.table.spec().columns();
    let asked = asked(args, &all)?;
    let is_asked = asked.is_some();
    let shown = args.table.spec().shown;
    let chosen: Vec<(ColumnSpec, View)> = match asked {
        Some(asked) => asked.into_iter().map(|column| (column.clone(), view(args.table, &column, &all))).collect(),
        None => shown.iter().filter_map(|of| Some((find(&all, of.column)?.clone(), of.view))).collect(),
    };
    let columns = chosen.into_iter().map(|(column, view)| {
        let heading = heading(&column.name, args.lang);
        let heading = match view {
            View::Percent | View::PercentWithInterval => format!("{heading} %"),
            _ => heading.into_owned(),
        };
        // An English column that was asked for by its name stays.
        let twin = twin(&column.name, args.lang, &all).filter(|_| !(is_asked && column.name.ends_with(EN)));
        ShownColumn { twin, view, of_type: column.of_type, heading, name: column.name }
    });
    Ok(columns.collect())
}

/// The columns for programs, and what they are called there: by their names, but in a workbook, which people open, in their
/// language.
pub(super) fn for_programs(args: &Show) -> Result<(Vec<Column>, Vec<Column>), Failure> {
    let all = args.table.spec().columns();
    let asked = asked(args, &all)?;
    let is_for_people = args.form.output == TableFormat::Xlsx && args.lang == Lang::Zh;
    let mut chosen = asked.clone().unwrap_or_else(|| all.clone());
    if is_for_people && asked.is_none() {
        // What stands there in Chinese need not stand there in English.
        chosen.retain(|column| twin(&column.name, args.lang, &all).is_none());
    }
    let read: Vec<Column> = chosen.into_iter().map(Column::from).collect();
    let called = read.iter().map(|column| {
        let name = if is_for_people { heading(&column.name, args.lang) } else { column.name.clone() };
        Column { name, of_type: column.of_type }
    });
    let called = called.collect();
    Ok((read, called))
}

/// The columns that were named; `None` if none was.
fn asked(args: &Show, all: &[ColumnSpec]) -> Result<Option<Vec<ColumnSpec>>, Failure> {
    if args.columns.is_empty() {
        return Ok(None);
    }
    args.columns.iter().map(|name| named(args.table, all, name).cloned()).collect::<Result<_, _>>().map(Some)
}

/// The column of that name.
///
/// # Errors
/// There is none; the message has those that are like it.
pub(super) fn named<'c>(table: TableName, all: &'c [ColumnSpec], name: &str) -> Result<&'c ColumnSpec, Failure> {
    find(all, name.trim()).ok_or_else(|| {
        let like = near(all.iter().map(|column| &*column.name), name.trim());
        let hint = match like.as_slice() {
            [] => format!("`docs/FORMATS.md` has its {} columns", all.len()),
            like => format!("near: {}; `docs/FORMATS.md` has all {}", in_ticks(like), all.len()),
        };
        Failure::usage(format!("table `{table}` has no column `{}` ({hint})", name.trim()))
    })
}

fn find<'c>(all: &'c [ColumnSpec], name: &str) -> Option<&'c ColumnSpec> {
    all.iter().find(|column| column.name == name)
}

/// How the names of English and of Chinese columns end.
const EN: &str = "_en";
const ZH: &str = "_zh";

/// The column that says in Chinese what this one says in English.
fn twin(name: &str, lang: Lang, all: &[ColumnSpec]) -> Option<Cow<'static, str>> {
    if lang == Lang::En {
        return None;
    }
    let of = format!("{}{ZH}", name.strip_suffix(EN).unwrap_or(name));
    find(all, &of).map(|column| column.name.clone())
}

fn heading(name: &str, lang: Lang) -> Cow<'static, str> {
    lang.of(None, heading_zh(name)).unwrap_or_else(|| name.to_owned().into())
}

/// How a column is shown that is not among those of the table's question: by its type and its unit.
fn view(table: TableName, column: &ColumnSpec, all: &[ColumnSpec]) -> View {
    if let Some(shown) = table.spec().shown.iter().find(|shown| shown.column == column.name) {
        return shown.view;
    }
    let has_bounds = find(all, &c::low(&column.name)).is_some() && find(all, &c::high(&column.name)).is_some();
    let is_share = ["share", "probability"].contains(&&*column.unit);
    match column.of_type {
        ColumnType::Float if is_share && has_bounds => View::PercentWithInterval,
        ColumnType::Float if is_share => View::Percent,
        ColumnType::Float if column.unit == "ratio" && has_bounds => View::RatioWithInterval,
        ColumnType::Float => View::Short,
        ColumnType::Text if column.name == c::NOTE || column.name.ends_with(EN) || column.name.ends_with(ZH) => {
            View::Prose
        }
        _ => View::Plain,
    }
}
