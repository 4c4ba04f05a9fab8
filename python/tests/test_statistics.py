"""Intervals against references: the formula in plain Python, and figures of numpy and scipy."""

import math
import statistics
import unittest

import coverledger
import pyarrow as pa

# Those of `crates/stats`, with two more.
BROADCASTS = [(12, 400), (3, 250), (30, 800), (1, 90), (22, 300), (5, 510), (9, 300), (2, 200)]


def wilson(successes: float, trials: float, confidence: float) -> "tuple[float, float]":
    z = statistics.NormalDist().inv_cdf((1 + confidence) / 2)
    share = successes / trials
    middle = share + z * z / (2 * trials)
    reach = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    return (middle - reach) / scale, (middle + reach) / scale


def jackknife(pairs: "list[tuple[float, float]]") -> "tuple[float, float, float]":
    """Ratio, standard error and degrees of freedom, as docs/STATISTICS.md has them."""
    of, among = (sum(column) for column in zip(*pairs))
    without = [(of - s) / (among - n) for s, n in pairs]
    n, mean = len(pairs), statistics.fmean(without)
    squares = [(ratio - mean) ** 2 for ratio in without]
    error = math.sqrt((n - 1) / n * sum(squares))
    degrees = max(min(3 * sum(squares) ** 2 / sum(s * s for s in squares), n - 1) - 1, 1)
    worth = among**2 / sum(n * n for _, n in pairs)
    return of / among, error, max(min(degrees, worth - 1), 1)


class Wilson(unittest.TestCase):
    def test_it_is_the_formula(self) -> None:
        for successes, trials in [(42, 10_000), (1, 3), (7.5, 30.25)]:
            for confidence in (0.5, 0.8, 0.95, 0.99):
                found = coverledger.wilson(successes, trials, confidence)
                for end, expected in zip(found, wilson(successes, trials, confidence)):
                    self.assertAlmostEqual(end, expected, delta=1e-9)
        # statsmodels: proportion_confint(42, 10000, method="wilson").
        low, high = coverledger.wilson(42, 10_000)
        self.assertAlmostEqual(low, 0.003_108_876_968_138_527, delta=1e-12)
        self.assertAlmostEqual(high, 0.005_671_895_816_224_385, delta=1e-12)

    def test_ends_are_exact(self) -> None:
        self.assertEqual(coverledger.wilson(0, 10).low, 0.0)
        self.assertEqual(coverledger.wilson(10, 10).high, 1.0)

    def test_what_is_no_share_is_refused(self) -> None:
        for arguments, expected in [
            ((1, 0), "`trials` is `0`"),
            ((3, 2), "`successes` is `3`"),
            ((-1, 2), "`successes` is `-1`"),
            ((math.nan, 2), "`successes` is `NaN`"),
            ((1, 2, 1.0), "`confidence` is `1`"),
            ((1, 2, 95), "`confidence` is `95`"),
        ]:
            with self.subTest(expected), self.assertRaisesRegex(coverledger.CoverledgerError, expected):
                coverledger.wilson(*arguments)


class ClusterInterval(unittest.TestCase):
    def test_it_is_students_on_its_scale(self) -> None:
        successes, trials = zip(*BROADCASTS)
        ratio, error, degrees = jackknife(BROADCASTS)
        plain = coverledger.cluster_interval(successes, trials, scale="identity")
        reach = (plain.high - plain.low) / 2
        self.assertAlmostEqual((plain.high + plain.low) / 2, ratio, delta=1e-12)
        # The reach in standard errors is a quantile of Student's t: with so many degrees this share lies within.
        self.assertAlmostEqual(student_within(reach / error, degrees), 0.95, delta=1e-6)
        logit = coverledger.cluster_interval(successes, trials)
        odds, spread = ratio / (1 - ratio), reach / (ratio * (1 - ratio))
        for end, sign in zip(logit, (-1, 1)):
            bound = odds * math.exp(sign * spread)
            self.assertAlmostEqual(end, bound / (1 + bound), delta=1e-12)
        log = coverledger.cluster_interval(successes, trials, scale="log")
        self.assertAlmostEqual(log.high, ratio * math.exp(reach / ratio), delta=1e-12)

    def test_too_few_clusters_have_none(self) -> None:
        successes, trials = zip(*BROADCASTS[:-1])
        self.assertEqual(coverledger.FEWEST_CLUSTERS, 8)
        self.assertIsNone(coverledger.cluster_interval(successes, trials))
        # One in which nothing was tried is none.
        self.assertIsNone(coverledger.cluster_interval([*successes, 0], [*trials, 0]))

    def test_columns_of_tables_are_taken(self) -> None:
        successes, trials = map(list, zip(*BROADCASTS))
        expected = coverledger.cluster_interval(successes, trials)
        self.assertEqual(coverledger.cluster_interval(pa.array(successes), pa.chunked_array([trials[:3], trials[3:]])), expected)
        self.assertEqual(coverledger.cluster_interval(iter(successes), tuple(trials)), expected)

    def test_ends_of_a_scale_tell_nothing(self) -> None:
        self.assertEqual(coverledger.cluster_interval([0] * 9, [10] * 9), (0.0, 1.0))
        self.assertEqual(coverledger.cluster_interval([0] * 9, [10] * 9, scale="log"), (0.0, math.inf))

    def test_what_makes_no_sense_is_refused(self) -> None:
        for arguments, expected in [
            (([1], [2, 3]), "`successes` has 1 clusters and `trials` 2"),
            (([1, None], [2, 3]), r"`successes\[1\]` is null"),
            (([1, 1], [2, -3]), r"`trials\[1\]` is `-3`"),
            (([1, 1], [2, 0]), "as nothing was tried"),
            (([math.inf, 1], [2, 1]), r"`successes\[0\]` is `inf`"),
            (([20] * 9, [10] * 9), 'say `scale="log"`'),
            (([1], [2], 0.95, "square"), "`scale` is `square`"),
        ]:
            with self.subTest(expected), self.assertRaisesRegex(coverledger.CoverledgerError, expected):
                coverledger.cluster_interval(*arguments)


def student_within(t: float, degrees: float) -> float:
    """P(|T| ≤ t), by Simpson's rule."""
    scale = math.exp(math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2)) / math.sqrt(degrees * math.pi)
    steps = 20_000
    width = t / steps
    density = [scale * (1 + (at * width) ** 2 / degrees) ** (-(degrees + 1) / 2) for at in range(steps + 1)]
    return 2 * width / 3 * (density[0] + density[-1] + 4 * sum(density[1:-1:2]) + 2 * sum(density[2:-1:2]))


if __name__ == "__main__":
    unittest.main()
