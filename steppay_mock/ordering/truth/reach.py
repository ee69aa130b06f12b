"""Tells whether anything in a state is compared with the store: a value beside an id of the story, or a mapped row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from steppay_mock.ordering.state.json_path import places_at
from steppay_mock.ordering.state.normal import normalise, plain
from steppay_mock.ordering.truth.amounts import has_amount
from steppay_mock.ordering.truth.instants import has_instant
from steppay_mock.ordering.truth.rows import find_rows
from steppay_mock.ordering.truth.statuses import has_status
from steppay_mock.ordering.truth.things import Things, things_of

if TYPE_CHECKING:
    from steppay_mock.ordering.state.ignore import Ignore
    from steppay_mock.ordering.truth.mapping import TruthMapping
    from steppay_mock.store.scenarios.story import Story


def has_rows(state: Any, story: Story, *, ignore: Ignore) -> bool:
    """Whether a row about a thing of the story has a value to compare; True where the story tells of no thing."""
    things = things_of(story)
    rows = find_rows(plain(normalise(plain(state), ignore=ignore)), things)
    return not things.all or any(has_status(row) or has_amount(row) or has_instant(row) for row in rows)


def has_mapped_rows(state: Any, story: Story, mapping: TruthMapping) -> bool:
    """Whether a path of the mapping leads to a row; True where none needs to be, for nothing of that kind is told."""
    told, things = plain(normalise(plain(state))), things_of(story)
    return not _are_told(things, mapping) or any(True for rows in mapping.rows for _ in places_at(told, rows.steps))


def _are_told(things: Things, mapping: TruthMapping) -> bool:
    return any(things.of(rows.kind) for rows in mapping.rows)
