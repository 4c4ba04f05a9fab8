//! What the functions answer to random questions, for `tests/reference_statistics.py` to compare with scipy and statsmodels.

use serde_json::{Value, json};

use super::*;

/// Where the answers go.
const PATH: &str = "COVERLEDGER_STATISTICS";

/// A positive number whose logarithm is evenly spread.
fn between(chance: &mut SeededRng, low: f64, high: f64) -> f64 {
    (low.ln() + chance.uniform() * (high.ln() - low.ln())).exp()
}

fn broadcasts(chance: &mut SeededRng) -> Vec<(f64, f64)> {
    let count = 3 + chance.below(40);
    let rate = between(chance, 0.01, 0.4);
    let broadcast = |_| {
        let trials = between(chance, 20.0, 3000.0).round();
        let successes = (trials * rate * (0.3 + 1.4 * chance.uniform())).round().max(1.0);
        (successes, trials)
    };
    (0..count).map(broadcast).collect()
}

fn distributions(chance: &mut SeededRng) -> Value {
    let (p, df) = (chance.uniform() * 0.999 + 0.0005, between(chance, 1.0, 1e5));
    let (z, x) = (16.0 * chance.uniform() - 8.0, between(chance, 0.01, 300.0));
    json!({
        "p": p, "df": df, "z": z, "x": x,
        "normal_quantile": normal_quantile(p), "normal_cdf": normal_cdf(z),
        "student_quantile": student_quantile(p, df), "chi_square_upper": chi_square_upper(x, df.min(200.0)),
        "student_upper": student_upper(x, df), "student_upper_quantile": student_upper_quantile(p.powi(5) / 2.0, df),
        "f_upper": f_upper(x, x.min(6.0), df.min(500.0)),
    })
}

fn betas(chance: &mut SeededRng) -> Value {
    let strength = between(chance, 1.0, 3e6);
    let mean = between(chance, 0.003, 0.97);
    let one = Beta { alpha: mean * strength, beta: (1.0 - mean) * strength };
    let near = (mean * between(chance, 0.9, 1.1)).min(0.99);
    let other_strength = strength * between(chance, 0.05, 20.0);
    let other = Beta { alpha: near * other_strength, beta: (1.0 - near) * other_strength };
    let p = chance.uniform() * 0.998 + 0.001;
    json!({
        "alpha": one.alpha, "beta": one.beta, "other_alpha": other.alpha, "other_beta": other.beta, "p": p, "x": near,
        "quantile": one.quantile(p), "cdf": one.cdf(near), "above": one.above(near),
        "above_other": one.above_other(&other),
    })
}

fn clusters(chance: &mut SeededRng) -> Value {
    let pairs = broadcasts(chance);
    let estimate = jackknife(pairs.len(), |left_out| {
        let kept = pairs.iter().enumerate().filter(|(at, _)| Some(*at) != left_out);
        let (successes, trials) = kept.fold((0.0, 0.0), |sum, (_, one)| (sum.0 + one.0, sum.1 + one.1));
        Some(successes / trials)
    })
    .unwrap();
    let intervals = [Scale::Identity, Scale::Log, Scale::Logit].map(|scale| {
        let interval = estimate.interval(0.95, scale);
        [interval.low, interval.high]
    });
    json!({
        "pairs": pairs, "value": estimate.value, "standard_error": estimate.standard_error,
        "degrees": estimate.degrees, "intervals": intervals, "design_effect": design_effect(&pairs),
    })
}

fn fits(chance: &mut SeededRng) -> Value {
    let pairs = broadcasts(chance);
    let prior = Beta::fit(&pairs).unwrap();
    json!({ "pairs": pairs, "alpha": prior.alpha, "beta": prior.beta })
}

