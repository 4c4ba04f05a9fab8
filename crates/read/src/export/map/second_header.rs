//! A header among the rows: two exports were joined into one file.

use crate::export::format::field::Field;
use crate::export::format::wanted::Wanted;
use crate::export::text::normal;

/// What a row that could not be read is as a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeated {
    /// None.
    No,
    /// The header once more: what is below it reads as what is above.
    Same,
    /// A header of other columns, or of these in other places: what is below it would be read wrong.
    Other,
}

/// Whether the values of a row are names of columns.
pub(super) fn header(wanted: &[Wanted], fields: &[Field<'_>]) -> Repeated {
    // Nearly all rows that cannot be read have a value all the same.
    if fields.iter().any(|field| matches!(field, Field::Text(text) if !is_name(text.trim()))) {
        return Repeated::No;
    }
    let is = |wanted: &Wanted, text: &str| {
        wanted.is(text) || wanted.column.names().iter().any(|alias| normal(alias) == normal(text))
    };
    let (mut same, mut moved, mut others) = (0, 0, 0);
    for (own, field) in wanted.iter().zip(fields) {
        let Field::Text(text) = field else { continue };
        let text = text.trim();
        match () {
            () if is(own, text) => same += 1,
            () if wanted.iter().any(|wanted| is(wanted, text)) => moved += 1,
            () => others += 1,
        }
    }
    match (same, moved, others) {
        (0, 0, _) => Repeated::No,
        (_, 0, 0) if same >= 2 || wanted.len() == 1 => Repeated::Same,
        // One name alone may be a room that is called so.
        (same, moved, others) if same + moved >= 2 || (same + moved == 1 && others >= 2) => Repeated::Other,
        _ => Repeated::No,
    }
}

/// Longer texts are no names of columns. Nobody should have to read a megabyte to know.
const LONGEST_NAME_BYTES: usize = 1024;

/// Whether a text could be the name of a column: it has letters, and is no value.
fn is_name(text: &str) -> bool {
    text.len() <= LONGEST_NAME_BYTES
        && text.contains(char::is_alphabetic)
        && !text.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use coverledger_config::ColumnName;

    #[test]
    fn names_among_the_rows_are_a_header_and_a_long_value_beside_them_makes_none() {
        let wanted = ["Room", "Shown"].map(|name| Wanted::needed(&ColumnName::new(name)));
        let long = "x".repeat(LONGEST_NAME_BYTES + 1);
        assert_eq!(header(&wanted, &[Field::Text("room"), Field::Text("SHOWN")]), Repeated::Same);
        assert_eq!(header(&wanted, &[Field::Text("Shown"), Field::Text("Room")]), Repeated::Other);
        assert_eq!(header(&wanted, &[Field::Text("Room"), Field::Text(&long)]), Repeated::No);
    }
}
