#!/usr/bin/env python3
"""Compares the statistics with scipy, statsmodels and numpy, on random questions that the crate answered itself.

    tests/reference_statistics.py ANSWERS.json

The answers are written by the ignored test `stats::reference::answers_are_written_for_comparison` to the path in
`COVERLEDGER_STATISTICS`. What has a closed form agrees to 1e-9 (relative), what is drawn by chance within four times
its Monte-Carlo error; likelihoods are solved by both sides and agree to 1e-6.
"""

import json
import math
import sys
from collections import Counter

import numpy as np
import statsmodels.api as sm
from scipy import integrate, optimize, special, stats
from statsmodels.stats.multitest import multipletests

from worlds.methods import Matched, information, mixture_bound, sequence_p, sequence_width

CLOSED = 1e-9
FITTED = 1e-6

compared = Counter()
worst = {}
wrong = []


def compare(name, found, expected, tolerance=CLOSED, scale=None):
    """Notes a disagreement of more than `tolerance`, relative to the expected figure or to `scale`."""
    found, expected = np.atleast_1d(np.asarray(found, float)), np.atleast_1d(np.asarray(expected, float))
    if found.shape != expected.shape:
        wrong.append(f"{name}: {found} instead of {expected}")
        return
    size = np.abs(expected) if scale is None else np.asarray(scale, float)
    distance = np.abs(found - expected) / np.maximum(size, 1e-300)
    distance = np.where(found == expected, 0.0, distance)
    compared[name] += found.size
    worst[name] = max(worst.get(name, 0.0), float(distance.max()))
    if not (distance <= tolerance).all():
        wrong.append(f"{name}: {found} instead of {expected}, off by {distance.max():.1e}")


def distributions(case):
    p, df = case["p"], case["df"]
    compare("normal_quantile", case["normal_quantile"], stats.norm.ppf(p), scale=max(1e-3, abs(stats.norm.ppf(p))))
    compare("normal_cdf", case["normal_cdf"], stats.norm.cdf(case["z"]))
    student = stats.t.ppf(p, df)
    compare("student_quantile", case["student_quantile"], student, scale=max(1e-3, abs(student)))
    compare("chi_square_upper", case["chi_square_upper"], stats.chi2.sf(case["x"], min(df, 200.0)))
    compare("student_upper", case["student_upper"], stats.t.sf(case["x"], df))
    compare("student_upper_quantile", case["student_upper_quantile"], stats.t.isf(p**5 / 2, df))
    compare("f_upper", case["f_upper"], stats.f.sf(case["x"], min(case["x"], 6.0), min(df, 500.0)))


def above(one, other):
    """P(one > other), over the range where the narrower of the two lives."""
    if one.std() > other.std():
        return 1.0 - above(other, one)
    low, high = one.ppf(1e-14), one.isf(1e-14)
    cuts = np.linspace(low, high, 41)
    nodes, weights = np.polynomial.legendre.leggauss(20)
    middle, half = (cuts[1:] + cuts[:-1]) / 2, (cuts[1:] - cuts[:-1]) / 2
    points = middle[:, None] + half[:, None] * nodes
    density = one.pdf(points) * weights * half[:, None]
    return float((density * other.cdf(points)).sum() / density.sum())


def betas(case):
    one = stats.beta(case["alpha"], case["beta"])
    compare("Beta::quantile", case["quantile"], one.ppf(case["p"]))
    compare("Beta::cdf", case["cdf"], one.cdf(case["x"]), scale=max(1e-6, one.cdf(case["x"])))
    compare("Beta::above", case["above"], one.sf(case["x"]), scale=max(1e-6, one.sf(case["x"])))
    # The reference is a quadrature over the rate itself; densities with a pole at 0 or 1 are beyond it.
    if min(case[name] for name in ("alpha", "beta", "other_alpha", "other_beta")) > 3:
        other = stats.beta(case["other_alpha"], case["other_beta"])
        compare("Beta::above_other", case["above_other"], above(one, other), scale=1.0)


