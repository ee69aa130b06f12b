"""``replay``: delivers a counterexample again from its token, on another day or another machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Unpack

from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.chosen import choose_events
from steppay_mock.ordering.counterexample import Counterexample
from steppay_mock.ordering.face import PYTHON_ONLY, Face, current_face, option, speaking
from steppay_mock.ordering.failure import ExplorationError, MissingStepError, NoAnswerError
from steppay_mock.ordering.findings import Kind, Result
from steppay_mock.ordering.options import ExploreOptions, Probe, read_explore_options
from steppay_mock.ordering.orders.races import Race
from steppay_mock.ordering.receiver.driver import Driver
from steppay_mock.ordering.receiver.hosting import beside_loop, in_transaction_of_test
from steppay_mock.ordering.receiver.receiver import Receiver, refuse_swapped_token
from steppay_mock.ordering.search.event_set import collapse_bursts
from steppay_mock.ordering.search.overlap import race_again
from steppay_mock.ordering.search.truth import Truth, know_truth
from steppay_mock.ordering.search.verify import deliver_again
from steppay_mock.ordering.token import ScenarioSource, Token, describe_events, digest, read_token
from steppay_mock.payload.event import Event, Events
from steppay_mock.store.scenarios.scenario import scenario
from steppay_mock.store.store import Story

_WITH = {"invariant": "an invariant", "effects": "effects"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay(Result):
    """The result of ``replay``: the counterexample, or None if the receiver does not fail any more."""

    receiver: str
    """The receiver in words: its URL, or the name of the app."""
    events: tuple[Event, ...] = field(repr=False)
    course: tuple[int, ...]
    counterexample: Counterexample | None
    face: Face = field(default_factory=current_face, repr=False, compare=False)
    """How its texts write options."""

    @property
    def ok(self) -> bool:
        """Whether the receiver is fixed."""
        return self.counterexample is None

    def report(self) -> str:
        """The text: one line if the receiver is fixed, else the report of the counterexample."""
        if self.counterexample is not None:
            is_same = self.counterexample.failing.course == self.course
            how = "It still fails." if is_same else "It still fails, but in another way than before."
            return f"{how}\n\n{self.counterexample.report()}"
        order = ", ".join(f"{place + 1} {self.events[place].type}" for place in self.course)
        return f"Fixed: {order}, delivered in this order to {self.receiver}, end as in the original order."

    def assert_ok(self) -> None:
        """Raise an OrderViolation with the report, unless the receiver is fixed."""
        if self.counterexample is not None:
            from steppay_mock.ordering.report.text import violation_by

            with speaking(self.face):
                raise violation_by(self.counterexample, where=self.receiver, report=self.report())

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON. Events are named by place, from 0; no payload is in it."""
        from steppay_mock.ordering.report.json_data import events_data

        return {
            "ok": self.ok,
            "receiver": self.receiver,
            "events": events_data(self.events),
            "course": list(self.course),
            "counterexample": None if self.counterexample is None else self.counterexample.as_dict(),
        }


def replay(
    token: str,
    receiver: Receiver,
    *,
    state: Probe,
    events: Events | None = None,
    **options: Unpack[ExploreOptions],
) -> Replay:
    """Deliver the course of a token, and the course it is compared with; the result says whether it still fails.

    ``events`` are those that were explored; None makes them again, which a token can do for the events of a scenario.
    The other options are those of ``explore``. Raises MissingStepError if an event of the token is not among the
    events, and ExplorationError if nothing was tested: nothing was answered, accepted or changed.
    """
    refuse_swapped_token(token, receiver, call="replay(token, {receiver}{events}, ...)")
    return in_transaction_of_test(lambda: _replay(token, receiver, state=state, events=events, **options))


async def replay_async(
    token: str, receiver: Receiver, *, state: Probe, events: Events | None = None, **options: Unpack[ExploreOptions]
) -> Replay:
    """Do as :func:`replay` does, within a running event loop, in which the app and the probes run."""
    refuse_swapped_token(token, receiver, call="await replay_async(token, {receiver}{events}, ...)")
    return await beside_loop(lambda: replay(token, receiver, state=state, events=events, **options))


