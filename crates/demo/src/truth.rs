//! What is true of the demo's covers, written down before a library looks at them: what it should find, and what it
//! should not.
//!
//! The effects of [`crate::built_in`] are of single broadcasts and markets; these are of kinds of cover, of how covers wear
//! out, and of covers that are one another's versions. They show in `demo --days 42 --events 2000000`, and hardly in a week.
//! [`STREAMS`] and [`CLICKBAIT`] are of viewers who come back, and true only in a demo with `--quality`.

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

/// What a stream that went badly costs later, for viewers of one platform.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Streams {
    /// The platform whose streams they are.
    pub platform: &'static str,
    /// The player whose telemetry tells how each visit went.
    pub source: &'static str,
    /// Where a bad visit costs clicks later.
    pub markets: [&'static str; 2],
    /// Where it costs nothing, as in all markets that are not named here.
    pub spared: &'static str,
    /// By so much is the probability of a click lower at each display within [`Streams::days`] local dates after a bad visit of the
    /// viewer, one or several. It is never below zero.
    pub loss: f64,
    /// The local dates after that of the last bad visit, which itself is not among them.
    pub days: u16,
    /// Viewers with a bad network.
    pub network: BadNetwork,
}

/// Some viewers have a bad network. They are like this from the first day to the last, in every market: whoever compares them with
/// others finds that bad visits and few clicks go together, also where one does not cause the other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BadNetwork {
    /// Their share of all viewers.
    pub share: f64,
    /// The share of their visits that are bad.
    pub bad: f64,
    /// The share of everybody else's visits that are bad.
    pub bad_elsewhere: f64,
    /// The factor by which they click less often, whatever they met before.
    pub clicks: f64,
}

/// A visit in eight is bad: slow, stalled or failed, and each of the three costs the same.
pub const STREAMS: Streams = Streams {
    platform: "shop_app",
    source: "player",
    markets: ["GB", "US"],
    spared: "BR",
    loss: 0.004,
    days: 7,
    network: BadNetwork { share: 0.2, bad: 0.2, bad_elsewhere: 0.1, clicks: 0.6 },
};

/// A cover whose promise the room does not hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clickbait {
    /// The cover.
    pub cover: &'static str,
    /// The platform on which it keeps viewers from coming back.
    pub platform: &'static str,
    /// The markets there. It is on air only in some broadcasts of theirs.
    pub markets: [&'static str; 2],
    /// The share of those broadcasts. If it were in all of them, there would hardly be a viewer without it to compare with.
    pub on_air: f64,
    /// The factor by which viewers who entered by it come more seldom, to any host of that market.
    pub comes: f64,
    /// On the local dates after that of the entry, which itself is not among them; each entry by it begins them anew.
    pub days: u16,
}

/// The bait of [`crate::SPLIT`], on another platform. Each visit of a viewer who entered by it in the last four weeks is dropped with
/// a probability of one half, so that the number of visits a day halves. The share who come back within some days is more than half
/// of what it is after other covers: who comes twice as often as necessary still comes once.
pub const CLICKBAIT: Clickbait = Clickbait {
    cover: "cov_free_gift_a",
    platform: "shop_app",
    markets: ["BR", "US"],
    on_air: 0.12,
    comes: 0.5,
    days: 28,
};

impl Streams {
    /// What a bad visit costs in a market.
    pub(super) fn loss_in(&self, market: &str) -> f64 {
        if self.markets.contains(&market) { self.loss } else { 0.0 }
    }
}

impl Clickbait {
    /// Whether it works in this room.
    pub(super) fn is_in(&self, platform: &str, market: &str) -> bool {
        platform == self.platform && self.markets.contains(&market)
    }
}

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
mod tests;
