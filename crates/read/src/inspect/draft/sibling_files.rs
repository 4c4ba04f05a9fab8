//! The other files of a draft: the same export in other languages or versions, whose columns have other names.

use std::fmt::Write;

use super::{Sample, one_line};
use crate::inspect::Finding;
use crate::inspect::column_kind::ColumnKind;
use crate::inspect::family::are_kin;
use crate::inspect::interval_columns::IntervalColumns;
use crate::inspect::name::fold;

/// The files that a draft reads beside the first, and those that it cannot.
pub(super) struct SiblingFiles<'a> {
    alike: Vec<Sample<'a>>,
    /// Files that are left out, each with the reason.
    apart: Vec<(&'a str, &'static str)>,
}

impl<'a> SiblingFiles<'a> {
    /// Tells them apart. An export has one format, one style of numbers and one pattern of times.
    pub(super) fn of(first: Sample<'a>, others: &[Sample<'a>]) -> Self {
        let mut kin = Self { alike: Vec::new(), apart: Vec::new() };
        for other in others {
            match why_apart(first, *other) {
                None => kin.alike.push(*other),
                Some(why) => kin.apart.push((other.file, why)),
            }
        }
        kin
    }

    /// Every name that a column of the first file has over all files, its own first.
    pub(super) fn names(&self, first: &Finding, column: usize) -> Vec<String> {
        let own = &first.columns[column];
        let (mut names, folded) = (vec![own.name.clone()], fold(&own.raw));
        let position = first.columns[..column].iter().filter(|other| other.role == own.role).count();
        for other in &self.alike {
            let columns = &other.finding.columns;
            if columns.iter().any(|column| fold(&column.raw) == folded) {
                continue;
            }
            // Of several columns of one role the second is the second.
            let mut same = columns.iter().filter(|column| own.role.is_some() && column.role == own.role);
            if let Some(same) = same.nth(position).filter(|same| are_alike(&own.kind, &same.kind))
                && !names.iter().any(|known| fold(known) == fold(&same.name))
            {
                names.push(same.name.clone());
            }
        }
        names
    }

    /// What there is to say about the other files.
    pub(super) fn told(&self) -> String {
        let alike: Vec<String> = self.alike.iter().map(|sample| format!("`{}`", one_line(sample.file))).collect();
        let mut told = if alike.is_empty() {
            String::new()
        } else {
            format!("# With the names that columns have in {}.\n", alike.join(", "))
        };
        for (file, why) in &self.apart {
            let _ = writeln!(told, "# `{}` {why}: draft a file of its own from it.", one_line(file));
        }
        told
    }
}

fn why_apart(first: Sample<'_>, other: Sample<'_>) -> Option<&'static str> {
    let header = |finding: &Finding| finding.columns.iter().map(|column| fold(&column.raw)).collect::<Vec<_>>();
    let (one, two) = (first.finding, other.finding);
    match () {
        () if header(one) != header(two) && !are_kin(one, two) => Some("has other columns"),
        () if first.peek.format != other.peek.format => Some("is of another format"),
        () if first.peek.encoding != other.peek.encoding => Some("is encoded otherwise"),
        () if one.style != two.style => Some("writes its numbers otherwise"),
        () if one.header.descriptions != two.header.descriptions => Some("has other rows of descriptions"),
        () if !is_when_alike(one, two) => Some("writes its times otherwise"),
        () => None,
    }
}

/// Whether two tables say in the same way when their rows are.
fn is_when_alike(one: &Finding, other: &Finding) -> bool {
    let times = |finding: &Finding| -> Vec<ColumnKind> {
        let of = match finding.when {
            IntervalColumns::Span { start, time, .. } => std::iter::once(start).chain(time).collect(),
            IntervalColumns::Day { date, hour } => std::iter::once(date).chain(hour).collect(),
            IntervalColumns::Nowhere => Vec::new(),
        };
        of.into_iter().map(|index| finding.columns[index].kind.clone()).collect()
    };
    std::mem::discriminant(&one.when) == std::mem::discriminant(&other.when) && times(one) == times(other)
}

/// Whether two columns of one role hold the same kind of thing.
fn are_alike(one: &ColumnKind, other: &ColumnKind) -> bool {
    let is_count = |kind: &ColumnKind| kind.is_count() || *kind == ColumnKind::Empty;
    one == other
        || is_count(one) && is_count(other)
        || matches!((one, other), (ColumnKind::Id(_) | ColumnKind::Text, ColumnKind::Id(_) | ColumnKind::Text))
        || matches!(
            (one, other),
            (ColumnKind::Decimal | ColumnKind::Whole, ColumnKind::Decimal | ColumnKind::Whole)
        )
}
