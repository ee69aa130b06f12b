"""The errors of a search that cannot go on: a probe raises, a receiver does not answer, a reset leaves rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.face import option

if TYPE_CHECKING:
    from steppay_mock.ordering.exploration import Exploration


class ExplorationError(SteppayMockError):
    """The search stopped early. ``exploration`` has what it had found, or is None.

    ``told`` is what went wrong, without the next step; empty where that is not known apart.
    """

    exploration: Exploration | None = None
    told: str = ""


class NoAnswerError(ExplorationError):
    """The receiver did not answer in time; ``reached`` says whether it answered anything before."""

    reached: bool = True


class WrongStartError(ExplorationError):
    """The state at the start of an order is not the one that ``how`` should have restored.

    ``wanted`` and ``found`` are the two states, in normal form. ``was_saved`` says whether the wanted state was saved
    before; else it is the first state of the exploration. ``of`` is what begins with it.
    """

    def __init__(self, *, how: str, was_saved: bool, wanted: Any, found: Any, of: str = "order") -> None:
        from steppay_mock.ordering.state.difference import describe_differences, differences

        self.wanted = wanted
        self.found = found
        which = "was saved" if was_saved else f"every {of} has to begin with"
        self.why = f"After {how} the state is not the one that {which}."
        changes = describe_differences(differences(wanted, found), limit=3).replace("\n", "; ")
        super().__init__(
            f"{self.why} Differences (- before, + now): {changes}. Let it restore everything that {option('state')} "
            f"shows. If work of the last {of} is still going on, {option('settle', value=0.2)} waits for it."
        )


class MissingStepError(SteppayMockError):
    """An event of a token is not among the events: they are others, or have changed."""
