//! The markets of the demo and the covers that its hosts put on air.

use super::audience::Audience;
use super::built_in::LOCALIZED;
use super::truth::{FADING, Kind, STYLE, TRANSLATIONS, Translation, UNFIT, WORDY};

/// A market and its configuration.
pub(super) struct Market {
    pub(super) code: &'static str,
    /// The country in lower case, as one of the platforms writes it.
    pub(super) lower_code: &'static str,
    pub(super) zone: &'static str,
    /// The hour of the wall clock at which its day begins.
    pub(super) day_starts_at: i64,
    /// Its relative size.
    pub(super) size: u32,
    /// The share of displays that are tapped, for a usual cover and audience.
    pub(super) click_rate: f64,
}

/// Both hemispheres, half an hour's offset, a clock change inside the week (New York) and one a day before it (London).
pub(super) const MARKETS: [Market; 6] = [
    Market {
        code: "US",
        lower_code: "us",
        zone: "America/New_York",
        day_starts_at: 0,
        size: 20,
        click_rate: 0.040,
    },
    Market { code: "GB", lower_code: "gb", zone: "Europe/London", day_starts_at: 0, size: 13, click_rate: 0.036 },
    Market { code: "IN", lower_code: "in", zone: "Asia/Kolkata", day_starts_at: 4, size: 19, click_rate: 0.047 },
    Market { code: "ID", lower_code: "id", zone: "Asia/Jakarta", day_starts_at: 0, size: 21, click_rate: 0.050 },
    Market {
        code: "BR",
        lower_code: "br",
        zone: "America/Sao_Paulo",
        day_starts_at: 0,
        size: 15,
        click_rate: 0.044,
    },
    Market {
        code: "AU",
        lower_code: "au",
        zone: "Australia/Sydney",
        day_starts_at: 0,
        size: 12,
        click_rate: 0.038,
    },
];

/// A cover and its true effects. A good report should find these numbers.
pub(super) struct Cover {
    pub(super) id: &'static str,
    /// How often it is tapped, compared with the average of 1, but for what its kind does.
    appeal: f64,
    /// How long viewers stay who entered by it, compared with the average of 1.
    pub(super) stay: f64,
    /// How often they buy, compared with the average of 1.
    pub(super) buys: f64,
    fans: Affinity,
    kind: CoverKind,
}

/// What kind a cover is, as far as it matters.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct CoverKind {
    /// It is of the style of [`STYLE`].
    pub(super) festive: bool,
    /// It is of the wording of [`WORDY`].
    pub(super) wordy: bool,
}

/// The audience that likes a cover better than others do.
enum Affinity {
    Anybody,
    Gender(usize),
    Age(usize),
}

const WOMEN: Affinity = Affinity::Gender(0);
const MEN: Affinity = Affinity::Gender(1);
const YOUNG: Affinity = Affinity::Age(0);
const TWENTIES: Affinity = Affinity::Age(1);
const THIRTIES: Affinity = Affinity::Age(2);
const FORTIES: Affinity = Affinity::Age(3);

const fn cover(id: &'static str, appeal: f64, stay: f64, buys: f64, fans: Affinity) -> Cover {
    Cover { id, appeal, stay, buys, fans, kind: CoverKind { festive: false, wordy: false } }
}

const fn festive(id: &'static str, appeal: f64) -> Cover {
    let kind = CoverKind { festive: true, wordy: false };
    Cover { kind, ..cover(id, appeal, 1.0, 1.0, Affinity::Anybody) }
}

const fn wordy(cover: Cover) -> Cover {
    Cover { kind: CoverKind { festive: cover.kind.festive, wordy: true }, ..cover }
}

const fn translated(of: Translation) -> Cover {
    cover(of.cover, DRESS * of.gain, 1.10, 1.2, WOMEN)
}

/// The appeal of the dress, in whatever language.
const DRESS: f64 = 1.45;

/// The number of covers, from the first on, of which each room has two in every broadcast.
pub(super) const REGULAR_COVERS: usize = 15;

/// The number of covers, from the first on, that may be on air in every market.
pub(super) const SHARED_COVERS: usize = 38;

