"""Makes the signed request of each delivery, and reuses it while its signature is fresh.

A search makes thousands of deliveries of a few events. Signing and rendering each of them again would cost more than
the receiver's own work.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from steppay_mock.delivery.deliver import request_for

if TYPE_CHECKING:
    from steppay_mock.delivery.options.settings import Settings
    from steppay_mock.delivery.receiver import Receiver
    from steppay_mock.delivery.request import Request
    from steppay_mock.ordering.receiver.fresh_ids import RenamedEvents
    from steppay_mock.payload.event import Event

_FRESH_FOR = 60  # seconds that a signature is reused: receivers refuse one that is minutes old (fact 19)


class SignedRequests:
    """The requests of one exploration.

    Events are named by their places, from 0. Those of ``given=``, which are delivered before every order, have negative
    places. ``to`` returns the present receiver, whose clock signs: a factory makes another one for each order.

    A repeat is signed one second later than the copy before it, as a resend is (facts 19 and 22). With equal headers, a
    receiver that only remembers signatures would pass for one that recognises duplicates, and fail in production.
    """

    def __init__(
        self, events: Sequence[Event], given: Sequence[Event], settings: Settings, *, to: Callable[[], Receiver]
    ) -> None:
        self._to = to
        self._events = (*given, *events)
        self._given = len(given)
        self._settings = settings
        self._kept: dict[tuple[int, int], Request] = {}
        self._signed_at = -float("inf")

    @property
    def given(self) -> range:
        """The places of the events of ``given=``."""
        return range(-self._given, 0)

    def event(self, place: int) -> Event:
        """The event at this place, with the ids of this run."""
        return self._events[self._given + place]

    def renew(self, renamed: RenamedEvents) -> None:
        """Use the events of another run, with their new ids."""
        self._events = renamed.events
        self._kept.clear()

    def make(self, place: int, *, copy: int = 0) -> Request:
        """The request of an event; ``copy`` is the number of its deliveries before this one."""
        settings = self._settings.toward(self._to())
        now = settings.now()
        if not 0 <= now - self._signed_at < _FRESH_FOR:
            self._kept.clear()
            self._signed_at = now
        request = self._kept.get((place, copy))
        if request is None:
            position = self._given + place + copy * len(self._events)
            request = request_for(self.event(place), settings, position=position, later=copy)
            self._kept[place, copy] = request
        return request
