"""The payloads that are judged: the shipped examples, generated ones of every event type and mode, and mutants."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from agreement.mutate import mutate

from steppay_mock import EventType, make_events

if TYPE_CHECKING:
    from steppay_mock.payload.options import EventOptions

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
SIZE = 5_000

MODES: dict[str, EventOptions] = {
    "normal": {},
    "edge": {"edge": True},
    "nulls written": {"nulls": "null"},
    "nulls mixed": {"nulls": "mixed"},
    "edge, nulls mixed": {"edge": True, "nulls": "mixed"},
    "English": {"locale": "en_US"},
    "unknown field": {"drift": "field"},
}
# A product holds several prices, each with ten lists: they are judged ten times as long as others, so there are fewer.
LARGE = {EventType.PRODUCT_CREATED, EventType.PRODUCT_UPDATED, EventType.PRODUCT_DELETED}
_KNOWN = frozenset(map(str, EventType))


@dataclass(frozen=True, slots=True)
class Case:
    """One payload, what it is, and the event type whose schema decides about it."""

    name: str
    event: str
    payload: Any

    def __str__(self) -> str:
        return f"{self.name}: {json.dumps(self.payload, ensure_ascii=False)[:2000]}"


def case(name: str, made_as: str, payload: Any) -> Case:
    """The case; a payload is judged as the event that it says it is, and as what it was made as where it says none."""
    says = payload.get("event") if isinstance(payload, dict) else None
    return Case(name, says if isinstance(says, str) and says in _KNOWN else made_as, payload)


def examples(*, rejected: bool) -> list[Case]:
    """The files of ``schemas/examples`` that must be valid, or those that must not."""
    files = sorted((SCHEMAS / "examples").rglob("*.json"))
    return [
        case(str(file.relative_to(SCHEMAS)), file.relative_to(SCHEMAS).parts[1], json.loads(file.read_text("utf-8")))
        for file in files
        if (file.parent.name == "rejected") is rejected
    ]


def generated() -> list[Case]:
    """5,000 payloads as the factory makes them: every event type in every mode."""
    return list(islice(_generate(), SIZE))


def mutants(cases: list[Case]) -> list[Case]:
    """A mutant of each case; the same ones every time."""
    made = []
    for number, parent in enumerate(cases):
        name, payload = mutate(parent.payload, Random(number))
        made.append(case(f"{name} in {parent.name}", parent.event, payload))
    return made


def _generate() -> Iterator[Case]:
    others = [event_type for event_type in EventType if event_type not in LARGE]
    each = SIZE // (len(MODES) * len(others)) + 1
    for types, n in ((LARGE, each // 4), (others, each)):
        for mode, options in MODES.items():
            seeded: EventOptions = {**options, "seed": f"agreement {mode}"}
            for event in make_events(sorted(types), n=n, **seeded):
                yield case(f"{event.type} ({mode})", str(event.type), event.payload)
