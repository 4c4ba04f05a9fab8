"""Cases that have one right outcome each, written by hand: a market for each, with an experiment of its own.

All are run together, on the morning after the 14th night and after the last one. A case writes what each broadcast or turn
had, and then says what has to stand in the tables. Numbers waver by a fixed pattern, so that errors can be estimated.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import sqrt
from pathlib import Path

import polars as pl

from worlds import exports
from worlds.draw import FIRST, GRAIN_MINUTES
from worlds.program import Workspace

NIGHTS = 20
MIDDLE = 14
WAVER = (0.3, -1.1, 0.8, -0.2, 1.4, -0.7, 0.1, -1.5, 0.9, 0.5, -0.5)
WINDOW = f"window: {{from: {FIRST}, to: {FIRST + timedelta(days=NIGHTS - 1)}}}\n"
SPLIT = f"design: split\nsplit: {{broadcasts: 40, assignment: broadcast}}\n{WINDOW}"
ROTATION = f"design: rotation\nrotation: {{turn: 30m, seed: 11}}\n{WINDOW}"
FAMILIES = "families:\n  dress: {shared: red, localized: {time_confound: blue}}\n"
PLATFORMS = {
    "sheet": exports.BROADCASTS,
    "bare": exports.BROADCASTS.replace("stays: stays, ", "").replace("sheet/", "bare/"),
    "minutes": exports.MINUTES.replace("sheet/", "minutes/"),
}


@dataclass(frozen=True)
class Row:
    """What a cover had in a broadcast, or in a part of a turn."""

    night: int                   # from 1
    cover: str
    impressions: float
    orders: float
    entrants: float | None = None   # by default 40 % of impressions
    stays: float | None = None      # by default half of those
    broadcast: int = 0           # of the night
    hour: int = 20
    start: str | None = None     # if it is a part of a turn


@dataclass
class Told:
    """What stands in the tables of a case's market after each stage."""

    market: str
    stages: list[dict[str, pl.DataFrame]] = field(default_factory=list)
    # Of what the runs could not settle, what speaks of it.
    unsettled: list[str] = field(default_factory=list)

    def rows(self, table: str, stage: int = -1) -> list[dict]:
        """Rows of a table as of the newest date."""
        frame = self.stages[stage][table]
        if frame.is_empty():
            return []
        of_market = frame.filter(pl.col("market") == self.market)
        return of_market.filter(pl.col("as_of") == pl.col("as_of").max()).to_dicts()

    def arm(self, cover: str = "blue", stage: int = -1) -> dict:
        found = [row for row in self.rows("experiment", stage) if row["cover_id"] == cover]
        assert len(found) == 1, f"{len(found)} rows of `{cover}`"
        return found[0]


Check = Callable[[Told], None]


@dataclass(frozen=True)
class Case:
    outcome: str                 # the right one, in words
    rows: Callable[[pl.DataFrame], Iterator[Row]]   # given the schedule of a rotation
    check: Check
    platform: str = "sheet"
    experiment: str | None = SPLIT
    covers: str = "red, blue"
    # Between the two stages: the experiment's file, as it becomes; an empty text removes it.
    becomes: Callable[[str], str] = lambda text: text


CASES: dict[str, Case] = {}


def case(outcome: str, rows, **rest):
    """Declares a case by its check."""
    def declare(check: Check) -> Check:
        CASES[check.__name__] = Case(outcome, rows, check, **rest)
        return check
    return declare


def expect(row: dict, **values: object) -> None:
    for name, value in values.items():
        found = row.get(name)
        assert found == value, f"{name} is {found!r}, not {value!r} ({row.get('reason_en')})"


def near(row: dict, name: str, value: float, by: float) -> None:
    found = row.get(name)
    assert found is not None and abs(found - value) <= by, f"{name} is {found}, not {value} ± {by}"


