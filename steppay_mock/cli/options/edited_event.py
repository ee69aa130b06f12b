"""Edits an event that was sent: ``--set`` gives some of its fields other values, and a warning says what breaks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from steppay_mock.cli.show.terminal import say
from steppay_mock.errors import SteppayMockError

if TYPE_CHECKING:
    from steppay_mock.payload.event import Event

_STEP = re.compile(r"[^.\[\]]+")


def edit_event(event: Event, settings: Iterable[tuple[str, str]]) -> Event:
    """The event with these values, its body written anew; SteppayMockError for a path that it cannot have."""
    from steppay_mock.contract.validate import iter_errors

    fields: dict[str, str] = {}
    for path, text in settings:
        if path in fields:
            raise click.UsageError(f"--set {path} is given twice. Leave one of them out.")
        fields[path] = text
    payload = _merged(deepcopy(event.payload), _tree(event, fields), path="")
    edited = replace(event, payload=payload)
    for violation in iter_errors(edited):
        say(f"warning: it breaks the contract, and is sent all the same:\n{violation}")
    return edited


def _tree(event: Event, fields: dict[str, str]) -> dict[str, Any]:
    """The values as a tree: read by the schema, or as JSON else text where there is none."""
    from steppay_mock.contract.catalogue import EventType
    from steppay_mock.payload.overrides import json_or_text, parse_settings
    from steppay_mock.payload.plan import plan_event

    if isinstance(event.type, EventType):
        try:
            return parse_settings(fields, plan_event(event.type, edge=False))
        except SteppayMockError as error:
            raise SteppayMockError(f"--set for {event.type}: {error}") from None
    tree: dict[str, Any] = {}
    for path, text in fields.items():
        inner = tree
        *steps, last = _STEP.findall(path.removeprefix("$")) or [path]
        for step in steps:
            inner = inner.setdefault(step, {})
        inner[last] = json_or_text(text, path=f"--set {path}")
    return tree


def _merged(value: Any, tree: Any, *, path: str) -> Any:
    """The value with those of the tree in it; what is not there is made."""
    if not isinstance(tree, dict) or not tree:
        return tree
    if isinstance(value, list) or (value is None and all(isinstance(step, int) for step in tree)):
        return _merged_list(value or [], tree, path=path)
    made = dict(value) if isinstance(value, dict) else {}
    for step, inner in tree.items():
        made[step] = _merged(made.get(step), inner, path=f"{path}.{step}")
    return made


def _merged_list(value: list[Any], tree: dict[Any, Any], *, path: str) -> list[Any]:
    made = list(value)
    for step, inner in sorted(tree.items(), key=lambda one: int(one[0]) if str(one[0]).isdecimal() else 0):
        place = int(step) if str(step).isdecimal() and len(str(step)) < 10 else -1
        if not 0 <= place <= len(made):
            raise SteppayMockError(
                f"--set {path.removeprefix('.')}.{step}: the list has {len(made)} items. Name a place from 0 to "
                f"{len(made)}, which adds one."
            )
        made[place : place + 1] = [_merged(made[place] if place < len(made) else None, inner, path=f"{path}.{step}")]
    return made
