"""The payloads that the checks judge: the examples, generated ones of every event type, and mutants of these."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from agreement.corpus import MODES, Case, case, examples
from agreement.mutate import mutate

from steppay_mock import EventType, make_events

if TYPE_CHECKING:
    from steppay_mock.payload.options import EventOptions


def payloads() -> list[Case]:
    """The same ones every time."""
    cases = [*examples(rejected=False), *examples(rejected=True)]
    for mode, options in MODES.items():
        seeded: EventOptions = {**options, "seed": f"generators {mode}"}
        for event in make_events(list(EventType), n=2, **seeded):
            cases.append(case(f"{event.type} ({mode})", str(event.type), event.payload))
            name, mutant = mutate(event.payload, Random(f"{len(cases)}"))
            cases.append(case(f"{name} in {event.type} ({mode})", str(event.type), mutant))
    return cases
