"""What if the search itself cannot go on: a probe that raises, a receiver that hangs?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from steppay_mock.errors import SteppayMockError

if TYPE_CHECKING:
    from steppay_mock.ordering.exploration import Exploration


class ExplorationError(SteppayMockError):
    """The search was cut off. ``exploration`` is what it had found by then, None if that is nothing."""

    exploration: Exploration | None = None


class NoAnswerError(ExplorationError):
    """The receiver did not answer in time; ``reached`` says whether it answered anything before."""

    reached: bool = True


class MissingStepError(SteppayMockError):
    """What a token says was delivered is not among the events: they are others, or changed since."""