def wavering(count: float, at: int) -> float:
    """A count, some more or less of it than expected, as counts have it."""
    return count + 0.7 * sqrt(count) * WAVER[at % len(WAVER)]


def night(number: int) -> date:
    return FIRST + timedelta(days=number - 1)


def shown(number: int, broadcasts: int = 2, impressions: float = 2000, **orders: float) -> Iterator[Row]:
    """Broadcasts of a night in which covers had as many impressions each, and so many orders."""
    for broadcast in range(broadcasts):
        for arm, (cover, count) in enumerate(orders.items()):
            at = 3 * (number * broadcasts + broadcast) + 5 * arm
            yield Row(number, cover, wavering(impressions, at + 1), wavering(count, at), broadcast=broadcast)


def nights(first: int = 1, last: int = NIGHTS, **of_night) -> Iterator[Row]:
    for number in range(first, last + 1):
        yield from shown(number, **of_night)


# ------------------------------------------------------------------------------------------- a decision stays made


def _followed_advice(_):
    yield from nights(1, MIDDLE, red=100, blue=140)
    yield from nights(MIDDLE + 1, NIGHTS, impressions=4000, blue=280)


@case("stays the winner, and on air", _followed_advice)
def followed_advice(told: Told) -> None:
    then, now = told.arm(stage=0), told.arm()
    expect(then, decision="winner", on_air="blue", state="decided")
    expect(now, decision="winner", on_air="blue", state="decided", decided_on=then["decided_on"])
    assert then["decided_on"] <= night(MIDDLE), then["decided_on"]
    expect(told.arm("red"), on_air="blue")


@case("stopped, with the figures of that day and the recorded schedule",
      lambda schedule: of_turns(schedule, red=(300, 20), blue=(300, 20.5)), platform="minutes", experiment=ROTATION,
      becomes=lambda text: f"{text}stopped: {night(MIDDLE)}\n")
def stopped_by_hand(told: Told) -> None:
    then, now = told.arm(stage=0), told.arm()
    assert then["decision"] != "winner", "the case is of an experiment without a decision"
    expect(now, state="stopped", on_air="red", effect=then["effect"], until=night(MIDDLE))
    assert now["decision"] not in (None, "keep testing"), now["decision"]


@case("shown as gone, and not by its last row", lambda _: nights(red=100, blue=105), becomes=lambda _: "")
def file_gone(told: Told) -> None:
    expect(told.arm(stage=0), state="running")
    expect(told.arm(), state="gone")


# ------------------------------------------------------------------------------------- a winner is a winner today


def _old_p(_):
    yield from nights(1, 10, broadcasts=1, red=100, blue=60)
    yield from nights(11, NIGHTS, broadcasts=1, red=100, blue=150)


@case("no winner: what was proven was the contrary", _old_p)
def old_p(told: Told) -> None:
    row = told.arm()
    assert row["decision"] in ("worse", "not settled"), row["reason_en"]
    expect(row, on_air="red")


def _novelty(_):
    yield from nights(1, 5, red=100, blue=160)
    yield from nights(6, NIGHTS, red=100, blue=98)


@case("won at first, no winner once the effect is gone, with the effect of the last nights beside the whole", _novelty)
def novelty(told: Told) -> None:
    row = told.arm()
    assert row["decision"] != "winner", row["reason_en"]
    expect(row, on_air="red")
    near(row, "recent_effect", -0.02, 0.06)


@case("worse", lambda _: nights(red=200, blue=124))
def bad_arm(told: Told) -> None:
    expect(told.arm(), decision="worse", on_air="red", state="decided")
    near(told.arm(), "effect", -0.38, 0.04)


# ----------------------------------------------------------------------------------------------- like with like


def _late_joiner(_):
    yield from nights(1, 11, broadcasts=1, red=100, blue=100)
    yield from nights(12, NIGHTS, broadcasts=1, red=200, blue=200, green=200)


