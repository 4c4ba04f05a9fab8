//! How a visit went for the viewer: from a good one to one that never began.

/// A first frame within so many milliseconds is a good start: the field's target.
pub const GOOD_START_MS: u32 = 600;

/// A picture that stood still for so many milliseconds of a visit, all in all, was a stall that a viewer noticed.
pub const STALL_MS: u64 = 1_000;

/// How a visit went, from the best step to the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VisitQuality {
    /// It began within [`GOOD_START_MS`] and did not stall.
    Good,
    /// It began later.
    Slow,
    /// It stood still for [`STALL_MS`] or longer, however it began.
    Stalled,
    /// It failed.
    Failed,
}

impl VisitQuality {
    /// From the best to the worst.
    pub const ALL: [Self; 4] = [Self::Good, Self::Slow, Self::Stalled, Self::Failed];

    /// How a visit went by what is known of it; `None` where nothing is, or nothing but that it never began: who left
    /// before the first frame saw nothing good, and nothing says that it was the picture's fault.
    #[must_use]
    pub fn of(
        first_frame_ms: Option<u32>,
        stall_ms: Option<u64>,
        failed: Option<bool>,
        never_began: bool,
    ) -> Option<Self> {
        if failed == Some(true) {
            return Some(Self::Failed);
        }
        match (first_frame_ms, stall_ms) {
            (_, Some(stall_ms)) if stall_ms >= STALL_MS => Some(Self::Stalled),
            (Some(first_frame_ms), _) if first_frame_ms > GOOD_START_MS => Some(Self::Slow),
            (None, None) if failed.is_none() => None,
            _ if never_began => None,
            _ => Some(Self::Good),
        }
    }

    /// What tables call it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Slow => "slow",
            Self::Stalled => "stalled",
            Self::Failed => "failed",
        }
    }

    /// Whether a viewer would call it bad.
    #[must_use]
    pub const fn is_bad(self) -> bool {
        !matches!(self, Self::Good)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_that_is_known_decides() {
        for (first_frame_ms, stall_ms, failed, expected) in [
            (Some(600), Some(999), Some(false), Some(VisitQuality::Good)),
            (Some(601), Some(999), None, Some(VisitQuality::Slow)),
            (Some(601), Some(1_000), None, Some(VisitQuality::Stalled)),
            (Some(200), Some(1_000), None, Some(VisitQuality::Stalled)),
            (Some(200), None, Some(true), Some(VisitQuality::Failed)),
            (None, None, Some(false), Some(VisitQuality::Good)),
            (None, None, None, None),
            (None, Some(0), None, Some(VisitQuality::Good)),
        ] {
            assert_eq!(VisitQuality::of(first_frame_ms, stall_ms, failed, false), expected);
        }
        assert!(VisitQuality::ALL.is_sorted());
    }
}
