"""Joins two explorations of one story into one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from steppay_mock.ordering.face import option

if TYPE_CHECKING:
    from steppay_mock.ordering.exploration import Exploration


def joined(first: Exploration, tied: Exploration | None) -> Exploration:
    """Both explorations as one: of the events as they are, and with bursts in one second; None if nothing was tied."""
    if tied is None:
        return replace(
            first, notes=(*first.notes, f"{option('ties')}: no two events are near enough to get one second.")
        )
    one, other = first.coverage, tied.coverage
    worse = next((found for found in (tied, first) if found.verdict != "proved"), first)
    told = [found.coverage for found in (first, tied) if found.verdict == worse.verdict]  # a proof has no runs to add
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
