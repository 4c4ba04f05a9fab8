//! What is true of the demo's covers, written down before a library looks at them: what it should find, and what it
//! should not.
//!
//! The effects of [`crate::built_in`] are of single broadcasts and markets; these are of kinds of cover, of how covers wear
//! out, and of covers that are one another's versions. They show in `demo --days 42 --events 2000000`, and hardly in a week.

/// A kind of cover, by a column of the sheet, that is tapped more or less often than other covers are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kind {
    /// The column of the sheet.
    pub tag: &'static str,
    /// What it says of these covers.
    pub value: &'static str,
    /// Where it matters; everywhere if there is none.
    pub market: Option<&'static str>,
    /// The factor by which every audience taps them more often there.
    pub factor: f64,
}

/// Covers of the festival of lights work in India, and are as good as others anywhere else.
pub const STYLE: Kind = Kind { tag: "theme", value: "festival", market: Some("IN"), factor: 1.9 };

/// Covers full of text are tapped less often, everywhere.
pub const WORDY: Kind = Kind { tag: "wording", value: "full", market: None, factor: 0.6 };

/// Columns of the sheet that nobody's taps depend on: whoever finds a difference there has found chance.
pub const NOTHING: [&str; 2] = ["designer", "backdrop"];

/// A cover that wears out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fading {
    /// The cover.
    pub cover: &'static str,
    /// The platforms on which it is in every broadcast.
    pub platforms: [&'static str; 2],
    /// The markets in which it is.
    pub markets: [&'static str; 2],
    /// The days on air in which half of its appeal is gone.
    pub half_life_days: u16,
    /// It is on air on the last so many days.
    pub days: u16,
}

/// A countdown: pressing when it is new, and stale four weeks later. All other covers are as good as on their first day.
pub const FADING: Fading = Fading {
    cover: "cov_countdown_a",
    platforms: ["partner_feed", "shop_app"],
    markets: ["GB", "US"],
    half_life_days: 9,
    days: 28,
};

/// A version of a cover for another market, that no list of families names: only their pictures tell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Translation {
    /// The cover that was translated.
    pub shared: &'static str,
    /// The translated one.
    pub cover: &'static str,
    /// Its language.
    pub language: &'static str,
    /// Where it is in every broadcast, beside the one that was translated.
    pub market: &'static str,
    /// The platforms there.
    pub platforms: [&'static str; 2],
    /// The factor by which every audience taps it more often than the one that was translated; they are equal otherwise.
    pub gain: f64,
}

const fn translation(cover: &'static str, language: &'static str, market: &'static str, gain: f64) -> Translation {
    Translation {
        shared: "cov_red_dress_a",
        cover,
        language,
        market,
        platforms: ["partner_feed", "shop_app"],
        gain,
    }
}

/// The dress in other languages. The last is no better: few in its market read it.
pub const TRANSLATIONS: [Translation; 3] = [
    translation("cov_red_dress_pt", "pt", "BR", 1.3),
    translation("cov_red_dress_hi", "hi", "IN", 1.35),
    translation("cov_red_dress_zh", "zh", "AU", 1.0),
];

/// What is wrong in the folder of pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// A cover of which half the file is there.
    pub torn: &'static str,
    /// A cover with a picture and without a row in the sheet.
    pub undeclared: &'static str,
    /// A cover with a row in the sheet whose file is not there.
    pub missing: &'static str,
}

/// None of the three spoils the others.
pub const UNFIT: Unfit =
    Unfit { torn: "cov_mystery_box_a", undeclared: "cov_backstage_a", missing: "cov_warehouse_tour_a" };

/// 2^(-k/9): a power of a fraction may differ in its last bit from one machine to the next.
const NINTHS: [f64; 9] = [
    1.0,
    0.925_874_712_287_290_5,
    0.857_243_982_853_072_8,
    0.793_700_525_984_099_8,
    0.734_867_246_137_799_4,
    0.680_395_000_087_188_5,
    0.629_960_524_947_436_6,
    0.583_264_519_788_058_3,
    0.540_029_869_446_153,
];

impl Fading {
    /// What is left of its appeal after so many days on air.
    pub(super) fn left(self, days: u16) -> f64 {
        let mut left =
            NINTHS[usize::from(days % self.half_life_days) * NINTHS.len() / usize::from(self.half_life_days)];
        for _ in 0..days / self.half_life_days {
            left /= 2.0;
        }
        left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGIN: &str = "<!-- the demo's truths -->\n";
    const END: &str = "<!-- end of the demo's truths -->";

    fn everywhere(market: Option<&str>) -> String {
        market.map_or("everywhere".to_owned(), str::to_owned)
    }

    fn of_kind(kind: Kind, covers: usize, told: &str) -> Vec<String> {
        let Kind { tag, value, market, factor } = kind;
        let row = |place: &str, factor: f64| {
            format!(
                "| `{tag}` = `{value}`, {covers} covers | {place} | {factor} × the taps of others | {told} |\n"
            )
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
        rows.push(
            "| all other covers | everywhere | as good as on their first day | `cover_history` |\n".to_owned(),
        );
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

    #[test]
    fn the_docs_have_these_truths() {
        let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/LIBRARY.md");
        let text = std::fs::read_to_string(docs).unwrap();
        let found = text.split_once(BEGIN).and_then(|(_, rest)| rest.split_once(END)).map(|(table, _)| table);
        assert_eq!(found, Some(&*table()), "the table of docs/LIBRARY.md between its two marks");
    }

    #[test]
    fn half_is_gone_after_nine_days() {
        for (days, left) in [(0, 1.0), (9, 0.5), (18, 0.25), (27, 0.125)] {
            assert!((FADING.left(days) - left).abs() < 1e-12, "{days}");
        }
        let days: Vec<f64> = (0..28).map(|days| FADING.left(days)).collect();
        assert!(days.windows(2).all(|pair| (pair[1] / pair[0] - NINTHS[1]).abs() < 1e-9), "{days:?}");
    }
}
