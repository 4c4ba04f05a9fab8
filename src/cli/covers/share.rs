//! A bound on a share, as a person says it: `under 10%`, `over 5%`.

use std::fmt;

/// A share that is to be below or above a bound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ShareBound {
    /// Less than this.
    Under(f64),
    /// More than this.
    Over(f64),
}

impl ShareBound {
    /// Whether a share is within it.
    #[must_use]
    pub fn holds(self, share: f64) -> bool {
        match self {
            Self::Under(bound) => share < bound,
            Self::Over(bound) => share > bound,
        }
    }

    /// Of words: in one argument or in two.
    ///
    /// # Errors
    /// They say no such thing.
    pub fn of(words: &str) -> Result<Self, String> {
        let wrong = || format!("`{words}` is no bound on a share (expected such as `under 10%` or `over 5%`)");
        let (sign, number) = words.trim().split_once(char::is_whitespace).ok_or_else(wrong)?;
        let number = number.trim().strip_suffix('%').ok_or_else(wrong)?.trim_end();
        let percent = number.parse::<f64>().ok().filter(|percent| (0.0..=100.0).contains(percent));
        let share = percent.ok_or_else(wrong)? / 100.0;
        match sign {
            "under" => Ok(Self::Under(share)),
            "over" => Ok(Self::Over(share)),
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for ShareBound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Under(share) => write!(f, "under {} %", share * 100.0),
            Self::Over(share) => write!(f, "over {} %", share * 100.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_is_said_in_words() {
        assert_eq!(ShareBound::of("under 10%"), Ok(ShareBound::Under(0.1)));
        assert_eq!(ShareBound::of(" over  2.5 %"), Ok(ShareBound::Over(0.025)));
        for wrong in ["", "10%", "under 10", "below 10%", "under -1%", "over 101%", "under ten%", "under NaN%"] {
            assert!(ShareBound::of(wrong).is_err(), "{wrong}");
        }
        assert!(ShareBound::Under(0.1).holds(0.09) && !ShareBound::Under(0.1).holds(0.1));
        assert!(ShareBound::Over(0.05).holds(0.06) && !ShareBound::Over(0.05).holds(0.05));
    }
}