def clusters(case):
    successes, trials = np.array(case["pairs"]).T
    count = len(successes)
    rate = successes.sum() / trials.sum()
    without = (successes.sum() - successes) / (trials.sum() - trials)
    squares = (without - without.mean()) ** 2
    error = math.sqrt((count - 1) / count * squares.sum())
    degrees = max(1.0, min(3 * squares.sum() ** 2 / (squares**2).sum(), count - 1) - 1)
    compare("jackknife", [case["value"], case["standard_error"], case["degrees"]], [rate, error, degrees])
    reach = stats.t.ppf(0.975, degrees) * error
    sides = np.array([-1.0, 1.0])
    compare("interval, identity", case["intervals"][0], rate + sides * reach, scale=rate)
    compare("interval, log", case["intervals"][1], rate * np.exp(sides * reach / rate))
    logit = special.expit(special.logit(rate) + sides * reach / (rate * (1 - rate)))
    compare("interval, logit", case["intervals"][2], logit)
    # The cluster-robust variance of a logistic regression on nothing but an intercept.
    model = sm.GLM(np.column_stack([successes, trials - successes]), np.ones(count), family=sm.families.Binomial())
    options = {"groups": np.arange(count), "use_correction": False}
    fit = model.fit(tol=1e-14, cov_type="cluster", cov_kwds=options)
    variance = fit.cov_params()[0, 0] * count / (count - 1) * trials.sum() * rate * (1 - rate)
    compare("design_effect", case["design_effect"], max(1.0, variance), tolerance=1e-8)


def fits(case):
    successes, trials = np.array(case["pairs"]).T
    failures = trials - successes
    strength = case["alpha"] + case["beta"]
    psi = special.digamma

    def score(logs):
        alpha, beta = np.exp(logs)
        both = psi(trials + alpha + beta) - psi(alpha + beta)
        return [
            alpha * (psi(successes + alpha) - psi(alpha) - both).sum(),
            beta * (psi(failures + beta) - psi(beta) - both).sum(),
        ]

    if 1.001 < strength < 0.999 * trials.sum() / math.sqrt(2 * len(trials)):
        solved = optimize.root(score, np.log([case["alpha"], case["beta"]]) + 0.05, method="hybr", tol=1e-13)
        compare("Beta::fit", [case["alpha"], case["beta"]], np.exp(solved.x), tolerance=FITTED)


def tests(case):
    compare("holm", case["holm"], multipletests(case["p"], method="holm")[1])
    compare("benjamini_hochberg", case["discoveries"], multipletests(case["p"], method="fdr_bh")[1])
    trials, successes = np.array(case["arms"]).T
    table = stats.chi2_contingency([successes, trials - successes], correction=False)
    compare("homogeneity", case["homogeneity"][:2], [table.statistic, table.dof])
    compare("homogeneity, p", case["homogeneity"][2], table.pvalue, scale=max(1e-250, table.pvalue))
    shares = np.array(case["shares"])
    split = stats.chisquare(trials, trials.sum() * shares / shares.sum())
    compare("imbalance", case["imbalance"][:2], [split.statistic, len(trials) - 1])
    compare("imbalance, p", case["imbalance"][2], split.pvalue, scale=max(1e-250, split.pvalue))


# `normal_mixture_bound` of confseq 0.0.11 (Howard, Ramdas, McAuliffe & Sekhon 2021), two-sided and ÷ √v: variance, the variance
# at which it is tightest, level, bound. Its wheel does not build for Python 3.11, so the figures stand here. Its scale is a
# closed-form approximation of ours.
CONFSEQ = [
    (8.0, 60.0, 0.05, 3.613530178791913), (8.0, 60.0, 0.01, 4.395275789026333), (20.0, 60.0, 0.05, 3.168398855967884),
    (60.0, 60.0, 0.01, 3.582871174252305), (100.0, 400.0, 0.05, 3.264293371826406), (900.0, 400.0, 0.01, 3.581544765936883),
]


def published_bounds():
    for seen, planned, miss, bound in CONFSEQ:
        scale = 2 * math.log(1 / 0.05) + math.log(1 + 2 * math.log(1 / 0.05))
        compare("confseq", mixture_bound(scale * seen / planned, miss), bound)


