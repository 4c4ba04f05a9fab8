//! A kind in the parts of a whole: what it does in all, and how much more or less in each.

use super::panel::Part;
use super::raw::{LEAST_OWN, Raw, Units, raw};
use super::widened;
use coverledger_stats::{Pooled, Pooling, RandomEffects};

/// What a part says of a kind.
#[derive(Debug, Clone)]
pub(super) struct PartEffect {
    /// By its own covers.
    pub(super) here: Option<Raw>,
    /// Cover by cover against the other parts.
    pub(super) beside: Option<Raw>,
    /// How far it is from the whole, with its error; `None` where it does not tell, or there is nothing else.
    pub(super) deviation: Option<(f64, f64)>,
    share: f64,
}

impl PartEffect {
    pub(super) fn of(
        part: &Part,
        whole: Option<&Raw>,
        units: impl Fn(&[crate::library::effects::CoverEffect]) -> Units,
    ) -> Self {
        let here = raw(&units(&part.here));
        let beside = raw(&units(&part.beside));
        let mut told = Vec::new();
        if let Some(beside) = &beside {
            // The whole lies between the part and the others.
            let away = 1.0 - part.share;
            let (value, error) = estimate(beside);
            told.push((away * value, away * error));
        }
        if let Some(whole) = whole.filter(|_| !part.is_whole()) {
            let apart = |own: &Raw| {
                let ((value, error), (of_whole, its_error)) = (estimate(own), estimate(whole));
                // What the part and the whole have in common cancels.
                let variance = (error.powi(2) - its_error.powi(2)).max(LEAST_OWN * error.powi(2));
                (value - of_whole, variance.sqrt())
            };
            told.extend(raw(&units(&part.only_here)).as_ref().map(apart));
            if told.is_empty() {
                told.extend(here.as_ref().map(apart));
            }
        }
        Self { here, beside, deviation: together(&told), share: part.share }
    }
}

/// The slope, and its error as wide under the normal distribution.
pub(super) fn estimate(raw: &Raw) -> (f64, f64) {
    (raw.fit.slope, widened(raw.fit.standard_error, raw.fit.degrees))
}

/// One estimate of several of the same.
fn together(estimates: &[(f64, f64)]) -> Option<(f64, f64)> {
    let weight: f64 = estimates.iter().map(|(_, error)| error.powi(-2)).sum();
    let value: f64 = estimates.iter().map(|(value, error)| value * error.powi(-2)).sum();
    (weight > 0.0).then(|| (value / weight, weight.powf(-0.5)))
}

/// Parts of one whole or of several, of which it is believed that they are alike far apart.
pub(super) struct Parts<'a> {
    effects: Vec<&'a PartEffect>,
    pooling: Option<Pooling>,
}

impl<'a> Parts<'a> {
    /// `scale` is what is believed beforehand of how far they lie apart.
    pub(super) fn of(effects: Vec<&'a PartEffect>, scale: f64) -> Self {
        let told: Vec<(f64, f64)> = effects.iter().filter_map(|effect| effect.deviation).collect();
        Self { effects, pooling: Pooling::around_zero(&told, scale) }
    }

    /// The variance between parts, believed.
    fn variance(&self) -> f64 {
        self.pooling.as_ref().map_or(0.0, |pooling| pooling.another().standard_error.powi(2))
    }

    /// What is believed of one of them, from what is believed of its whole.
    pub(super) fn part(&self, number: usize, whole: Pooled) -> Pooled {
        let effect = self.effects[number];
        if effect.share >= 1.0 {
            return whole;
        }
        let nth = self.effects[..number].iter().filter(|effect| effect.deviation.is_some()).count();
        let Some(pooling) = self.pooling.as_ref().filter(|_| effect.deviation.is_some()) else {
            let between = self.variance().sqrt();
            return Pooled { standard_error: whole.standard_error.hypot(between), borrowed: 1.0, ..whole };
        };
        let shift = pooling.place(nth);
        let away = 1.0 - effect.share;
        // Its own estimate is part of the whole as well.
        let own = (1.0 - shift.borrowed) * away + effect.share * (1.0 - whole.borrowed);
        Pooled {
            value: whole.value + shift.value,
            standard_error: whole.standard_error.hypot(shift.standard_error),
            borrowed: (1.0 - own).clamp(0.0, 1.0),
        }
    }

    /// The sum of squares of the shares: what of the variance between parts is left in their mean.
    fn concentration(&self) -> f64 {
        self.effects.iter().map(|effect| effect.share.powi(2)).sum()
    }

    /// What is believed of any such whole, from what these covers say of this one.
    pub(super) fn any(&self, whole: Pooled) -> Pooled {
        let variance = self.variance() * self.concentration();
        Pooled { standard_error: whole.standard_error.hypot(variance.sqrt()), ..whole }
    }

    /// The same by the parts alone, without a belief; `None` of one part, which does not tell what parts have in common.
    pub(super) fn any_raw(&self, whole: &Raw) -> Option<Raw> {
        let told: Vec<(f64, f64)> = self.effects.iter().filter_map(|effect| effect.deviation).collect();
        let between = RandomEffects::of(&told)?.between;
        let degrees = crate::tally::float(told.len() as u64 - 1);
        Some(whole.with_variance(between.powi(2) * self.concentration(), degrees))
    }

    /// A part against the others, cover by cover, allowing for how far the others lie from each other: one that is merely not
    /// like some odd one among them is not unlike them.
    pub(super) fn elsewhere(&self, number: usize) -> Option<Raw> {
        let beside = self.effects[number].beside.as_ref()?;
        let others = self.effects.iter().enumerate().filter(|(other, _)| *other != number);
        let told: Vec<(f64, f64)> = others.filter_map(|(_, effect)| effect.deviation).collect();
        let Some(spread) = RandomEffects::of(&told) else { return Some(beside.clone()) };
        let others = crate::tally::float(told.len() as u64);
        Some(beside.with_variance(spread.between.powi(2) * (1.0 + others.recip()), others - 1.0))
    }
}
