//! Names with remarks, running totals, and days that may be months.

use super::super::{Drafted, Sample, draft};
use super::*;

fn asked(peek: &Peek) -> Drafted {
    draft("new", Sample { file: "a.csv", peek, finding: &look(peek) }, &[])
}

fn is_asked(drafted: &Drafted, what: &str) -> bool {
    drafted.to_decide.iter().any(|question| question.contains(what))
}

#[test]
fn a_remark_that_is_not_known_keeps_a_count_out_of_the_draft() {
    let one = asked(&text(
        "Start (UTC)|End (UTC)|Room|Impressions|Clicks (products)|Orders (cancelled)|Views (avg.)|Viewers (人)
         2026-11-20 09:00|2026-11-20 10:00|r1|100|7|7|50|40
         2026-11-21 12:00|2026-11-21 13:00|r2|220|15|8|99|60",
    ));
    assert!(one.text.contains("      #   impressions: \"Impressions\"\n"), "{}", one.text);
    assert!(one.text.contains("      #   entrants: \"Viewers (人)\"\n"), "{}", one.text);
    assert!(is_asked(&one, "whether `Clicks (products)`, `Views (avg.)` count"), "{:?}", one.to_decide);
    for count in ["clicks:", "orders:", "entries:"] {
        assert!(!one.text.contains(&format!("  {count}")), "{count} in\n{}", one.text);
    }
    assert!(one.text.contains("`Orders (cancelled)` may be something else than orders"), "{}", one.text);
}

#[test]
fn what_no_rate_needs_is_left_out_without_a_question() {
    let one = asked(&text(
        "Start (UTC)|End (UTC)|Room|Impressions|Clicks|Orders (cancelled)
         2026-11-20 09:00|2026-11-20 10:00|r1|100|7|7
         2026-11-21 12:00|2026-11-21 13:00|r2|220|15|8",
    ));
    assert!(one.text.contains("        clicks: \"Clicks\"\n") && !one.text.contains("  orders:"), "{}", one.text);
    assert!(!is_asked(&one, "counts"), "{:?}", one.to_decide);
}

#[test]
fn two_kinds_of_one_count_are_asked_and_prove_nothing() {
    let peek = text(
        "Start (UTC)|End (UTC)|Room|Impressions (paid)|Impressions (organic)|Clicks|Rate
         2026-11-20 09:00|2026-11-20 10:00|r1|100|300|7|7.00%
         2026-11-21 12:00|2026-11-21 13:00|r2|200|400|15|7.50%
         2026-11-22 12:00|2026-11-22 13:00|r3|400|500|16|4.00%
         2026-11-23 12:00|2026-11-23 13:00|r4|300|150|15|5.00%",
    );
    let draft = asked(&peek);
    assert!(!draft.text.contains("impressions: \"Impressions"), "{}", draft.text);
    assert!(!draft.text.contains("ctr:"), "{}", draft.text);
    assert!(is_asked(&draft, "which column counts impressions, clicks or entries"), "{:?}", draft.to_decide);
    assert_eq!(look(&peek).relations.len(), 1);
}

/// Ten rows of two rooms, running on.
const RUNNING: &str = "
    Time|Room|Cover|Impressions|Clicks|Orders
    2026-11-10 09:00|r1|c1|100|5|0
    2026-11-10 10:00|r1|c1|300|16|1
    2026-11-10 11:00|r1|c1|650|33|2
    2026-11-10 12:00|r1|c1|900|47|3
    2026-11-10 13:00|r1|c1|1500|80|5
    2026-11-11 09:00|r2|c1|70|5|0
    2026-11-11 10:00|r2|c1|320|16|1
    2026-11-11 11:00|r2|c1|680|33|2
    2026-11-11 12:00|r2|c1|910|47|3
    2026-11-11 13:00|r2|c1|1700|80|5";

#[test]
fn counts_that_never_fall_are_asked() {
    let draft = asked(&text(RUNNING));
    assert!(is_asked(&draft, "`Impressions`, `Clicks`, `Orders` never fall"), "{:?}", draft.to_decide);
    assert!(draft.text.contains("      # counts:\n      #   impressions: \"Impressions\"\n"), "{}", draft.text);
    // One room that is on air every day begins anew each morning.
    let daily = asked(&text(&RUNNING.replace("r2", "r1")));
    assert!(is_asked(&daily, "never fall"), "{:?}", daily.to_decide);
    // One that falls once counts its rows.
    let own = asked(&text(&RUNNING.replace("650|33", "250|13")));
    assert!(!is_asked(&own, "never fall"), "{:?}", own.to_decide);
    assert!(own.text.contains("        impressions: \"Impressions\"\n"), "{}", own.text);
}

