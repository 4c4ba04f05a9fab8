//! What is built into the demo for a report to find, so that a test can hold the report against it.

/// A test in which a platform shows every viewer of a broadcast one of several covers, as a hash of both decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split {
    /// The name of the experiment in the configuration.
    pub name: &'static str,
    /// The platform that divides its viewers.
    pub platform: &'static str,
    /// Every broadcast of these markets is in the test.
    pub markets: [&'static str; 3],
    /// The covers, in equal shares. The first is the control.
    pub covers: [&'static str; 3],
    /// The one of them that is tapped far more than the others, and after which nobody stays or buys.
    pub clickbait: &'static str,
}

/// Every broadcast of the platform in these markets, on all days. For each tap of a usual cover the control has about
/// 1.7, the host's smile 1.25 and the bait 2.6. Of those who enter by the control three in ten stay a minute and more,
/// of the smile's four in ten, and of the bait's about one in thirty. By the minutes that people stay, control and smile
/// are close, and by orders the control is ahead.
pub const SPLIT: Split = Split {
    name: "autumn_covers",
    platform: "youtube",
    markets: ["US", "GB", "BR"],
    covers: ["cov_red_dress_a", "cov_host_smile_a", "cov_free_gift_a"],
    clickbait: "cov_free_gift_a",
};

/// A cover whose CTR rises as a whole while it falls for everybody who sees it, because others see it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reversal {
    /// Where it happens.
    pub platform: &'static str,
    /// Where it happens.
    pub market: &'static str,
    /// The cover.
    pub cover: &'static str,
    /// From so many days before the end on it is shown mainly to those below 35, before that mainly to all others.
    pub days: u16,
    /// Of displays to those at whom it is aimed it has this share.
    pub share_aimed: f64,
    /// Of displays to the others.
    pub share_besides: f64,
    /// How those below 35 take to it: they tap so many times as often as at its usual appeal.
    pub taste_young: f64,
    /// How all others do.
    pub taste_old: f64,
    /// From the change on everybody taps it so many times as often as before.
    pub faded: f64,
}

/// The broadcasts of the last three days against those of the three days before: CTR rises by more than half, and in
/// each slot and audience it falls by four tenths.
pub const REVERSAL: Reversal = Reversal {
    platform: "tiktok_shop_live",
    market: "ID",
    cover: "cov_unboxing_a",
    days: 3,
    share_aimed: 0.9,
    share_besides: 0.1,
    taste_young: 1.5,
    taste_old: 0.4,
    faded: 0.6,
};

/// A cover that was made anew for one market, and is on air there beside the one that all markets share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Localized {
    /// The family in the configuration.
    pub family: &'static str,
    /// What all markets share.
    pub shared: &'static str,
    /// What was made for one.
    pub localized: &'static str,
    /// That market.
    pub market: &'static str,
    /// Where both are on air in every broadcast of it, in turns.
    pub platforms: [&'static str; 2],
    /// Every audience taps the localized one so many times as often as the shared one, and takes to it alike otherwise.
    pub gain: f64,
}

/// The dress in Jakarta.
pub const LOCALIZED: Localized = Localized {
    family: "red_dress",
    shared: "cov_red_dress_a",
    localized: "cov_red_dress_id",
    market: "ID",
    platforms: ["shopee_live", "youtube"],
    gain: 1.3,
};

#[cfg(test)]
mod tests;
