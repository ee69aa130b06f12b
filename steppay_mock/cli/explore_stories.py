"""Explores one story after the other, and keeps what was found in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from steppay_mock.cli.exit_codes import INTERRUPTED, MISUSED, UNREACHED
from steppay_mock.cli.show.exploration import exit_code, tell_cut_off
from steppay_mock.cli.show.search_progress import searching
from steppay_mock.cli.show.terminal import say
from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.explore import explore
from steppay_mock.ordering.failure import ExplorationError

if TYPE_CHECKING:
    from steppay_mock.cli.options.served_api import ServedApi
    from steppay_mock.cli.story_candidates import Candidate
    from steppay_mock.delivery.receiver import Receiver
    from steppay_mock.ordering.exploration import Exploration


@dataclass(frozen=True, slots=True, kw_only=True)
class Explored:
    """What became of a story: what was found, be it to the end or not, and its exit code."""

    candidate: Candidate
    found: Exploration | None = None
    code: int = 0


def explore_one(
    candidate: Candidate, receiver: Receiver, *, budget: int, served_api: ServedApi, options: dict[str, Any]
) -> Explored:
    """What is found in this story; misuse is a SteppayMockError."""
    story = candidate.story
    with served_api.serving(story.store) as api:
        try:
            with searching(budget=budget) as watch:
                found = explore(story, receiver, seed=candidate.seed, budget=budget, watch=watch, **api, **options)
        except ExplorationError as error:
            return Explored(candidate=candidate, found=error.exploration, code=tell_cut_off(error))
    return Explored(candidate=candidate, found=found, code=exit_code(found))


def explore_each(
    candidates: Sequence[Candidate], receiver: Receiver, *, budget: int, served_api: ServedApi, options: dict[str, Any]
) -> list[Explored]:
    """What is found in each story; after Ctrl-C, or where nobody answers, the others are skipped."""
    outcomes: list[Explored] = []
    stopped = ""
    for one in candidates:
        if one.skipped or stopped:
            outcomes.append(Explored(candidate=one if one.skipped else replace(one, skipped=stopped)))
            continue
        say(f"exploring {one.name}, seed {one.seed}")
        try:
            outcome = explore_one(one, receiver, budget=budget, served_api=served_api, options=options)
        except SteppayMockError as error:
            say(f"Error: {error}")
            outcome = Explored(candidate=one, code=MISUSED)
        outcomes.append(outcome)
        if outcome.code in {INTERRUPTED, UNREACHED}:
            stopped = "it was stopped before" if outcome.code == INTERRUPTED else "the receiver could not be reached"
    return outcomes
