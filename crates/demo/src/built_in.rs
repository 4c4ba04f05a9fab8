//! Effects that are built into the demo, so that a test can check whether the report finds them.

/// A test in which a platform shows every viewer of a broadcast one of several covers, as a hash of both decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split {
    /// The name of the experiment in the configuration.
    pub name: &'static str,
    /// The platform that assigns its viewers.
    pub platform: &'static str,
    /// Every broadcast of these markets is in the test.
    pub markets: [&'static str; 3],
    /// The covers, in equal shares. The first is the control.
    pub covers: [&'static str; 3],
    /// The cover that is tapped far more than the others, and after which hardly anybody stays or buys.
    pub clickbait: &'static str,
}

/// Every broadcast of the platform in these markets, on all days. For each tap of a usual cover the control has about
/// 1.7, the host's smile 1.25 and the bait 2.6. Of those who enter by the control three in ten stay a minute and more,
/// of the smile's four in ten, and of the bait's about one in thirty. By the minutes that people stay, control and smile
/// are close, and by orders the control is ahead.
pub const SPLIT: Split = Split {
    name: "autumn_covers",
    platform: "web_feed",
    markets: ["US", "GB", "BR"],
    covers: ["cov_red_dress_a", "cov_host_smile_a", "cov_free_gift_a"],
    clickbait: "cov_free_gift_a",
};

/// A cover whose overall CTR rises while it falls in every audience, because the mix of audiences changes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reversal {
    /// The platform.
    pub platform: &'static str,
    /// The market.
    pub market: &'static str,
    /// The cover.
    pub cover: &'static str,
    /// For this many days before the end it is shown mainly to viewers below 35, before that mainly to all others.
    pub days: u16,
    /// Its share of displays to its target audience.
    pub share_aimed: f64,
    /// Its share of displays to the others.
    pub share_besides: f64,
    /// The factor by which viewers below 35 tap it more often than its appeal suggests.
    pub taste_young: f64,
    /// The same factor for all others.
    pub taste_old: f64,
    /// The factor by which everybody taps it more often after the change.
    pub faded: f64,
}

/// The broadcasts of the last three days compared with those of the three days before: CTR rises by more than half, and in
/// each slot and audience it falls by four tenths.
pub const REVERSAL: Reversal = Reversal {
    platform: "shop_app",
    market: "ID",
    cover: "cov_unboxing_a",
    days: 3,
    share_aimed: 0.9,
    share_besides: 0.1,
    taste_young: 1.5,
    taste_old: 0.4,
    faded: 0.6,
};

/// A cover that was made for one market, and is on air there together with the one that all markets share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Localized {
    /// The family in the configuration.
    pub family: &'static str,
    /// The cover that all markets share.
    pub shared: &'static str,
    /// The cover that was made for one market.
    pub localized: &'static str,
    /// That market.
    pub market: &'static str,
    /// The platform on which both are on air in every broadcast, in turns.
    pub platforms: [&'static str; 2],
    /// The factor by which every audience taps the localized cover more often than the shared one; they are equal otherwise.
    pub gain: f64,
}

/// The dress in Jakarta.
pub const LOCALIZED: Localized = Localized {
    family: "red_dress",
    shared: "cov_red_dress_a",
    localized: "cov_red_dress_id",
    market: "ID",
    platforms: ["partner_feed", "web_feed"],
    gain: 1.3,
};

#[cfg(test)]
mod tests;
