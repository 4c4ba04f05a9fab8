//! A row of `covers`.

use std::collections::BTreeMap;

use bytes::Bytes;
use polars::prelude::*;

use super::column_of;
use super::columns::{Rows, text};
use crate::table::{read, rendered};
use crate::{Rendered, ReportError};
use coverledger_config::{Declared, DeclaredCover};
use coverledger_core::model::{TableName, columns as c};

/// A cover that is declared or has a picture.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CataloguedCover {
    /// Its id.
    pub cover_id: String,
    /// The key of its picture.
    pub picture: Option<String>,
    /// The hash of its picture.
    pub sha256: Option<String>,
    /// What the sheet declares of it; `None` if it is not in the sheet.
    pub declared: Option<DeclaredCover>,
    /// The family that it counts to; `None` if it is alone.
    pub family: Option<String>,
    /// Who says so: `declared` or `linked`.
    pub family_source: Option<String>,
    /// Covers that may be versions of it.
    pub proposed: Vec<String>,
    /// In what the sheet and the pictures disagree, in English and in Chinese.
    pub contradiction: Option<(String, String)>,
}

impl CataloguedCover {
    /// The table of these covers, which are sorted by id.
    ///
    /// # Errors
    /// The table cannot be written.
    pub fn render(covers: &[Self]) -> Result<Rendered, ReportError> {
        rendered(TableName::Covers, DataFrame::new(covers.len(), columns(covers)))
    }

    /// Reads the table back.
    ///
    /// # Errors
    /// It is no table of covers.
    pub fn read(table: Bytes) -> PolarsResult<Vec<Self>> {
        let frame = read(TableName::Covers, &[table])?;
        let rows = Rows(&frame);
        (0..frame.height()).map(|row| of_row(&rows, row)).collect()
    }
}

fn columns(covers: &[CataloguedCover]) -> Vec<Column> {
    let own = |name: &str, of: fn(&CataloguedCover) -> Option<&str>| text(name, covers.iter().map(of));
    let made = |name: &str, of: fn(&CataloguedCover) -> Option<String>| {
        let values: Vec<Option<String>> = covers.iter().map(of).collect();
        text(name, values.iter().map(Option::as_deref))
    };
    let mut columns = vec![
        own(c::COVER_ID, |cover| Some(&cover.cover_id)),
        own(c::PICTURE, |cover| cover.picture.as_deref()),
        own(c::SHA256, |cover| cover.sha256.as_deref()),
    ];
    let declared = |column: Declared| {
        let declared = covers.iter().map(|cover| cover.declared.as_ref());
        text(column_of(column), declared.map(|declared| declared?.values.get(&column).map(String::as_str)))
    };
    columns.extend(Declared::ALL.into_iter().filter(|column| *column != Declared::NameZh).map(declared));
    columns.extend([
        made(c::TAGS, |cover| Some(cover.declared.as_ref()?.tags_as_json())),
        own(c::FAMILY, |cover| cover.family.as_deref()),
        own(c::FAMILY_SOURCE, |cover| cover.family_source.as_deref()),
        made(c::PROPOSED, |cover| Some(cover.proposed.join(" ")).filter(|proposed| !proposed.is_empty())),
        own(c::CONTRADICTION_EN, |cover| cover.contradiction.as_ref().map(|(en, _)| en.as_str())),
        own(c::CONTRADICTION_ZH, |cover| cover.contradiction.as_ref().map(|(_, zh)| zh.as_str())),
    ]);
    // It came later than the others, and columns are added at the end.
    columns.push(declared(Declared::NameZh));
    columns
}

fn of_row(rows: &Rows<'_>, row: usize) -> PolarsResult<CataloguedCover> {
    let declared = match rows.text(c::TAGS, row)? {
        None => None,
        Some(json) => {
            let tags = DeclaredCover::tags_of_json(&json)
                .ok_or_else(|| polars_err!(ComputeError: "`tags` is no JSON object in row {row}"))?;
            let mut values = BTreeMap::new();
            for column in Declared::ALL {
                values.extend(rows.text(column_of(column), row)?.map(|value| (column, value)));
            }
            Some(DeclaredCover { line: 0, values, tags })
        }
    };
    let en = rows.text(c::CONTRADICTION_EN, row)?;
    let proposed = rows.text(c::PROPOSED, row)?.unwrap_or_default();
    Ok(CataloguedCover {
        cover_id: rows.needed(c::COVER_ID, row)?,
        picture: rows.text(c::PICTURE, row)?,
        sha256: rows.text(c::SHA256, row)?,
        declared,
        family: rows.text(c::FAMILY, row)?,
        family_source: rows.text(c::FAMILY_SOURCE, row)?,
        proposed: proposed.split(' ').filter(|cover| !cover.is_empty()).map(str::to_owned).collect(),
        contradiction: en.zip(rows.text(c::CONTRADICTION_ZH, row)?),
    })
}