fn tests(chance: &mut SeededRng) -> Value {
    let p: Vec<f64> = (0..=chance.below(12)).map(|_| between(chance, 1e-6, 1.0)).collect();
    let arms: Vec<(f64, f64)> = broadcasts(chance).into_iter().map(|(clicks, shown)| (shown, clicks)).collect();
    let counts: Vec<f64> = arms.iter().map(|arm| arm.0).collect();
    let shares: Vec<f64> = arms.iter().map(|_| 0.5 + chance.uniform()).collect();
    let answer = |found: Option<ChiSquare>| found.map(|found| (found.statistic, found.degrees, found.p));
    json!({
        "p": p, "holm": holm(&p), "discoveries": benjamini_hochberg(&p), "arms": arms, "shares": shares,
        "homogeneity": answer(homogeneity(&arms)), "imbalance": answer(imbalance(&counts, &shares)),
    })
}

fn sequences(chance: &mut SeededRng) -> Value {
    let (planned, error) = (between(chance, 10.0, 1e6), between(chance, 1e-4, 1.0));
    let seen = planned * between(chance, 0.02, 3.0);
    let level = 1.0 - between(chance, 1e-4, 0.3);
    let value = error * 5.0 * chance.uniform();
    // Every fourth one is as good as known.
    let degrees = if chance.below(4) == 0 { f64::INFINITY } else { between(chance, 1.0, 5e3) };
    let estimate = Estimate { value, standard_error: error, clusters: 9, degrees };
    json!({
        "planned": planned, "seen": seen, "standard_error": error, "level": level, "estimate": value,
        "degrees": degrees.is_finite().then_some(degrees),
        "half_width": sequence::half_width(&estimate, seen, planned, level),
        "p_value": sequence::p_value(&estimate, seen, planned),
    })
}

/// Two rates in strata and groups, now and then without one of them.
fn matches(chance: &mut SeededRng) -> Value {
    let (strata, groups) = (3 + chance.below(12), 4 + chance.below(16));
    let (mut plain, mut grouped) = (Matched::new(0), Matched::new(groups));
    let mut cells = Vec::new();
    for stratum in 0..strata {
        let size = between(chance, 5.0, 400.0);
        let is_shared = stratum < 3 || chance.below(5) > 0;
        for group in 0..groups {
            for is_other in [false, true] {
                if is_other && !is_shared {
                    continue;
                }
                let trials = (size * chance.uniform()).round();
                let successes = (trials * 0.5 * chance.uniform()).round();
                plain.add(stratum, 0, is_other, successes, trials);
                grouped.add(stratum, group, is_other, successes, trials);
                cells.push((stratum, group, usize::from(is_other), successes, trials));
            }
        }
    }
    let of = |matched: &mut Matched| {
        let estimate = matched.estimate().unwrap();
        [estimate.value, estimate.standard_error, estimate.degrees]
    };
    json!({
        "cells": cells, "by_strata": of(&mut plain), "two_way": of(&mut grouped), "left_out": plain.left_out(),
        "information": [grouped.information(), grouped.group_information()],
    })
}

/// Of one and of others, in strata of clusters and in groups.
fn rates(chance: &mut SeededRng) -> Value {
    let (clusters, groups) = (4 + chance.below(12), 4 + chance.below(12));
    let mut cells = Vec::new();
    for cluster in 0..clusters {
        for stratum in 0..=chance.below(3) {
            let size = between(chance, 20.0, 400.0);
            let is_shared = cluster < 3 || chance.below(5) > 0;
            for group in 0..groups {
                for is_one in [false, true] {
                    if is_one && !is_shared {
                        continue;
                    }
                    let trials = (size * (0.2 + chance.uniform())).round();
                    let successes = (trials * 0.4 * chance.uniform()).round().max(1.0);
                    cells.push(RateCell { cluster, stratum, group, is_one, successes, trials });
                }
            }
        }
    }
    let matched = MatchedRates::of(&cells);
    let of = |estimate: Option<Estimate>| {
        let estimate = estimate.unwrap();
        [estimate.value, estimate.standard_error, estimate.degrees]
    };
    let ones: Vec<RateCell> = cells.iter().copied().filter(|cell| cell.is_one).collect();
    let row = |cell: &RateCell| {
        (cell.cluster, cell.stratum, cell.group, u8::from(cell.is_one), cell.successes, cell.trials)
    };
    json!({
        "cells": cells.iter().map(row).collect::<Vec<_>>(), "difference": of(matched.difference()),
        "log_ratio": of(matched.log_ratio()), "rates": matched.rates(), "trials": matched.trials(),
        "clusters": matched.clusters(), "rate": of(clustered_rate(&ones)),
    })
}