def sequences(case):
    degrees = case["degrees"] or math.inf
    of_sequence = case["standard_error"], degrees, case["seen"], case["planned"]
    compare("sequence::half_width", case["half_width"], sequence_width(*of_sequence, 1 - case["level"]))
    compare("sequence::p_value", case["p_value"], sequence_p(case["estimate"], *of_sequence))
    # The p value is where the interval touches zero.
    if case["p_value"] < 1:
        compare("sequence::p_value, edge", case["estimate"], sequence_width(*of_sequence, case["p_value"]))


def matches(case):
    stratum, group, side, successes, trials = np.array(case["cells"]).T
    counts = np.zeros((int(stratum.max()) + 1, int(group.max()) + 1, 2, 2))
    at = stratum.astype(int), group.astype(int), side.astype(int)
    np.add.at(counts, (*at, 0), successes)
    np.add.at(counts, (*at, 1), trials)
    matched = Matched(counts)
    compare("Matched, left out", case["left_out"], matched.left_out, scale=1.0)
    compare("Matched, information", case["information"], [matched.information, matched.group_information])
    for name, found, expected in (
        ("Matched, by strata", case["by_strata"], [matched.value, *matched.by_strata()]),
        ("Matched, two ways", case["two_way"], [matched.value, *matched.two_way()]),
    ):
        compare(name, found, expected, scale=[1.0, *expected[1:]])


def balances(case):
    counts, expected = np.array(case["counts"]), np.array(case["expected"])
    clusters, arms = counts.shape
    observed, planned = counts.sum(0), expected.sum(0)
    sizes = counts.sum(1)
    worth = information(sizes)

    def shares(logs):
        weighed = expected * np.exp(np.append(logs, 0.0))
        return weighed / weighed.sum(1, keepdims=True)

    def score(logs):
        return (observed - (shares(logs) * sizes[:, None]).sum(0))[:-1] / observed.sum()

    solved = optimize.root(score, np.zeros(arms - 1), tol=1e-14)
    residuals = (counts - shares(solved.x) * sizes[:, None]) / (1 - sizes / sizes.sum())[:, None]
    residuals = residuals[:, :-1]
    variance = (clusters - 1) / clusters * residuals.T @ residuals
    distance = (observed - planned)[:-1]
    independent = ((observed - planned) ** 2 / planned).sum()
    statistic = min(distance @ np.linalg.solve(variance, distance), independent)
    over, under = arms - 1, worth - (arms - 1)
    p = stats.f.sf(statistic * under / (over * (worth - 1)), over, under)
    compare("shares_held", case["found"][:3], [statistic, over, independent / statistic], tolerance=FITTED)
    compare("shares_held, p", case["found"][3], p, tolerance=FITTED, scale=max(1e-250, p))


def choices(case):
    means, errors, draws = np.array(case["means"]), np.array(case["covariance"]), case["draws"]
    size = len(means)
    if case["prior_sd"] is not None:
        # A common mean of which almost nothing is known, and effects around it, seen with error.
        prior = case["prior_sd"] ** 2 * np.eye(size) + 1e4
        gain = prior @ np.linalg.inv(prior + errors)
        means, errors = gain @ means, prior - gain @ prior
    seeded = np.random.default_rng(1)
    drawn = seeded.multivariate_normal(means, errors, 1_000_000, method="eigh")
    best = np.bincount(drawn.argmax(1), minlength=size) / len(drawn)
    losses = drawn.max(1)[:, None] - drawn
    compare("choose, best", case["best"], best, 4 * math.sqrt(0.25 / draws), scale=1.0)
    compare("choose, loss", case["expected_loss"], losses.mean(0), 4.5 * math.sqrt(1 / draws), scale=losses.std(0))


def left_out(value, without, worth):
    """An estimate from the values without each cluster, with the degrees that so many equal clusters have at most."""
    count = len(without)
    squares = (without - without.mean()) ** 2
    degrees = max(1.0, min(3 * squares.sum() ** 2 / (squares**2).sum(), count - 1) - 1)
    return [value, math.sqrt((count - 1) / count * squares.sum()), max(1.0, min(degrees, worth - 1))]


