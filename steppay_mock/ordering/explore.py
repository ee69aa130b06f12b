"""Does the receiver end the same in every order, with every late duplicate? ``explore`` proves it, or shows why not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Unpack

from steppay_mock.ordering.exploration import Exploration
from steppay_mock.ordering.failure import ExplorationError
from steppay_mock.ordering.options import ExploreOptions, ExploreSettings, Probe, read_explore_options
from steppay_mock.ordering.orders.bursts import collapse_bursts
from steppay_mock.ordering.search.inquiry import Inquiry
from steppay_mock.ordering.search.joined import joined
from steppay_mock.ordering.search.overlap import explore_overlaps
from steppay_mock.ordering.token import describe_events, source_of
from steppay_mock.payload.event import Events, iter_events
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
    settings = read_explore_options(state, options)
    story = _story(events, settings)
    listed = story.events if story is not None else tuple(iter_events(events))  # type: ignore[arg-type]
    found = Inquiry(listed, receiver, settings, story=story, burst=None).run()
    if found.ok and settings.burst is not None:
        tied, other = collapse_bursts(listed, seconds=settings.burst), None
        if tied != listed:
            left = max(settings.budget - found.coverage.deliveries, settings.budget // 2, 1)
            rest = replace(settings, budget=left, truth=None, api=None)
            try:
                other = Inquiry(tied, receiver, rest, story=story, burst=settings.burst).run()
            except ExplorationError as error:
                error.exploration = joined(found, error.exploration)
                raise
        found = joined(found, other)
    if found.ok and settings.overlap:
        token = describe_events(listed, source=source_of(story), retries=settings.attempts)
        found = explore_overlaps(found, receiver, settings, token=token)
    return found


def _story(events: Any, settings: ExploreSettings) -> Story | None:
    if isinstance(events, str):
        from steppay_mock.store.scenarios.perform import scenario

        return scenario(events, seed=settings.seed)
    return events if isinstance(events, Story) else None
