"""Does it still fail? A counterexample, delivered once more from its token: on another day, in another process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Unpack

from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.chosen import choose_events
from steppay_mock.ordering.counterexample import Counterexample
from steppay_mock.ordering.face import current_face, option
from steppay_mock.ordering.failure import ExplorationError, MissingStepError, NoAnswerError
from steppay_mock.ordering.findings import Kind
from steppay_mock.ordering.options import ExploreOptions, Probe, read_explore_options
from steppay_mock.ordering.orders.bursts import collapse_bursts
from steppay_mock.ordering.orders.races import Race
from steppay_mock.ordering.receiver.hosting import beside_loop, in_transaction_of_test
from steppay_mock.ordering.receiver.receiver import Receiver
from steppay_mock.ordering.receiver.subject import Subject
from steppay_mock.ordering.search.overlap import race_again
from steppay_mock.ordering.search.truth import Truth, know_truth
from steppay_mock.ordering.search.verify import deliver_again
from steppay_mock.ordering.token import ScenarioSource, Token, describe_events, digest, read_token
from steppay_mock.payload.event import Event, Events
from steppay_mock.store.scenarios.perform import scenario
from steppay_mock.store.scenarios.story import Story


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What became of a counterexample: None where the receiver does not fail any more."""

    target: str
    events: tuple[Event, ...] = field(repr=False)
    course: tuple[int, ...]
    counterexample: Counterexample | None

    @property
    def ok(self) -> bool:
        """Whether it is mended."""
        return self.counterexample is None

    def report(self) -> str:
        """Say it to a person."""
        if self.counterexample is not None:
            is_same = self.counterexample.failing.course == self.course
            how = "It still fails." if is_same else "It does not fail as it did, and it fails in another way."
            return f"{how}\n\n{self.counterexample.report()}"
        told = ", ".join(f"{place + 1} {self.events[place].type}" for place in self.course)
        return f"Fixed: {told}, delivered in this order to {self.target}, end as they do in the order they happened."

    def __str__(self) -> str:
        return self.report()


def replay(
    token: str,
    receiver: Receiver,
    *,
    state: Probe,
    events: Events | None = None,
    **options: Unpack[ExploreOptions],
) -> Replay:
    """Deliver the course of a token, and what it is compared with, and tell whether it still fails.

    ``events`` are those that were explored; None makes them anew, which a token knows how to do if they were a
    scenario's. The other options are those of ``explore``. Where a step of the token is not among the events any more
    that is a MissingStepError; where nothing was answered, accepted or changed, and so nothing tested, it is an
    ExplorationError.
    """
    return in_transaction_of_test(lambda: _replay(token, receiver, state=state, events=events, **options))


async def replay_async(
    token: str, receiver: Receiver, *, state: Probe, events: Events | None = None, **options: Unpack[ExploreOptions]
) -> Replay:
    """Do as :func:`replay` does, within a running event loop, in which the app and the probes run."""
    return await beside_loop(lambda: replay(token, receiver, state=state, events=events, **options))


def _replay(
    token: str, receiver: Receiver, *, state: Probe, events: Events | None, **options: Unpack[ExploreOptions]
) -> Replay:
    read = read_token(token)
    settings = replace(read_explore_options(state, options), attempts=read.retries)
    is_known = settings.truth.needs_story if read.kind == "truth" else getattr(settings, read.kind, True) is not None
    if not is_known:
        raise SteppayMockError(
            f"The token tells of {option(read.kind)}, and that was not given. {_given_again(read.kind)}"
        )
    made: Any = make_again(read.source) if events is None else events
    story = made if isinstance(made, Story) else None
    chosen = choose_events(made, settings, given=options.get("given"))
    listed, settings = chosen.events, chosen.settings
    if read.burst is not None:
        listed = collapse_bursts(listed, seconds=read.burst)
    found = _found_again(read, listed)
    subject = Subject(receiver, listed, settings)
    source = read.source
    described = describe_events(listed, source=source, burst=read.burst, retries=read.retries)
    with subject:
        subject.begin()
        subject.look()  # the first state, beside which a change shows
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
    return Replay(target=subject.target, events=listed, course=found, counterexample=shown)


def _given_again(kind: str) -> str:
    if kind == "truth":
        return "Pass it as it was when the token was made."
    return (
        "Pass it as it was when the token was made. The command line has none: replay it in Python, or with pytest "
        "--steppay-replay."
    )


def _refuse_vacuous(subject: Subject, kind: Kind) -> None:
    """Where nothing was tested, nothing is mended. An answer is tested also where no event has an effect."""
    if not subject.answered:
        error = NoAnswerError(f"Nothing was answered. Does the receiver run at {subject.target}?")
        error.reached = False
        raise error
    if subject.refused == subject.deliveries:
        raise ExplorationError(
            f"Every event was refused. Are {option('path')} and {option('secret')} those of the receiver?"
        )
    if len(subject.states) == 1 and kind not in {"answer", "refused"}:
        raise ExplorationError(f"The state never changed. Does {option('state')} read what the receiver writes?")


def make_again(source: ScenarioSource | None) -> Story:
    """The story of a token; SteppayMockError where the token does not know it."""
    if source is None:
        how = (
            "Replay it in Python, or with pytest --steppay-replay, where they are made"
            if current_face().is_shell
            else f"Give them as they were when it was found: {option('events')}..."
        )
        raise SteppayMockError(f"The token does not know what made its events. {how}")
    return scenario(source.scenario, seed=source.seed, assumptions=source.assumptions, **source.parameters)


def _found_again(token: Token, events: Sequence[Event]) -> tuple[int, ...]:
    """The course, over these events; what moved to another place is found by what it says."""
    places: dict[str, int] = {}
    for place, event in enumerate(events):
        places.setdefault(digest(event), place)
    found = []
    for step, place in enumerate(token.course, start=1):
        wanted, kind = token.events[place]
        here = place if place < len(events) and digest(events[place]) == wanted else places.get(wanted)
        if here is None:
            raise MissingStepError(
                f"Step {step} of the token, {kind}, does not exist any more: no event says the same. "
                "The events changed since: explore anew."
            )
        found.append(here)
    return tuple(found)
