//! How much of a turn does not count where the cover has changed, if the file does not say it.

/// A cover that is replaced is seen on for minutes, not for a share of a turn; but a short turn cannot spare as many.
const SHARE: i64 = 6;
const LEAST_SECONDS: i64 = 60;
const MOST_SECONDS: i64 = 600;

/// A sixth of the turn, a minute at least and ten at most, rounded down to what the counts of all platforms tell apart; nothing
/// where they do not tell so short a time apart. `grains` are the finest stretches of time of each platform, in seconds.
pub(super) fn default_seconds(turn_seconds: i64, grains: impl IntoIterator<Item = i64>) -> i64 {
    let wanted = (turn_seconds / SHARE).clamp(LEAST_SECONDS, MOST_SECONDS);
    let grain = grains.into_iter().fold(1, common_multiple);
    wanted - wanted % grain
}

fn common_multiple(one: i64, other: i64) -> i64 {
    let (mut divisor, mut rest) = (one, other);
    while rest != 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    if divisor == 0 { 1 } else { one / divisor * other }
}

#[cfg(test)]
mod tests {
    use super::default_seconds;

    #[test]
    fn it_is_a_sixth_of_the_turn_where_counts_can_tell_it_apart() {
        for (turn_minutes, grains_minutes, expected_minutes) in [
            (30, &[1][..], 5),
            (30, &[5], 5),
            (20, &[1], 3),
            (5, &[1], 1),
            (5, &[5], 0),
            (60, &[5], 10),
            (1440, &[5], 10),
            (1440, &[1], 10),
            (60, &[15], 0),
            (120, &[60], 0),
            (60, &[2, 5], 10),
            (60, &[4, 10], 0),
            (30, &[], 5),
        ] {
            let grains = grains_minutes.iter().map(|minutes| minutes * 60);
            let found = default_seconds(turn_minutes * 60, grains);
            assert_eq!(found, expected_minutes * 60, "{turn_minutes} {grains_minutes:?}");
        }
    }
}
