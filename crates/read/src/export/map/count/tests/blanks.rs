//! Blank cells, and rates of nothing.

use super::*;

fn blank(words: &[(Count, Blank)]) -> BTreeMap<Count, Blank> {
    words.iter().copied().collect()
}

fn clicks() -> [(Count, CountRule); 3] {
    let clicks = CountRule::Times { of: Count::Impressions, by: percent("CTR") };
    [(Count::Impressions, stated("shown")), (Count::Entries, stated("views")), (Count::Clicks, clicks)]
}

#[test]
fn nothing_times_an_unknown_rate_is_nothing() {
    let mean = RateColumn { column: name("mean"), unit: RateUnit::Length(1_000) };
    let dwell = (Count::Dwell, CountRule::Times { of: Count::Entries, by: mean });
    let quotient = (Count::Stays, CountRule::DividedBy { of: Count::Entries, by: percent("CTR") });
    let read = Mapping::of(clicks()).with(|rows| rows.counts.extend([dwell, quotient])).read(
        "day;room;shown;views;CTR;mean\n2026-08-24;a;0;0;;-\n2026-08-24;b;0;7;-;N/A\n2026-08-24;c;13;;;1s\n",
    );
    assert_eq!(read.counts(Count::Clicks), ["0~", "0~", "?"]);
    assert_eq!(read.counts(Count::Dwell), ["0~", "?", "?"]);
    assert_eq!(read.counts(Count::Stays), ["?", "?", "?"], "to however many did nobody come?");
    let read = Mapping::of(clicks()).read("day;room;shown;views;CTR\n2026-08-24;a;0;0;none of it\n");
    assert_eq!(read.rejects(), ["1 bad_number CTR"]);
}

#[test]
fn a_blank_cell_is_what_is_said_of_it_and_a_dash_is_not_known() {
    let text = "day;room;shown;views;CTR\n2026-08-24;a;;;\n2026-08-24;b;10;\u{a0};\n2026-08-24;c;10;-;-\n";
    let read = Mapping::of(clicks()).read(text);
    assert_eq!(
        [Count::Entries, Count::Clicks].map(|count| read.counts(count)),
        [["?", "?", "?"], ["?", "?", "?"]]
    );
    let all = [Count::Impressions, Count::Entries, Count::Clicks].map(|count| (count, Blank::Zero));
    let read = Mapping::of(clicks()).with(|rows| rows.blank = blank(&all)).read(text);
    assert_eq!(read.counts(Count::Impressions), ["0", "10", "10"]);
    assert_eq!(read.counts(Count::Entries), ["0", "0", "?"]);
    assert_eq!(read.counts(Count::Clicks), ["0~", "0~", "?"]);
    let read =
        Mapping::of(clicks()).with(|rows| rows.blank = blank(&[(Count::Entries, Blank::Reject)])).read(text);
    assert_eq!(read.rejects(), ["1 missing_value views", "2 missing_value views"]);
    assert_eq!(read.counts(Count::Entries), ["?"]);
}

#[test]
fn a_column_that_is_not_there_is_not_full_of_blank_cells() {
    let counts = |entry_is_click| {
        let mut mapping = Mapping::of([(Count::Impressions, stated("shown")), (Count::Entries, stated("views"))]);
        mapping.entry_is_click = entry_is_click;
        mapping.with(|rows| {
            rows.optional = CountSet::default().with(Count::Entries);
            rows.blank = blank(&[(Count::Entries, Blank::Zero)]);
        })
    };
    let read = counts(true).read("day;room;shown\n2026-08-24;a;10\n");
    assert_eq!((read.counts(Count::Entries), read.counts(Count::Clicks)), (vec!["?".into()], vec!["?".into()]));
    let read = counts(true).read("day;room;shown;views\n2026-08-24;a;10;\n2026-08-24;b;10;3\n");
    assert_eq!(read.counts(Count::Entries), ["0", "3"]);
    assert_eq!(read.counts(Count::Clicks), ["0", "3"]);
}
