"""The table of docs/PERFORMANCE.md."""

from statistics import median

HEAD = "| program | wall | processor | peak memory | wall ÷ ours | peak ÷ ours |\n| --- | --- | --- | --- | --- | --- |"


def markdown(found: list, ours: str) -> str:
    """One table a case, medians of all rounds."""
    return "\n\n".join(one(results, ours) for results in found)


def one(results, ours: str) -> str:
    own = results.runs[ours]
    wall, peak = median(cost.wall for cost in own), median(cost.peak_mib for cost in own)
    lines = [f"### {results.case.title}" + (f", {results.events:,} events" if results.case.kind != "start" else ""), "", HEAD]
    for who, costs in results.runs.items():
        if who in results.wrong:
            continue
        theirs, held = median(cost.wall for cost in costs), median(cost.peak_mib for cost in costs)
        ratios = "| |" if who == ours else f"{theirs / wall:.2f} | {held / peak:.2f} |"
        lines.append(f"| {who} | {theirs:.2f} s | {median(cost.cpu for cost in costs):.2f} s | {held:.0f} MiB | {ratios}")
    lines += [f"| {who} | no time: its answer differs or it failed | | | | |" for who in results.wrong]
    if results.rows:
        lines += ["", f"Medians of {len(own)}. {results.rows:,} rows, {results.values:,} counts: "
                  + ("equal in all answers." if not results.wrong else f"not equal in {', '.join(results.wrong)}.")]
    else:
        lines += ["", f"Medians of {len(own)}."]
    return "\n".join(lines)
