//! Rows of totals, compared with the sum of the rows.

use super::*;

#[test]
fn a_total_is_compared_and_never_counted() {
    let counts = || [(Count::Impressions, stated("shown")), (Count::Entrants, stated("viewers"))];
    let read = Mapping::of(counts()).read(
        "day;room;shown;viewers\nTotal;;30;12\n2026-08-24;a;10;7\n2026-08-24;b;20;8\n2026-08-24;合计;29;15\n\
         Total of 2 results;-\n",
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
        word in prop::sample::select(vec!["Total", "合计", "Jumlah", "Tổng cộng", "Итого", "Subtotal", "GESAMT:"]),
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

/// Impressions and clicks of rooms.
fn ads() -> Mapping {
    Mapping::of([(Count::Impressions, stated("shown")), (Count::Clicks, stated("clicks"))])
}

fn refusal(mapping: Mapping, text: &str) -> String {
    mapping.try_read(text).map(|(report, _)| report.taken).unwrap_err().to_string()
}

#[test]
fn totals_of_something_beside_blanks_or_dashes_are_totals() {
    let mut mapping = ads();
    mapping.columns.cover_id = CoverRule::Row(TextRule::Column(name("ad")));
    let read = mapping.read(
        "day;room;ad;shown;clicks\n2026-08-24;c1;a1;12,000;240\n2026-08-24;c1;a2;8,000;120\n2026-08-24;c2;a3;5,000;150\n\
         ;Total: Ads; --;25,000;510\n;Total: Account; --;30,000;600\n",
    );
    assert_eq!(read.counts(Count::Clicks), ["240", "120", "150"]);
    let expected = [
        "total impressions 3 0: equal within rounding",
        "total clicks 3 0: equal within rounding",
        "total impressions 3 1: cannot tell",
        "total clicks 3 1: cannot tell",
    ];
    assert_eq!(read.checks(), expected);
}

#[test]
fn what_may_be_a_total_is_one_if_it_is_the_sum_of_a_group() {
    let mut by_source = ads();
    by_source.columns.audience = vec![name("source")];
    let text = "day;room;source;shown;clicks\n\
                2026-08-24;a;整体;300;30\n2026-08-24;a;feed;200;20\n2026-08-24;a;search;100;10\n\
                2026-08-24;b;整体;50;5\n2026-08-24;b;feed;50;5\n";
    let read = by_source.read(text);
    assert_eq!(read.counts(Count::Impressions), ["200", "100", "50"]);
    assert_eq!((read.report.taken, read.report.ignored), (3, 2));
    assert!(read.report.checks.iter().all(|check| check.verdict == Verdict::Equal), "{:?}", read.checks());
    // In a column of rooms alone, before and behind their rows.
    let path_like = |text: &str| {
        let mut mapping = ads();
        mapping.columns.broadcast_id = TextRule::Column(name("room"));
        mapping.read(text).counts(Count::Impressions).join(" ")
    };
    let rows = "2026-08-24;east 1;40;4\n2026-08-24;east 2;20;2\n2026-08-24;East Total;60;6\n\
                2026-08-24;west 1;10;1\n2026-08-24;west 2;11;2\n2026-08-24;West Total;21;3\n2026-08-24;Total: All;81;9\n";
    assert_eq!(path_like(&format!("day;room;shown;clicks\n{rows}")), "40 20 10 11");
    let first = "2026-08-24;Total - East;60;6\n2026-08-24;east 1;40;4\n2026-08-24;east 2;20;2\n\
                 2026-08-24;Total - West;21;3\n2026-08-24;west 1;10;1\n2026-08-24;west 2;11;2\n";
    assert_eq!(path_like(&format!("day;room;shown;clicks\n{first}")), "40 20 10 11");
}

#[test]
fn a_word_for_all_in_place_of_a_time_is_a_total() {
    let read =
        ads().read("day;room;shown;clicks\n2026-08-24;a;40;4\n2026-08-24;a;20;2\n整体;a;60;6\nOverall;a;77;7\n");
    assert_eq!(read.counts(Count::Impressions), ["40", "20"]);
    assert_eq!((read.report.ignored, read.report.rejected), (2, 0));
}

#[test]
fn what_can_be_neither_refuses_the_export() {
    let rows = "day;room;shown;clicks\n2026-08-24;a;200;20\n2026-08-24;b;100;10\n";
    let refused = refusal(ads(), &format!("{rows}2026-08-24;Total: war;77;7\n"));
    assert!(refused.starts_with("its record 3 says `Total: war`, as a total does"), "{refused}");
    let mut by_source = ads();
    by_source.columns.audience = vec![name("source")];
    let refused = refusal(
        by_source,
        "day;room;source;shown;clicks\n2026-08-24;a;All;310;30\n2026-08-24;a;feed;200;20\n2026-08-24;a;search;100;10\n",
    );
    assert!(refused.contains("its record 1 says `All`"), "{refused}");
}

#[test]
fn what_may_be_a_name_and_is_no_sum_is_a_row() {
    let rows = "day;room;shown;clicks\n2026-08-24;a;200;20\n2026-08-24;b;100;10\n2026-08-24;my total;77;7\n";
    assert_eq!(ads().read(rows).report.taken, 3);
    // A total that is there twice is none of its rows, twice.
    let twice = "2026-08-24;a;300;0\n2026-08-24;East Total;300;0\n2026-08-24;East Total;300;0\n";
    assert_eq!(ads().read(&format!("day;room;shown;clicks\n{twice}")).report.taken, 1);
    // One small row is like it by chance.
    let small = "day;room;shown;clicks\n2026-08-24;a;1;0\n2026-08-24;East Total;1;0\n2026-08-24;b;4;0\n";
    assert_eq!(ads().read(small).report.taken, 3);
    // Everybody is everybody where there is nobody else.
    let mut by_source = ads();
    by_source.columns.audience = vec![name("source")];
    let read = by_source.read("day;room;source;shown;clicks\n2026-08-24;a;All;310;30\n2026-08-24;b;All;200;20\n");
    assert_eq!(read.counts(Count::Impressions), ["310", "200"]);
}

#[test]
fn several_totals_that_no_word_tells_do_not_hide_each_other() {
    let rows = "2026-08-24;a;12000;240\n2026-08-24;b;8000;120\n2026-08-24;c;5000;150\n";
    let total = "2026-08-24;Samtals;25000;510\n";
    let header = "day;room;shown;clicks\n";
    for (text, record) in [(format!("{rows}{total}{total}"), 4), (format!("{total}{total}{rows}"), 1)] {
        let refused = refusal(ads(), &format!("{header}{text}"));
        assert!(refused.contains("is the sum of other rows"), "{refused}");
        assert!(refused.starts_with(&format!("its record {record} ")), "{refused}");
    }
    // Totals of groups, each behind its own, and none of all.
    let groups = (0..6_u64)
        .map(|group| {
            let (one, other) = (12_345 + group * 1_117, 8_761 + group * 931);
            let sum = one + other;
            format!(
                "2026-08-24;r{group}a;{one};{}\n2026-08-24;r{group}b;{other};{}\n2026-08-24;Samtals {group};{sum};{}\n",
                one / 29,
                other / 31,
                one / 29 + other / 31
            )
        })
        .collect::<Vec<_>>()
        .concat();
    let refused = refusal(ads(), &format!("{header}{groups}"));
    assert!(refused.starts_with("its record 3 is the sum of other rows"), "{refused}");
}

#[test]
fn small_numbers_that_add_up_are_rows() {
    let rows =
        (0..200_u64).map(|n| format!("2026-08-24;r{n};{};{}\n", 1 + n % 3, n % 2)).collect::<Vec<_>>().concat();
    assert_eq!(ads().read(&format!("day;room;shown;clicks\n{rows}")).report.taken, 200);
    // A round thousand at four percent, over and over; the third is the sum of the two before it.
    let rows = "2026-08-24;a;1000;40\n2026-08-24;b;2000;80\n2026-08-24;c;3000;120\n2026-08-24;d;700;30\n\
                2026-08-24;e;900;36\n2026-08-24;f;40;1\n2026-08-24;g;500;20\n";
    assert_eq!(ads().read(&format!("day;room;shown;clicks\n{rows}")).report.taken, 7);
}

#[test]
fn a_total_of_more_rows_than_there_are_refuses_the_export() {
    let rows = "day;room;shown;clicks\n2026-08-24;a;200;20\n2026-08-24;b;100;10\n";
    for (line, said) in [
        ("Total of 3 results;-;300;30\n", "Total of 3 results"),
        ("Total of 3 results\n", "Total of 3 results"),
        ("共 3 条;-;-;-\n", "共 3 条"),
        ("Showing top 500 results\n", "Showing top 500 results"),
        ("Showing top 500 results;;;\n", "Showing top 500 results"),
    ] {
        let refused = refusal(ads(), &format!("{rows}{line}"));
        assert!(refused.starts_with(&format!("it says `{said}`, and has 2 rows")), "{line}: {refused}");
    }
    assert_eq!(ads().read(&format!("{rows}Total of 2 results;-;300;30\n")).report.taken, 2);
    let capped = ads().with(|rows| rows.totals.cap = Some(2));
    assert_eq!(capped.read(&format!("{rows}Total of 3 results;-;330;30\n")).report.taken, 2);
    let disproved = ads().with(|rows| rows.totals.cap = Some(1));
    assert!(disproved.try_read(&format!("{rows}Total of 3 results;-;330;30\n")).is_err());
}

#[test]
fn a_note_is_no_row_and_no_reject() {
    let rows = "day;room;shown;clicks\n2026-08-24;a;200;20\n2026-08-24;b;100;10\n";
    for note in [
        "Showing top 2 results",
        "上位 2 件の結果を表示しています",
        "* all times are UTC",
        "Data as of 2026-08-25",
    ] {
        for padding in ["", ";;;"] {
            let read = ads().read(&format!("{rows}{note}{padding}\n"));
            assert_eq!(
                (read.report.taken, read.report.ignored, read.report.rejected),
                (2, 1, 0),
                "{note}{padding}"
            );
        }
    }
    // A note of just so many rows says that the platform cut them off.
    let read = ads().read(&format!("{rows}Total;;400;40\nShowing top 2 results\n"));
    assert_eq!(read.checks(), ["total impressions 2 1: export is capped", "total clicks 2 1: export is capped"]);
}

#[test]
fn a_header_among_the_rows_is_none_of_them() {
    let rows = "2026-08-24;a;1000;40\n2026-08-24;b;900;36\n";
    let header = "day;room;shown;clicks\n";
    for again in [header, "Day;ROOM; shown ;Clicks\n"] {
        let read =
            ads().read(&format!("{header}{rows}{again}{}", rows.replace(";a;", ";c;").replace(";b;", ";d;")));
        assert_eq!((read.report.taken, read.report.ignored, read.report.rejected), (4, 1, 0));
    }
    for other in
        ["day;room;clicks;shown\n", "room;day;shown;clicks\n", "day;room;cost;orders\n", "day;room;clicks;cost\n"]
    {
        let refused = refusal(ads(), &format!("{header}{rows}{other}{rows}"));
        assert!(refused.starts_with("its record 3 is a header of other columns"), "{refused}");
    }
    // A room that is called like a column, and a row that cannot be read.
    let read = ads().read(&format!("{header}{rows}2026-08-24;clicks;x;1\n"));
    assert_eq!(read.rejects(), ["3 bad_number shown"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever totals, headers and notes stand among the rows: the counts are the truth, or the export is refused.
    #[test]
    fn what_is_no_row_never_changes_a_count(
        groups in prop::collection::vec(prop::collection::vec((0..200_000_u64, 0..25_u64), 1..6), 1..8),
        leading in any::<bool>(),
        word in prop::sample::select(vec!["Total", "小计", "Total: G", "G Total", "整体", "Samtals", "Total - G", "Zwischensumme"]),
        totals in 0..3_usize,
        grand in prop::sample::select(vec!["", "Total", "Total: Account", "合计", "Heildartala", "Total of N results"]),
        again in prop::sample::select(vec!["", "day;room;shown;clicks", "day;room;clicks;shown", "clicks;shown;room;day"]),
        note in prop::sample::select(vec!["", "Showing top N results", "显示前 N 条结果;;;", "Note: estimates"]),
        dates in any::<bool>(),
    ) {
        let mut lines: Vec<String> = Vec::new();
        let (mut truth, mut rows) = ([0_u64; 2], 0);
        let date = |is_row: bool| if is_row || dates { "2026-08-24" } else { "" };
        for (nth, group) in groups.iter().enumerate() {
            if nth == 1 && !again.is_empty() {
                lines.push(again.to_owned());
            }
            let is_swapped = nth >= 1 && again == "day;room;clicks;shown";
            let mut sum = [0, 0];
            let mut own: Vec<String> = Vec::new();
            for (at, (shown, permille)) in group.iter().enumerate() {
                let clicks = shown * permille / 1_000;
                let (one, other) = if is_swapped { (clicks, *shown) } else { (*shown, clicks) };
                own.push(format!("2026-08-24;r{nth}-{at};{one};{other}"));
                sum = [sum[0] + shown, sum[1] + clicks];
                rows += 1;
            }
            truth = [truth[0] + sum[0], truth[1] + sum[1]];
            let (one, other) = if is_swapped { (sum[1], sum[0]) } else { (sum[0], sum[1]) };
            let total = format!("{};{word};{one};{other}", date(false));
            for _ in 0..totals {
                if leading { own.insert(0, total.clone()) } else { own.push(total.clone()) }
            }
            lines.extend(own);
        }
        if !grand.is_empty() {
            let grand = grand.replace('N', &rows.to_string());
            lines.push(format!("{};{grand};{};{}", date(false), truth[0], truth[1]));
        }
        if !note.is_empty() {
            lines.push(note.replace('N', &rows.to_string()));
        }
        let text = format!("day;room;shown;clicks\n{}\n", lines.join("\n"));
        if let Ok((_, page)) = ads().try_read(&text) {
            let of = |count| page.rows.iter().map(|row| row.figures.value.get(count)).sum::<u64>();
            let counted = [of(Count::Impressions), of(Count::Clicks)];
            // Where no word says it, only arithmetic can: of few, or of small numbers, it says nothing.
            // What may be a name and is like one small row beside it is another row.
            let is_name = dates && word == "G Total" && totals > 0 && groups.iter().any(|group| {
                let counting = group.iter().filter(|(shown, _)| *shown > 0).count();
                counting < 2 && group.iter().map(|(shown, _)| shown).sum::<u64>() < 100
            });
            let is_silent = dates && ((word == "Samtals" && totals > 0) || grand == "Heildartala");
            let is_small = groups.len() < 3 || groups.iter().any(|group| {
                let counting = group.iter().filter(|(shown, permille)| shown * permille >= 1_000_000);
                counting.count() < 2
            });
            prop_assert!(
                counted == truth || is_name || (is_silent && is_small),
                "{counted:?} instead of {truth:?}: {text}"
            );
        }
    }
}
