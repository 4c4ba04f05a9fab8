//! Which column is the cover's rate: proven by arithmetic, claimed by a header, or none, and why.

use super::column::Column;
use super::relation::{Proof, Relation};
use super::role::Role;
use coverledger_core::model::Count;

/// What is known of the cover's rate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Arithmetic shows that a column is clicks or entries by impressions of the cover.
    Proven {
        /// Index into the relations.
        relation: usize,
        /// Whether the click is the entry into the room.
        click_is_entry: bool,
    },
    /// Arithmetic fits, but too few rows say so.
    Fits {
        /// Index into the relations.
        relation: usize,
        /// Whether the click is the entry into the room.
        click_is_entry: bool,
    },
    /// A column says so, and the file has not what it takes to prove it.
    Claimed {
        /// The column.
        rate: usize,
        /// Whether the click is the entry into the room.
        click_is_entry: bool,
    },
    /// No column reports it, but the counts for it are there.
    Computable {
        /// Clicks, or entries where entering is the click.
        of: usize,
        /// Impressions.
        among: usize,
        /// Whether these are entries, which may come another way than by the cover.
        are_entries: bool,
    },
    /// The file yields no rate of the cover, for these reasons.
    None(Vec<String>),
}

/// Weighs the relations; `untried` are ratios that may have others.
pub(super) fn weigh(columns: &[Column], relations: &[Relation], untried: &[usize]) -> Verdict {
    let role = |index: usize| columns[index].role;
    let is_shown =
        |index: usize| matches!(role(index), Some(Role::Count(Count::Impressions | Count::UniqueImpressions)));
    let is_click = |index: usize| matches!(role(index), Some(Role::Count(Count::Clicks | Count::Clickers)));
    let is_entry = |index: usize| matches!(role(index), Some(Role::Count(Count::Entries | Count::Entrants)));
    let fitting = |proof: Proof, wanted: &dyn Fn(usize) -> bool| {
        let is_it =
            |relation: &Relation| relation.proof == proof && is_shown(relation.among) && wanted(relation.of);
        relations.iter().position(is_it)
    };
    // Persons by persons and times by times; the one with times is the rate that goes with displays.
    let best = |proof: Proof| {
        let entry = || fitting(proof, &|of| role(of) == Some(Role::Count(Count::Entries)));
        let entry = || entry().or_else(|| fitting(proof, &is_entry));
        let click = fitting(proof, &is_click).map(|relation| (relation, false));
        click.or_else(|| entry().map(|relation| (relation, true)))
    };
    let claimed =
        |wanted: Role| columns.iter().position(|column| column.role == Some(wanted) && column.is_ratio());
    let is_refuted =
        |rate: usize| relations.iter().any(|relation| relation.rate == rate && relation.proof == Proof::Proven);
    if let Some((relation, click_is_entry)) = best(Proof::Proven) {
        return Verdict::Proven { relation, click_is_entry };
    }
    if let Some((relation, click_is_entry)) = best(Proof::Thin) {
        return Verdict::Fits { relation, click_is_entry };
    }
    if let Some(rate) = claimed(Role::CoverRate).filter(|rate| !is_refuted(*rate)) {
        return Verdict::Claimed { rate, click_is_entry: false };
    }
    if let Some(rate) = claimed(Role::EntryRate).filter(|rate| !is_refuted(*rate)) {
        return Verdict::Claimed { rate, click_is_entry: true };
    }
    let column = |wanted: &dyn Fn(usize) -> bool| {
        (0..columns.len()).find(|index| wanted(*index) && columns[*index].is_count())
    };
    let (shown, click) = (column(&is_shown), column(&is_click).or_else(|| column(&is_entry)));
    if let (Some(among), Some(of)) = (shown, click) {
        return Verdict::Computable { of, among, are_entries: !is_click(of) };
    }
    Verdict::None(reasons(columns, relations, untried, [shown, click]))
}

/// Why there is no cover rate.
fn reasons(
    columns: &[Column],
    relations: &[Relation],
    untried: &[usize],
    [shown, click]: [Option<usize>; 2],
) -> Vec<String> {
    let mut why: Vec<String> = Vec::new();
    for (index, column) in columns.iter().enumerate().filter(|(_, column)| column.is_ratio()) {
        let of = relations.iter().find(|relation| relation.rate == index && relation.proof > Proof::Partly);
        match of {
            Some(relation) => why.push(format!(
                "`{}` = {} ({} of {} rows): {}",
                column.name,
                quotient(columns, relation),
                relation.fits,
                relation.rows,
                meaning(columns, relation)
            )),
            None if column.role.is_some_and(Role::is_rate) && !untried.contains(&index) => {
                why.push(format!(
                    "`{}`: no two counts of the file give it, so nothing says of what it is",
                    column.name
                ));
            }
            None => {}
        }
    }
    match (shown, click) {
        (None, None) => {
            why.push(
                "no column counts how often the cover was shown, and none clicks on it or entries".to_owned(),
            );
        }
        (None, Some(_)) => why.push("no column counts how often the cover was shown".to_owned()),
        (Some(_), _) => why.push("no column counts clicks on the cover or entries into the room".to_owned()),
    }
    why
}

/// `Views ÷ Impressions`.
pub(super) fn quotient(columns: &[Column], relation: &Relation) -> String {
    format!("{} ÷ {}", columns[relation.of].name, columns[relation.among].name)
}

/// What a ratio means for the cover.
pub(super) fn meaning(columns: &[Column], relation: &Relation) -> &'static str {
    let (of, among) = (columns[relation.of].role, columns[relation.among].role);
    let is_inside = matches!(among, Some(Role::Count(Count::Entries | Count::Entrants)));
    match (of, among) {
        (
            Some(Role::Count(Count::Clicks | Count::Clickers)),
            Some(Role::Count(Count::Impressions | Count::UniqueImpressions)),
        ) => "clicks on the cover by times it was shown",
        (
            Some(Role::Count(Count::Entries | Count::Entrants)),
            Some(Role::Count(Count::Impressions | Count::UniqueImpressions)),
        ) => "the click is the room entry",
        (Some(Role::ProductClicks), _) if is_inside => {
            "what people tap once they are in the room: NOT the cover's rate"
        }
        (_, Some(Role::ProductImpressions)) => "a rate of products shown in the room: NOT the cover's rate",
        _ if is_inside => "a rate among people who are in the room already: NOT the cover's rate",
        (None, Some(Role::Count(Count::Impressions | Count::UniqueImpressions))) => {
            "by times the cover was shown; its name does not tell whether it counts clicks on the cover"
        }
        (_, Some(Role::Count(Count::Impressions | Count::UniqueImpressions))) => {
            "by times the cover was shown, but not of clicks on it or entries"
        }
        (_, None) => {
            "whether it is the cover's depends on what the second of them counts, which its name does not say"
        }
        _ => "NOT the cover's rate",
    }
}
