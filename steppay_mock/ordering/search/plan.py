"""The plan of a proof: what it costs in deliveries, whether the budget has that, and which orders it follows."""

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

_MOST_FREE = 14  # events: where every order is allowed, more are out of every budget, even for a right receiver
_MOST_WAYS = 1_000_000  # that are counted where disorder is bounded: they take some hundred megabytes
_LEAST = 40  # courses that may be delivered beyond the search, however small the budget is


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
    """The deliveries that are always allowed beyond the search of so many events."""
    return _LEAST * count


def budget_beyond(budget: int, *, count: int) -> int:
    """The deliveries that may be made beyond the search: what is found is made smaller, or events are lost."""
    return max(budget // 2, least_beyond(count))


class ProofPlan:
    """What it takes to prove a receiver whose state depends on what was delivered, and not on the order.

    Where states can be put back (``can_restore``) that is one delivery for each edge between the sets of delivered
    events. Else it is the length of the story times the fewest orders that go each edge. Late duplicates cost one
    delivery each beside that.
    """

    def __init__(self, bound: Bound, *, duplicates: bool, can_restore: bool, budget: int) -> None:
        self.bound = bound
        self._duplicates = duplicates
        self._can_restore = can_restore
        self._budget = budget

    @property
    def fits(self) -> bool:
        """Whether the budget has it."""
        return self.price <= self._budget

    @cached_property
    def price(self) -> float:
        """The deliveries; infinite where they are far beyond the budget, so that nobody counts them."""
        census = self._census
        if census is None:
            return inf
        if self._can_restore:
            return census.edges + census.copies
        least = self.bound.count * census.widest + census.copies
        if least > self._budget or self._chains is None:
            return least
        return self.bound.count * len(self._chains) + census.copies

    @property
    def orders(self) -> int:
        """How many orders are proved by it."""
        return 0 if self._census is None else self._census.orders

    def chains(self) -> Iterable[Course]:
        """Orders that go each edge, as few as can be: the one in which things happened, then far ones."""
        return self._chains or covering_chains(self.bound.count)

    @cached_property
    def _census(self) -> Ideals | FullLattice | None:
        bound = self.bound
        if bound.restricts:
            return find_ideals(bound, duplicates=self._duplicates, most=min(self._budget, _MOST_WAYS))
        return FullLattice(bound.count, self._duplicates) if bound.count <= _MOST_FREE else None

    @cached_property
    def _chains(self) -> Chains | None:
        return Chains(self._census) if isinstance(self._census, Ideals) else None


def _time_of(event: Event) -> float:
    time = event.payload.get("timestamp")
    if isinstance(time, bool) or not isinstance(time, int | float) or not isfinite(time):
        raise SteppayMockError(
            f"{option('late_by')} needs the time of each event, and one has timestamp {time!r}. Take "
            f"{option('distance')}."
        )
    return time
