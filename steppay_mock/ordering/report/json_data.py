"""Makes JSON data of results. Events are named by their places, counted from 0; payloads are left out."""

from __future__ import annotations

from dataclasses import asdict
from math import isfinite
from typing import TYPE_CHECKING, Any

from steppay_mock.ordering.report.comparison import event_rows
from steppay_mock.ordering.report.verdict import suggest_ignore
from steppay_mock.ordering.state.difference import differences
from steppay_mock.ordering.state.normal import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from steppay_mock.ordering.findings import CounterexampleData, ExplorationData
    from steppay_mock.ordering.receiver.run import Run
    from steppay_mock.ordering.state.difference import Difference
    from steppay_mock.payload.event import Event


def exploration_data(exploration: ExplorationData) -> dict[str, Any]:
    """The exploration as dicts, lists, texts and numbers."""
    found = exploration.counterexample
    return {
        "verdict": exploration.verdict,
        "ok": exploration.ok,
        "receiver": exploration.receiver,
        "name": exploration.name,
        "why": exploration.why,
        "unmatched": list(exploration.unmatched),
        "coverage": {**asdict(exploration.coverage), "groups": list(exploration.coverage.groups)},
        "events": events_data(exploration.events),
        "without_effect": list(exploration.without_effect),
        "causes": list(exploration.causes),
        "notes": list(exploration.notes),
        "uncompared": exploration.uncompared,
        "unequal": _differences(exploration.unequal),
        "ignore": list(suggest_ignore(exploration.unequal)),
        "counterexample": None if found is None else counterexample_data(found),
        "others": [counterexample_data(one) for one in exploration.others],
        "hints": [
            {**hint.as_dict(), "here": as_json(hint.here), "store": as_json(hint.store)} for hint in exploration.hints
        ],
        "losses": [{**asdict(loss), "changes": list(loss.changes)} for loss in exploration.losses],
        "witnesses": [_run(run) for run in exploration.witnesses],
    }


def counterexample_data(found: CounterexampleData) -> dict[str, Any]:
    """The counterexample as dicts, lists, texts and numbers."""
    events, inversions, repeats = found.size
    expected = found.truth if found.kind == "truth" else found.expected.state
    return {
        "kind": found.kind,
        "anomaly": asdict(found.anomaly),
        "token": found.token,
        "size": {"events": events, "inversions": inversions, "repeats": repeats},
        "smallest": found.smallest,
        "expected": _run(found.expected),
        "passing": _run(found.passing),
        "failing": _run(found.failing),
        "truth": as_json(found.truth),
        "doubtful": found.doubtful,
        "differences": _differences(differences(expected, found.failing.state)),
    }


def _differences(found: Iterable[Difference]) -> list[dict[str, Any]]:
    return [
        {"path": one.path, "kind": one.kind, "expected": as_json(one.expected), "actual": as_json(one.actual)}
        for one in found
    ]


def _run(run: Run) -> dict[str, Any]:
    return {
        "course": list(run.course),
        "answers": list(run.answers),
        "accepted": list(run.accepted),
        "state": as_json(run.state),
        "effects": None if run.effects is None else _effects(run.effects),
        "broken": run.broken,
        "together": list(run.together),
        "held": run.held,
        "ids": None if run.ids is None else asdict(run.ids),
    }


def _effects(effects: Any) -> list[dict[str, Any]]:
    # Effects are any hashable values, which have no common order: their texts give one that is stable.
    counts = [{"effect": as_json(one), "count": count} for one, count in dict(effects).items()]
    return sorted(counts, key=lambda one: repr(one["effect"]))


def events_data(events: Iterable[Event]) -> list[dict[str, Any]]:
    """The events in the original order, each with its place, type, time and thing."""
    rows: list[dict[str, Any]] = []
    for event, one in zip(events, event_rows(events), strict=True):
        rows.append(
            {
                "place": one.number - 1,
                "event": str(event.type),
                "timestamp": as_json(event.second),
                "entity": one.entity,
                "status": one.status,
            }
        )
    return rows


def as_json(value: Any) -> Any:
    """The value as JSON; a value of a type that JSON does not have is its text."""
    value = plain(value)
    if isinstance(value, dict):
        return {str(key): as_json(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_json(inner) for inner in value]
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    return value if value is None or isinstance(value, str | int | float) else str(value)