@case("no winner, an effect about 0", _late_joiner, covers="red, blue, green")
def late_joiner(told: Told) -> None:
    row = told.arm("green")
    near(row, "effect", 0.0, 0.08)
    assert row["decision"] != "winner", row["reason_en"]
    expect(row, on_air="red")


def _left_out(_):
    # Blue alone in four broadcasts in which all buy twice as much.
    yield from nights(1, 16, broadcasts=1, red=100, blue=100)
    yield from nights(17, NIGHTS, broadcasts=1, blue=200)


@case("an effect about 0, and a fifth of blue is said to be left out", _left_out)
def left_out(told: Told) -> None:
    row = told.arm()
    near(row, "effect", 0.0, 0.08)
    near(row, "left_out_share", 0.2, 0.02)
    assert row["decision"] != "winner", row["reason_en"]


# ------------------------------------------------------------------------------------------------------ imbalance


def _constant_imbalance(_):
    for number in range(1, 17):
        yield Row(number, "red", wavering(3200, number), wavering(160, 3 * number))
        yield Row(number, "blue", wavering(800, number + 1), wavering(56, 3 * number + 5))


@case("invalid: imbalance, with fewer than 24 broadcasts", _constant_imbalance)
def constant_imbalance(told: Told) -> None:
    expect(told.arm(), decision="invalid: imbalance", on_air="red")
    assert told.arm()["imbalance_p"] < 1e-10, told.arm()["imbalance_p"]


@case("not invalid: shares waver around what was planned", lambda _: nights(red=100, blue=104))
def no_imbalance(told: Told) -> None:
    assert told.arm()["decision"] != "invalid: imbalance", told.arm()["reason_en"]


# ------------------------------------------------------------------------------------------------------ guardrails


def _lower_conversion(_):
    for row in nights(red=200, blue=234):
        entrants = row.impressions * (0.2 if row.cover == "red" else 0.28)
        yield Row(**(vars(row) | {"entrants": entrants, "stays": entrants / 2}))


@case("wins: more orders per impression, if fewer per entrant", _lower_conversion)
def better_but_lower_conversion(told: Told) -> None:
    row = told.arm()
    assert row["click_conversion"] < 0.9 * told.arm("red")["click_conversion"], "the case is not what it says"
    expect(row, decision="winner", on_air="blue")


@case("not silent about the count that the platform does not offer", lambda _: nights(red=100, blue=140), platform="bare")
def unknown_guardrail(told: Told) -> None:
    row = told.arm()
    expect(row, stay_guardrail="unknown")
    assert "stay" in row["reason_en"], row["reason_en"]


def _fewer_stay(_):
    for row in nights(red=100, blue=140):
        entrants = row.impressions * 0.4
        yield Row(**(vars(row) | {"entrants": entrants, "stays": entrants * (0.5 if row.cover == "red" else 0.3)}))


@case("guardrail failed, named with its numbers", _fewer_stay)
def fewer_stay(told: Told) -> None:
    row = told.arm()
    expect(row, decision="guardrail failed", stay_guardrail="failed", on_air="red")
    assert "Stays" in row["reason_en"] and "40" in row["reason_en"], row["reason_en"]


# ------------------------------------------------------------------------------------------------------- rotations


def of_turns(schedule: pl.DataFrame, **counts: tuple[float, float]) -> Iterator[Row]:
    """From 19:00 to midnight, by what was planned: impressions and orders of a turn of each cover."""
    pieces = 30 // GRAIN_MINUTES
    evening = schedule.filter(pl.col("starts_utc").dt.hour() >= 19).sort("starts_utc")
    for turn, (date_, starts, cover) in enumerate(evening.select("local_date", "starts_utc", "cover_id").iter_rows()):
        impressions, orders = counts[cover]
        impressions, orders = wavering(impressions, 3 * turn + 1), wavering(orders, 5 * turn)
        for piece in range(pieces):
            at = starts + timedelta(minutes=GRAIN_MINUTES * piece)
            share = (round(orders) * (piece + 1)) // pieces - (round(orders) * piece) // pieces
            yield Row((date_ - FIRST).days + 1, cover, impressions / pieces, share, start=f"{at:%Y-%m-%dT%H:%M:%SZ}")


