"""Measures claims about speed: peers take turns in one run, and only ratios count.

In each round every contender has one turn, in an order that rotates. A ratio is taken within a round, where the machine
was the same for both, and the median of the rounds is what is reported. Run a benchmark from the folder of the project:
``python benchmarks/generate.py [--quick] [--json]``. Exit codes: 0 all goals met, 1 one missed, 2 a peer is missing.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import os
import platform
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from statistics import median
from time import perf_counter
from typing import Any, Literal

INSTALL = "pip install -r requirements/ci.txt -r requirements/bench.txt && pip install --no-deps -e ."


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """One way to do the work. ``run`` does it ``operations`` times; ``note`` is shown beside the figure."""

    name: str
    run: Callable[[], object]
    operations: int = 1
    note: str = ""


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds an operation, by contender, one a round."""

    rounds: dict[str, list[float]]

    def seconds(self, name: str) -> float:
        """The median of the contender's rounds."""
        return median(self.rounds[name])

    def ratio(self, slow: str, fast: str) -> float:
        """How many times as long the first takes as the second: the median of the ratios of each round."""
        return median(a / b for a, b in zip(self.rounds[slow], self.rounds[fast], strict=True))


@dataclass(frozen=True, slots=True)
class Goal:
    """What is claimed, and what was measured."""

    claim: str
    sense: Literal[">=", "<="]
    bound: float
    unit: str
    measured: float

    @property
    def met(self) -> bool:
        """Whether the measured figure keeps the claim."""
        return self.measured >= self.bound if self.sense == ">=" else self.measured <= self.bound

    def __str__(self) -> str:
        verdict = "met" if self.met else "missed"
        return f"{self.claim}: goal {self.sense} {self.bound:g}{self.unit}: {self.measured:.3g}{self.unit} {verdict}"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: a figure in the table's unit, and how many times that of the first line it is."""

    name: str
    value: float
    ratio: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Figures that can be compared."""

    title: str
    unit: str
    rows: Sequence[Row]

    def __str__(self) -> str:
        width = max(len(row.name) for row in self.rows)
        lines = [f"{self.title} ({self.unit})"]
        for row in self.rows:
            ratio = "" if row.ratio is None else f"{row.ratio:10.4g}x"
            lines.append(f"  {row.name:{width}}  {row.value:10.4g}{ratio:11}  {row.note}".rstrip())
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a benchmark has to say."""

    tables: Sequence[Table]
    goals: Sequence[Goal]
    packages: Sequence[str] = field(default=())

    def __str__(self) -> str:
        facts = [f"{name} {value}" for name, value in machine(self.packages).items()]
        return "\n\n".join([", ".join(facts), *map(str, self.tables), "\n".join(map(str, self.goals))])

    def as_json(self) -> str:
        """The report as one JSON document."""
        goals = [{**asdict(goal), "met": goal.met} for goal in self.goals]
        tables = [asdict(table) for table in self.tables]
        return json.dumps({"machine": machine(self.packages), "tables": tables, "goals": goals}, indent=2)


def take_turns(contenders: Sequence[Contender], *, rounds: int, turn: float) -> Timings:
    """Time the contenders in interleaved rounds; a turn repeats its work until it takes about ``turn`` seconds."""
    repeats = {contender.name: _repeats(contender, turn) for contender in contenders}
    timings: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    for number in range(rounds):
        first = number % len(contenders)
        for contender in [*contenders[first:], *contenders[:first]]:
            count = repeats[contender.name]
            timings[contender.name].append(_seconds(contender.run, count) / (count * contender.operations))
    return Timings(timings)


def table_of(
    title: str, contenders: Sequence[Contender], timings: Timings, *, unit: str = "µs", scale: float = 1e6
) -> Table:
    """The contenders' figures, each also as a multiple of the first."""
    base = contenders[0].name
    rows = [
        Row(one.name, timings.seconds(one.name) * scale, timings.ratio(one.name, base), one.note) for one in contenders
    ]
    return Table(title, unit, rows)


def peer(module: str) -> Any:
    """The module of a peer that only benchmarks use; ModuleNotFoundError, which :func:`main` explains, without it."""
    return importlib.import_module(module)


def machine(packages: Sequence[str]) -> dict[str, str | int]:
    """Where the figures were made: they hold for no other machine, their ratios nearly do."""
    return {
        platform.python_implementation(): platform.python_version(),
        "on": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count() or 1,
        **{name: version(name) for name in packages},
    }


def main(description: str, build: Callable[[bool], Report]) -> None:
    """Run a benchmark as a command: ``build`` gets whether the run is to be quick."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds: a smoke test, not a figure")
    parser.add_argument("--json", action="store_true", help="the report as JSON")
    options = parser.parse_args()
    try:
        report = build(options.quick)
    except ModuleNotFoundError as error:
        sys.exit(_usage(f"The peer {error.name!r} is not installed. Install all of them: {INSTALL}"))
    print(report.as_json() if options.json else report)
    sys.exit(0 if all(goal.met for goal in report.goals) else 1)


def _usage(message: str) -> int:
    print(message, file=sys.stderr)
    return 2


def _repeats(contender: Contender, turn: float) -> int:
    _seconds(contender.run, 1)  # caches fill here, not in the figure
    if turn == 0:
        return 1
    once = min(_seconds(contender.run, 1) for _ in range(3))
    return max(1, round(turn / once))


def _seconds(run: Callable[[], object], count: int) -> float:
    gc.collect()
    started = perf_counter()
    for _ in range(count):
        run()
    return perf_counter() - started
