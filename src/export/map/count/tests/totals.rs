//! Rows of totals, held against the sum of the rows.

use super::*;

#[test]
fn a_total_is_compared_and_never_counted() {
    let counts = || [(Count::Impressions, stated("shown")), (Count::Entrants, stated("viewers"))];
    let read = Mapping::of(counts()).read(
        "day;room;shown;viewers\nTotal;;30;12\n2026-08-24;a;10;7\n2026-08-24;b;20;8\n2026-08-24;合计;29;15\n\
         Total of 5928 results;-\n",
    );
    assert_eq!(read.counts(Count::Impressions), ["10", "20"]);
    assert_eq!((read.report.taken, read.report.ignored, read.report.rejected), (2, 3, 0));
    let expected = [
        "total impressions 2 0: equal within rounding",
        "total entrants 2 1: cannot tell",
        "total impressions 2 1: cannot tell",
        "total entrants 2 0: equal within rounding",
        "total impressions 2 0: cannot tell",
        "total entrants 2 0: cannot tell",
    ];
    assert_eq!(read.checks(), expected);
    let sum = Bounds { low: 30.0, value: 30.0, high: 30.0 };
    assert_eq!((read.report.checks[0].reported, read.report.checks[0].recomputed), (Some(sum), Some(sum)));
    assert_eq!(read.report.checks[4].reported, None);
}

#[test]
fn a_total_beyond_the_rows_of_a_capped_export_is_no_wonder() {
    let mapping = |cap| Mapping::of([(Count::Impressions, stated("shown"))]).with(|rows| rows.totals.cap = cap);
    let text = "day;room;shown\nGesamt;;31\n2026-08-24;a;10\n2026-08-24;b;20\n";
    assert_eq!(mapping(Some(2)).read(text).checks(), ["total impressions 2 1: export is capped"]);
    assert_eq!(mapping(Some(3)).read(text).checks(), ["total impressions 2 1: cannot tell"]);
    assert_eq!(mapping(None).read(text).checks(), ["total impressions 2 1: cannot tell"]);
    let less = text.replace("31", "29");
    assert_eq!(mapping(Some(2)).read(&less).checks(), ["total impressions 2 1: cannot tell"]);
}

#[test]
fn rounded_totals_equal_what_they_can_be() {
    let mapping = || Mapping::of([(Count::Impressions, stated("shown"))]);
    let text = "day;room;shown\nTotal;;2.5K\n2026-08-24;a;1.2K\n2026-08-24;b;1.3K\n";
    assert_eq!(mapping().read(text).checks(), ["total impressions 2 0: equal within rounding"]);
    // 1,150 to 1,250 and 1,250 to 1,350 are 2,400 to 2,600; 2.7K is 2,650 at least.
    let off = text.replace("2.5K", "2.7K");
    assert_eq!(mapping().read(&off).checks(), ["total impressions 2 1: cannot tell"]);
}

#[test]
fn a_total_is_of_all_rows_also_those_of_other_markets() {
    let mut mapping = Mapping::of([(Count::Impressions, stated("shown"))]);
    mapping.columns.market =
        MarketRule::Column { column: name("market"), values: BTreeMap::new(), otherwise: Otherwise::Ignore };
    let read = mapping.read("day;room;shown;market\n2026-08-24;a;10;US\n2026-08-24;a;20;FR\nTotal;;30;\n");
    assert_eq!((read.report.taken, read.report.ignored), (1, 2));
    assert_eq!(read.checks(), ["total impressions 2 0: equal within rounding"]);
}

#[test]
fn a_row_that_cannot_be_read_leaves_the_total_untold() {
    let mapping = || Mapping::of([(Count::Impressions, stated("shown"))]);
    let read = mapping().read("day;room;shown\n2026-08-24;a;10\n2026-08-24;a;x\nTotal;;10\n");
    assert_eq!(read.checks(), ["total impressions 1 0: cannot tell"]);
    let read = mapping().read("day;room;shown\n2026-08-24;a;10\n2026-08-24;a;-\nTotal;;10\n");
    assert_eq!(read.checks(), ["total impressions 2 0: cannot tell"]);
}

