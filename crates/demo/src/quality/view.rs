//! How the stream of one visit was.

use crate::random::SeededRng;
use coverledger_core::model::{GOOD_START_MS, VisitQuality};

/// The rungs of the player's ladder with their bitrates, and how often they play on a good and on a bad network.
const RUNGS: [(&str, u32); 4] = [("1080p", 3800), ("720p", 2100), ("480p", 1100), ("360p", 600)];
const ON_GOOD_NETWORK: [u32; 4] = [40, 40, 15, 5];
const ON_BAD_NETWORK: [u32; 4] = [5, 25, 40, 30];

/// How a stream began and went on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct View {
    /// What is true of it; its other fields agree.
    pub(super) quality: VisitQuality,
    /// Missing if it never began.
    pub(super) first_frame_ms: Option<u32>,
    pub(super) stall_seconds: u32,
    pub(super) stalls: u32,
    pub(super) rung: &'static str,
    pub(super) bitrate_kbps: u32,
    /// How far the sound is ahead of the picture.
    pub(super) sound_ahead_ms: i64,
}

impl View {
    /// A view that is bad with this probability, on a bad network or on a good one.
    pub(super) fn draw(bad: f64, has_bad_network: bool, rng: &mut SeededRng) -> Self {
        let quality = if rng.happens(bad) { badness(rng) } else { VisitQuality::Good };
        let (rendition, kbps) =
            RUNGS[rng.weighted(if has_bad_network { &ON_BAD_NETWORK } else { &ON_GOOD_NETWORK })];
        let first_frame_ms = match quality {
            VisitQuality::Failed => None,
            VisitQuality::Slow => Some(GOOD_START_MS + 1 + rng.below(3400)),
            VisitQuality::Good | VisitQuality::Stalled => Some(150 + rng.below(GOOD_START_MS - 149)),
        };
        let is_stalled = quality == VisitQuality::Stalled;
        Self {
            quality,
            first_frame_ms,
            stall_seconds: if is_stalled { 1 + rng.below(12) } else { 0 },
            stalls: if is_stalled { 1 + rng.below(4) } else { 0 },
            rung: rendition,
            bitrate_kbps: kbps - kbps / 10 + rng.below(kbps / 5),
            sound_ahead_ms: i64::from(rng.below(121)) - 60,
        }
    }
}

/// What is wrong with a bad view.
fn badness(rng: &mut SeededRng) -> VisitQuality {
    [VisitQuality::Slow, VisitQuality::Stalled, VisitQuality::Failed][rng.weighted(&[50, 35, 15])]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_measured_of_a_view_says_how_it_went() {
        let mut rng = SeededRng::new(1, 1);
        let mut found = [0_u32; 4];
        for _ in 0..4000 {
            let view = View::draw(0.3, false, &mut rng);
            let stall_ms = u64::from(view.stall_seconds) * 1000;
            let failed = view.quality == VisitQuality::Failed;
            assert_eq!(
                VisitQuality::of(view.first_frame_ms, Some(stall_ms), Some(failed), false),
                Some(view.quality),
                "{view:?}"
            );
            assert!(view.first_frame_ms.is_none_or(|ms| (150..=4000).contains(&ms)), "{view:?}");
            found[VisitQuality::ALL.iter().position(|quality| *quality == view.quality).unwrap()] += 1;
        }
        let expected = [2800, 600, 420, 180];
        assert!(found.iter().zip(expected).all(|(found, expected)| found.abs_diff(expected) < 100), "{found:?}");
    }
}
