//! The docs say what is true, and nothing else.

use super::*;

const BEGIN: &str = "<!-- the demo's truths -->\n";
const END: &str = "<!-- end of the demo's truths -->";
const VIEWERS_BEGIN: &str = "<!-- the demo's truths of viewers -->\n";
const VIEWERS_END: &str = "<!-- end of the demo's truths of viewers -->";

fn everywhere(market: Option<&str>) -> String {
    market.map_or("everywhere".to_owned(), str::to_owned)
}

fn of_kind(kind: Kind, covers: usize, told: &str) -> Vec<String> {
    let Kind { tag, value, market, factor } = kind;
    let row = |place: &str, factor: f64| {
        format!("| `{tag}` = `{value}`, {covers} covers | {place} | {factor} × the taps of others | {told} |\n")
    };
    let here = row(&everywhere(market), factor);
    market.map_or(vec![here.clone()], |_| vec![here.clone(), row("elsewhere", 1.0)])
}

/// The table of the docs, made from what is above.
fn table() -> String {
    let count = |is_so: fn(&crate::world::CoverKind) -> bool| {
        crate::world::COVERS.iter().filter(|cover| is_so(&cover.kind())).count()
    };
    let mut rows = vec!["| what | where | truth | told by |\n| --- | --- | --- | --- |\n".to_owned()];
    rows.extend(of_kind(STYLE, count(|kind| kind.festive), "`cover_type`"));
    rows.extend(of_kind(WORDY, count(|kind| kind.wordy), "`cover_type`"));
    for tag in NOTHING {
        rows.push(format!("| `{tag}` | everywhere | 1 × | `cover_type`, by telling no difference |\n"));
    }
    let Fading { cover, platforms, markets, half_life_days, days } = FADING;
    rows.push(format!(
        "| `{cover}` | {} on `{}` | halves every {half_life_days} days on air, in the last {days} days | `cover_history` |\n",
        markets.join(" and "),
        platforms.join("` and `")
    ));
    rows.push("| all other covers | everywhere | as good as on their first day | `cover_history` |\n".to_owned());
    for Translation { shared, cover, language, market, platforms, gain } in TRANSLATIONS {
        rows.push(format!(
            "| `{cover}`, the version in `{language}` of `{shared}` | {market} on `{}` | {gain} × the taps of `{shared}` | \
             `covers`, as of its family |\n",
            platforms.join("` and `")
        ));
    }
    let Unfit { torn, undeclared, missing } = UNFIT;
    rows.push(format!("| `{torn}` | `pictures/` | half a file | `pictures`, refused by name |\n"));
    rows.push(format!("| `{undeclared}` | `pictures/` | a picture without a row in the sheet | `covers` |\n"));
    rows.push(format!("| `{missing}` | `pictures/` | a row in the sheet without its file | `covers` |\n"));
    rows.concat()
}

/// The table of what is true of viewers, with `--quality`.
fn viewers_table() -> String {
    let Streams { platform, source, markets, spared, loss, days, network } = STREAMS;
    let BadNetwork { share, bad, bad_elsewhere, clicks } = network;
    let points = format!("{:.1} points of CTR", loss * 100.0);
    let Clickbait { cover, platform: bait_platform, markets: bait_markets, comes, days: bait_days, .. } =
        CLICKBAIT;
    [
        "| what | where | truth | told by |\n| --- | --- | --- | --- |\n".to_owned(),
        format!(
            "| a bad visit (`{source}`) | {} on `{platform}` | −{points} on the {days} local dates after it | `quality_effect` |\n",
            markets.join(" and ")
        ),
        format!(
            "| a bad visit (`{source}`) | {spared} on `{platform}`, and elsewhere | 0 | `quality_effect`, by telling no effect |\n"
        ),
        format!(
            "| a viewer with a bad network, {share} of all | everywhere on `{platform}` | {bad} of the visits are bad (of others \
             {bad_elsewhere}), {clicks} × the taps of others | nothing: it is no effect of a visit |\n"
        ),
        format!(
            "| an entry by `{cover}` | {} on `{bait_platform}` | {comes} × the visits a day on the {bait_days} local dates after it | \
             `revisit` |\n",
            bait_markets.join(" and ")
        ),
        format!(
            "| an entry by any other cover | everywhere on `{bait_platform}` | 1 × the visits a day | `revisit`, by telling no difference |\n"
        ),
    ]
    .concat()
}

#[test]
fn the_docs_have_these_truths() {
    let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/LIBRARY.md");
    let text = std::fs::read_to_string(docs).unwrap();
    for (begin, end, expected) in [(BEGIN, END, table()), (VIEWERS_BEGIN, VIEWERS_END, viewers_table())] {
        let found = text.split_once(begin).and_then(|(_, rest)| rest.split_once(end)).map(|(table, _)| table);
        assert_eq!(found, Some(&*expected), "the table of docs/LIBRARY.md between its two marks");
    }
}

#[test]
fn half_is_gone_after_nine_days() {
    for (days, left) in [(0, 1.0), (9, 0.5), (18, 0.25), (27, 0.125)] {
        assert!((FADING.left(days) - left).abs() < 1e-12, "{days}");
    }
    let days: Vec<f64> = (0..28).map(|days| FADING.left(days)).collect();
    assert!(days.windows(2).all(|pair| (pair[1] / pair[0] - NINTHS[1]).abs() < 1e-9), "{days:?}");
}
