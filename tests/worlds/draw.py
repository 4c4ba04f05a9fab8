"""Truth first: what happened in a world, drawn by a seed. Nothing here knows how exports, configuration or the program look.

A split is drawn viewer by viewer, or as the counts of each broadcast and cover; a rotation as the counts of a few minutes.
Every market is a replicate: it has its own stream of random numbers, so that more markets leave the first ones as they are.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

FIRST = date(2026, 11, 1)
COVERS = ("red", "blue")
# Of those who see a cover so many enter, and of those so many stay.
ENTER, STAY = 0.5, 0.5
STAYED_SECONDS, LEFT_SECONDS = 90, 10
# The finest stretch of time that the exports of a rotation tell apart.
GRAIN_MINUTES = 5


@dataclass(frozen=True)
class Truth:
    """What a world is drawn from. Covers differ by `lift` alone, in the orders of an impression."""

    name: str
    # `viewer`: a split by viewers; `broadcast`: a split, drawn anew in each; `rotation`; `periods`: no experiment
    design: str
    seed: int
    markets: int
    nights: int = 30
    lift: float = 1.0            # times the control's rate
    nightly: int = 2             # broadcasts a night
    size: float = 300.0          # impressions of a cover in a broadcast, on average
    spread: float = 0.0          # standard deviation of the logarithm of sizes
    rate: float = 0.12           # orders per impression
    between: float = 0.3         # standard deviation of the logarithm of the rate between broadcasts
    own: float = 0.0             # the same of each cover's own part in a broadcast
    regulars: int = 0            # viewers of a market who come back and keep their cover; the others come once
    trend: float = 0.0           # how much rates and traffic rise in the course of an evening, and of the window
    carry_over: float = 0.0      # correlation of the noise of a turn with that of the turn before
    noise: float = 0.35          # standard deviation of the logarithm of a turn's rate
    turn: int = 30               # minutes
    history: int = 0             # nights before the test, in which covers do not differ

    def dates(self) -> list[date]:
        return [FIRST + timedelta(days=night) for night in range(self.nights)]

    def names(self) -> list[str]:
        return [f"M{number:03}" for number in range(1, self.markets + 1)]

    def stream(self, market: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, market])


def lognormal(random: np.random.Generator, deviation: float, shape) -> np.ndarray:
    """With a mean of 1."""
    return np.exp(deviation * random.standard_normal(shape) - deviation**2 / 2)


def rates(truth: Truth, random: np.random.Generator) -> np.ndarray:
    """Orders per impression of each broadcast and cover."""
    broadcasts = truth.nights * truth.nightly
    usual = truth.rate * lognormal(random, truth.between, (broadcasts, 1))
    own = lognormal(random, truth.own, (broadcasts, len(COVERS)))
    tested = np.arange(broadcasts)[:, None] >= truth.history * truth.nightly
    return np.minimum(usual * own * np.where(tested, [1.0, truth.lift], 1.0), 0.9)


def viewers(truth: Truth) -> pl.DataFrame:
    """A split by viewers: a row for each impression. Each viewer is given a cover by lot, and keeps it for ever."""
    markets = []
    for number, name in enumerate(truth.names()):
        random = truth.stream(number)
        rate = rates(truth, random)
        broadcasts = len(rate)
        sizes = random.poisson(len(COVERS) * truth.size * lognormal(random, truth.spread, broadcasts))
        if truth.regulars:
            # Some come every night and some hardly ever; few of them place most of the orders.
            lots = random.integers(0, len(COVERS), truth.regulars)
            comes = random.random((broadcasts, truth.regulars)) < random.beta(1.5, 1.5, truth.regulars)
            broadcast, viewer = np.nonzero(comes)
            cover, keen = lots[viewer], lognormal(random, 1.2, truth.regulars)[viewer]
        else:
            broadcast = np.repeat(np.arange(broadcasts), sizes)
            viewer = np.arange(len(broadcast))
            cover, keen = random.integers(0, len(COVERS), len(broadcast)), 1.0
        orders = random.random(len(broadcast)) < np.minimum(rate[broadcast, cover] * keen, 0.95)
        enters = orders | (random.random(len(broadcast)) < ENTER)
        stays = enters & (random.random(len(broadcast)) < STAY)
        markets.append(pl.DataFrame({
            "market": np.full(len(broadcast), name),
            "night": broadcast // truth.nightly,
            "broadcast": broadcast % truth.nightly,
            "second": random.integers(0, 3600, len(broadcast)),
            "cover": cover,
            "viewer": viewer,
            "enters": enters,
            "stays": stays,
            "orders": orders,
        }))
    return pl.concat(markets)


def broadcasts(truth: Truth) -> pl.DataFrame:
    """A split that is drawn anew in each broadcast: a row for each broadcast and cover."""
    markets = []
    for number, name in enumerate(truth.names()):
        random = truth.stream(number)
        rate = rates(truth, random)
        both = random.poisson(len(COVERS) * truth.size * lognormal(random, truth.spread, len(rate)))
        red = random.binomial(both, 0.5)
        impressions = np.stack([red, both - red], axis=1)
        orders = random.binomial(impressions, rate)
        entries = orders + random.binomial(impressions - orders, ENTER)
        number, cover = np.indices(impressions.shape)
        markets.append(pl.DataFrame({
            "market": np.full(impressions.size, name),
            "night": number.ravel() // truth.nightly,
            "broadcast": number.ravel() % truth.nightly,
            "cover": cover.ravel(),
            "impressions": impressions.ravel(),
            "entries": entries.ravel(),
            "stays": random.binomial(entries, STAY).ravel(),
            "orders": orders.ravel(),
        }))
    return pl.concat(markets)


def before(schedule: pl.DataFrame, nights: int) -> pl.DataFrame:
    """Turns of so many nights before a schedule, at the same times of day, in which the first cover was always on air."""
    first = schedule["local_date"].min()
    of_night = schedule.filter(pl.col("local_date") == first)
    shifted = [
        of_night.with_columns(pl.col("local_date", "starts_utc", "ends_utc") - timedelta(days=night), cover_id=pl.lit(COVERS[0]))
        for night in range(1, nights + 1)
    ]
    return pl.concat([*shifted, schedule])


def turns(truth: Truth, schedule: pl.DataFrame) -> pl.DataFrame:
    """A rotation: a row for each few minutes on air. `schedule` says which cover the lot gave to each turn."""
    schedule = before(schedule, truth.history) if truth.history else schedule
    markets = []
    for number, name in enumerate(truth.names()):
        random = truth.stream(number)
        plan = schedule.filter(pl.col("market") == name).sort("starts_utc")
        hour = plan["starts_local"].str.slice(11, 2).cast(pl.Int64)
        plan = plan.filter(hour >= 19)
        night = (plan["local_date"] - FIRST).dt.total_days().to_numpy()
        of_evening = (plan["starts_utc"].dt.hour().to_numpy() - 19) / 5
        # The noise of a turn leans on that of the turn before, from one night to the next.
        steps = random.standard_normal(len(plan)) * truth.noise * np.sqrt(1 - truth.carry_over**2)
        noise = np.zeros(len(plan))
        for turn, step in enumerate(steps):
            noise[turn] = (truth.carry_over * noise[turn - 1] if turn else 0.0) + step
        trend = np.exp(truth.trend * (of_evening + night / truth.nights))
        evening = lognormal(random, truth.between, truth.nights)[night]
        cover = plan["cover_id"].replace_strict(dict(zip(COVERS, range(len(COVERS)), strict=True))).to_numpy()
        lift = np.where((night >= truth.history) & (cover == 1), truth.lift, 1.0)
        rate = np.minimum(truth.rate * evening * np.exp(noise) * lift, 0.9)
        minutes = (plan["ends_utc"] - plan["starts_utc"]).dt.total_minutes().to_numpy()
        pieces = minutes // GRAIN_MINUTES
        turn = np.repeat(np.arange(len(plan)), pieces)
        piece = np.arange(len(turn)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        impressions = random.poisson((truth.size * trend / pieces)[turn])
        orders = random.binomial(impressions, rate[turn])
        entries = orders + random.binomial(impressions - orders, ENTER)
        markets.append(pl.DataFrame({
            "market": np.full(len(turn), name),
            "night": night[turn],
            "start": plan["starts_utc"].to_numpy()[turn] + piece * np.timedelta64(GRAIN_MINUTES, "m"),
            "cover": cover[turn],
            "impressions": impressions,
            "entries": entries,
            "stays": random.binomial(entries, STAY),
            "orders": orders,
        }))
    return pl.concat(markets)


def periods(truth: Truth) -> pl.DataFrame:
    """A broadcast every afternoon and every evening. From the middle on most of the audience comes in the evening, when
    twice as many enter; within an afternoon or an evening nothing changes."""
    markets = []
    for number, name in enumerate(truth.names()):
        random = truth.stream(number)
        night, evening = (index.ravel() for index in np.indices((truth.nights, 2)))
        share = np.where((night < truth.nights // 2) == (evening == 0), 0.7, 0.3)
        impressions = random.poisson(truth.size * share * lognormal(random, truth.spread, len(night)))
        rate = truth.rate * (1 + evening) * lognormal(random, truth.between, len(night))
        entries = random.binomial(impressions, np.minimum(rate, 0.9))
        markets.append(pl.DataFrame({
            "market": np.full(len(night), name),
            "night": night,
            "broadcast": np.where(evening, 0, -5),   # five hours before the evening's
            "cover": 0,
            "impressions": impressions,
            "entries": entries,
            "stays": random.binomial(entries, STAY),
            "orders": random.binomial(entries, 0.1),
        }))
    return pl.concat(markets)
