"""What the SQL of all engines has in common: plain CASE expressions over milliseconds and small codes.

A *show* is a market, local day, broadcast and cover; a *place* is a slot and an audience. Both are packed into one
number. Every row has `market` (a code), `instant_ms`, `evidence_at` (the instant, or that of the entry which a leave
ends) and `local` (milliseconds by the market's clock, counted so that its days begin at multiples of a day).
"""

from datetime import UTC, datetime

from job import DAY_MS, Job, Market, Source

DAYS_BEFORE = 100              # days before the job's first that a show can hold; they are dropped in the end
PLACE = 1 << 24                # slot, and two parts of an audience: 8 bits each


def base(job: Job) -> int:
    """An instant before all that are counted: counted from there, they need fewer bits, and none is below zero."""
    return (job.first_day - DAYS_BEFORE) * DAY_MS


def text(value: str) -> str:
    """A SQL string."""
    return "'" + value.replace("'", "''") + "'"


def name(value: str) -> str:
    """A SQL identifier."""
    return '"' + value.replace('"', '""') + '"'


def written(source: Source, instant_ms: int) -> str:
    """An instant as the export writes it, so that its text need not be read to be compared."""
    if source.written == "epoch_ms":
        return str(instant_ms)
    moment = datetime.fromtimestamp((instant_ms - source.shift) / 1000, UTC)
    return text(moment.strftime("%Y-%m-%dT%H:%M:%S" if source.written == "rfc3339" else source.written))


def by_market(source: Source, value) -> str:
    return "case market " + " ".join(f"when {nth} then {value(market)}" for nth, market in enumerate(source.markets)) + " end"


def offset(market: Market) -> str:
    """From an instant to the time since the day of 1970 began, by the market's clock."""
    first, *later = [shift - market.day_start for _, shift in market.offsets]
    cases = "".join(f"when evidence_at >= {since} then {shift} " for (since, _), shift in reversed(list(zip(market.offsets[1:], later))))
    return f"case {cases}else {first} end" if cases else str(first)


def slot(job: Job, market: Market) -> str:
    (first, _), *later = market.slots
    cases = "".join(f"when clock >= {start} then {job.slots.index(title)} " for title, start in reversed(later))
    return f"case {cases}else {job.slots.index(first)} end" if cases else str(job.slots.index(first))


def is_event(source: Source, event: str) -> str:
    if event == "click" and source.entry_is_click:
        event = "entry"
    if source.event:
        words = ", ".join(text(word) for word, of in source.words.items() if of == event)
        return f"{name(source.event)} in ({words})" if words else "false"
    if event == "impression":
        return "true"
    flags = [name(flag) for flag, of in source.flags.items() if of == event]
    return f"coalesce({flags[0]}, false)" if flags else "false"


def windows(source: Source) -> list[tuple[int, int, list[str]]]:
    """From when on, until when, and the files whose rows may be of that time."""
    found: dict[tuple[int, int], list[str]] = {}
    for item in source.files:
        found.setdefault((item.begin, item.end), []).append(item.path)
    return [(begin, end, paths) for (begin, end), paths in sorted(found.items())]


def in_window(source: Source, begin: int, end: int) -> str:
    column = name(source.occurred_at)
    return f"{column} >= {written(source, begin)} and {column} < {written(source, end)}"


def market_code(source: Source) -> str:
    words = " ".join(f"when {text(word)} then {nth}" for nth, market in enumerate(source.markets) for word in market.words)
    return f"case {name(source.market)} {words} end"


def is_good(source: Source) -> str:
    """Whether a record has all that it must have, but a market."""
    dwell = name(source.dwell)
    needed = [f"{name(source.viewer_id)} is not null", f"({dwell} is null or {dwell} >= 0)"]
    # An id that a spreadsheet took for a number is lost.
    needed += [f"{name(column)} <> '' and {name(column)} not like '%E+%'" for column in (source.broadcast_id, source.cover_id)]
    if source.event:
        needed.append(f"{name(source.event)} in ({', '.join(map(text, source.words))})")
    if source.event_id:
        needed.append(f"{name(source.event_id)} is not null")
    return " and ".join(needed)
