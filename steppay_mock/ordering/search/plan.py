"""The plan of a proof: its price in deliveries, whether the budget is enough, and the orders that it follows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from math import inf, isfinite
from typing import TYPE_CHECKING

from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.face import option
from steppay_mock.ordering.orders.bound import Bound, bound_of
from steppay_mock.ordering.orders.chains import Chains
from steppay_mock.ordering.orders.ideals import FullLattice, Ideals, find_ideals
from steppay_mock.ordering.orders.lattice import covering_chains

if TYPE_CHECKING:
    from steppay_mock.ordering.options import ExploreSettings
    from steppay_mock.ordering.orders.course import Course
    from steppay_mock.ordering.receiver.driver import Driver
    from steppay_mock.payload.event import Event

_MOST_FREE = 14  # events without a bound; 15 would take 491,520 deliveries with duplicates
_MOST_WAYS = 1_000_000  # edges that are listed under a bound: they take some hundred megabytes
_LEAST = 40  # courses that may always be delivered beyond the search


def bound_for(events: Sequence[Event], settings: ExploreSettings) -> Bound:
    """The bound that ``late_by`` and ``distance`` put on these events; SteppayMockError for events without a time."""
    if settings.late_by is None and settings.distance is None:
        return Bound((0,) * len(events))
    times = [_time_of(event) for event in events] if settings.late_by is not None else [0.0] * len(events)
    return bound_of(times, late_by=settings.late_by, distance=settings.distance, everywhere=settings.everywhere)


def plan_for(bound: Bound, driver: Driver, settings: ExploreSettings) -> ProofPlan:
    """The plan of a proof for this receiver."""
    return ProofPlan(bound, duplicates=settings.duplicates, can_restore=driver.can_restore, budget=settings.budget)


def least_beyond(count: int) -> int:
    """The deliveries that are always allowed beyond a search of ``count`` events."""
    return _LEAST * count


def budget_beyond(budget: int, *, count: int) -> int:
    """The deliveries allowed beyond the search, to make a failing course smaller or to lose events."""
    return max(budget // 2, least_beyond(count))


class ProofPlan:
    """The cost of a proof for a right receiver: one whose state depends on the set of delivered events only.

    If states can be put back (``can_restore``) it is one delivery for each edge between those sets. Otherwise it is the
    length of the story times the fewest orders that take every edge. Late duplicates add one delivery each. A wrong
    receiver may have more states, and then the search may cost more than the plan.
    """

    def __init__(self, bound: Bound, *, duplicates: bool, can_restore: bool, budget: int) -> None:
        self.bound = bound
        self._duplicates = duplicates
        self._can_restore = can_restore
        self._budget = budget

    @property
    def fits(self) -> bool:
        """Whether the budget is enough."""
        return self.price <= self._budget

    @cached_property
    def price(self) -> float:
        """The deliveries; infinite where they are far beyond the budget, and not worth counting."""
        census = self._census
        if census is None:
            return inf
        if self._can_restore:
            return census.edges + census.copies
        # The minimum flow of Chains takes seconds for large bounds. A lower bound of it often decides without.
        least = self.bound.count * census.widest + census.copies
        if least > self._budget or self._chains is None:
            return least
        return self.bound.count * len(self._chains) + census.copies

    @property
    def orders(self) -> int:
        """The number of orders that it proves."""
        return 0 if self._census is None else self._census.orders

    def chains(self) -> Iterable[Course]:
        """The fewest orders that take every edge: the one in which things happened first, then far ones."""
        return self._chains or covering_chains(self.bound.count)

    @cached_property
    def _census(self) -> Ideals | FullLattice | None:
        bound = self.bound
        # None: not worth counting, so the price is infinite and whole orders are delivered instead.
        if bound.restricts:
            return find_ideals(bound, duplicates=self._duplicates, most=min(self._budget, _MOST_WAYS))
        return FullLattice(bound.count, self._duplicates) if bound.count <= _MOST_FREE else None

    @cached_property
    def _chains(self) -> Chains | None:
        return Chains(self._census) if isinstance(self._census, Ideals) else None


def _time_of(event: Event) -> float:
    time = event.second
    if isinstance(time, bool) or not isinstance(time, int | float) or not isfinite(time):
        raise SteppayMockError(
            f"{option('late_by')} needs the time of each event, and one has the timestamp {time!r}. Use "
            f"{option('distance')} instead."
        )
    return time
