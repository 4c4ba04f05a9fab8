"""The job in pandas: one platform at a time, columns of numbers in NumPy, one core.

Text is read with pyarrow, instants are computed from their digits' columns as pandas' own parser reads them, categories
stand in for texts wherever something is grouped. `drop_duplicates` on the id alone is quicker here than looking for the
ids that came twice. Everything is held in memory, which is what its peak shows.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from job import COUNTS, DAY_MS, EVENTS, KEYS, Job, Market, Source, load

BASE = 1_790_000_000_000
PLACE = 1 << 24


def read(source: Source) -> pd.DataFrame:
    """The records of a platform, each with what its file may hold."""
    columns = [source.occurred_at, source.market, source.broadcast_id, source.cover_id, source.viewer_id, source.dwell, *source.audience, *source.flags]
    columns += [column for column in (source.event, source.event_id) if column]
    frames = []
    for item in source.files:
        if source.format != "parquet":
            raise SystemExit("pandas is asked for Parquet only")
        frame = pd.read_parquet(item.path, columns=columns)
        at = instants(source, frame[source.occurred_at])
        frame = frame.assign(instant_ms=at)
        frames.append(frame[(at >= item.begin) & (at < item.end)])
    return pd.concat(frames, ignore_index=True)


def instants(source: Source, column: pd.Series) -> np.ndarray:
    if source.written == "epoch_ms":
        return column.to_numpy()
    pattern = "ISO8601" if source.written == "rfc3339" else source.written
    moments = pd.to_datetime(column, format=pattern, errors="coerce", utc=True)
    found = moments.dt.as_unit("ms").astype("int64").to_numpy() + source.shift
    return np.where(moments.isna().to_numpy(), -1, found)


def by_market(source: Source, market: np.ndarray, value) -> np.ndarray:
    result = np.zeros(len(market), dtype=np.int64)
    for nth, item in enumerate(source.markets):
        there = market == nth
        result[there] = value(item, there)
    return result


def is_event(source: Source, frame: pd.DataFrame, event: str) -> np.ndarray:
    if event == "click" and source.entry_is_click:
        event = "entry"
    if source.event:
        return frame[source.event].isin([word for word, of in source.words.items() if of == event]).to_numpy()
    if event == "impression":
        return np.ones(len(frame), dtype=bool)
    flags = [flag for flag, of in source.flags.items() if of == event]
    return frame[flags[0]].fillna(False).to_numpy(dtype=bool) if flags else np.zeros(len(frame), dtype=bool)


def codes(column: pd.Series, otherwise: str | None = None) -> tuple[np.ndarray, np.ndarray]:
    if otherwise is not None:
        column = column.replace("", None).fillna(otherwise)
    found, names = pd.factorize(column)
    return found.astype(np.int64), np.asarray(names)


def count(job: Job, source: Source) -> pd.DataFrame:
    """A platform's rows of the table `funnel`."""
    frame = read(source)
    words = {word: nth for nth, market in enumerate(source.markets) for word in market.words}
    dwell = frame[source.dwell]
    good = frame[source.market].isin(words) & frame[source.viewer_id].notna() & (dwell.isna() | (dwell >= 0))
    for column in (source.broadcast_id, source.cover_id):
        good &= frame[column].notna() & (frame[column] != "")
    if source.event:
        good &= frame[source.event].isin(list(source.words))
    if source.event_id:
        good &= frame[source.event_id].notna()
    frame = frame[good]
    if source.event_id and job.dedup:
        frame = frame.drop_duplicates(source.event_id)
    market = frame[source.market].map(words).to_numpy(dtype=np.int64)
    instant, dwell = frame["instant_ms"].to_numpy(), frame[source.dwell].to_numpy(dtype=np.float64, na_value=np.nan)
    happened = {event: is_event(source, frame, event) for event in EVENTS}
    evidence = np.where(happened["leave"], instant - np.nan_to_num(dwell).astype(np.int64) * 1000, instant)

    def offset(item: Market, there: np.ndarray) -> np.ndarray:
        nth = np.searchsorted([since for since, _ in item.offsets], evidence[there], side="right") - 1
        return np.array([shift for _, shift in item.offsets])[nth] - item.day_start

    local = evidence + by_market(source, market, offset)
    day, clock = local // DAY_MS, local % DAY_MS

    def slot(item: Market, there: np.ndarray) -> np.ndarray:
        nth = np.searchsorted([start for _, start in item.slots], clock[there], side="right") - 1
        return np.array([job.slots.index(title) for title, _ in item.slots])[nth]

    (gender, genders), (age, ages) = (codes(frame[column], "unknown") for column in source.audience)
    (broadcast, broadcasts), (cover, covers) = codes(frame[source.broadcast_id]), codes(frame[source.cover_id])
    narrow = pd.DataFrame({
        "viewer": frame[source.viewer_id].to_numpy(),
        "shown": ((market * 4096 + day - job.first_day + 100) * 1048576 + broadcast) * 1048576 + cover,
        "place": (by_market(source, market, slot) * 256 + gender) * 256 + age,
        "since": instant - BASE,
        "dwell_seconds": np.where(happened["leave"] | happened["entry"], np.nan_to_num(dwell), 0).astype(np.int64),
        "stays": (happened["leave"] | happened["entry"]) & (dwell >= job.stay_seconds),
        "impressions": happened["impression"], "clicks": happened["click"], "entries": happened["entry"], "orders": happened["order"],
    })[(day >= job.first_day) & (day <= job.last_day)]
    keys = ["shown", "place"]
    table = narrow.groupby(keys)[["impressions", "clicks", "entries", "stays", "dwell_seconds", "orders"]].sum()
    packed = narrow["since"] * PLACE + narrow["place"]
    for events, unique in (("impressions", "unique_impressions"), ("clicks", "clickers"), ("entries", "entrants")):
        there = narrow[events]
        first = packed[there].groupby([narrow["viewer"][there], narrow["shown"][there]]).min()
        touched = pd.DataFrame({"shown": first.index.get_level_values("shown"), "place": first.to_numpy() % PLACE})
        table[unique] = touched.groupby(keys).size()
    table = table.fillna(0).astype(np.int64).reset_index()
    table = table[table[list(COUNTS)].sum(axis=1) > 0]
    shown, place = table["shown"].to_numpy(), table["place"].to_numpy()
    named = pd.DataFrame({
        "platform": source.platform,
        "market": np.array([item.code for item in source.markets])[shown >> 52],
        "local_date": ((shown >> 40 & 4095) - 100 + job.first_day).astype("datetime64[D]").astype("datetime64[s]"),
        "slot": np.array(job.slots)[place >> 16],
        "audience": genders[place >> 8 & 255].astype(object) + " / " + ages[place & 255].astype(object),
        "broadcast_id": broadcasts[shown >> 20 & 1048575],
        "cover_id": covers[shown & 1048575],
    })
    return pd.concat([named, table[list(COUNTS)].reset_index(drop=True)], axis=1)


def main() -> None:
    job, out = load(Path(sys.argv[1])), Path(sys.argv[2])
    funnel = pd.concat([count(job, source) for source in job.sources]).sort_values(list(KEYS["funnel"]))
    funnel["local_date"] = funnel["local_date"].dt.date
    funnel.to_parquet(out / "funnel.parquet", index=False)
    keys = list(KEYS["slot_audience"])
    funnel.groupby(keys, as_index=False)[list(COUNTS)].sum().to_parquet(out / "slot_audience.parquet", index=False)


main()
