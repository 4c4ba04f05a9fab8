//! What covers are called in a terminal: as on the page, by the names of the sheet.

use std::collections::BTreeMap;

use coverledger_brief::Text;
use coverledger_core::model::columns as c;
use polars::prelude::*;

/// Of the table `covers`: those that have a name; in the other language where one has none.
///
/// # Errors
/// A column is missing, which a published table has.
pub(super) fn of(covers: &DataFrame) -> PolarsResult<BTreeMap<String, Text>> {
    let [ids, names, names_zh] = [c::COVER_ID, c::NAME, c::NAME_ZH].map(|name| covers.column(name));
    let (ids, names, names_zh) = (ids?.str()?, names?.str()?, names_zh?.str()?);
    let mut titles = BTreeMap::new();
    for row in 0..covers.height() {
        let name =
            |of: &StringChunked| of.get(row).map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
        let (en, zh) = (name(names), name(names_zh));
        let Some((en, zh)) = en.clone().or_else(|| zh.clone()).zip(zh.or(en)) else { continue };
        if let Some(id) = ids.get(row) {
            titles.insert(id.to_owned(), Text { en, zh });
        }
    }
    Ok(titles)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cover_is_called_in_the_other_language_where_one_has_no_name_and_by_its_id_where_neither_has() {
        let covers = df!(
            c::COVER_ID => ["a", "b", "c", "d"],
            c::NAME => [Some("Red"), None, Some(" "), Some("Gift")],
            c::NAME_ZH => [Some("红"), Some("蓝"), None, None],
        );
        let titles = of(&covers.unwrap()).unwrap();
        let of = |id: &str| titles.get(id).map(|title| (title.en.as_str(), title.zh.as_str()));
        assert_eq!([of("a"), of("b")], [Some(("Red", "红")), Some(("蓝", "蓝"))]);
        assert_eq!([of("c"), of("d")], [None, Some(("Gift", "Gift"))]);
    }
}