/// Steps in strata, with doses before and after.
fn steps(chance: &mut SeededRng) -> Value {
    let (clusters, groups) = (6 + chance.below(10), 4 + chance.below(10));
    let mut cells = Vec::new();
    for cluster in 0..clusters {
        for stratum in 0..=chance.below(2) {
            let level = chance.normal();
            for group in 0..groups {
                for step in 0..=MOST_STEPS {
                    if step > 0 && chance.below(6) == 0 {
                        continue;
                    }
                    let weight = between(chance, 0.5, 20.0);
                    let dose = |of: usize, chance: &mut SeededRng| {
                        weight * (if of == step { 0.6 } else { 0.0 } + 0.3 * chance.uniform())
                    };
                    let doses = [1, 2, 3].map(|of| dose(of, chance));
                    let effect: f64 =
                        doses.iter().zip([-0.1, -0.2, -0.3]).map(|(dose, effect)| dose * effect).sum();
                    let outcome = weight * (level + 0.4 * chance.normal()) + effect;
                    cells.push(StepCell { cluster, stratum, group, step, weight, outcome, doses });
                }
            }
        }
    }
    let effects = StepEffects::of(&cells);
    let of = |contrast: [f64; MOST_STEPS]| {
        let estimate = effects.effect(contrast).unwrap();
        [estimate.value, estimate.standard_error, estimate.degrees]
    };
    let contrasts = [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [-0.5, 0.0, 0.5]];
    let row = |cell: &StepCell| {
        (cell.cluster, cell.stratum, cell.group, cell.step, cell.weight, cell.outcome, cell.doses)
    };
    json!({
        "cells": cells.iter().map(row).collect::<Vec<_>>(), "contrasts": contrasts,
        "found": contrasts.map(of), "information": effects.information(),
    })
}

/// Units on dates, now and then one missing.
fn panels(chance: &mut SeededRng) -> Value {
    let (units, periods, doses) = (8 + chance.below(10), 12 + chance.below(20), 2 + chance.below(3));
    let mut points = Vec::new();
    for unit in 0..units {
        let level = chance.normal();
        for period in 0..periods {
            if chance.below(6) == 0 {
                continue;
            }
            let doses: Vec<f64> = (0..doses).map(|_| chance.uniform()).collect();
            let outcome = level - 0.2 * doses[0] + 0.3 * chance.normal();
            points.push(PanelPoint { unit, period, weight: 0.2 + chance.uniform(), outcome, doses });
        }
    }
    let panel = Panel::of(&points).unwrap();
    let contrast: Vec<f64> = (0..doses).map(|at| if at == 0 { 1.0 } else { -0.5 }).collect();
    let found = panel.along(&contrast).unwrap();
    let row = |point: &PanelPoint| (point.unit, point.period, point.weight, point.outcome, point.doses.clone());
    json!({
        "points": points.iter().map(row).collect::<Vec<_>>(), "contrast": contrast,
        "found": [found.value, found.standard_error, found.degrees], "information": panel.information(),
        "joint": panel.joint_p(&[0, 1]),
    })
}

