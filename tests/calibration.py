"""Does the program decide as a careful analyst would? Worlds whose truth is known, end to end through exports.

    python tests/calibration.py target/debug/coverledger            three minutes on two cores
    python tests/calibration.py target/debug/coverledger --long     200 markets of every world: an hour
    python tests/calibration.py target/debug/coverledger levels --long 400 --world regulars

  levels      worlds in which covers do not differ: how many markets are told that they do, over 30 nights of looks
  power       worlds in which one is better: how many markets are told so
  plan        how many were told so beforehand, by `plan-test`: only in the long form, or asked for by name
  mix         markets in which the mix of slots alone changed: how many are told of a reversal
  scenarios   cases with one right outcome each
  nightly     one run after every night tells the same as one run after the last, and takes nothing back
  references  published effects, intervals and p values, computed again by numpy and scipy

Every market is a replicate with a stream of random numbers of its own; the same figures come out each time.
"""

import argparse
import math
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from worlds import levels, references, scenarios

# Worlds that are run at a time; the program itself takes more threads.
AT_A_TIME = 2


def levels_part(binary: Path, least: int) -> list[str]:
    worlds = [levels.long(world, least) for world in levels.EQUAL]
    print("| no difference | markets | told one | share, % | bound, % | winners | invalid | seconds |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    wrong = []
    for told, seconds in run(binary, worlds):
        markets, false = told.truth.markets, told.false()
        bound = levels.bound(markets)
        print(f"| {told.truth.name} | {markets} | {false} | {100 * false / markets:.1f} | {100 * bound:.1f} "
              f"| {told.count('winner')} | {told.count('invalid: imbalance')} | {seconds:.0f} |", flush=True)
        # What is invalid decides nothing, so a check that fails too often hides the rest.
        for what, count in (("told of a difference", false), ("invalid", told.count("invalid: imbalance"))):
            if count > bound * markets:
                wrong.append(f"{told.truth.name}: {count} of {markets} markets {what}")
    return wrong


def power_part(binary: Path, least: int) -> list[str]:
    worlds = [levels.long(world, least) for world, _ in levels.BETTER]
    print("| blue is better | markets | found | share, % | at least, % | wrong way | seconds |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    wrong = []
    for (told, seconds), (short, least) in zip(run(binary, worlds), levels.BETTER, strict=True):
        markets, found, share = told.truth.markets, told.count("winner"), least / short.markets
        print(f"| {told.truth.name} | {markets} | {found} | {100 * found / markets:.1f} | {100 * share:.1f} "
              f"| {told.wrong_way()} | {seconds:.0f} |", flush=True)
        if found < share * markets:
            wrong.append(f"{told.truth.name}: found in {found} of {markets} markets only")
        if told.wrong_way():
            wrong.append(f"{told.truth.name}: the wrong way in {told.wrong_way()} markets")
    return wrong


def plan_part(binary: Path, least: int) -> list[str]:
    """`plan-test` before a test, and what the test finds."""
    worlds = [levels.long(world, least) for world in levels.PLANNED]
    print("| a gain is found | markets | predicted, % | found, % | may differ by |")
    print("| --- | ---: | ---: | ---: | ---: |")
    wrong = []
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        for world, (predicted, found) in zip(worlds, pool.map(partial(levels.planned, binary), worlds), strict=True):
            # Five points, and what chance adds to so many markets.
            most = 0.05 + 2 * math.sqrt(predicted * (1 - predicted) / world.markets)
            print(f"| {world.name}, +{100 * world.lift - 100:.0f} % | {world.markets} | {100 * predicted:.1f} | {100 * found:.1f} "
                  f"| {100 * most:.1f} |", flush=True)
            if abs(found - predicted) > most:
                wrong.append(f"{world.name}: predicted {predicted:.3f}, found {found:.3f}")
    return wrong


def mix_part(binary: Path, least: int) -> list[str]:
    """A reversal is told where the rate rose and what happened within its cells fell, so at most half of what is told at a
    two-sided level is one."""
    world = levels.long(levels.SHIFTED, least)
    found, bound = levels.reversals(binary, world)["reversal"].sum(), levels.bound(world.markets)
    print(f"{world.name}: a reversal in {found} of {world.markets} markets, {100 * found / world.markets:.1f} % "
          f"(bound {100 * bound:.1f} %)")
    return [f"{world.name}: a reversal in {found} of {world.markets} markets"] if found > bound * world.markets else []


def run(binary: Path, worlds: list[levels.Truth]):
    """What is told of each world and how long it took, in order, a few at a time."""
    def timed(world: levels.Truth) -> tuple[levels.Told, float]:
        started = time.monotonic()
        return levels.told(binary, world), time.monotonic() - started

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        yield from pool.map(timed, worlds)


def scenarios_part(binary: Path, _: int) -> list[str]:
    wrong = []
    for name, told in scenarios.run(binary).items():
        case = scenarios.CASES[name]
        failed = []
        for check in (case.check, scenarios.words):
            try:
                check(told)
            except AssertionError as error:
                failed.append(str(error))
        print(f"{'ok   ' if not failed else 'WRONG'} {name}: {case.outcome}")
        wrong += [f"{name}: {line}" for line in failed]
    return wrong


def nightly_part(binary: Path, _: int) -> list[str]:
    decided, wrong = levels.nightly(binary)
    print(f"{decided} of {levels.NIGHTLY.markets} markets decided; {len(wrong)} otherwise night by night than at once")
    return wrong if decided else [*wrong, "nothing was decided"]


def references_part(binary: Path, _: int) -> list[str]:
    compared = references.compare(binary)
    print(f"{compared.figures} figures compared, at worst {compared.worst:.1e} off")
    # A comparison that compared nothing is not a success.
    return compared.wrong if compared.figures > 50 else [*compared.wrong, "hardly anything was compared"]


PARTS = {"levels": levels_part, "power": power_part, "plan": plan_part, "mix": mix_part, "scenarios": scenarios_part, "nightly": nightly_part, "references": references_part}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", type=Path, help="the program")
    parser.add_argument("parts", nargs="*", help=f"which of {', '.join(PARTS)} (default all but `plan`, which --long adds)")
    parser.add_argument("--long", nargs="?", type=int, const=200, default=0, metavar="MARKETS",
                        help="at least so many markets of every world (200), and all parts")
    parser.add_argument("--world", help="of levels and power only the worlds whose names have this in them")
    args = parser.parse_args()
    if unknown := set(args.parts) - set(PARTS):
        parser.error(f"no part {', '.join(sorted(unknown))} (parts: {', '.join(PARTS)})")
    wrong = []
    if args.world:
        levels.EQUAL[:] = [world for world in levels.EQUAL if args.world in world.name]
        levels.BETTER[:] = [(world, fewest) for world, fewest in levels.BETTER if args.world in world.name]
    # Predictions take as long as all the rest: without being asked for they belong to the long form.
    usual = [name for name in PARTS if args.long or name != "plan"]
    for name in args.parts or usual:
        print(f"\n{name}")
        wrong += PARTS[name](args.binary.resolve(), args.long)
    for line in wrong:
        print(f"WRONG: {line}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
