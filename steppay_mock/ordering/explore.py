"""``explore``: proves that a receiver ends in the same state in every order of the events, or shows why not.

The way through it: :func:`explore` checks the options and chooses the events. An ``Explorer`` (search/explorer.py)
delivers them in the order in which they happened, then in all orders with a ``Search``, and makes a failing order small
with a ``Minimiser``. The other options add a search before it (``only_effective``), around
it (``independent``) or after it (``ties``, ``overlap``).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Unpack

from steppay_mock.delivery.argument_order import refuse_swapped
from steppay_mock.ordering.chosen import choose_events
from steppay_mock.ordering.exploration import Exploration
from steppay_mock.ordering.options import ExploreOptions, ExploreSettings, Probe, read_explore_options
from steppay_mock.ordering.receiver.hosting import beside_loop, in_transaction_of_test
from steppay_mock.ordering.search.effective import find_effective, say_left_out
from steppay_mock.ordering.search.event_set import EventSet
from steppay_mock.ordering.search.explorer import explore_together
from steppay_mock.ordering.search.independence import explore_independent
from steppay_mock.ordering.search.overlap import explore_overlaps
from steppay_mock.ordering.search.reading_back import ApiCallWatch
from steppay_mock.ordering.search.ties import explore_tied
from steppay_mock.payload.event import Events
from steppay_mock.store.story_check import is_story

if TYPE_CHECKING:
    from steppay_mock.ordering.receiver.receiver import Receiver
    from steppay_mock.store.store import Story


def explore(
    events: Events | str, receiver: Receiver, *, state: Probe, **options: Unpack[ExploreOptions]
) -> Exploration:
    """Deliver the events in every order, and report whether the receiver always ends in the same state.

    ``events`` are a story, any events, or the name of a scenario. ``receiver`` is a URL, a WSGI or ASGI app, or a
    function that makes a new app. ``state`` returns the receiver's rows as plain data. The other options are those of
    :class:`~steppay_mock.ordering.options.ExploreOptions`; ``reset``, or ``save`` and ``restore``, are needed unless
    ``receiver`` makes a new app each time.

    A failure of the receiver is in the result: ``result.assert_ok()`` raises it. Misuse raises a SteppayMockError. If
    the probe raises or the receiver hangs, that is an ExplorationError, which carries what was found until then.
    """
    refuse_swapped(events, receiver, call="explore({events}, {receiver}, ...)")
    return in_transaction_of_test(lambda: _explore(events, receiver, state=state, **options))


async def explore_async(
    events: Events | str, receiver: Receiver, *, state: Probe, **options: Unpack[ExploreOptions]
) -> Exploration:
    """The result of :func:`explore`, from within a running event loop.

    The app, the probes and all other functions run in that loop, so they can use a pool of connections that belongs to
    it. The search waits in a thread. A receiver that blocks the loop cannot be interrupted.
    """
    refuse_swapped(events, receiver, call="await explore_async({events}, {receiver}, ...)")
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
    api_calls = ApiCallWatch(settings.api)  # counts from here on, so it is made before the first delivery
    if settings.only_effective:
        effective = find_effective(chosen.events, receiver, settings)
        explored = explored.part(effective.places)
    search = explore_independent if settings.independent else explore_together
    found = search(explored, receiver, settings)
    if found.ok and settings.burst is not None:
        found = explore_tied(found, explored, receiver, settings, search=search)
    if settings.only_effective:
        found = say_left_out(found, chosen.events, effective)
    if found.ok and settings.overlap:
        found = explore_overlaps(found, receiver, settings, token=explored.token(retries=settings.attempts))
    found = api_calls.noted(found)
    return replace(found, notes=(*found.notes, *chosen.notes), given=settings.given)


def _story(events: Any, settings: ExploreSettings) -> Story | None:
    if isinstance(events, str):
        from steppay_mock.store.scenarios.scenario import scenario

        return scenario(events, seed=settings.seed)
    return events if is_story(events) else None
