//! What every declaration of a table has to hold.

use std::collections::BTreeSet;

use super::*;

#[test]
fn a_tables_word_in_receipts_is_the_name_of_its_specification() {
    for table in TableName::ALL {
        assert_eq!(serde_json::to_string(&table).unwrap(), format!("\"{}\"", table.as_str()));
    }
}

#[test]
fn names_of_columns_are_told_apart_and_keys_and_shown_columns_are_among_them() {
    for table in TableName::with_rows() {
        let columns = table.spec().columns();
        let names: BTreeSet<&str> = columns.iter().map(|column| &*column.name).collect();
        assert_eq!(names.len(), columns.len(), "`{table}` has a column twice");
        assert!(table.date_column().is_none_or(|date| names.contains(date)), "{table}");
        for key in table.spec().key {
            assert!(names.contains(key), "`{table}` has the key `{key}` and no such column");
        }
        for shown in table.spec().shown {
            let bounds = [c::low(shown.column), c::high(shown.column)];
            let has_bounds = bounds.iter().all(|bound| names.contains(&**bound));
            assert!(names.contains(shown.column), "`{table}` shows `{}`", shown.column);
            let needs_bounds = matches!(shown.view, View::PercentWithInterval | View::RatioWithInterval);
            assert!(!needs_bounds || has_bounds, "{table} {}", shown.column);
        }
    }
}

#[test]
fn people_read_every_table_by_columns_that_it_has_and_the_newest_first() {
    for table in TableName::ALL {
        let columns = table.spec().columns();
        for by in table.spec().shown_by {
            assert!(columns.iter().any(|column| column.name == by.column), "`{table}` by `{}`", by.column);
        }
        let first = table.spec().shown_by.first();
        let is_newest = first.is_some_and(|by| by.is_falling && Some(by.column) == table.date_column());
        let has_dates = columns.iter().any(|column| Some(&*column.name) == table.date_column());
        assert!(is_newest || !has_dates || table == TableName::CoverMonths, "{table}");
    }
}

#[test]
fn every_column_that_people_see_has_a_heading_in_chinese() {
    for table in TableName::ALL {
        for shown in table.spec().shown {
            let heading = heading_zh(shown.column);
            assert!(heading.is_some_and(|heading| !heading.is_ascii()), "`{table}`: `{}`", shown.column);
        }
    }
}

#[test]
fn columns_are_only_added_nullable_and_at_the_end() {
    for table in TableName::ALL {
        let columns = table.spec().columns();
        let versions: Vec<u32> = columns.iter().map(|column| column.since).collect();
        assert!(versions.is_sorted(), "`{table}`: a newer column stands before an older one");
        for column in columns.iter().filter(|column| column.since > 1) {
            assert!(column.null.is_some(), "`{table}`: older files lack `{}`, and it has no null", column.name);
        }
    }
}

#[test]
fn every_sentence_fits_into_a_row_of_a_markdown_table() {
    for table in TableName::ALL {
        assert!(table.spec().question.ends_with('?'), "{table}");
        for column in table.spec().columns() {
            let null = column.null.unwrap_or_default();
            for text in [column.about, column.unit, null] {
                assert!(!text.contains(['|', '\n']), "`{table}`, `{}`: {text}", column.name);
            }
        }
    }
}

#[test]
fn entries_are_shown_for_they_are_all_that_some_platforms_count() {
    for table in [TableName::Funnel, TableName::SlotAudience] {
        assert!(table.spec().shown.iter().any(|shown| shown.column == "entries"), "{table}");
    }
}