/// Clusters shared out among arms, some of which came later.
fn balances(chance: &mut SeededRng) -> Value {
    let (arms, count) = (2 + chance.below(3), 9 + chance.below(40));
    let weights: Vec<f64> = (0..arms).map(|_| 0.5 + chance.uniform()).collect();
    let joined: Vec<usize> = (0..arms).map(|arm| if arm > 1 { chance.below(count / 3) } else { 0 }).collect();
    let tilt = 1.0 + 0.05 * chance.normal();
    let clusters: Vec<SharedOut> = (0..count)
        .map(|number| {
            let size = between(chance, 300.0, 3000.0);
            let is_there = |arm: usize| joined[arm] <= number;
            let all: f64 = (0..arms).filter(|arm| is_there(*arm)).map(|arm| weights[arm]).sum();
            let counts: Vec<f64> = (0..arms)
                .map(|arm| {
                    let tilt = if arm == 0 { tilt } else { 1.0 };
                    let usual = if is_there(arm) { tilt * size * weights[arm] / all } else { 0.0 };
                    (usual * (1.0 + 0.1 * chance.normal())).round()
                })
                .collect();
            let given: f64 = counts.iter().sum();
            let expected =
                (0..arms).map(|arm| if is_there(arm) { given * weights[arm] / all } else { 0.0 }).collect();
            SharedOut { counts, expected }
        })
        .collect();
    let found = shares_held(&clusters).map(|found| (found.statistic, found.degrees, found.inflation, found.p));
    let (counts, expected): (Vec<_>, Vec<_>) = clusters.into_iter().map(|one| (one.counts, one.expected)).unzip();
    json!({ "counts": counts, "expected": expected, "found": found })
}

fn choices(chance: &mut SeededRng) -> Value {
    const DRAWS: usize = 40_000;
    let size = 2 + chance.below(4);
    let means: Vec<f64> = (0..size).map(|_| 0.1 * chance.normal()).collect();
    let factors: Vec<Vec<f64>> = (0..size).map(|_| (0..size).map(|_| 0.07 * chance.normal()).collect()).collect();
    let product = |row: usize, column: usize| -> f64 {
        factors[row].iter().zip(&factors[column]).map(|(one, other)| one * other).sum()
    };
    let covariance: Vec<Vec<f64>> =
        (0..size).map(|row| (0..size).map(|column| product(row, column)).collect()).collect();
    let prior_sd = (chance.below(2) == 1).then(|| between(chance, 0.02, 0.3));
    let choice = choose(&means, &covariance, prior_sd, DRAWS, 9);
    json!({
        "means": means, "covariance": covariance, "prior_sd": prior_sd, "draws": DRAWS,
        "best": choice.best, "expected_loss": choice.expected_loss,
    })
}

/// A cover beside others in broadcasts of several stretches, now and then two points of one broadcast.
fn trends(chance: &mut SeededRng) -> Value {
    let (clusters, groups) = (8 + chance.below(40), 1 + chance.below(3));
    let slope = 0.1 * chance.normal();
    let mut points = Vec::new();
    for cluster in 0..clusters {
        for _ in 0..=chance.below(2) {
            let at = crate::float(cluster) / 2.0 + chance.uniform();
            let expected = between(chance, 5.0, 200.0);
            let observed = (expected * (slope * at + 0.2 * chance.normal()).exp()).round();
            points.push(Point { cluster, group: cluster * groups / clusters, at, observed, expected });
        }
    }
    let trend = Trend::of(&points).unwrap();
    let of = |estimate: Estimate| [estimate.value, estimate.standard_error, estimate.degrees];
    let rows: Vec<_> =
        points.iter().map(|one| (one.cluster, one.group, one.at, one.observed, one.expected)).collect();
    json!({
        "points": rows, "slope": of(trend.slope), "levels": (0..groups).map(|group| trend.level(group)).collect::<Vec<_>>(),
        "step": (groups > 1).then(|| of(trend.step(groups - 2, groups - 1).unwrap())),
    })
}

fn kinds(chance: &mut SeededRng) -> Value {
    let (count, groups, spread) = (6 + chance.below(30), 1 + chance.below(3), between(chance, 0.001, 0.5));
    let units: Vec<Unit> = (0..count)
        .map(|number| {
            let (property, error) = (chance.normal(), between(chance, 0.02, 0.4));
            let value = 0.1 * property + spread * chance.normal() + error * chance.normal();
            Unit { group: number % groups, property, value, error }
        })
        .collect();
    let found = MetaRegression::of(&units).unwrap();
    let interval = found.interval(0.95);
    let (variance, degrees) = (between(chance, 0.001, 0.1), 1.0 + float(chance.below(8)));
    let more = found.with_variance(variance, degrees);
    let rows: Vec<_> = units.iter().map(|one| (one.group, one.property, one.value, one.error)).collect();
    json!({
        "units": rows, "slope": found.slope, "standard_error": found.standard_error, "between": found.between,
        "degrees": found.degrees, "interval": [interval.low, interval.high], "p": found.p_value(),
        "more": [variance, degrees, more.standard_error, more.degrees],
    })
}