def trends(case):
    cluster, group, at, observed, expected = np.array(case["points"]).T
    cluster, group = cluster.astype(int), group.astype(int)
    dummies = (group[:, None] == np.arange(group.max() + 1)).astype(float)
    design = np.column_stack([dummies, at])
    model = sm.GLM(observed, design, family=sm.families.Poisson(), offset=np.log(expected))
    fit = model.fit(tol=1e-14, maxiter=200)
    fitted = fit.fittedvalues
    whole = design.T @ (design * fitted[:, None])
    without, sizes, leverage = [], [], []
    mean = (dummies.T @ (fitted * at) / (dummies.T @ fitted))[group]
    for one in np.unique(cluster):
        rows = cluster == one
        part, weight = design[rows], fitted[rows]
        information_left = whole - part.T @ (part * weight[:, None])
        without.append(fit.params - np.linalg.solve(information_left, part.T @ (observed[rows] - weight)))
        sizes.append(weight.sum())
        leverage.append((weight * (at[rows] - mean[rows]) ** 2).sum())
    own = np.sqrt(np.clip(1 - np.array(sizes) / sum(sizes) - np.array(leverage) / sum(leverage), 0.1, 1.0))
    without = fit.params + (np.array(without) - fit.params) * own[:, None]
    slope = left_out(fit.params[-1], without[:, -1], information(np.array(leverage)))
    compare("Trend, slope", case["slope"], slope, tolerance=FITTED, scale=[1.0, *slope[1:]])
    compare("Trend, levels", case["levels"], fit.params[:-1], tolerance=FITTED, scale=1.0)
    if case["step"]:
        step = without[:, -2] - without[:, -3]
        step = left_out(fit.params[-2] - fit.params[-3], step, information(np.array(sizes)))
        compare("Trend, step", case["step"], step, tolerance=FITTED, scale=[1.0, *step[1:]])


def kinds(case):
    group, x, y, error = np.array(case["units"]).T
    dummies = (group.astype(int)[:, None] == np.arange(int(group.max()) + 1)).astype(float)
    design = np.column_stack([dummies, x])
    degrees = len(y) - design.shape[1]

    def fit(variance):
        return sm.WLS(y, design, weights=1 / (error**2 + variance)).fit()

    def excess(variance):
        return fit(variance).mse_resid * degrees - degrees

    variance = 0.0 if excess(0.0) <= 0 else optimize.brentq(excess, 0.0, 1e3, xtol=1e-16, rtol=1e-14)
    found = fit(variance)
    # Statsmodels scales by what is left; never less than 1.
    standard_error = found.bse[-1] * max(1.0, 1 / math.sqrt(found.scale))
    compare("MetaRegression", [case["slope"]], [found.params[-1]], tolerance=FITTED, scale=standard_error)
    compare("MetaRegression, error", case["standard_error"], standard_error, tolerance=FITTED)
    compare("MetaRegression, between", case["between"] ** 2, variance, tolerance=FITTED, scale=max(variance, 1e-3))
    reach = stats.t.ppf(0.975, degrees) * standard_error
    around = found.params[-1] + np.array([-reach, reach])
    compare("MetaRegression, interval", case["interval"], around, tolerance=FITTED, scale=reach)
    p = 2 * stats.t.sf(abs(found.params[-1]) / standard_error, degrees)
    compare("MetaRegression, p", case["p"], p, tolerance=1e-5)
    more, its_degrees, *found = case["more"]
    own = case["standard_error"] ** 2
    satterthwaite = (own + more) ** 2 / (own**2 / case["degrees"] + more**2 / its_degrees)
    compare("MetaRegression, more", found, [math.sqrt(own + more), satterthwaite])


