//! What a test would find in one market of a platform, in words.

use coverledger_config::{Assignment, Experiment, Rotation};
use coverledger_report::{CarryOver, Noise, Power, Source, Variation};

/// What is known of a place beforehand.
pub(super) struct Outlook {
    /// `None` where the history is too short, or what gives the value is not counted.
    pub(super) power: Option<Power>,
    /// What rotations that are over say of carry-over, by name, the last one last.
    pub(super) earlier: Vec<(String, CarryOver)>,
}

impl Outlook {
    /// The first line stands beside the place, the others below it.
    pub(super) fn said(&self, experiment: &Experiment) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(power) = &self.power {
            let is_split = experiment.rotation().is_none();
            lines.push(found(experiment, power));
            lines.extend(needed(experiment, power, if is_split { "broadcasts" } else { "nights" }));
            lines.push(varies(power.variation));
            lines.extend(power.noise.map(noisy));
        } else {
            lines.push(unknown(experiment).to_owned());
        }
        if experiment.assignment() == Some(Assignment::Viewer) {
            lines.push(
                "viewers keep their cover: those who come back add chance that is not known beforehand, so expect to find \
                 less; without viewer ids no winner can be named at all"
                    .to_owned(),
            );
        }
        if let Some(rotation) = experiment.rotation() {
            lines.extend(carried(rotation, &self.earlier));
        }
        lines
    }
}

fn unknown(experiment: &Experiment) -> &'static str {
    if experiment.rotation().is_some() {
        "not known: fewer than two dates with broadcasts are published, or what gives the value is not counted"
    } else {
        "not known: fewer than 8 broadcasts are published, or what gives the value is not counted"
    }
}

fn found(experiment: &Experiment, power: &Power) -> String {
    let Power { broadcasts, since, until, found, smallest, .. } = power;
    let smallest = smallest.map_or_else(
        || "even five times the value less often than four times in five".to_owned(),
        |gain| format!("one of {:.0} % four times in five", gain * 100.0),
    );
    let (worth, found) = (experiment.worth * 100.0, found * 100.0);
    let broadcasts = match broadcasts {
        1 => "a single broadcast".to_owned(),
        few @ ..8 => format!("only {few} broadcasts"),
        many => format!("{many} broadcasts"),
    };
    format!(
        "a gain of {worth:.0} % with a probability of {found:.0} %, {smallest} ({broadcasts}, {since} to {until})"
    )
}

fn needed(experiment: &Experiment, power: &Power, unit: &str) -> Option<String> {
    let Power { planned, needed, .. } = *power;
    let (needed, worth) = (needed?, experiment.worth * 100.0);
    Some(if needed <= planned {
        format!(
            "the {planned} {unit} that are planned find a gain of {worth:.0} % four times in five; {needed} would do"
        )
    } else {
        format!(
            "to find a gain of {worth:.0} % four times in five, plan about {needed} {unit} instead of {planned}"
        )
    })
}

fn varies(variation: Variation) -> String {
    let deviation = variation.deviation * 100.0;
    match variation.broadcasts {
        Some(broadcasts) => format!(
            "beyond chance, covers differ by {deviation:.0} % more or less from one broadcast to the next ({broadcasts} \
             broadcasts showed two or more)"
        ),
        None => format!(
            "{deviation:.0} % is assumed for how much covers differ from one broadcast to the next: too few broadcasts showed \
             two covers"
        ),
    }
}

fn noisy(noise: Noise) -> String {
    let deviation = noise.deviation * 100.0;
    match noise.source {
        Source::Turns => {
            format!("beyond chance, turns of one slot and date differ by {deviation:.0} % (an earlier rotation)")
        }
        Source::Slots => format!(
            "beyond chance, turns of one slot and date are taken to differ by {deviation:.0} % (from how slots of a date differ)"
        ),
        Source::Assumed => format!(
            "{deviation:.0} % is assumed for how much turns of one slot and date differ: too few dates have two slots on air"
        ),
    }
}

/// What is known of carry-over, and whether the turns that are planned can do with it.
fn carried(rotation: &Rotation, earlier: &[(String, CarryOver)]) -> Vec<String> {
    let minutes = |seconds: i64| seconds / 60;
    let (turn, burn_in) = (minutes(rotation.turn_seconds), minutes(rotation.burn_in_seconds));
    let Some((name, CarryOver { minutes, interval, p_value, turns })) = earlier.last() else {
        return vec![format!(
            "carry-over is not known: no rotation has ended here in which covers differed clearly; the burn-in is {burn_in} of \
             {turn} minutes"
        )];
    };
    let [low, high] = [interval.low, interval.high].map(|end| end.max(0.0));
    let is_seen = *p_value <= 0.05 && *minutes > 0.0;
    let mut lines = vec![format!(
        "carry-over by `{name}`: the cover before is seen for {:.0} minutes after a change ({low:.0} to {high:.0}; {turns} \
         turns, p = {p_value:.3}); the burn-in is {burn_in} of {turn} minutes",
        minutes.max(0.0)
    )];
    if is_seen && minutes_of(turn) <= *minutes {
        lines.push(format!("warning: a turn of {turn} minutes is shorter than that; make turns longer"));
    } else if is_seen && minutes_of(burn_in) < *minutes {
        let enough = minutes.ceil();
        lines.push(format!(
            "warning: the burn-in is shorter than that; set `burn_in: {enough:.0}m` or more, or make turns longer"
        ));
    }
    lines
}

#[expect(clippy::cast_precision_loss, reason = "minutes of a day")]
fn minutes_of(minutes: i64) -> f64 {
    minutes as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use coverledger_config::TurnSchedule;
    use coverledger_stats::Interval;

    fn carried_by(turn: i64, burn_in: i64, minutes: f64, p_value: f64) -> String {
        let rotation = Rotation {
            turn_seconds: turn * 60,
            burn_in_seconds: burn_in * 60,
            seed: 1,
            schedule: TurnSchedule::default(),
        };
        let interval = Interval { low: minutes - 3.0, high: minutes + 3.0 };
        let found = CarryOver { minutes, interval, p_value, turns: 300 };
        carried(&rotation, &[("before".to_owned(), found)]).join("\n")
    }

    #[test]
    fn a_turn_or_a_burn_in_that_is_shorter_than_the_carry_over_is_warned_of() {
        let fine = carried_by(30, 5, 4.0, 0.01);
        assert!(fine.contains("for 4 minutes after a change (1 to 7; 300 turns, p = 0.010)"), "{fine}");
        assert!(!fine.contains("warning"), "{fine}");
        assert!(carried_by(30, 5, 8.0, 0.01).contains("set `burn_in: 8m` or more"));
        assert!(carried_by(30, 5, 35.0, 0.01).contains("a turn of 30 minutes is shorter"));
        assert!(!carried_by(30, 5, 8.0, 0.4).contains("warning"), "it may be chance");
        let none = carried_by(30, 5, -2.0, 0.8);
        assert!(none.contains("for 0 minutes after a change (0 to 1;"), "{none}");
    }
}
