"""Explores all orders for a test, or replays the one order of a token (``--steppay-replay``)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from steppay_mock.ordering.exploration import Exploration
from steppay_mock.ordering.explore import explore
from steppay_mock.ordering.face import Face
from steppay_mock.ordering.failure import ExplorationError, MissingStepError
from steppay_mock.ordering.findings import Coverage
from steppay_mock.ordering.replay import replay
from steppay_mock.ordering.report.verdict import verdict_line
from steppay_mock.payload.event import iter_events
from steppay_mock.store.story_check import is_story
from steppay_mock.wire.real_time import perf_counter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_steppay.record import ItemRecord
    from steppay_mock.ordering.options import Probe
    from steppay_mock.ordering.receiver.receiver import Receiver
    from steppay_mock.payload.event import Event, Events


def replayed_by(repeat: str) -> Face:
    """The face of results in a test: the command repeats the test, and with a token one order of it."""
    return Face(before=f"{repeat} --steppay-replay ", after="", hint="")


def prove(
    events: Events, receiver: Receiver, *, state: Probe, options: Mapping[str, Any], record: ItemRecord
) -> Exploration:
    """Explore, and add the result to the record of the test."""
    try:
        found = explore(events, receiver, state=state, **options)
    except ExplorationError as error:
        if error.exploration is not None:
            record.add_proof(verdict_line(error.exploration))
        raise
    notes = found.notes if found.ok else ()  # the report of a failure has them already
    record.add_proof(verdict_line(found), notes=notes, counterexamples=found.counterexamples)
    return found


def prove_again(
    token: str, events: Events, receiver: Receiver, *, state: Probe, options: Mapping[str, Any], record: ItemRecord
) -> Exploration:
    """Replay the token, as an exploration of one order: ``covered`` if the receiver is fixed, else ``fails``.

    If the token is about other events, nothing is delivered, and the verdict is ``unfinished``.
    """
    started = perf_counter()
    given = events if is_story(events) else tuple(iter_events(events))
    untried = _untried(given, seed=options["seed"] or 0)
    try:
        found = replay(token, receiver, events=given, state=state, **options)
    except MissingStepError as error:
        record.passed_over = str(error)
        return replace(untried, why=str(error))
    shown = found.counterexample
    ends = [] if shown is None else [(run.state, run.effects) for run in (shown.expected, shown.failing)]
    tried = replace(
        untried,
        verdict="fails" if shown else "covered",
        receiver=found.receiver,
        events=found.events,
        counterexample=shown,
        coverage=replace(
            untried.coverage,
            orders=1,
            runs=1,
            deliveries=len(found.course),
            states=len(set(ends)) or 1,
            elapsed=perf_counter() - started,
        ),
    )
    record.is_replayed = True
    record.add_proof(verdict_line(tried) if shown else found.report(), counterexamples=tried.counterexamples)
    return tried


def _untried(events: Sequence[Event], *, seed: int) -> Exploration:
    """An exploration of these events that delivered nothing."""
    return Exploration(
        verdict="unfinished",
        receiver="",
        name=events.name if is_story(events) else f"{len(events)} events",
        events=tuple(events),
        coverage=Coverage(events=len(events), orders=0, runs=0, deliveries=0, states=0, elapsed=0.0, seed=seed),
    )
