"""The errors of a search that cannot go on: a probe that raises, a receiver that hangs, a reset that leaves rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.face import option

if TYPE_CHECKING:
    from steppay_mock.ordering.exploration import Exploration


class ExplorationError(SteppayMockError):
    """The search was cut off. ``exploration`` is what it had found by then, None if that is nothing."""

    exploration: Exploration | None = None


class NoAnswerError(ExplorationError):
    """The receiver did not answer in time; ``reached`` says whether it answered anything before."""

    reached: bool = True


class NotAnewError(ExplorationError):
    """An order did not begin with the state that it has to begin with, after ``how`` should have brought that back.

    ``wanted`` and ``found`` are the two states, in normal form; ``was_saved``: the wanted one was saved before.
    """

    def __init__(self, *, how: str, was_saved: bool, wanted: Any, found: Any) -> None:
        from steppay_mock.ordering.state.difference import describe_differences, differences

        self.wanted = wanted
        self.found = found
        which = "was saved" if was_saved else "every order has to begin with"
        self.why = f"After {how} the state is not the one that {which}."
        told = describe_differences(differences(wanted, found), limit=3).replace("\n", "; ")
        super().__init__(
            f"{self.why} It differs (- before, + now): {told}. Let it bring back all that {option('state')} shows; or "
            f"is work of the last order still going on? Then {option('settle', value=0.2)} waits for it."
        )


class MissingStepError(SteppayMockError):
    """What a token says was delivered is not among the events: they are others, or changed since."""
