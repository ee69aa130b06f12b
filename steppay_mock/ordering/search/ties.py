"""``ties=``: a second search with the seconds of each burst collapsed to one, joined with the first search.

Timestamps have whole seconds (fact 6), so events of one burst may have the same one. A receiver that keeps the newest
event by its timestamp may be right for the story as it is, and wrong when two of its events share a second.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from steppay_mock.ordering.face import option
from steppay_mock.ordering.failure import ExplorationError

if TYPE_CHECKING:
    from steppay_mock.ordering.exploration import Exploration
    from steppay_mock.ordering.options import ExploreSettings
    from steppay_mock.ordering.receiver.receiver import Receiver
    from steppay_mock.ordering.search.event_set import EventSet

    Explore = Callable[[EventSet, Receiver, ExploreSettings], Exploration]


def explore_tied(
    found: Exploration, explored: EventSet, receiver: Receiver, settings: ExploreSettings, *, search: Explore
) -> Exploration:
    """The exploration ``found`` of these events, joined with that of the same events with collapsed bursts."""
    assert settings.burst is not None  # noqa: S101 - called only with ties=
    tied = explored.tied(settings.burst)
    if tied.events == explored.events:
        return joined(found, None)
    left = max(settings.budget - found.coverage.deliveries, settings.budget // 2, 1)
    # The store knows the events with the seconds as they were, so hints about times would be false alarms.
    rest = replace(settings, budget=left, truth=settings.truth.tied())
    try:
        other = search(tied, receiver, rest)
    except ExplorationError as error:
        error.exploration = joined(found, error.exploration)
        raise
    return joined(found, other)


def joined(first: Exploration, tied: Exploration | None) -> Exploration:
    """Both explorations as one; ``tied`` is None if no burst was collapsed, or nothing was delivered."""
    if tied is None:
        return replace(
            first, notes=(*first.notes, f"{option('ties')}: no two events are near enough to get one second.")
        )
    one, other = first.coverage, tied.coverage
    worse = next((found for found in (tied, first) if found.verdict != "proved"), first)
    # Only searches of the same verdict have runs and orders that can be added: a proof counts none.
    told = [found.coverage for found in (first, tied) if found.verdict == worse.verdict]
    together = replace(
        worse.coverage,
        orders=min(coverage.orders for coverage in told),
        covered=min(coverage.covered for coverage in told),
        runs=sum(coverage.runs for coverage in told),
        random=sum(coverage.random for coverage in told),
        deliveries=one.deliveries + other.deliveries,
        states=one.states + other.states,
        elapsed=one.elapsed + other.elapsed,
        sampled=one.sampled + other.sampled,
        disagreed=one.disagreed + other.disagreed,
        refused=one.refused + other.refused,
        silent=one.silent + other.silent,
        leans_on_retries=one.leans_on_retries or other.leans_on_retries,
        found_after=None if other.found_after is None else one.deliveries + other.found_after,
        effective=min(one.effective, other.effective),
        ties=True,
    )
    notes = tuple(dict.fromkeys((*first.notes, *tied.notes)))
    unmatched = tuple(pattern for pattern in first.unmatched if pattern in tied.unmatched)
    return replace(
        worse,
        coverage=together,
        losses=first.losses,
        hints=first.hints,
        uncompared=first.uncompared,
        unmatched=unmatched,
        notes=notes,
    )
