//! Contradictions in an export, within itself or with what it claims.

use std::collections::BTreeSet;

use super::Finding;
use super::column_kind::{ColumnKind, InstantWay};
use super::interval_columns::IntervalColumns;
use super::name::fold;
use super::number::Number;
use super::qualifier;
use super::relation::{Proof, Twins, holds};
use super::role::Role;
use super::verdict::{Verdict, quotient};
use coverledger_core::model::Count;

/// What counts do that are perhaps running totals.
pub(super) const RISE: &str = "never fall from one row of a broadcast to the next and end much higher: they may be running totals, which are no counts of their rows";

/// Every contradiction of a table, in the order of its columns.
pub(super) fn find(finding: &Finding) -> Vec<String> {
    let mut doubts = Vec::new();
    names(finding, &mut doubts);
    remarks(finding, &mut doubts);
    several(finding, &mut doubts);
    twins(finding, &mut doubts);
    order(finding, &mut doubts);
    totals(finding, &mut doubts);
    strangers(finding, &mut doubts);
    rates(finding, &mut doubts);
    values(finding, &mut doubts);
    doubts
}

/// Rates whose name says one thing and whose numbers another.
fn names(finding: &Finding, doubts: &mut Vec<String>) {
    let columns = &finding.columns;
    for (index, column) in columns.iter().enumerate() {
        let Some(role) = column.role.filter(|role| role.is_rate()) else { continue };
        let of = |proof: Proof| {
            finding.relations.iter().filter(move |relation| relation.rate == index && relation.proof == proof)
        };
        let is_cover = |among: usize| {
            matches!(columns[among].role, Some(Role::Count(Count::Impressions | Count::UniqueImpressions)))
        };
        if role != Role::ProductRate
            && let Some(relation) = of(Proof::Proven).next()
            && !of(Proof::Proven).any(|relation| is_cover(relation.among))
        {
            doubts.push(format!(
                "`{}` sounds like the cover's rate, but is {} in {} of {} rows",
                column.name,
                quotient(columns, relation),
                relation.fits,
                relation.rows
            ));
        }
        let is_told =
            matches!(finding.verdict, Verdict::None(_)) || role == Role::CoverRate || role == Role::EntryRate;
        let is_tried = !finding.untried.contains(&index);
        if !is_told && is_tried && finding.relations.iter().all(|relation| relation.rate != index) {
            let name = &column.name;
            doubts.push(format!(
                "`{name}` is no quotient of two counts of the file: nothing says of what it is, so it is not used"
            ));
        }
        for relation in of(Proof::Partly).take(2) {
            doubts.push(format!(
                "`{}` is {} in {} of {} rows only",
                column.name,
                quotient(columns, relation),
                relation.fits,
                relation.rows
            ));
        }
    }
    // Where the entry is the click there is no other way.
    let Verdict::Claimed { rate, click_is_entry: false } = finding.verdict else { return };
    let find = |count: Count| {
        columns.iter().position(|column| column.role == Some(Role::Count(count)) && column.is_count())
    };
    if let (Some(entries), Some(impressions)) =
        (find(Count::Entries).or(find(Count::Entrants)), find(Count::Impressions))
    {
        let rows = columns[rate].numbers.iter().zip(&columns[entries].numbers).zip(&columns[impressions].numbers);
        let rows: Vec<[Number; 3]> = rows
            .filter_map(|((rate, of), among)| Some([(*rate)?, (*of)?, (*among)?]))
            .filter(|[_, _, among]| among.low > 0.0)
            .collect();
        let holds = |row: &&[Number; 3]| holds(row, (true, false)) || holds(row, (false, false));
        let other = rows.len() - rows.iter().filter(holds).count();
        if other > 0 {
            doubts.push(format!(
                "`{}` is not {} ÷ {} ({other} of {} rows differ): many come another way than by the cover",
                columns[rate].name,
                columns[entries].name,
                columns[impressions].name,
                rows.len()
            ));
        }
    }
}

/// Names with a remark that may make something else of them, and counts that run on from row to row.
fn remarks(finding: &Finding, doubts: &mut Vec<String>) {
    let named = |index: &usize| format!("`{}`", finding.columns[*index].name);
    if !finding.rising.is_empty() {
        let all: Vec<String> = finding.rising.iter().map(named).collect();
        doubts.push(format!("{} {RISE}", all.join(", ")));
    }
    for column in finding.columns.iter().filter(|column| column.role.is_none()) {
        let (name, folded) = (&column.name, fold(&column.raw));
        if column.is_count() && qualifier::is_running(&folded) {
            doubts.push(format!(
                "`{name}` is a running total by its name, not what its row counts, so it is not used: ask for the count of each row"
            ));
        } else if let Some((role, remark)) = qualifier::in_doubt(&folded) {
            let what = role.word();
            doubts.push(format!(
                "`{name}` may be something else than {what}: `{remark}` is not known here, so it is not used by its name"
            ));
        }
    }
}

/// Rates that are more than one quotient at once.
fn several(finding: &Finding, doubts: &mut Vec<String>) {
    for index in 0..finding.columns.len() {
        let fitting =
            finding.relations.iter().filter(|relation| relation.rate == index && relation.proof == Proof::Proven);
        let all: Vec<String> = fitting.map(|relation| quotient(&finding.columns, relation)).collect();
        if all.len() > 1 {
            let name = &finding.columns[index].name;
            doubts.push(format!("`{name}` is {} alike: the rows do not tell them apart", all.join(" and ")));
        }
    }
}

