"""``explore``: proves that a receiver ends the same in every order, with every late duplicate, or shows why not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Unpack

from steppay_mock.ordering.chosen import choose_events
from steppay_mock.ordering.exploration import Exploration
from steppay_mock.ordering.failure import ExplorationError
from steppay_mock.ordering.options import ExploreOptions, ExploreSettings, Probe, read_explore_options
from steppay_mock.ordering.receiver.hosting import beside_loop, in_transaction_of_test
from steppay_mock.ordering.search.effective import find_effective, say_left_out
from steppay_mock.ordering.search.event_set import EventSet
from steppay_mock.ordering.search.explorer import explore_together
from steppay_mock.ordering.search.independence import explore_independent
from steppay_mock.ordering.search.overlap import explore_overlaps
from steppay_mock.ordering.search.reading_back import ApiCallWatch
from steppay_mock.ordering.search.ties import joined
from steppay_mock.payload.event import Events
from steppay_mock.store.scenarios.story import Story

if TYPE_CHECKING:
    from steppay_mock.ordering.receiver.receiver import Receiver


def explore(
    events: Events | str, receiver: Receiver, *, state: Probe, **options: Unpack[ExploreOptions]
) -> Exploration:
    """Deliver the events in every order, and tell whether the receiver ends the same.

    ``events`` are a story, any events, or the name of a scenario. ``receiver`` is a URL, a WSGI or ASGI app, or a
    function that makes a fresh app. ``state`` gives the receiver's rows as plain data. The other options are those of
    :class:`~steppay_mock.ordering.options.ExploreOptions`; ``reset``, or ``save`` and ``restore``, are needed unless
    the receiver is made afresh.

    What the receiver does wrong is in the result: ``result.assert_ok()`` raises it. Misuse is a SteppayMockError; where
    the probe raises or the receiver hangs it is an ExplorationError, which carries what was found by then.
    """
    return in_transaction_of_test(lambda: _explore(events, receiver, state=state, **options))


async def explore_async(
    events: Events | str, receiver: Receiver, *, state: Probe, **options: Unpack[ExploreOptions]
) -> Exploration:
    """Do as :func:`explore` does, within a running event loop.

    The app, the probes and whatever else is given run in that loop, so that a pool of connections that belongs to it
    can be used. The search waits in a thread; a receiver that blocks the loop cannot be interrupted.
    """
    return await beside_loop(lambda: explore(events, receiver, state=state, **options))


def _explore(
    events: Events | str, receiver: Receiver, *, state: Probe, **options: Unpack[ExploreOptions]
) -> Exploration:
    settings = read_explore_options(state, options)
    story = _story(events, settings)
    happened: Any = events if story is None else story
    chosen = choose_events(happened, settings, given=options.get("given"))
    settings = chosen.settings
    explored = EventSet(events=chosen.events, story=story)
    reading_back = ApiCallWatch(settings.api)
    if settings.only_effective:
        effective = find_effective(chosen.events, receiver, settings)
        explored = explored.part(effective.places)
    found = _search(explored, receiver, settings)
    if settings.only_effective:
        found = say_left_out(found, chosen.events, effective)
    if found.ok and settings.overlap:
        found = explore_overlaps(found, receiver, settings, token=explored.token(retries=settings.attempts))
    found = reading_back.noted(found)
    return replace(found, notes=(*found.notes, *chosen.notes), given=settings.given)


def _search(explored: EventSet, receiver: Receiver, settings: ExploreSettings) -> Exploration:
    """The events as they are, and then, where that is wanted, with the seconds of each burst collapsed."""
    search = explore_independent if settings.independent else explore_together
    found = search(explored, receiver, settings)
    if not found.ok or settings.burst is None:
        return found
    tied = explored.tied(settings.burst)
    if tied.events == explored.events:
        return joined(found, None)
    left = max(settings.budget - found.coverage.deliveries, settings.budget // 2, 1)
    rest = replace(settings, budget=left, truth=settings.truth.tied())
    try:
        other = search(tied, receiver, rest)
    except ExplorationError as error:
        error.exploration = joined(found, error.exploration)
        raise
    return joined(found, other)


def _story(events: Any, settings: ExploreSettings) -> Story | None:
    if isinstance(events, str):
        from steppay_mock.store.scenarios.perform import scenario

        return scenario(events, seed=settings.seed)
    return events if isinstance(events, Story) else None
