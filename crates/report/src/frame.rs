//! Objects of any table put together.

use std::io::Cursor;

use polars::prelude::*;

/// Puts objects of one table together, in the order given, whichever table that is. Where some have a column that others
/// lack, it is null in the rows of the others. Who knows the table calls [`super::read`], which holds it against what is
/// declared.
///
/// # Errors
/// When one is not sound Parquet, or has a column of another type than the rest.
pub fn frame(objects: &[bytes::Bytes]) -> PolarsResult<DataFrame> {
    let mut all: Option<DataFrame> = None;
    for bytes in objects {
        let mut next = ParquetReader::new(Cursor::new(bytes.clone())).finish()?;
        if let Some(all) = &mut all {
            complete(&mut next, all)?;
            complete(all, &next)?;
            let names: Vec<PlSmallStr> = all.columns().iter().map(|column| column.name().clone()).collect();
            all.vstack_mut(&next.select(names)?)?;
        } else {
            all = Some(next);
        }
    }
    Ok(all.unwrap_or_default())
}

/// Adds columns of nulls for those that only the other has.
fn complete(frame: &mut DataFrame, other: &DataFrame) -> PolarsResult<()> {
    for column in other.columns() {
        if frame.column(column.name()).is_err() {
            frame.with_column(Column::full_null(column.name().clone(), frame.height(), column.dtype()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_that_lack_a_column_have_nulls_in_it() {
        let bytes = |columns: Vec<Column>| {
            let table = DataFrame::new(1, columns).unwrap();
            bytes::Bytes::from(crate::file::parquet(&table, Vec::new()).unwrap().bytes)
        };
        let old = bytes(vec![Column::new("a".into(), [1_i64])]);
        let new = bytes(vec![Column::new("a".into(), [2_i64]), Column::new("b".into(), ["x"])]);
        for objects in [[old.clone(), new.clone()], [new, old]] {
            let all = frame(&objects).unwrap();
            let rows: Vec<(Option<i64>, Option<&str>)> = all
                .column("a")
                .unwrap()
                .i64()
                .unwrap()
                .iter()
                .zip(all.column("b").unwrap().str().unwrap().iter())
                .collect();
            assert!(rows.contains(&(Some(1), None)) && rows.contains(&(Some(2), Some("x"))), "{rows:?}");
        }
    }
}
