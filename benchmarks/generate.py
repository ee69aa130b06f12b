"""Measures that an event is made at least five times as fast as with Faker by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count, cycle
from typing import Any

from benchmarks.measure import Contender, Goal, Report, main, table_of, take_turns
from benchmarks.orders import Writer, with_faker, with_jsf, with_mimesis, with_polyfactory
from steppay_mock import make_event

PACKAGES = ["faker", "mimesis", "jsf", "polyfactory", "pydantic"]
TWO_ITEMS: dict[str, Any] = {"items": [{}, {}]}


def build(quick: bool) -> Report:  # noqa: FBT001 - the signature of `main`
    """Measure."""
    with_two = cycle([seed for seed in range(500) if len(make_event("order.created", seed=seed).data["items"]) == 2])
    seeds = count()
    contenders = [
        _contender("make_event, two items", lambda: make_event("order.created", seed=next(with_two)).payload),
        _contender("make_event, one or two", lambda: make_event("order.created", seed=next(seeds)).payload),
        _contender(
            "make_event, two by override", lambda: make_event("order.created", seed=next(seeds), data=TWO_ITEMS).payload
        ),
        _contender("Faker ko_KR, by hand", with_faker()),
        _contender("mimesis ko, by hand", with_mimesis()),
        _contender("polyfactory, pydantic model", with_polyfactory()),
        _contender("jsf, from the schema", with_jsf()),
    ]
    timings = take_turns(contenders, rounds=5 if quick else 25, turn=0.02 if quick else 0.1)
    ratio = timings.ratio("Faker ko_KR, by hand", "make_event, two items")
    goals = [Goal("make_event, two items, against Faker", ">=", 5, "x", ratio)]
    return Report([table_of("One order.created", contenders, timings)], goals, PACKAGES)


def _contender(name: str, write: Callable[[], dict[str, Any]] | Writer) -> Contender:
    sizes = sorted(len(json.dumps(write(), ensure_ascii=False, separators=(",", ":")).encode()) for _ in range(51))
    return Contender(name=name, run=write, note=f"{sizes[25]} bytes")


if __name__ == "__main__":
    main(__doc__, build)