@case("wins: a turn earns more, if an impression earns less", lambda schedule: of_turns(schedule, red=(300, 20), blue=(480, 28.8)),
      platform="minutes", experiment=ROTATION)
def impressions_as_effect(told: Told) -> None:
    expect(told.arm(), decision="winner", on_air="blue")
    # As of the night that decided, from a few turns.
    near(told.arm(), "effect", 0.44, 0.15)


@case("worse: a turn earns less, if an impression earns more", lambda schedule: of_turns(schedule, red=(480, 28.8), blue=(300, 20)),
      platform="minutes", experiment=ROTATION)
def impressions_lost(told: Told) -> None:
    expect(told.arm(), decision="worse", on_air="red")


# ---------------------------------------------------------------------------------------------- what was not dealt


@case("no winner, and said why", lambda _: nights(red=100, blue=140), experiment=SPLIT.replace("broadcast}", "viewer}"))
def no_viewer_ids(told: Told) -> None:
    expect(told.arm(), decision="undecidable: no viewer ids", on_air="red")
    assert told.arm()["reason_en"], "no reason"


def _time_confound(_):
    yield from nights(1, 10, red=100)
    yield from nights(11, NIGHTS, blue=200)


def _rates_double(_):
    for row in _time_confound(None):
        # Whoever sees a cover enters twice as often from the tenth night on, whichever cover it is.
        entrants = row.impressions * (0.1 if row.cover == "red" else 0.2)
        yield Row(**(vars(row) | {"entrants": wavering(entrants, row.night), "stays": entrants / 2}))


@case("nothing is certain of covers that were never shown side by side", _rates_double, experiment=None)
def time_confound(told: Told) -> None:
    found = {row["cover_id"]: row for row in told.rows("diagnosis")}
    for cover in ("red", "blue"):
        expect(found[cover], finding="nothing_certain", certainty=None)
    assert told.rows("localization"), "no row of `localization`"
    for table in ("cover", "diagnosis", "cover_broadcast", "localization"):
        for row in told.rows(table):
            words = " ".join(value for value in row.values() if isinstance(value, str))
            for word in ("strong", "99.9", "gained"):
                assert word not in words, f"{table}: {words}"


def with_entrants(rows: Iterator[Row], of_cover: dict[str, float], stays: dict[str, float]) -> Iterator[Row]:
    """Rows with a share of entrants by cover, twice as many from the eleventh night on, and a share of those who stay."""
    for row in rows:
        share = of_cover[row.cover] * (2 if row.night > 10 else 1)
        entrants = wavering(row.impressions * share, 3 * row.night + 5 * len(row.cover) + row.broadcast)
        yield Row(**(vars(row) | {"entrants": entrants, "stays": entrants * stays.get(row.cover, 0.5)}))


def _late_cover(_):
    yield from nights(1, 10, red=50)
    yield from nights(11, NIGHTS, red=50, blue=50)


@case("alike: side by side nothing differs, though one was only shown when all rates were double", experiment=None,
      rows=lambda _: with_entrants(_late_cover(None), {"red": 0.1, "blue": 0.1}, {}))
def late_cover(told: Told) -> None:
    for table in ("cover", "diagnosis"):
        found = {row["cover_id"]: row for row in told.rows(table)}
        for cover in ("red", "blue"):
            expect(found[cover], finding="nothing_certain")
    near({row["cover_id"]: row for row in told.rows("cover")}["blue"], "ratio", 1.0, 0.05)


@case("strong, ranked first, and said not to be randomized", experiment=None,
      rows=lambda _: with_entrants(nights(red=50, blue=50), {"red": 0.1, "blue": 0.14}, {}))
