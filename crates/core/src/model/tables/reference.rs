//! The reference of tables in `docs/FORMATS.md` is written from their specifications.
//!
//! What lies between the markers of a table (`<!-- table NAME -->` to `<!-- end of table -->`) and of the index is generated;
//! the words around it are written by hand. After a change of a specification, record it:
//!
//!     COVERLEDGER_RECORD_TABLES=1 cargo test -p coverledger-core reference

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use super::{ColumnSpec, TableName};

/// Records what is declared now.
const RECORD: &str = "COVERLEDGER_RECORD_TABLES";
const COMMAND: &str = "COVERLEDGER_RECORD_TABLES=1 cargo test -p coverledger-core reference";

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/FORMATS.md")
}

/// Which table answers which question.
fn index() -> String {
    let mut text = "| question | table | published by |\n| --- | --- | --- |\n".to_owned();
    for table in TableName::ALL {
        let spec = table.spec();
        let by = table.date_column().map_or_else(|| "–".to_owned(), |date| format!("`{date}`"));
        let _ = writeln!(text, "| {} | [`{table}`](#{table}) | {by} |", spec.question);
    }
    text
}

fn names(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn row(column: &ColumnSpec) -> String {
    let ColumnSpec { name, of_type, unit, null, about, since } = column;
    let added = if *since > 1 { format!(" (since schema version {since})") } else { String::new() };
    let null = null.as_deref().unwrap_or("–");
    format!("| `{name}` | {} | {unit} | {null} | {about}{added} |\n", of_type.word())
}

/// What is generated of one table.
fn reference(table: TableName) -> String {
    let spec = table.spec();
    if table.is_page() {
        return format!("{} It is a page, `{}`, and has no rows.\n\n", spec.question, table.file_name());
    }
    let empty =
        if spec.is_optional { "Without rows it is not published, unless it had some before. " } else { "" };
    let mut text = format!(
        "{} {empty}Rows are told apart by {}, and sorted by {}. Schema version {}.\n\n",
        spec.question,
        names(spec.key),
        spec.sorted_by,
        table.schema_version(),
    );
    text.push_str("| column | type | unit | null | what it is |\n| --- | --- | --- | --- | --- |\n");
    text.extend(spec.columns().iter().map(row));
    text
}

/// The page with everything that is generated put in its place.
fn generated(page: &str) -> String {
    let parts = TableName::ALL.map(|table| (format!("<!-- table {table} -->\n"), reference(table)));
    let all = std::iter::once(("<!-- index of tables -->\n".to_owned(), index())).chain(parts);
    all.fold(page.to_owned(), |page, (begin, text)| {
        let (before, rest) =
            page.split_once(&begin).unwrap_or_else(|| panic!("FORMATS.md has no `{}`", begin.trim()));
        let (_, after) = rest.split_once(END).unwrap_or_else(|| panic!("`{}` has no end", begin.trim()));
        format!("{before}{begin}{text}{END}{after}")
    })
}

const END: &str = "<!-- end of table -->";

#[test]
#[expect(clippy::disallowed_methods, reason = "asked to record, it writes instead of comparing")]
fn the_reference_of_tables_says_what_is_declared() {
    let page = fs::read_to_string(file()).unwrap();
    let due = generated(&page);
    if page == due {
        return;
    }
    if std::env::var_os(RECORD).is_some() {
        fs::write(file(), due).unwrap();
        return;
    }
    let differs = page.lines().zip(due.lines()).find(|(found, due)| found != due);
    panic!("docs/FORMATS.md is not what tables are declared to be:\n{differs:#?}\nrecord it with\n    {COMMAND}");
}