#[test]
fn broadcasts_that_grow_are_no_running_total() {
    let peek = text(
        "Start (UTC)|End (UTC)|Room|Impressions|Clicks
         2026-11-20 09:00|2026-11-20 10:00|r|100|7
         2026-11-21 09:00|2026-11-21 10:00|r|200|15
         2026-11-22 09:00|2026-11-22 10:00|r|400|16
         2026-11-23 09:00|2026-11-23 10:00|r|800|30",
    );
    assert!(look(&peek).rising.is_empty());
}

#[test]
fn a_running_total_by_its_name_is_not_counted() {
    let draft = asked(&text(
        "Time|Room|累计曝光次数|Clicks (running total)|Orders (to date)
         2026-11-10 09:00|r1|100|5|0
         2026-11-10 10:00|r1|300|16|1
         2026-11-10 11:00|r1|650|33|2",
    ));
    assert!(is_asked(&draft, "which column counts"), "{:?}", draft.to_decide);
    for name in ["累计曝光次数", "Clicks (running total)", "Orders (to date)"] {
        assert!(draft.text.contains(&format!("`{name}` is a running total by its name")), "{}", draft.text);
    }
}

const ENGLISH: &str = "Date|Room|Impressions|Clicks";

#[test]
fn day_and_month_are_asked_with_every_separator() {
    let of = |headers: &str, dates: [&str; 2]| {
        let [one, other] = dates;
        text(&format!("{headers}\n{one}|r1|100|7\n{other}|r2|220|15"))
    };
    for dates in [
        ["11-10-2026", "11-11-2026"],
        ["11.10.2026", "11.11.2026"],
        ["11/10/2026", "11/11/2026"],
        ["11/10/26", "11/11/26"],
        ["26/11/18", "26/11/19"],
        ["11-10-2026 09:00", "11-11-2026 09:00"],
    ] {
        let peek = of(ENGLISH, dates);
        let draft = asked(&peek);
        assert!(is_asked(&draft, "whether the day or the month comes first"), "{dates:?}: {:?}", draft.to_decide);
        // A command that follows the guess would settle other days.
        assert_eq!(look(&peek).dates, None, "{dates:?}");
    }
    for (headers, dates, pattern) in [
        (ENGLISH, ["11-25-2026", "11-11-2026"], "%m-%d-%Y"),
        (ENGLISH, ["25-11-2026", "11-11-2026"], "%d-%m-%Y"),
        (ENGLISH, ["26/11/10", "26/11/11"], "%y/%m/%d"),
        (ENGLISH, ["11/25/26", "11/11/26"], "%m/%d/%y"),
        ("Datum|Sendung|Impressionen|Klicks", ["11.10.2026", "11.11.2026"], "%d.%m.%Y"),
    ] {
        let draft = asked(&of(headers, dates));
        assert!(!is_asked(&draft, "the day or the month"), "{dates:?}: {:?}", draft.to_decide);
        assert!(draft.text.contains(&format!("format: \"{pattern}\"")), "{dates:?}\n{}", draft.text);
    }
}

#[test]
fn hours_have_their_half_of_the_day_or_are_asked() {
    let of = |hours: [&str; 2]| {
        let [one, other] = hours;
        asked(&text(&format!(
            "Date|Hour|Room|Impressions|Clicks\n2026-11-20|{one}|r1|100|7\n2026-11-20|{other}|r1|220|15"
        )))
    };
    assert!(of(["12 AM", "1 PM"]).text.contains("hour: \"Hour\""));
    assert!(!of(["noon", "one o'clock"]).to_decide.is_empty());
}

#[test]
fn a_total_of_another_hand_does_not_say_how_the_rows_write_numbers() {
    let mut lines = "Datum|Sendung|Impressionen|Klickrate\n".to_owned();
    for day in 1..=28 {
        lines += &["2026-11-", &format!("{day:02}"), "|r|100", "|5,18%\n"].concat();
    }
    let total = lines.clone() + "Gesamt||2800|5.18%";
    assert_eq!(look(&text(&total)).style.decimal, ',');
    // Where the rows say nothing the total is asked.
    let mute = lines.replace("5,18%", "5%") + "Gesamt||2800|5,18%";
    assert_eq!(look(&text(&mute)).style.decimal, ',');
}