def two_ways(case):
    unit, level, value, error = np.array(case["cells"]).T
    units = np.unique(unit)
    levels = np.unique(level)
    # The first level is the reference.
    design = np.column_stack([unit[:, None] == units, level[:, None] == levels[1:]]).astype(float)
    degrees = len(value) - np.linalg.matrix_rank(design)

    def fit(variance):
        return sm.WLS(value, design, weights=1 / (error**2 + variance)).fit()

    def excess(variance):
        return (fit(variance).wresid ** 2).sum() - degrees

    variance = 0.0
    if degrees > 0 and excess(0.0) > 0:
        variance = optimize.brentq(excess, 0.0, 1e3, xtol=1e-16, rtol=1e-14)
    compare("TwoWay, own variance", case["own_variance"], variance, tolerance=FITTED, scale=max(variance, 1e-3))
    params = fit(case["own_variance"]).params[: len(units)]
    number, found, its_error, weight = np.array(case["units"]).T
    compare("TwoWay, units", number, units)
    compare("TwoWay, values", found - found[0], params - params[0], scale=1.0)
    weights = 1 / (error**2 + case["own_variance"])
    sums = np.array([weights[unit == one].sum() for one in units])
    noise = np.array([((weights * error)[unit == one] ** 2).sum() for one in units])
    compare("TwoWay, errors", its_error, np.sqrt(noise) / sums)
    compare("TwoWay, weights", weight, sums)


def poolings(case):
    value, error = np.array(case["estimates"]).T
    deviation = 4 * case["scale"] * (np.arange(40) + 0.5) / 40
    prior = stats.rayleigh(scale=case["scale"]).logpdf(deviation)
    for name, known in (("places", False), ("around_zero", True)):
        parts, logs = [], []
        for between, log_prior in zip(deviation, prior):
            covariance = np.diag(error**2 + between**2)
            precision = np.diag(1 / np.diag(covariance))
            mean, of_mean = 0.0, 0.0
            if not known:
                of_mean = 1 / precision.sum()
                mean = of_mean * (precision @ value).sum()
            # Flat over the mean: the density of what is left of the values, up to a constant.
            log = stats.multivariate_normal.logpdf(value - mean, cov=covariance)
            logs.append(log + log_prior + (0.0 if known else 0.5 * math.log(of_mean)))
            own = between**2 / np.diag(covariance)
            gain = np.diag(own) + (0.0 if known else np.outer(1 - own, np.diag(precision) * of_mean))
            variance = own * error**2 + (1 - own) ** 2 * of_mean
            parts.append((own * value + (1 - own) * mean, variance, 1 - np.diag(gain), mean, of_mean, between))
        weights = np.exp(np.array(logs) - max(logs))
        weights /= weights.sum()

        def mixed(values, variances):
            values, variances = np.array(values), np.array(variances)
            middle = weights @ values
            return middle, np.sqrt(weights @ (variances + (values - middle) ** 2))

        middle, spread = mixed([part[0] for part in parts], [part[1] for part in parts])
        borrowed = weights @ np.array([part[2] for part in parts])
        found = np.array(case[name])
        compare(f"Pooling, {name}", found, np.column_stack([middle, spread, borrowed]), scale=1.0)
        compare("Pooling, between", case["between"][int(known)], weights @ deviation)
        if not known:
            another = mixed([p[3] for p in parts], [p[4] + p[5] ** 2 for p in parts])
            compare("Pooling, another", case["another"][:2], another, scale=1.0)


def shifts(case):
    day, value = np.array(case["series"]).T
    weekdays = (day.astype(int)[:, None] % 7 == np.arange(7)).astype(float)
    best = (0.0, 0, 0.0)
    for at in range(7, len(day) - 6):
        step = (np.arange(len(day)) >= at).astype(float)
        fit = sm.OLS(value, np.column_stack([weekdays, day, step])).fit()
        best = max(best, (abs(fit.tvalues[-1]), at, fit.params[-1]))
    compare("level_shift", [case["at"], case["size"]], best[1:], tolerance=1e-8)


def two_ways_of(fit, keep, clusters, groups, worths, along):
    """What `fit` says of all rows, with the error of two-way clustering; `along` is the first-order part of each cell."""
    value = fit(keep)
    by_clusters = left_out(value, np.array([fit(keep & (clusters != one)) for one in np.unique(clusters[keep])]), worths[0])
    by_groups = left_out(value, np.array([fit(keep & (groups != one)) for one in np.unique(groups[keep])]), worths[1])
    of_cells = (along**2).sum() * len(along) / (len(along) - 1)
    variance = max(by_clusters[1] ** 2 + by_groups[1] ** 2 - of_cells, by_clusters[1] ** 2, by_groups[1] ** 2)
    return [value, math.sqrt(variance), min(by_clusters[2], by_groups[2])]


