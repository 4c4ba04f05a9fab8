//! Exports as they really arrive: broken in every way we could think of, read through the public `export::read`.
//!
//! For each: the exact numbers of the accounting, and for each reject its record number, the bytes it lies at, its
//! reason and the column to blame.

mod archives;
mod costs;
mod delimited;
mod documents;
mod encodings;
mod gzip;
mod headers;
mod json_suite;
mod mapping;
mod ndjson;
pub mod outcome;
mod parquet;
mod parquet_suite;
mod parquet_twins;
mod peeks;
mod polluted;
mod properties;
mod shapes;
mod spectrum;
mod stopping;
mod text_twins;
mod values;
pub mod workbook;
mod workbooks;
mod zstandard;