fn two_ways(chance: &mut SeededRng) -> Value {
    let (units, levels, own) = (3 + chance.below(12), 2 + chance.below(5), between(chance, 0.01, 0.5));
    let mut cells = Vec::new();
    for level in 0..levels {
        let of_level = chance.normal();
        for unit in 0..units {
            // Linked by the first of them, so that all can be compared.
            if unit == 0 || chance.uniform() < 0.7 {
                let error = between(chance, 0.02, 0.4);
                let value = 0.3 * float(unit) + of_level + own * chance.normal() + error * chance.normal();
                cells.push(Cell { unit, level, value, error });
            }
        }
    }
    let fit = TwoWay::new(&cells);
    let variance = fit.own_variance();
    let found: Vec<_> =
        fit.units(variance).iter().map(|one| (one.unit, one.value, one.error, one.weight)).collect();
    let cells: Vec<_> = cells.iter().map(|cell| (cell.unit, cell.level, cell.value, cell.error)).collect();
    json!({ "cells": cells, "own_variance": variance, "units": found })
}

fn poolings(chance: &mut SeededRng) -> Value {
    let (count, spread, scale) = (1 + chance.below(20), between(chance, 0.01, 0.5), between(chance, 0.05, 0.5));
    let estimates: Vec<(f64, f64)> = (0..count)
        .map(|_| {
            let error = between(chance, 0.02, 0.5);
            (spread * chance.normal() + error * chance.normal(), error)
        })
        .collect();
    let of = |pooled: Pooled| [pooled.value, pooled.standard_error, pooled.borrowed];
    let [free, zero] =
        [Pooling::of(&estimates, scale), Pooling::around_zero(&estimates, scale)].map(|pooling| pooling.unwrap());
    json!({
        "estimates": estimates, "scale": scale, "another": of(free.another()),
        "places": (0..count).map(|place| of(free.place(place))).collect::<Vec<_>>(),
        "around_zero": (0..count).map(|place| of(zero.place(place))).collect::<Vec<_>>(),
        "between": [free.between(), zero.between()],
    })
}

fn shifts(chance: &mut SeededRng) -> Value {
    let (days, step) = (42 + chance.below(60), 0.5 * chance.normal());
    let at = days / 3 + chance.below(days / 3);
    let value = |day: usize, noise: f64| 0.1 * noise + if day < at { 0.0 } else { step };
    let series: Vec<(i32, f64)> =
        (0..days).map(|day| (i32::try_from(day).unwrap_or(0), value(day, chance.normal()))).collect();
    let found = level_shift(&series, 3).unwrap();
    json!({ "series": series, "at": found.at, "size": found.size })
}

#[test]
#[ignore = "called by tests/reference_statistics.py with a path to write to"]
#[expect(clippy::disallowed_methods, reason = "a test that answers a script, which names the file")]
fn answers_are_written_for_comparison() {
    let path = std::env::var(PATH).expect("the path is in the environment");
    let mut chance = SeededRng::new(6, 0);
    let mut many = |count: usize, of: fn(&mut SeededRng) -> Value| -> Vec<Value> {
        (0..count).map(|_| of(&mut chance)).collect()
    };
    let answers = json!({
        "distributions": many(300, distributions), "betas": many(300, betas), "clusters": many(100, clusters),
        "fits": many(60, fits), "tests": many(100, tests), "sequences": many(200, sequences),
        "choices": many(12, choices), "matches": many(60, matches), "balances": many(60, balances),
        "trends": many(60, trends), "kinds": many(60, kinds), "poolings": many(60, poolings), "two_ways": many(60, two_ways),
        "shifts": many(20, shifts), "rates": many(40, rates), "steps": many(40, steps), "panels": many(40, panels),
    });
    std::fs::write(path, answers.to_string()).expect("the answers can be written");
}
