"""``api=``: the StoreApi during a search. Its time follows the deliveries, and it holds one call in an overlap.

A receiver that reads back asks the API for the present state of a thing. At the end of the story the API would answer
with values that no delivered event has yet, and the receiver would pass for right. So before each delivery the API is
set to the moment of the newest event that is delivered by then.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from steppay_mock.ordering.receiver.flight import Overtaking

if TYPE_CHECKING:
    from steppay_mock.ordering.orders.course import Course
    from steppay_mock.payload.event import Event
    from steppay_mock.rest.api import StoreApi

_SHORTEST_HOLD, _LONGEST_HOLD = 0.3, 2.0  # seconds


class ApiTime:
    """Sets the time of the API; without an API (None) it does nothing.

    ``events`` are the events as the store knows them: where a search collapses the seconds of bursts, the store does
    not.
    """

    def __init__(self, api: StoreApi | None, events: Sequence[Event], *, given: Sequence[Event]) -> None:
        self._api = api
        self._events = events
        self._given = given

    def set_to_given(self) -> None:
        """Set it to the last event of ``given=``, before these are delivered."""
        if self._api is not None and self._given:
            self._api.as_of(self._given[-1])

    def set_to_newest(self, course: Course) -> None:
        """Set it to the newest event of the course.

        An API shows what has happened, not what was delivered. So the newest event counts, also if an older one is
        still to come.
        """
        if self._api is not None:
            self._api.as_of(self._events[max(course)])

    def reset(self) -> None:
        """Set it back to the present."""
        if self._api is not None:
            self._api.as_of(None)

    def overtaking(self, course: Course, *, slowest: float, timeout: float) -> Overtaking:
        """A hold of the first call, for a flight that ends with this course.

        A receiver that locks makes the others wait for the held delivery, and they never get their answers. So the
        hold ends after twenty times the ``slowest`` delivery so far, within two limits.
        """
        assert self._api is not None  # noqa: S101 - races are held only with api=
        patience = min(max(_SHORTEST_HOLD, 20 * slowest), _LONGEST_HOLD)
        hold = self._api.hold(timeout=timeout + _LONGEST_HOLD)
        # The held delivery asks the API as of its own event. The others are sent after the time moved on.
        return Overtaking(hold, patience, lambda: self.set_to_newest(course))
