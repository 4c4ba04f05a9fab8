"""The tables of docs/PERFORMANCE.md, ready to be pasted."""

from statistics import median

HEAD = "| program | wall | processor | peak memory | wall ÷ ours | peak ÷ ours |\n| --- | --- | --- | --- | --- | --- |"
AIMS = "| work | aim | measured | met |\n| --- | --- | --- | --- |"
FLOOR = "floor"   # no peer: it answers nothing


def markdown(found: list, ours: str) -> str:
    """One table a case, medians of all rounds, and one of what was aimed at."""
    return "\n\n".join([*(one(results, ours) for results in found), aims(found, ours)]).strip()


def heading(results) -> str:
    case = results.case
    if case.kind == "start":
        return case.title
    if case.world != "demo":
        return f"{case.title}: {results.days:,} local dates, {results.market_days:,} market-days, {results.events:,} rows"
    return f"{case.title}, {results.events:,} events"


def one(results, ours: str) -> str:
    lines = [f"### {heading(results)}", "", HEAD]
    own = results.runs.get(ours)
    for who, costs in results.runs.items():
        if who in results.wrong:
            continue
        wall, cpu, peak = medians(costs)
        ratios = "| |"
        if own and who != ours:
            ratios = f"{wall / medians(own)[0]:.2f} | {peak / medians(own)[2]:.2f} |"
        lines.append(f"| {who} | {wall:.2f} s | {cpu:.2f} s | {peak:.0f} MiB | {ratios}")
    lines += [f"| {who} | no time: its answer differs or it failed | | | | |" for who in results.wrong]
    rounds = f"Medians of {max(map(len, results.runs.values()), default=0)}."
    if results.rows:
        rounds += f" {results.rows:,} rows, {results.values:,} counts: "
        rounds += f"not equal in {', '.join(results.wrong)}." if results.wrong else "equal in all answers."
    elif results.case.world != "demo" and not results.wrong:
        rounds += " The sums of each market are those that the exports were written with."
    if results.case.kind == "market-day" and not results.wrong:
        rounds += f" A market-day more: {market_day_ms(results):.1f} ms of processor time ({results.market_days} more)."
    return "\n".join([*lines, "", rounds])


def medians(costs: list) -> tuple[float, float, float]:
    """Wall seconds, processor seconds and MiB."""
    return median(cost.wall for cost in costs), median(cost.cpu for cost in costs), median(cost.peak_mib for cost in costs)


def market_day_ms(results) -> float:
    """Processor time of a market-day more: two nights of as many events, the longer of which comes last."""
    short, long = (medians(costs)[1] for costs in results.runs.values())
    return (long - short) * 1000 / results.market_days


def aims(found: list, ours: str) -> str:
    """What was aimed at and what was measured, of all cases that have an aim and ran at their own size."""
    rows = [row for results in found if (row := aim(results, found, ours))]
    return "\n".join(["### Aims", "", AIMS, *rows]) if rows else ""


def aim(results, found: list, ours: str) -> str | None:
    case, target = results.case, results.case.target
    if ours in results.wrong or (case.world == "demo" and results.events != case.events) or (case.days and results.days != case.days):
        return None
    parts = []   # what was aimed at, what was measured, whether that is enough
    if target.times_fastest is not None:
        parts.append((f"≥ {target.times_fastest:g} × the fastest peer", *times_fastest(results, ours)))
    if target.wall is not None:
        wall = medians(results.runs[ours])[0]
        parts.append((f"≤ {target.wall:g} s", f"{wall:.2f} s", wall <= target.wall))
    if target.peak_mib is not None:
        peak = medians(results.runs[ours])[2]
        parts.append((f"≤ {target.peak_mib:g} MiB", f"{peak:.0f} MiB", peak <= target.peak_mib))
    if target.peak_of is not None:
        other = next((one.runs.get(ours) for one in found if one.case.name == target.peak_of), None)
        peak = medians(results.runs[ours])[2]
        if other:
            more = peak / medians(other)[2] - 1
            parts.append((f"memory within 10 % of `{target.peak_of}`", f"{peak:.0f} MiB, {more:+.0%}", more <= 0.1))
        else:
            parts.append((f"memory within 10 % of `{target.peak_of}`", f"{peak:.0f} MiB", None))
    if target.cpu_ms is not None:
        cost = market_day_ms(results)
        parts.append((f"≤ {target.cpu_ms:g} ms of processor time", f"{cost:.1f} ms", cost <= target.cpu_ms))
    if not parts:
        return None
    wanted, measured, met = zip(*parts)
    verdict = "not measured" if None in met else "yes" if all(met) else "no"
    return f"| {heading(results)} | {', '.join(wanted)} | {', '.join(measured)} | {verdict} |"


def times_fastest(results, ours: str) -> tuple[str, bool | None]:
    """How many times as fast as the fastest peer."""
    peers = {who: medians(costs)[0] for who, costs in results.runs.items() if who not in (ours, FLOOR, *results.wrong)}
    wall = medians(results.runs[ours])[0]
    if not peers:
        return f"{wall:.2f} s, no peer", None
    fastest = min(peers, key=peers.get)
    times = peers[fastest] / wall
    return f"{times:.2f} × ({wall:.2f} s, {fastest} {peers[fastest]:.2f} s)", times >= results.case.target.times_fastest
