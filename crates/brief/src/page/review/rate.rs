//! The strip of the rate, with how far it is known.

use std::fmt::Write as _;

use maud::Markup;

use coverledger_stats::wilson;

use super::{Form, Review, as_float, say, strip, total};

/// Minutes over which a rate is taken, so that it does not jump.
const SMOOTHED_MINUTES: i64 = 15;

/// CTR over a quarter of an hour with its 95 % interval after Wilson.
pub(super) fn rate(review: &Review) -> Markup {
    let name = ("click", ["CTR", "点击率"]);
    let (Some(clicks), Some(shown)) =
        (total(review, |bar| bar.clicks), total(review, |bar| bar.impressions).filter(|shown| *shown > 0))
    else {
        return strip(review, name, &say("not known", "未知"), "", "–");
    };
    let reach = usize::try_from(SMOOTHED_MINUTES / review.minutes.max(1) / 2).unwrap_or_default();
    let around = |at: usize| {
        let near = &review.bars[at.saturating_sub(reach)..(at + reach + 1).min(review.bars.len())];
        let (clicks, shown): (Vec<_>, Vec<_>) =
            near.iter().filter_map(|bar| bar.clicks.zip(bar.impressions)).unzip();
        (as_float(clicks.iter().sum()), as_float(shown.iter().sum()))
    };
    let known: Vec<(usize, f64, f64, f64)> = (0..review.bars.len())
        .filter(|at| review.bars[*at].impressions.is_some() && review.bars[*at].clicks.is_some())
        .filter_map(|at| {
            let (clicks, shown) = around(at);
            (shown > 0.0).then(|| {
                let (low, high) = band(clicks, shown);
                (at, clicks / shown, low, high)
            })
        })
        .collect();
    let most = known.iter().map(|(.., high)| *high).fold(1e-9, f64::max);
    let y = |rate: f64| format!("{:.1}", 100.0 - rate / most * 100.0);
    let (mut band, mut line) = (String::new(), String::new());
    for run in known.chunk_by(|one, next| one.0 + 1 == next.0) {
        for (nth, (at, rate, _, high)) in run.iter().enumerate() {
            let letter = if nth == 0 { 'M' } else { 'L' };
            let _ = write!(line, "{letter}{at}.5 {}", y(*rate));
            let _ = write!(band, "{letter}{at}.5 {}", y(*high));
        }
        for (at, _, low, _) in run.iter().rev() {
            let _ = write!(band, "L{at}.5 {}", y(*low));
        }
        band.push('z');
    }
    let all = Form::PerHundred.write(as_float(clicks) / as_float(shown)).0;
    let small = say(format!("{all} of 100 in all; band: 95\u{a0}%"), format!("每百次 {all}；色带为 95% 区间"));
    strip(
        review,
        name,
        &small,
        &format!("<path class=\"bd\" d=\"{band}\"></path><path class=\"ln\" d=\"{line}\"></path>"),
        &Form::PerHundred.write(most).0,
    )
}

/// What the rate may be with 95 %; rounding takes no end out of what a share can be.
fn band(clicks: f64, shown: f64) -> (f64, f64) {
    let interval = wilson(clicks, shown);
    (interval.low.clamp(0.0, 1.0), interval.high.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_band_is_that_of_the_book_and_of_shares() {
        // Newcombe 1998 has 0.0315 to 0.1884 for 4 / 50.
        let (low, high) = band(4.0, 50.0);
        assert!((low - 0.0315).abs() < 5e-4 && (high - 0.1884).abs() < 5e-4, "{low} {high}");
        assert!(band(0.0, 5.0).0.abs() < 1e-12);
        for shown in (1..500).map(f64::from) {
            for clicks in [0.0, shown] {
                let (low, high) = band(clicks, shown);
                assert!(0.0 <= low && high <= 1.0, "{low} to {high} of {clicks} / {shown}");
            }
        }
    }
}