def sums_of(keys, values):
    names, at = np.unique(keys, return_inverse=True)
    sums = np.zeros((len(names),) + values.shape[1:])
    np.add.at(sums, at.reshape(-1), values)
    return sums


def rates(case):
    """Mantel and Haenszel's sums from a pivot of all strata, anew for each cluster and group that is left out."""
    cells = np.array(case["cells"])
    cluster, stratum, group, side = cells[:, :4].astype(int).T
    stratum = cluster * 10 + stratum

    def parts(keep):
        pivot = np.zeros((stratum.max() + 1, 2, 2))
        np.add.at(pivot, (stratum[keep], side[keep]), cells[keep, 4:])
        pivot = pivot[(pivot[:, :, 1] > 0).all(1)]
        others, one = pivot[:, 0], pivot[:, 1]
        both = one[:, 1] + others[:, 1]
        weights = one[:, 1] * others[:, 1] / both
        return np.array([weights.sum(), (one[:, 0] * others[:, 1] / both).sum(), (others[:, 0] * one[:, 1] / both).sum(), one[:, 1].sum()])

    def of_stratum(number, keep):
        return parts(keep & (stratum == number))

    all_rows = np.ones(len(cells), bool)
    shared = np.isin(stratum, [s for s in np.unique(stratum) if len(np.unique(side[stratum == s])) == 2])
    total = parts(all_rows)
    weights = np.array([parts(cluster == one)[0] for one in np.unique(cluster[shared])])
    of_groups = np.array([cells[shared & (group == one), 5].sum() for one in np.unique(group[shared])])
    worths = information(weights), information(of_groups)
    lost = {}
    for s in np.unique(stratum[shared]):
        for g in np.unique(group[stratum == s]):
            key = (cluster[stratum == s][0], g)
            lost[key] = lost.get(key, 0) + of_stratum(s, all_rows) - of_stratum(s, group != g)
    lost = np.array(list(lost.values()))
    rate = (total[1] - total[2]) / total[0]
    difference = two_ways_of(
        lambda keep: (parts(keep)[1] - parts(keep)[2]) / parts(keep)[0],
        shared, cluster, group, worths, (lost[:, 1] - lost[:, 2] - rate * lost[:, 0]) / total[0],
    )
    log = two_ways_of(
        lambda keep: math.log(parts(keep)[1] / parts(keep)[2]),
        shared, cluster, group, worths, lost[:, 1] / total[1] - lost[:, 2] / total[2],
    )
    compare("MatchedRates, difference", case["difference"], difference, scale=[1.0, *difference[1:]])
    compare("MatchedRates, log ratio", case["log_ratio"], log, scale=[1.0, *log[1:]])
    compare("MatchedRates, rates", [*case["rates"], case["trials"]], [*(total[1:3] / total[0]), total[3]])
    one = side == 1
    of_cells = sums_of(cluster[one] * 1000 + group[one], cells[one, 4:])
    [successes, trials] = cells[one, 4:].sum(0)
    simple = two_ways_of(
        lambda keep: cells[keep, 4].sum() / cells[keep, 5].sum(),
        one, cluster, group,
        (information(sums_of(cluster[one], cells[one, 5])), information(sums_of(group[one], cells[one, 5]))),
        (of_cells[:, 0] - successes / trials * of_cells[:, 1]) / trials,
    )
    compare("clustered_rate", case["rate"], simple)


