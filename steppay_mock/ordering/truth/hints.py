"""Finds what looks wrong at the end of a receiver: rows that carry an id of the story and contradict its store.

Nobody said which row is what. So what could be meant otherwise is left alone: words that are not StepPay's, columns
whose name does not say which field they hold, histories, things that the story's events do not tell of.
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
    from steppay_mock.store.scenarios.story import Story


def find_hints(state: Any, story: Story, *, ignore: Ignore = NOTHING) -> tuple[Hint, ...]:
    """What looks wrong in a final state, in normal or plain form, after all events of the story; none if nothing does.

    What is ignored is not looked at.
    """
    told = plain(normalise(plain(state), ignore=ignore))
    things = things_of(story)
    instants = StoryInstants.of(things)
    found: list[Hint] = [*rounded_hints(told, things), *null_hints(told, things)]
    for row in find_rows(told, things):
        found += [*status_hints(row), *amount_hints(row), *instants.hints(row)]
    return tuple({(one.kind, one.path): one for one in found}.values())


def has_rows(state: Any, story: Story, *, ignore: Ignore) -> bool:
    """Whether a row about a thing of the story has a value to compare; True where the story tells of no thing."""
    things = things_of(story)
    rows = find_rows(plain(normalise(plain(state), ignore=ignore)), things)
    return not things.all or any(has_status(row) or has_amount(row) or has_instant(row) for row in rows)
