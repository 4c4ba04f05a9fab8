"""Methods of docs/STATISTICS.md by numpy and scipy: for tests/statistics.py, which holds them against what the crate answers, and
for tests/calibration.py, which holds them against what is published. Nothing here is the program's."""

import math

import numpy as np
from scipy import special, stats

# The scale at which the confidence sequence is tightest where the plan is done: y = ln((1 + y) / 0.05²).
SCALE = -special.lambertw(-(0.05**2) / math.e, -1).real - 1


def mixture_bound(mixture: float, miss: float) -> float:
    """The boundary of the normal mixture, in standard errors; `mixture` is its squared scale in units of their inverse."""
    squared = 2 * (mixture + 1) / mixture * math.log(math.sqrt(mixture + 1) / miss)
    return math.sqrt(max(squared, 0.0))


def sequence_width(error: float, degrees: float, seen: float, planned: float, miss: float) -> float:
    """Half the width of the confidence sequence. Where the error was estimated, the value of Student's t with the same tail."""
    bound = mixture_bound(SCALE * seen / planned, miss)
    return error * (bound if math.isinf(degrees) else stats.t.isf(stats.norm.sf(bound), degrees))


def sequence_p(value: float, error: float, degrees: float, seen: float, planned: float) -> float:
    """The level at which the confidence sequence leaves out zero; 1 at most."""
    student = abs(value) / error
    normal = student if math.isinf(degrees) else stats.norm.isf(stats.t.sf(student, degrees))
    mixture = SCALE * seen / planned
    return min(1.0, math.sqrt(mixture + 1) * math.exp(-(normal**2) / 2 * mixture / (mixture + 1)))


def information(sizes: np.ndarray) -> float:
    """How many clusters of equal size clusters are worth."""
    return sizes.sum() ** 2 / (sizes**2).sum()


def jackknife(without: np.ndarray, worth: float = math.inf) -> tuple[float, float]:
    """The variance of an estimate from those without each cluster, and its degrees of freedom."""
    count = len(without)
    squares = (without - without.mean()) ** 2
    degrees = max(1.0, min(3 * squares.sum() ** 2 / (squares**2).sum(), count - 1) - 1)
    return (count - 1) / count * squares.sum(), max(1.0, min(degrees, worth - 1))


def parts(counts: np.ndarray) -> np.ndarray:
    """What each stratum adds to the two sums of Mantel and Haenszel; `counts` by stratum, side (the one and the other), and
    successes and trials."""
    one, other = counts[:, 0], counts[:, 1]
    is_shared = (one[:, 1] > 0) & (other[:, 1] > 0)
    both = np.where(is_shared, one[:, 1] + other[:, 1], 1.0)
    sums = np.stack([other[:, 0] * one[:, 1] / both, one[:, 0] * other[:, 1] / both], axis=1)
    return is_shared[:, None] * sums


def log_ratio(sums: np.ndarray) -> np.ndarray:
    return np.log(sums[..., 0] / sums[..., 1])


class Matched:
    """The logarithm of the ratio of two rates within strata; `counts` by stratum, group, side, and successes and trials."""

    def __init__(self, counts: np.ndarray):
        trials = counts[:, :, 1, 1].sum(1)
        self.left_out = trials[counts[:, :, 0, 1].sum(1) == 0].sum() / trials.sum() if trials.sum() else None
        self.counts = counts[(counts[..., 1].sum(1) > 0).all(1)]
        self.of_strata = parts(self.counts.sum(1))
        self.total = self.of_strata.sum(0)
        self.value = float(log_ratio(self.total))
        self.information = information(self.counts[..., 1].sum((1, 2)))
        self.of_groups = self.counts[..., 1].sum((0, 2))
        self.group_information = information(self.of_groups)

    def by_strata(self) -> tuple[float, float]:
        """The standard error by leaving out a stratum at a time, and its degrees of freedom."""
        variance, degrees = jackknife(log_ratio(self.total - self.of_strata), self.information)
        return math.sqrt(variance), degrees

    def two_way(self) -> tuple[float, float]:
        """The same of clustering by strata and by groups (Cameron, Gelbach & Miller 2011)."""
        error, degrees = self.by_strata()
        groups = range(self.counts.shape[1])
        without = np.stack([parts(self.counts.sum(1) - self.counts[:, group]) for group in groups])
        of_seen = log_ratio(without.sum(1)[self.of_groups > 0])
        group_variance, group_degrees = jackknife(of_seen, self.group_information)
        # What a cell adds to the logarithm, to the first order.
        shares = (self.of_strata - without) / self.total
        cells = (shares[..., 0] - shares[..., 1])[self.counts[..., 1].sum(2).T > 0]
        of_cells = (cells**2).sum() * len(cells) / (len(cells) - 1)
        variance = max(error**2 + group_variance - of_cells, error**2, group_variance)
        return math.sqrt(variance), min(degrees, group_degrees)