def _replay(
    token: str, receiver: Receiver, *, state: Probe, events: Events | None, **options: Unpack[ExploreOptions]
) -> Replay:
    read = read_token(token)
    settings = replace(read_explore_options(state, options), attempts=read.retries)
    is_known = settings.truth.needs_story if read.kind == "truth" else getattr(settings, read.kind, True) is not None
    if not is_known:
        raise SteppayMockError(_not_given(read.kind))
    made: Any = make_again(read.source) if events is None else events
    story = made if isinstance(made, Story) else None
    chosen = choose_events(made, settings, given=options.get("given"))
    listed, settings = chosen.events, chosen.settings
    if read.burst is not None:
        listed = collapse_bursts(listed, seconds=read.burst)
    found = _found_again(read, listed)
    subject = Driver(receiver, listed, settings)
    source = read.source
    described = describe_events(listed, source=source, burst=read.burst, retries=read.retries)
    with subject:
        subject.begin()
        subject.look()  # the first state, so that a change can be seen
        if read.together:
            shown = race_again(subject, settings, Race(found, read.together, read.held), token=described)
        else:
            truth: Truth | None = (
                know_truth(settings.truth, story, ignore=settings.ignore) if read.kind == "truth" else None
            )
            shown = deliver_again(
                subject, read.kind, found, token=described, truth=truth, smallest=True, or_refused=True
            )
    if shown is None:
        _refuse_vacuous(subject, read.kind)
    return Replay(receiver=subject.target, events=listed, course=found, counterexample=shown)


def _not_given(kind: Kind) -> str:
    """The error for a token that needs a function, or the truth, with which the exploration was made."""
    if current_face().is_shell and kind in PYTHON_ONLY:
        return (
            f"The token was found with {_WITH[kind]}, which the command line cannot take. Replay it in Python, or with "
            "pytest --steppay-replay."
        )
    return f"The token was found with {option(kind)}. Pass it as it was passed to the exploration."


def _refuse_vacuous(subject: Driver, kind: Kind) -> None:
    """Refuse to say "fixed" if nothing was tested. An answer is tested even if no event has an effect."""
    if not subject.answered:
        error = NoAnswerError(f"Nothing was answered. Is the receiver running at {subject.target}?")
        error.reached = False
        raise error
    if subject.refused == subject.deliveries:
        raise ExplorationError(
            f"Every event was refused. Are {option('path')} and {option('secret')} right for this receiver?"
        )
    if len(subject.states) == 1 and kind not in {"answer", "refused"}:
        raise ExplorationError(f"The state never changed. Does {option('state')} show what the receiver writes?")


def make_again(source: ScenarioSource | None) -> Story:
    """The story of a token; SteppayMockError if the token was made from other events."""
    if source is None:
        how = (
            "Replay it in Python, or with pytest --steppay-replay, where the events are made."
            if current_face().is_shell
            else f"Pass the events of the exploration: {option('events')}..."
        )
        raise SteppayMockError(f"The token cannot make its events: they are not those of a scenario. {how}")
    return scenario(source.scenario, seed=source.seed, assumptions=source.assumptions, **source.parameters)


def _found_again(token: Token, events: Sequence[Event]) -> tuple[int, ...]:
    """The course over these events. An event that moved to another place is found by its content."""
    places: dict[str, int] = {}
    for place, event in enumerate(events):
        places.setdefault(digest(event), place)
    found = []
    for step, place in enumerate(token.course, start=1):
        wanted, kind = token.events[place]
        # The place first: a story may have two events with the same content.
        here = place if place < len(events) and digest(events[place]) == wanted else places.get(wanted)
        if here is None:
            raise MissingStepError(
                f"Step {step} of the token, {kind}, does not exist any more: no event has this content. The events "
                "have changed: explore again."
            )
        found.append(here)
    return tuple(found)