def better_beside(told: Told) -> None:
    found = {row["cover_id"]: row for row in told.rows("cover")}
    expect(found["blue"], finding="strong", rank=1, randomized=False)
    near(found["blue"], "ratio", 1.4, 0.05)
    expect({row["cover_id"]: row for row in told.rows("diagnosis")}["blue"], finding="strong")


@case("overpromises in both tables, and not ranked first", experiment=None,
      rows=lambda _: with_entrants(nights(red=50, blue=50), {"red": 0.1, "blue": 0.16}, {"red": 0.6, "blue": 0.2}))
def clickbait(told: Told) -> None:
    for table in ("cover", "diagnosis"):
        expect({row["cover_id"]: row for row in told.rows(table)}["blue"], finding="overpromises")
    expect({row["cover_id"]: row for row in told.rows("cover")}["red"], rank=1)


def _prime_and_night(_):
    for number in range(1, NIGHTS + 1):
        yield Row(number, "red", wavering(200, number), 5, wavering(48, number), 24, hour=3)
        yield Row(number, "red", wavering(40_000, number + 3), 200, wavering(2586, number + 1), 1300, hour=20)


@case("prime before a night with a better rate and hardly anybody, one row a slot", _prime_and_night, experiment=None)
def prime_before_night(told: Told) -> None:
    rows = [row for row in told.rows("slot_plan") if row["audience"] == "all"]
    assert len(rows) == 2, f"{len(rows)} rows of two slots"
    expect(min(rows, key=lambda row: row["rank"]), slot="prime", rank=1)


def of_periods(before: dict[int, float], after: dict[int, float], shares: tuple[float, float]) -> Iterator[Row]:
    """Two weeks of a broadcast at 15:00 and one at 20:00; of each the rate of entrants, and the share of the afternoon."""
    for number in range(NIGHTS - 13, NIGHTS + 1):
        is_after = number > NIGHTS - 7
        rates, afternoon = (after if is_after else before), shares[is_after]
        for hour, share in ((15, afternoon), (20, 1 - afternoon)):
            impressions = wavering(10_000 * share, number + hour)
            entrants = impressions * rates[hour]
            yield Row(number, "red", impressions, entrants / 8, wavering(entrants, 3 * number + hour), entrants / 2, hour=hour)


@case("no reversal: both slots fell by no more than chance", experiment=None,
      rows=lambda _: of_periods({15: 0.04, 20: 0.08}, {15: 0.0388, 20: 0.0804}, (0.7, 0.3)))
def false_reversal(told: Told) -> None:
    rows = [row for row in told.rows("mix") if row["metric"] == "effective_ctr" and row["scope"] != "last_date"]
    assert rows, "no rows of `mix`"
    for row in rows:
        assert row["change"] > 0 > row["within"] and row["cells_fell"] == 2, f"the case is not what it says: {row}"
        expect(row, reversal=False)


@case("a reversal: both slots fell by a fifth, and the market rose", experiment=None,
      rows=lambda _: of_periods({15: 0.04, 20: 0.08}, {15: 0.034, 20: 0.068}, (0.7, 0.1)))
def true_reversal(told: Told) -> None:
    rows = [row for row in told.rows("mix") if row["metric"] == "effective_ctr" and row["scope"] != "last_date"]
    assert rows, "no rows of `mix`"
    for row in rows:
        assert row["change"] > 0 > row["within"], f"the case is not what it says: {row}"
        expect(row, reversal=True)


# --------------------------------------------------------------------------------------------------------- running

TABLES = ("experiment", "experiment_balance", "experiment_pooled", "cover", "cover_broadcast", "diagnosis", "localization", "mix", "slot_plan")


