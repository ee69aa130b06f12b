"""What should the receiver show? The store knows, and the user says how that looks in the receiver."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.failure import ExplorationError
from steppay_mock.ordering.state.normal import normalise

if TYPE_CHECKING:
    from steppay_mock.ordering.options import ExploreSettings
    from steppay_mock.store.scenarios.story import Story


@dataclass(frozen=True, slots=True)
class Truth:
    """The state that is right at the end of the story, in normal form."""

    state: Hashable


def know_truth(settings: ExploreSettings, story: Story | None) -> Truth | None:
    """What ``truth=`` says of the story's store; None if it was not given."""
    truth = settings.truth
    if truth is None:
        return None
    if story is None:
        raise SteppayMockError("truth= needs a story, whose store knows it. Give a scenario: scenario('...').")
    try:
        told = truth(story.state())
    except Exception as error:
        raise ExplorationError(f"truth= raised {type(error).__name__}: {error}. Correct it.") from error
    return Truth(normalise(told, ignore=settings.ignore, name="truth"))
