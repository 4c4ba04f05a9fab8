//! Names that are asked for: whether one is known, and which are like one that does not exist.

use std::collections::BTreeSet;

use strsim::damerau_levenshtein;

use super::Failure;
use coverledger_config::among;

/// How many are told.
const TOLD: usize = 5;
/// One letter may be wrong for each three that there are.
const LETTERS: usize = 3;

/// Whether a name that is asked for is among those that are known.
///
/// # Errors
/// It is not; what is known is told.
pub fn is_known<N: Into<String>>(
    what: &str,
    asked: Option<&str>,
    known: impl IntoIterator<Item = N>,
) -> Result<(), Failure> {
    let Some(asked) = asked else { return Ok(()) };
    let known: BTreeSet<String> = known.into_iter().map(Into::into).collect();
    if known.contains(asked) {
        return Ok(());
    }
    let known = among("known", known.iter().map(String::as_str), asked);
    Err(Failure::usage(format!("there is no {what} `{asked}` ({known})")))
}

/// The names that are most like the one that was asked for, the nearest first: those with few other letters, and those that hold
/// it or are held by it.
pub fn near<'n>(names: impl IntoIterator<Item = &'n str>, asked: &str) -> Vec<&'n str> {
    let asked = asked.to_lowercase();
    let reach = asked.chars().count().div_ceil(LETTERS);
    let like = |name: &'n str| {
        let lower = name.to_lowercase();
        let distance = damerau_levenshtein(&asked, &lower);
        let holds = asked.chars().count() > 2 && (lower.contains(&asked) || asked.contains(&lower));
        (holds || distance <= reach).then_some((!holds && distance > 1, distance, name))
    };
    let mut found: Vec<(bool, usize, &str)> = names.into_iter().filter_map(like).collect();
    found.sort_unstable();
    found.into_iter().take(TOLD).map(|(.., name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_come_first_and_what_is_far_does_not_come() {
        let names = ["clicks", "clicks_low", "clickers", "ctr", "cover_id", "revision"];
        assert_eq!(near(names, "clickz"), ["clicks"]);
        assert_eq!(near(names, "CLICKS"), ["clicks", "clicks_low", "clickers"]);
        assert_eq!(near(names, "cover"), ["cover_id"]);
        assert!(near(names, "zzz").is_empty() && near(names, "").is_empty());
    }
}
