//! Published tables read back.

use std::io::Cursor;

use polars::prelude::*;

/// Puts the objects of one table together, in the order given.
///
/// # Errors
/// When one is not sound Parquet or has other columns than the rest.
pub fn frame(objects: &[bytes::Bytes]) -> PolarsResult<DataFrame> {
    let mut frame: Option<DataFrame> = None;
    for bytes in objects {
        let next = ParquetReader::new(Cursor::new(bytes.clone())).finish()?;
        match &mut frame {
            Some(frame) => {
                frame.vstack_mut(&next)?;
            }
            None => frame = Some(next),
        }
    }
    Ok(frame.unwrap_or_default())
}
