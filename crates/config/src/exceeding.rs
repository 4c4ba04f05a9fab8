//! `may_exceed`: counts that may be more than what they are otherwise a part of.

use super::counts::COUNTS;
use super::cursor::Cursor;
use coverledger_core::model::CountSet;

/// Reads it.
pub(super) fn read(at: &Cursor<'_>) -> Option<CountSet> {
    let items = at.list("a list of counts")?;
    let total = items.len();
    let counts = items.iter().filter_map(|item| item.word("a count", &COUNTS));
    let counts: Vec<_> = counts.collect();
    (counts.len() == total).then(|| counts.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::super::testing::read as read_text;
    use super::*;
    use coverledger_core::model::Count;

    #[test]
    fn it_is_a_list_of_counts() {
        let expected = CountSet::default().with(Count::Clicks).with(Count::Entrants);
        assert_eq!(read_text("[clicks, entrants]", read).0, Some(expected));
        let (_, problems) = read_text("[clicks, taps]", read);
        assert_eq!(problems.len(), 1);
        assert!(problems[0].contains("`taps` is not a count"), "{problems:?}");
    }
}
