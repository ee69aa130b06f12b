"""What do two explorations of one story say together?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from steppay_mock.ordering.exploration import Exploration


def joined(first: Exploration, tied: Exploration | None) -> Exploration:
    """Both explorations as one: of the events as they are, and with bursts in one second; None if that is the same."""
    if tied is None:
        return replace(first, coverage=replace(first.coverage, ties=True))
    one, other = first.coverage, tied.coverage
    worse = tied if not tied.ok or tied.verdict == "covered" else first
    together = replace(
        worse.coverage,
        runs=one.runs + other.runs,
        deliveries=one.deliveries + other.deliveries,
        states=one.states + other.states,
        elapsed=one.elapsed + other.elapsed,
        sampled=one.sampled + other.sampled,
        disagreed=one.disagreed + other.disagreed,
        refused=one.refused + other.refused,
        silent=one.silent + other.silent,
        leans_on_retries=one.leans_on_retries or other.leans_on_retries,
        ties=True,
    )
    return replace(worse, coverage=together, losses=first.losses)
