"""Finds hints: rows of a final state that have an id of the story and contradict its store.

No mapping says which row is which thing, so the names of columns have to do. A hint on a right receiver would cost
trust in all others, so everything that could be meant in another way is left out: words that are not StepPay's, columns
whose name does not say which field they hold, histories, and things that no event of the story is about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from steppay_mock.ordering.state.ignore import NOTHING, Ignore
from steppay_mock.ordering.state.normal import normalise, plain
from steppay_mock.ordering.truth.amounts import amount_hints, has_amount
from steppay_mock.ordering.truth.hint import Hint
from steppay_mock.ordering.truth.instants import StoryInstants, has_instant
from steppay_mock.ordering.truth.nulls import null_hints
from steppay_mock.ordering.truth.rounded import rounded_hints
from steppay_mock.ordering.truth.rows import find_rows
from steppay_mock.ordering.truth.statuses import has_status, status_hints
from steppay_mock.ordering.truth.things import things_of

if TYPE_CHECKING:
    from steppay_mock.store.store import Story


def find_hints(
    state: Any, story: Story, *, ignore: Ignore = NOTHING, types: frozenset[str] | None = None
) -> tuple[Hint, ...]:
    """The hints on a final state, in normal or plain form, after all events of the story; none on what is ignored.

    ``types``: only events of these types were delivered. What the others changed, the receiver cannot know.
    """
    told = plain(normalise(plain(state), ignore=ignore))
    things = things_of(story, types)
    instants = StoryInstants.of(things)
    found: list[Hint] = [*rounded_hints(told, things), *null_hints(told, things)]
    for row in find_rows(told, things):
        found += [*status_hints(row), *amount_hints(row), *instants.hints(row)]
    return tuple({(one.kind, one.path): one for one in found}.values())


def has_rows(state: Any, story: Story, *, ignore: Ignore, types: frozenset[str] | None = None) -> bool:
    """Whether a row about a thing of the story has a value to compare; True if the story is about no thing."""
    things = things_of(story, types)
    rows = find_rows(plain(normalise(plain(state), ignore=ignore)), things)
    return not things.all or any(has_status(row) or has_amount(row) or has_instant(row) for row in rows)