pub(super) const COVERS: [Cover; 43] = [
    cover("cov_red_dress_a", DRESS, 1.10, 1.2, WOMEN),
    cover("cov_red_dress_b", 1.10, 1.05, 1.1, WOMEN),
    cover("cov_host_smile_a", 1.25, 1.35, 1.1, Affinity::Anybody),
    cover("cov_host_smile_b", 0.90, 1.25, 1.0, Affinity::Anybody),
    cover("cov_unboxing_a", 1.30, 1.15, 0.9, YOUNG),
    cover("cov_unboxing_b", 0.75, 1.00, 0.8, YOUNG),
    cover("cov_sneaker_wall_a", 1.15, 0.95, 1.2, MEN),
    cover("cov_sneaker_wall_b", 0.85, 0.90, 1.1, MEN),
    cover("cov_kitchen_demo_a", 0.95, 1.60, 1.4, THIRTIES),
    cover("cov_lipstick_swatch_a", 1.35, 1.00, 1.3, TWENTIES),
    cover("cov_price_tag_a", 1.05, 0.85, 1.5, FORTIES),
    cover("cov_before_after_a", 1.20, 0.90, 0.9, Affinity::Anybody),
    cover("cov_product_on_white_a", 0.60, 1.05, 1.1, Affinity::Anybody),
    cover(UNFIT.missing, 0.65, 1.20, 1.0, FORTIES),
    // The bait. Everybody taps it and leaves at once: ranked by CTR it wins, but it costs the room stays and orders. It shows
    // why a decision should consider stays besides clicks.
    cover("cov_free_gift_a", 2.60, 0.22, 0.2, Affinity::Anybody),
    // Those that no room has in every broadcast. Their own appeals differ little, so that what their kind does can be seen.
    cover("cov_handbag_a", 1.10, 1.05, 1.0, WOMEN),
    cover("cov_handbag_b", 0.90, 1.00, 1.1, WOMEN),
    cover("cov_headphones_a", 1.05, 1.00, 1.0, MEN),
    cover("cov_skincare_a", 1.15, 1.10, 1.1, TWENTIES),
    cover("cov_watch_a", 0.85, 1.00, 1.0, MEN),
    cover("cov_host_wave_a", 1.00, 1.20, 1.0, Affinity::Anybody),
    cover("cov_collage_toys_a", 0.95, 1.00, 1.1, THIRTIES),
    cover("cov_collage_home_a", 1.05, 1.05, 1.0, FORTIES),
    cover("cov_price_tag_b", 1.00, 0.85, 1.5, FORTIES),
    wordy(cover("cov_big_sale_a", 1.00, 0.95, 1.1, Affinity::Anybody)),
    wordy(cover("cov_big_sale_b", 1.10, 0.95, 1.1, Affinity::Anybody)),
    wordy(cover("cov_coupon_wall_a", 0.90, 0.90, 1.2, FORTIES)),
    wordy(cover("cov_ingredients_a", 1.05, 1.10, 1.0, TWENTIES)),
    wordy(cover("cov_reviews_a", 0.95, 1.05, 1.1, THIRTIES)),
    wordy(cover("cov_size_chart_a", 0.95, 1.00, 1.0, WOMEN)),
    wordy(cover("cov_three_reasons_a", 1.15, 1.10, 1.0, Affinity::Anybody)),
    wordy(cover("cov_free_shipping_a", 1.00, 0.95, 1.1, Affinity::Anybody)),
    festive("cov_oil_lamps_a", 1.05),
    festive("cov_oil_lamps_b", 0.95),
    festive("cov_rangoli_a", 1.00),
    festive("cov_marigolds_a", 1.10),
    wordy(festive("cov_sweets_box_a", 1.05)),
    wordy(festive("cov_fireworks_a", 0.95)),
    // Made for one market after the dress that all markets share, and better there.
    cover(LOCALIZED.localized, DRESS * LOCALIZED.gain, 1.10, 1.2, WOMEN),
    translated(TRANSLATIONS[0]),
    translated(TRANSLATIONS[1]),
    translated(TRANSLATIONS[2]),
    cover(FADING.cover, 2.20, 1.00, 1.0, Affinity::Anybody),
];

/// The index of a cover in the list.
pub(super) fn cover_place(id: &str) -> usize {
    COVERS.iter().position(|cover| cover.id == id).unwrap_or(0)
}

impl Cover {
    /// How often an audience of a market taps this cover, compared with the average cover.
    pub(super) fn appeal_to(&self, audience: Audience, market: &Market) -> f64 {
        let is_fan = match self.fans {
            Affinity::Anybody => false,
            Affinity::Gender(gender) => audience.gender == gender,
            Affinity::Age(age) => audience.age == age,
        };
        let own = if is_fan { self.appeal * 1.3 } else { self.appeal };
        own * self.kind.factor_in(market)
    }

    #[cfg(test)]
    pub(super) fn kind(&self) -> CoverKind {
        self.kind
    }
}

impl CoverKind {
    fn factor_in(self, market: &Market) -> f64 {
        let factor = |is_so: bool, kind: Kind| {
            let is_here = kind.market.is_none_or(|code| code == market.code);
            if is_so && is_here { kind.factor } else { 1.0 }
        };
        factor(self.festive, STYLE) * factor(self.wordy, WORDY)
    }
}
