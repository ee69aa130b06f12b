"""Makes the request of each delivery, and keeps it for as long as its signature is good."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from steppay_mock.delivery.deliver import request_for

if TYPE_CHECKING:
    from steppay_mock.delivery.options import Settings
    from steppay_mock.delivery.receiver import Receiver
    from steppay_mock.delivery.request import Request
    from steppay_mock.ordering.receiver.fresh import FreshStory
    from steppay_mock.payload.event import Event

_FRESH_FOR = 60  # seconds that a signature is used for: receivers refuse what is some minutes old (fact 19)


class Requests:
    """The requests of one exploration.

    Events are called by place, from 0; those of ``given=``, which are delivered before every order, have the places
    below 0. A copy of an event is signed a second later than the one before it, as a resend is (facts 19 and 22): a
    receiver that remembers signature headers must not pass for one that knows duplicates. ``to`` gives the receiver,
    which may be a fresh one each time: its clock signs.
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
        """The places of the events that are delivered before every order."""
        return range(-self._given, 0)

    def event(self, place: int) -> Event:
        """The event at that place, with the ids of this run."""
        return self._events[self._given + place]

    def renew(self, story: FreshStory) -> None:
        """Take the ids of another run."""
        self._events = story.events
        self._kept.clear()

    def make(self, place: int, *, copy: int = 0) -> Request:
        """The request for the event; ``copy`` counts how often it was delivered before."""
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