#[test]
fn totals_say_so_in_a_column_and_words_of_their_own() {
    let mapping = |words: &[&str]| {
        Mapping::of([(Count::Impressions, stated("shown"))]).with(|rows| {
            rows.totals.column = Some(name("what"));
            rows.totals.words = words.iter().map(|word| (*word).to_owned()).collect();
        })
    };
    let text = "day;room;shown;what\n2026-08-24;Total;10;live\n2026-08-24;;10;Alle Videos\n";
    let read = mapping(&["alle videos"]).read(text);
    assert_eq!((read.report.taken, read.report.ignored), (1, 1), "a broadcast may be called Total");
    assert_eq!(mapping(&[]).read(text).rejects(), ["2 missing_value room"]);
}

#[test]
fn a_total_among_audiences_is_one_too() {
    let mut mapping = Mapping::of([(Count::Impressions, stated("shown"))]);
    mapping.columns.audience = vec![name("gender")];
    let read =
        mapping.read("day;room;shown;gender\n2026-08-24;a;10;f\n2026-08-24;a;5;m\n2026-08-24;a;15;Gesamt\n");
    assert_eq!(read.counts(Count::Impressions), ["10", "5"]);
    assert_eq!(read.checks(), ["total impressions 2 0: equal within rounding"]);
}

proptest! {
    #[test]
    fn a_total_row_never_changes_a_sum(
        shown in prop::collection::vec(0..1_000_000_u64, 1..20),
        total in any::<u32>(),
        at in any::<prop::sample::Index>(),
        word in prop::sample::select(vec!["Total", "合计", "Jumlah", "Tổng cộng", "Итого", "Total of 9 results", "GESAMT:"]),
        in_room in any::<bool>(),
    ) {
        let mapping = || Mapping::of([(Count::Impressions, stated("shown"))]);
        let mut lines: Vec<String> = shown.iter().map(|shown| format!("2026-08-24;a;{shown}")).collect();
        let plain = mapping().read(&format!("day;room;shown\n{}\n", lines.join("\n")));
        let total_line = if in_room { format!(";{word};{total}") } else { format!("{word};;{total}") };
        lines.insert(at.index(lines.len() + 1), total_line);
        let totalled = mapping().read(&format!("day;room;shown\n{}\n", lines.join("\n")));
        prop_assert_eq!(plain.counts(Count::Impressions), totalled.counts(Count::Impressions));
        prop_assert_eq!(totalled.report.ignored, 1);
        let is_equal = totalled.report.checks[0].verdict == Verdict::Equal;
        prop_assert_eq!(is_equal, shown.iter().sum::<u64>() == u64::from(total));
    }
}

#[test]
fn a_total_that_no_word_tells_refuses_the_export_by_its_record() {
    let mapping = || Mapping::of([(Count::Impressions, stated("shown")), (Count::Entries, stated("views"))]);
    let read =
        |rows: &str| mapping().try_read(&format!("day;room;shown;views\n{rows}")).map(|(report, _)| report.taken);
    let rows = "2026-08-24;a;1000;40\n2026-08-24;b;2500;60\n";
    let total = "2026-08-24;Samtals;3500;100\n";
    for (text, record) in [(format!("{rows}{total}"), 3), (format!("{total}{rows}"), 1)] {
        assert!(matches!(read(&text), Err(ExportError::UnnamedTotal(found)) if found == record), "{text}");
    }
    // One count that differs, one row alone, few of everything: any row could be so.
    assert_eq!(read(&format!("{rows}2026-08-24;c;3500;101\n")).unwrap(), 3);
    assert_eq!(read("2026-08-24;a;3500;100\n2026-08-24;b;3500;100\n").unwrap(), 2);
    assert_eq!(read("2026-08-24;a;5;1\n2026-08-24;b;6;1\n2026-08-24;c;11;2\n").unwrap(), 3);
    let named = mapping().with(|rows| rows.totals.words = ["Samtals".to_owned()].into());
    assert_eq!(named.read(&format!("day;room;shown;views\n{rows}{total}")).report.taken, 2);
}
