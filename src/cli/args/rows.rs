//! How rows are written, and where: the same options of every command that prints rows.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// How rows are written, and where.
#[derive(Debug, Clone, Args)]
pub struct RowOutput {
    /// Output format: for people what answers the question, for programs every column
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = TableFormat::Table)]
    pub output: TableFormat,
    /// Write json, csv or xlsx to this file in place of standard output; what it held before is replaced
    #[arg(long, value_name = "PATH")]
    pub output_file: Option<PathBuf>,
}

/// The output format of a command that prints rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TableFormat {
    /// For people
    #[value(alias = "text")]
    Table,
    /// JSON: of rows one array, an object a row
    Json,
    /// RFC 4180, with a header
    Csv,
    /// A workbook
    Xlsx,
}
