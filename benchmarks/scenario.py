"""Measures that a story costs at most twice its events alone, and that a store's time and memory stay linear.

The time of a simulated year is processor time, and the part of it that the garbage collector took is told beside it. On
a machine with six busy processes for each core, an event of 2,500 customers took 640 µs by the clock and 81 µs of the
processor, one of 10,000 customers 276 and 78: the outliers of this ratio were the other processes, not the collector.
The collector took 10 of the 81 µs and 13 of the 78, nearly all of it in full collections; without it, the two took 64
and 74 µs in the same run.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from itertools import count
from time import process_time

from benchmarks.measure import Contender, Goal, Report, Row, Table, main, table_of, take_turns
from steppay_mock import Store, make_event, scenario

STORY = "subscription-renews"
RENEWALS = 11
SIZES = (2_500, 5_000, 10_000)
LIVED, ALONE, RENDERED = "the store, a year of renewals", "make_event, the same types", "the store, its events again"


def build(quick: bool) -> Report:  # noqa: FBT001 - the signature of `main`
    """Measure."""
    seeds = count()
    types = [event.type for event in scenario(STORY, seed=0, renewals=RENEWALS)]
    story = scenario(STORY, seed=0, renewals=RENEWALS)
    contenders = [
        Contender(
            name=LIVED,
            run=lambda: scenario(STORY, seed=next(seeds), renewals=RENEWALS).events,
            operations=len(types),
            note=f"{len(types)} events, its customer and product included",
        ),
        Contender(
            name=ALONE,
            run=lambda: [make_event(one, seed=next(seeds)).payload for one in types],
            operations=len(types),
        ),
        Contender(name=RENDERED, run=lambda: list(story.store.events), operations=len(types)),
    ]
    timings = take_turns(contenders, rounds=5 if quick else 25, turn=0.02 if quick else 0.1)
    speed = timings.ratio(ALONE, LIVED)
    years = [_year(size // 25 if quick else size) for size in SIZES]
    first, last = years[0], years[-1]
    goals = [
        Goal("events a second of a story, beside the factory alone", ">=", 0.5, "x", speed),
        Goal("processor time an event, four times the customers", "<=", 1.3, "x", last["µs"] / first["µs"]),
        Goal("memory an event, four times the customers", "<=", 1.1, "x", last["bytes"] / first["bytes"]),
    ]
    rows = [
        Row(
            f"{year['customers']:,.0f} customers",
            year["seconds"],
            note=f"{year['events']:,.0f} events, {year['µs']:.1f} µs and {year['bytes']:.0f} bytes each, "
            f"{year['collector']:.0%} of the time for the garbage collector, "
            f"peak {year['peak'] / 1e6:.0f} MB, {year['written']:.1f} s more to write them all",
        )
        for year in years
    ]
    return Report(
        [table_of("One event", contenders, timings), Table("A simulated year, processor time", "s", rows)], goals
    )


def _year(customers: int) -> dict[str, float]:
    """A year of that many customers, in a process of its own, so that its peak is its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.scenario", "--year", str(customers)],
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


class CollectorTime:
    """A callback of ``gc.callbacks`` that adds up the processor time of collections."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._started = 0.0

    def __call__(self, phase: str, _info: dict[str, int]) -> None:
        """Begin or end a collection."""
        if phase == "start":
            self._started = process_time()
        else:
            self.seconds += process_time() - self._started


def live_a_year(customers: int) -> dict[str, float]:
    """Let that many customers subscribe and renew for a year: what it took."""
    import resource

    scale = 1 if sys.platform == "darwin" else 1024
    store = Store(seed=7)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale
    collector = CollectorTime()
    gc.callbacks.append(collector)
    started = process_time()
    for _ in range(customers):
        with store.acting_for(store.create_customer()):
            store.checkout()
        store.advance(seconds=30)
    store.advance(days=365)
    seconds = process_time() - started
    gc.callbacks.remove(collector)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale
    started = process_time()
    for _event in store.events:
        pass
    events = len(store.events)
    return {
        "customers": customers,
        "events": events,
        "seconds": seconds,
        "µs": seconds / events * 1e6,
        "collector": collector.seconds / seconds,
        "peak": peak,
        "bytes": (peak - before) / events,
        "written": process_time() - started,
    }


if __name__ == "__main__":
    if sys.argv[1:2] == ["--year"]:
        print(json.dumps(live_a_year(int(sys.argv[2]))))
    else:
        main(__doc__, build)