fn twins(finding: &Finding, doubts: &mut Vec<String>) {
    // Of a crowd one line says enough.
    const TOLD: usize = 3;
    if finding.twins.len() > TOLD {
        let Twins { one, other, .. } = finding.twins[0];
        let (one, other) = (&finding.columns[one].name, &finding.columns[other].name);
        let more = finding.twins.len() - 1;
        doubts.push(format!(
            "`{one}` and `{other}` say the same, in one unit or two, and so do {more} more pairs of columns"
        ));
        return;
    }
    for twins in &finding.twins {
        let (one, other) = (&finding.columns[twins.one].name, &finding.columns[twins.other].name);
        doubts.push(if twins.is_hundredfold {
            format!("`{one}` is `{other}` in percent: the same rate twice, in two units")
        } else {
            format!("`{one}` and `{other}` say the same in every row")
        });
    }
}

/// Counts that are larger than what they are part of.
fn order(finding: &Finding, doubts: &mut Vec<String>) {
    let columns = &finding.columns;
    let find =
        |count: Count| columns.iter().find(|column| column.role == Some(Role::Count(count)) && column.is_count());
    let parts = [
        (Count::UniqueImpressions, Count::Impressions),
        (Count::Clickers, Count::Clicks),
        (Count::Entrants, Count::Entries),
        (Count::Entries, Count::Impressions),
        (Count::Clicks, Count::Impressions),
    ];
    for (part, whole) in parts {
        let (Some(part), Some(whole)) = (find(part), find(whole)) else { continue };
        let pairs = part.numbers.iter().zip(&whole.numbers);
        let over =
            pairs.filter(|(part, whole)| matches!((part, whole), (Some(p), Some(w)) if p.low > w.high)).count();
        if over > 0 {
            doubts.push(format!("`{}` is more than `{}` in {over} rows", part.name, whole.name));
        }
    }
}

fn totals(finding: &Finding, doubts: &mut Vec<String>) {
    for total in &finding.totals {
        for index in total.means(&finding.columns, &finding.relations) {
            let name = &finding.columns[index].name;
            doubts.push(format!(
                "the total's `{name}` is the mean of the rows' rates, not the rate of the summed counts"
            ));
        }
        if let Some(results) = total.results.filter(|results| usize::try_from(*results) != Ok(finding.rows)) {
            doubts.push(format!(
                "the file says `{}`, and {} rows are in it ({results} expected)",
                total.sign, finding.rows
            ));
        }
    }
}

/// Headers among the rows.
fn strangers(finding: &Finding, doubts: &mut Vec<String>) {
    let others = finding.strangers.iter().filter(|stranger| stranger.is_other_header);
    doubts.extend(others.map(|stranger| {
        format!(
            "row {} names the columns in another order: two exports are in one file, and it is refused as it is",
            stranger.row + 1
        )
    }));
}

/// Rates of which a bare number is more than all.
fn rates(finding: &Finding, doubts: &mut Vec<String>) {
    for column in
        finding.columns.iter().filter(|column| column.role.is_some_and(Role::is_rate) && column.is_ratio())
    {
        let most = column.numbers.iter().flatten().map(|number| number.value).fold(0.0, f64::max);
        if most > 100.0 {
            doubts.push(format!(
                "`{}` is up to {most}, which is no share of anything in percent either",
                column.name
            ));
        }
    }
}

fn values(finding: &Finding, doubts: &mut Vec<String>) {
    let mut names = BTreeSet::new();
    for column in &finding.columns {
        if !names.insert(fold(&column.raw)) && !column.raw.is_empty() {
            doubts.push(format!("two columns are called `{}`", column.name));
        }
    }
    for column in &finding.columns {
        if let Some((instants, dates)) = column.mix {
            let what = match column.kind {
                ColumnKind::Date(_) => {
                    "an instant is the day that begins then on the clock of `timezone`, and no other"
                }
                _ => {
                    "the instants are of different times of day, so they are no days, and the dates are no instants"
                }
            };
            doubts.push(format!("`{}` has {instants} instants and {dates} dates: {what}", column.name));
        }
        match &column.kind {
            ColumnKind::Date(Some(pattern)) | ColumnKind::Wall(Some(pattern)) if pattern.contains("%EY") => doubts.push(format!(
                "`{}` has years of the Buddhist era (`{}`), 543 more than ours: a run refuses them unless `format` says so, as `{pattern}` does",
                column.name, column.sample
            )),
            ColumnKind::Id(mangled) if *mangled > 0 => doubts.push(format!(
                "`{}`: a spreadsheet turned {mangled} ids into rounded numbers such as `{}`; they are lost, export them as text",
                column.name, column.sample
            )),
            ColumnKind::Date(Some(pattern)) | ColumnKind::Wall(Some(pattern)) if column.is_ambiguous => doubts.push(format!(
                "`{}`: nothing in it tells day from month; `{pattern}` is a guess",
                column.name
            )),
            ColumnKind::Instant(InstantWay::Serial) => doubts.push(format!(
                "`{}`: days since 1900 as a bare number (`{}`); format the column as a date before exporting",
                column.name, column.sample
            )),
            _ => {}
        }
    }
    if let IntervalColumns::Day { date, hour: Some(hour) } = finding.when
        && finding.columns[date].empty > 0
    {
        doubts.push(format!(
            "`{}` is empty in {} rows that have `{}`",
            finding.columns[date].name, finding.columns[date].empty, finding.columns[hour].name
        ));
    }
}
