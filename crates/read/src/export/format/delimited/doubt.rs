//! Quotes where RFC 4180 does not allow them: inside a field that is not quoted.
//!
//! As a rule such a quote is text, an inch or a nickname. But where a delimiter before a quoted field was lost,
//! `a,b"c,d"e` is cut at the delimiter within the quotes, and what stands behind is shifted by a column. So a record is
//! read a second time, as if every quote opened or closed, wherever it stands. Where that moves the end of a field, and
//! either reading has as many fields as the table, nobody can tell which is right.

use super::dialect::Dialect;

/// A record in which every quote opens or closes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Second {
    /// How many fields it has.
    pub(super) fields: usize,
    /// Whether they end elsewhere than if a quote inside of an unquoted field is text.
    pub(super) is_other: bool,
}

/// Reads a record a second time. `None`: one of its quotes would stay open.
pub(super) fn second_reading(record: &[u8], dialect: &Dialect) -> Option<Second> {
    let mut second = Second { fields: 1, is_other: false };
    // Whether each reading is within quotes.
    let (mut first_within, mut second_within) = (false, false);
    let mut is_field_start = true;
    let mut at = 0;
    while at < record.len() {
        let rest = &record[at..];
        let was_start = std::mem::replace(&mut is_field_start, false);
        if dialect.is_escape(rest.first()) {
            at += 1 + usize::from(rest.len() > 1);
        } else if dialect.is_quote(rest.first()) {
            let is_doubled = first_within && dialect.is_quote(rest.get(1));
            at += 1 + usize::from(is_doubled);
            if !is_doubled {
                second_within = !second_within;
                first_within = !first_within && was_start;
            }
        } else if dialect.is_delimiter(rest) {
            second.is_other |= first_within != second_within;
            second.fields += usize::from(!second_within);
            is_field_start = !first_within;
            at += dialect.delimiter().len();
        } else {
            second.is_other |= rest[0] == b'\n' && first_within != second_within;
            at += 1;
        }
    }
    (!second_within).then_some(second)
}

#[cfg(test)]
mod tests {
    use super::*;
    use coverledger_config as config;

    fn read(record: &str) -> Option<(usize, bool)> {
        let second = second_reading(record.as_bytes(), &Dialect::from(config::Dialect::by(b',')))?;
        Some((second.fields, second.is_other))
    }

    #[test]
    fn a_quote_that_moves_no_end_of_a_field_is_text() {
        for (record, fields) in [("a,b,c", 3), ("a,the \"best\" one,c", 3), ("a,\"b, c\",d \"\" e", 3)] {
            assert_eq!(read(record), Some((fields, false)), "{record}");
        }
        assert_eq!([read("a,5\" tube,c"), read("a,\"b\",5\" tube")], [None, None]);
    }

    #[test]
    fn a_quote_that_hides_a_delimiter_could_be_either() {
        assert_eq!(read("a,b\"c,d\"e,f"), Some((3, true)));
        assert_eq!(read("a,boots\"warm, dry\",\"x\","), Some((4, true)));
        assert_eq!(read("5\" tube,6\" tube,c"), Some((2, true)));
        assert_eq!(read("x\"a,\"b,c\",y\"z"), Some((2, true)));
    }
}
