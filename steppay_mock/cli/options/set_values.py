"""Reads ``--set``: fields of ``data`` become overrides, ``timestamp`` and ``isTest`` become options."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from steppay_mock.cli.options.parameter_types import can_happen_at
from steppay_mock.cli.show.terminal import say
from steppay_mock.errors import SteppayMockError, choices, did_you_mean

if TYPE_CHECKING:
    from steppay_mock.contract.catalogue import EventType
    from steppay_mock.errors import ContractViolation
    from steppay_mock.payload.event import Event

_IS_TEST = {"true": True, "false": False, "null": None}


@dataclass(frozen=True, slots=True)
class SetValues:
    """What ``--set`` gave: ``options`` for the recipe, and the JSON paths of the fields that have a value."""

    options: dict[str, Any]
    paths: tuple[str, ...]
    data: dict[EventType, dict[str, Any]]
    """The values of fields in ``data``, by event type."""

    def watch(self, events: Iterator[Event]) -> Iterator[Event]:
        """The events unchanged. A value that breaks the contract is reported once, on standard error."""
        if not self.paths:
            return events
        return self._watched(events)

    def _watched(self, events: Iterator[Event]) -> Iterator[Event]:
        from steppay_mock.contract.validate import iter_errors

        told: set[tuple[str, str, str]] = set()
        for event in events:
            for violation in iter_errors(event):
                key = (violation.event, violation.path, violation.kind)
                if key not in told and self._caused(violation):
                    told.add(key)
                    say(f"warning: --set breaks the contract. The event is made with this value:\n{violation}")
            yield event

    def _caused(self, violation: ContractViolation) -> bool:
        path = violation.path
        return any(path == own or path.startswith((f"{own}.", f"{own}[")) for own in self.paths)


def read_set_values(settings: Iterable[tuple[str, str]], types: list[EventType], *, every: bool) -> SetValues:
    """Read what ``--set`` gave, for events of these types.

    A path that one of the types does not have is a SteppayMockError that names the nearest path. With ``every`` (the
    user wrote ``all``) it is an error only if no type has the path; else a note names the types without it. A value
    that another option decides is a usage error.
    """
    options: dict[str, Any] = {}
    fields: dict[str, str] = {}
    for path, text in settings:
        plain = re.sub(r"\[([0-9]+)\]", r".\1", path.removeprefix("$").removeprefix("."))
        if plain in _ENVELOPE:
            options.update(_ENVELOPE[plain](text))
        elif plain in fields:
            raise click.UsageError(f"--set {plain} is given twice. Leave one of them out.")
        else:
            fields[plain] = text
    if not fields:
        return SetValues(options, (), {})
    data = _where_it_is(fields, types) if every else _alike(fields, types)
    paths = [path for tree in data.values() for path in _paths("$.data", tree)]
    return SetValues(options, tuple(dict.fromkeys(paths)), data)


def _where_it_is(fields: dict[str, str], types: list[EventType]) -> dict[EventType, dict[str, Any]]:
    """The overrides of each type, with the fields that the type has. A note names the types without a field."""
    from steppay_mock.payload.overrides import has_path, known_paths
    from steppay_mock.payload.plan import plan_event

    plans = {event_type: plan_event(event_type, edge=False) for event_type in types}
    having = {path: [one for one in types if has_path(path, plans[one])] for path in fields}
    for path, found in having.items():
        if not found:
            near = did_you_mean(path, sorted({known for node in plans.values() for known in known_paths(node)}))
            raise SteppayMockError(f"--set {path}: no event type has this field.{near} `schema` shows the fields.")
        if len(found) < len(types):
            missing = ", ".join(one for one in types if one not in found)
            told = f"note: --set {path} is in {len(found)} of {len(types)} event types"
            say(f"{told}. These have no such field: {missing}")
    trees: dict[EventType, dict[str, Any]] = {}
    for event_type in types:
        own = {path: text for path, text in fields.items() if event_type in having[path]}
        if own:
            trees[event_type] = _tree(own, event_type)
    return trees


def _alike(fields: dict[str, str], types: list[EventType]) -> dict[EventType, dict[str, Any]]:
    """The overrides of each type, which must be the same: one field is a number in some types and text in others."""
    trees = {event_type: _tree(fields, event_type) for event_type in types}
    first_type, first = next(iter(trees.items()))
    for event_type, tree in trees.items():
        # Compared as JSON, because in Python 1 == 1.0 == True.
        if json.dumps(tree) != json.dumps(first):
            raise SteppayMockError(
                f"--set means text in {first_type} or {event_type}, and a number in the other (fact 14). "
                "Make each with a command for it alone."
            )
    return trees


def _tree(fields: dict[str, str], event_type: EventType) -> dict[str, Any]:
    from steppay_mock.payload.overrides import parse_settings
    from steppay_mock.payload.plan import plan_event

    try:
        tree = parse_settings(fields, plan_event(event_type, edge=False))
    except SteppayMockError as error:
        raise SteppayMockError(f"--set for {event_type}: {error}") from None
    data = tree.get("data")
    if not isinstance(data, dict):
        raise SteppayMockError(
            "--set data: expected an object. Set one of its fields, such as --set data.FIELD=VALUE; `steppay-mock "
            f"schema {event_type}` lists them."
        )
    return data


def _paths(prefix: str, value: Any) -> Iterator[str]:
    if not isinstance(value, dict) or not value:
        yield prefix
        return
    for step, inner in value.items():
        yield from _paths(f"{prefix}[{step}]" if isinstance(step, int) else f"{prefix}.{step}", inner)


def _timestamp(text: str) -> dict[str, Any]:
    try:
        moment = int(text)
    except ValueError:
        raise click.UsageError(
            f"--set timestamp={text[:80]} is no whole number of seconds since the epoch. Write one such as 1688697915."
        ) from None
    if not can_happen_at(moment):
        raise click.UsageError(
            f"--set timestamp={text[:80]} is not within the years 1970 to 9000. Write seconds, not milliseconds, such "
            "as 1688697915."
        )
    return {"now": moment}


def _is_test(text: str) -> dict[str, Any]:
    if text not in _IS_TEST:
        raise click.UsageError(
            f"--set isTest={text[:80]} is not {choices(_IS_TEST)}. Write one of these; null leaves it out."
        )
    return {"is_test": _IS_TEST[text]}


def _event(_text: str) -> dict[str, Any]:
    raise click.UsageError(
        "--set cannot change event: the event type decides what data contains. Write the event type as EVENT."
    )


def _version(_text: str) -> dict[str, Any]:
    raise click.UsageError('--set cannot change version: it is always "v1" (fact 2). Leave it out.')


_ENVELOPE = {"timestamp": _timestamp, "isTest": _is_test, "event": _event, "version": _version}
