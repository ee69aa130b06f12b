"""Decides whether a final state is right: by a state that the user's function gives, or by hints from the store."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.face import option
from steppay_mock.ordering.failure import ExplorationError
from steppay_mock.ordering.state.ignore import Ignore
from steppay_mock.ordering.state.normal import normalise, plain
from steppay_mock.ordering.state.rows import agrees
from steppay_mock.ordering.truth.hint import corrected
from steppay_mock.payload.subject import subject_of

if TYPE_CHECKING:
    from steppay_mock.ordering.counterexample import Counterexample
    from steppay_mock.ordering.truth.hint import Hint
    from steppay_mock.ordering.truth.setting import TruthSetting
    from steppay_mock.store.store import Story


@dataclass(frozen=True, slots=True)
class Truth:
    """Judges final states."""

    hints: Callable[[Any], tuple[Hint, ...]]
    """What contradicts the store in a state."""
    state: Hashable | None = None
    """The right state in normal form, if the user's function gives it."""
    is_strict: bool = False
    """Whether a hint is a failure."""
    reaches: Callable[[Any], bool] = lambda _state: True
    """Whether a state has anything that can be compared with the store."""

    def is_wrong(self, state: Hashable) -> bool:
        """Whether the state is wrong as a final state."""
        if self.state is not None:
            return not agrees(state, self.state)
        return self.is_strict and bool(self.hints(state))

    def beside(self, state: Hashable) -> Any:
        """The right state, to show beside a wrong one."""
        return corrected(plain(state), self.hints(state)) if self.state is None else self.state


def know_truth(setting: TruthSetting, story: Story | None, *, ignore: Ignore) -> Truth:
    """The judge that ``truth=`` asks for; SteppayMockError if it needs a story and there is none."""
    if story is None:  # events without a story have no store to compare with
        if setting.needs_story:
            raise SteppayMockError(
                f"{option('truth')} needs a story, whose store has the right values. Give a scenario: scenario('...')."
            )
        return Truth(lambda _state: ())
    told = None if setting.function is None else _told(setting.function, story, ignore)
    return Truth(
        lambda state: setting.hints(state, story, ignore=ignore),
        told,
        is_strict=setting.is_strict,
        reaches=lambda state: setting.reaches(state, story, ignore=ignore),
    )


def doubted(found: Counterexample, hints: tuple[Hint, ...]) -> Counterexample:
    """The counterexample, marked as doubtful if one of its events is about a thing that a hint is about.

    Its expected end may then be wrong itself.
    """
    wrong = {hint.thing for hint in hints}
    about = (subject_of(found.events[place]) for place in (found.course if wrong else ()))
    return replace(found, doubtful=True) if any(f"{kind} {key}" in wrong for kind, key in about) else found


def _told(truth: Callable[[Any], Any], story: Story, ignore: Ignore) -> Hashable:
    """The state that the user's function makes of the store's state."""
    try:
        told = truth(story.state())
    except Exception as error:
        raise ExplorationError(f"{option('truth')} raised {type(error).__name__}: {error}. Correct it.") from error
    if told is None:
        raise SteppayMockError(
            f"{option('truth')} gave None, so there is nothing to compare. Let the function return what "
            f"{option('state')} should show at the end."
        )
    return normalise(told, ignore=ignore, name="truth")