def config(workspace: Workspace, name: str) -> None:
    one = CASES[name]
    if one.experiment is None:
        return
    text = one.experiment
    if not workspace.has_key("assignment"):
        text = text.replace(", assignment: broadcast", "").replace(", assignment: viewer", "")
    workspace.write(
        f"config/experiments/{name}.yaml",
        f"version: 1\nplatforms: [{one.platform}]\nmarkets: [{name}]\ncovers: [{one.covers}]\n{text}",
    )


def export_rows(name: str, rows: Iterator[Row]) -> Iterator[dict]:
    """Rows of the export of a case's platform."""
    for row in rows:
        entrants = 0.4 * row.impressions if row.entrants is None else row.entrants
        stays = entrants / 2 if row.stays is None else row.stays
        orders = round(row.orders)
        impressions, entries = round(row.impressions), max(round(entrants), orders)
        start = row.start or f"{night(row.night)}T{row.hour + row.broadcast:02}:00:00Z"
        yield {
            "date": night(row.night), "start": start, "country": name, "room": f"{name}-{row.night}-{row.hour + row.broadcast}",
            "cover": row.cover, "impressions": impressions, "entries": entries, "entrants": entries,
            "stays": round(stays), "orders": orders,
        }


def run(binary: Path) -> dict[str, Told]:
    """All cases in one workspace, in two stages."""
    told = {name: Told(name) for name in CASES}
    with Workspace(binary, list(CASES), PLATFORMS, decisions=FAMILIES) as workspace:
        for platform in PLATFORMS:
            workspace.job(platform, platform, [name for name, one in CASES.items() if one.platform == platform], NIGHTS)
        for name in CASES:
            config(workspace, name)
        happened = {}
        for name, one in CASES.items():
            is_rotation = one.experiment == ROTATION
            if is_rotation:
                workspace.cli("plan-test", name, "--write")
            schedule = workspace.schedule(name) if is_rotation else pl.DataFrame()
            happened.setdefault(one.platform, []).extend(export_rows(name, one.rows(schedule)))
        for stage, (first, last) in enumerate(((1, MIDDLE), (MIDDLE + 1, NIGHTS))):
            if stage:
                for name, one in CASES.items():
                    change(workspace, name, one)
            for platform, rows in happened.items():
                for number in range(first, last + 1):
                    of_night = pl.DataFrame([row for row in rows if row["date"] == night(number)]).drop("date")
                    of_night.write_csv(workspace.path(f"exports/{platform}/{night(number)}.csv"))
            said = "".join(workspace.morning_after(night(last), platform, code=None) for platform in PLATFORMS)
            for name, one in told.items():
                one.unsettled += [line for line in said.splitlines() if name in line]
            tables = {table: workspace.table(table) for table in TABLES}
            for one in told.values():
                one.stages.append(tables)
    return told


def change(workspace: Workspace, name: str, one: Case) -> None:
    """What becomes of an experiment's file between the stages."""
    path = workspace.path(f"config/experiments/{name}.yaml")
    if one.experiment is None:
        return
    before = path.read_text()
    after = one.becomes(before)
    if not after:
        path.unlink()
    elif after != before and workspace.has_key("stopped"):
        path.write_text(after)


def words(told: Told) -> None:
    """What no row of an experiment may say, and that every run could settle it."""
    assert not told.unsettled, told.unsettled
    rows = told.rows("experiment")
    for row in rows:
        for name in ("reason_en", "reason_zh"):
            assert row[name], f"{name} of `{row['cover_id']}` is empty"
        reason = row["reason_en"]
        for word in ("0.00e0", " 1 broadcasts", " 1 nights", " 1 turns"):
            assert word not in f" {reason}", reason
        is_over = row["until"] == night(NIGHTS)
        assert not (is_over and ("Keep testing" in reason or row["decision"] == "keep testing")), f"after the window: {reason}"
        if row["on_air"] != row["cover_id"]:
            assert "stays on air" not in reason or row["on_air"] in reason, f"`{row['on_air']}` is on air: {reason}"
    assert len({row["on_air"] for row in rows}) <= 1, f"several covers on air: {rows}"