def steps(case):
    """Weighted two-stage least squares with a dummy of each stratum, one row a cell, fitted anew without each cluster and group."""
    rows = case["cells"]
    cluster, stratum, group, step = np.array([row[:4] for row in rows]).T.astype(int)
    weight, outcome = np.array([row[4:6] for row in rows]).T
    doses = np.array([row[6] for row in rows])
    stratum = cluster * 10 + stratum
    treated = (step[:, None] == [1, 2, 3]).astype(float)

    def moments(keep):
        dummies = (stratum[keep, None] == np.unique(stratum[keep])).astype(float)
        root = np.sqrt(weight[keep])[:, None]
        left = lambda matrix: matrix - (dummies * root) @ np.linalg.lstsq(dummies * root, matrix, rcond=None)[0]
        instruments = left(treated[keep] * root)
        return instruments.T @ (doses[keep] / root), instruments.T @ (outcome[keep] / root[:, 0])

    everything = np.ones(len(rows), bool)
    matrix, side = moments(everything)
    effects = np.linalg.solve(matrix, side)
    worth = {}
    lost = {}
    for s in np.unique(stratum):
        here = stratum == s
        whole = moments(here)
        totals = np.array([weight[here & (step == one)].sum() for one in (1, 2, 3)])
        worth[cluster[here][0]] = worth.get(cluster[here][0], 0) + (totals * (1 - totals / weight[here].sum())).sum()
        for g in np.unique(group[here]):
            rest = moments(here & (group != g))
            key = (cluster[here][0], g)
            lost[key] = lost.get(key, 0) + (whole[1] - rest[1]) - (whole[0] - rest[0]) @ effects
    lost = np.array(list(lost.values()))
    of_groups = sums_of(group, weight)
    worths = information(np.array(list(worth.values()))), information(of_groups)
    compare("StepEffects, information", case["information"], worths[0])
    for contrast, found in zip(case["contrasts"], case["found"]):
        expected = two_ways_of(
            lambda keep: float(np.array(contrast) @ np.linalg.solve(*moments(keep))),
            everything, cluster, group, worths, lost @ np.linalg.solve(matrix.T, contrast),
        )
        compare("StepEffects", found, expected, tolerance=1e-7, scale=[1.0, *expected[1:]])


def panels(case):
    """Weighted least squares of statsmodels with dummies of units and dates, fitted anew without each unit."""
    rows = case["points"]
    unit, period = np.array([row[:2] for row in rows]).T.astype(int)
    weight, outcome = np.array([row[2:4] for row in rows]).T
    doses = np.array([row[4] for row in rows])
    count = doses.shape[1]

    def fit(keep):
        units = (unit[keep, None] == np.unique(unit[keep])).astype(float)
        periods = (period[keep, None] == np.unique(period[keep])[1:]).astype(float)
        design = np.column_stack([doses[keep], units, periods])
        return sm.WLS(outcome[keep], design, weights=weight[keep]).fit().params[:count]

    names = np.unique(unit)
    everything = fit(np.ones(len(rows), bool))
    without = np.array([fit(unit != one) for one in names])

    def spread(one):
        here = unit == one
        means = np.average(doses[here], axis=0, weights=weight[here])
        return (weight[here, None] * (doses[here] - means) ** 2).sum()

    worth = information(np.array([spread(one) for one in names]))
    compare("Panel, information", case["information"], worth)
    contrast = np.array(case["contrast"])
    expected = left_out(contrast @ everything, without @ contrast, worth)
    compare("Panel", case["found"], expected, tolerance=1e-7, scale=[1.0, *expected[1:]])
    apart = without[:, :2] - without[:, :2].mean(0)
    covariance = (len(names) - 1) / len(names) * apart.T @ apart
    squared = everything[:2] @ np.linalg.solve(covariance, everything[:2])
    under = min(worth, len(names)) - 2
    p = stats.f.sf(squared * under / (2 * (under + 1)), 2, under)
    compare("Panel, joint p", case["joint"], p, tolerance=FITTED)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        answers = json.load(file)
    published_bounds()
    for part in (distributions, betas, clusters, fits, tests, sequences, matches, balances, choices, trends, kinds, poolings, two_ways, shifts, rates, steps, panels):
        for case in answers[part.__name__]:
            part(case)
    for name, count in compared.items():
        print(f"{name:22} {count:5} figures, at worst {worst[name]:.1e} off")
    for line in wrong[:20]:
        print(f"WRONG: {line}", file=sys.stderr)
    print(f"{sum(compared.values())} figures compared, {len(wrong)} disagreements")
    # A comparison that compared nothing is not a success.
    few = [name for name, count in compared.items() if count < (len(CONFSEQ) if name == "confseq" else 20)]
    sys.exit(1 if wrong or few or len(compared) < 20 else 0)


main()
