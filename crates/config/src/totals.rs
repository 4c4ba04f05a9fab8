//! `totals` and `skip`: rows of an export of counts that are not counted.

use std::collections::{BTreeMap, BTreeSet};

use super::counting::{ColumnName, Totals};
use super::cursor::Cursor;
use super::registry::{Column, Keys, Maybe, Part, Shape, Whole, keys, maybe};
use super::yaml::Kind;

keys! {
    /// How rows of totals are recognized.
    section TotalsKeys("totals", "a rule for totals") {
        column: Maybe<Column> = maybe(
            "those of the period, market, broadcast, cover and audience", Column,
            "the column whose text says that the row is a total",
        ),
        words: Maybe<Part> = maybe(
            "none", Part(Shape::list(Shape::Scalar).called("list of values")),
            "words for a total, besides those that are known in many languages; the empty text `\"\"` stands for a blank cell",
        ),
        cap: Maybe<Whole<u32>> = maybe(
            "none", Whole::new("a count of rows", 1, 1_000_000_000),
            "after how many rows the platform cuts its exports off; a total beyond just so many rows is then no wonder",
        ),
    }
}

/// Reads `totals`.
pub(super) fn read(at: &Cursor<'_>) -> Option<Totals> {
    let keys = TotalsKeys::open(at)?;
    let column = keys.column.read();
    let words = keys.words.read_or(BTreeSet::new(), |at| values(at, "a list of words for totals"));
    let cap = keys.cap.read();
    Some(Totals { column: column?, words: words?, cap: cap? })
}

/// Reads `skip`.
pub(super) fn read_skip(at: &Cursor<'_>) -> Option<BTreeMap<ColumnName, BTreeSet<String>>> {
    let entries = at.entries("a set of rows to skip", "columns and their values, such as `{is_test: [1]}`")?;
    let total = entries.len();
    let skipped: BTreeMap<ColumnName, BTreeSet<String>> = entries
        .into_iter()
        .filter_map(|(column, at)| Some((ColumnName::new(column), values(&at, "a list of values")?)))
        .collect();
    (skipped.len() == total).then_some(skipped)
}

/// Scalars as they are written.
fn values(at: &Cursor<'_>, what: &str) -> Option<BTreeSet<String>> {
    // The empty text is a blank cell.
    let mut values = BTreeSet::new();
    let items = at.list(what)?;
    let total = items.len();
    for item in items {
        let source = &item.node.source;
        match item.node.kind {
            Kind::List(_) | Kind::Map(_) | Kind::Null => {
                item.mismatch::<()>("a value", "a word or a number");
            }
            _ if !values.insert(source.clone()) => item.problem(format!("{} is here twice", item.found())),
            _ => {}
        }
    }
    (values.len() == total).then_some(values)
}

#[cfg(test)]
mod tests {
    use super::super::testing::read as read_text;
    use super::*;

    #[test]
    fn values_are_taken_as_written() {
        let (skip, problems) = read_text("{is_test: [1, true, 'yes'], state: [void]}", read_skip);
        assert_eq!(problems, <[&str; 0]>::default());
        let skip = skip.unwrap();
        assert_eq!(skip[&ColumnName::new("is_test")], ["1", "true", "yes"].map(str::to_owned).into());
        assert_eq!(skip.len(), 2);
        let (totals, _) = read_text("{column: [Content, Inhalt], words: [Gesamt], cap: 500}", read);
        let totals = totals.unwrap();
        assert_eq!(totals.column.unwrap().names(), ["Content", "Inhalt"]);
        assert_eq!((totals.cap, totals.words.len()), (Some(500), 1));
    }

    #[test]
    fn problems_are_all_told() {
        let (_, problems) = read_text("{column: -7, words: [a, a, '', [b]], cap: 0}", read);
        let expected = [
            "line 1, `column`: `-7` is not the number of a column (expected 1 to 16,384)",
            "line 1, `words[1]`: `a` is here twice",
            "line 1, `words[3]`: a list is not a value (expected a word or a number)",
            "line 1, `cap`: `0` is not a count of rows (expected 1 to 1,000,000,000)",
        ];
        assert_eq!(problems, expected);
        let (_, problems) = read_text("{is_test: 1}", read_skip);
        assert_eq!(
            problems,
            ["line 1, `is_test`: `1` is not a list of values (expected a list such as `[a, b]`)"]
        );
    }
}
