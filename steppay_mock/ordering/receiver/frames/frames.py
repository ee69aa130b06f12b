"""All frames of one exploration. It loads no library: it looks only at those that the test or the receiver has loaded.

A frame is what a test puts around a receiver and what production does not have: a transaction that never commits, tasks
that run at once. The state after a delivery is then not the state that production would have.
"""

from __future__ import annotations

import sys
from typing import Protocol

from steppay_mock.ordering.receiver.frames.celery import CeleryFrame
from steppay_mock.ordering.receiver.frames.django import DjangoFrame
from steppay_mock.ordering.receiver.frames.sqlalchemy import SqlalchemyFrame

_LIBRARIES = ("django.db", "celery", "kombu", "sqlalchemy.orm")


class Frame(Protocol):
    """What one library puts around a receiver, watched from before a delivery until after it."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What the report has to say of it, in sentences."""

    def before(self, *, at_once: bool) -> None:
        """Begin to watch; ``at_once``: several deliveries are in flight."""

    def after(self) -> Exception | None:
        """Do what the frame put off; the exception that this raised. SteppayMockError where it cannot be done."""

    def abandon(self) -> None:
        """Stop watching; nothing is done."""


class Frames:
    """Watches the deliveries to a receiver.

    ``before()`` comes before a delivery and ``after()`` follows it, in one thread. Where the delivery did not come to
    its end, ``abandon()`` takes the place of ``after()``.
    """

    def __init__(self) -> None:
        self._django = DjangoFrame()
        self._frames: tuple[Frame, ...] = (self._django, CeleryFrame(), SqlalchemyFrame())
        self._watching: tuple[Frame, ...] = ()

    @property
    def are_possible(self) -> bool:
        """Whether a library that can put a frame around the receiver is loaded; asked at each delivery, so quickly."""
        return any(map(sys.modules.__contains__, _LIBRARIES))

    @property
    def notes(self) -> tuple[str, ...]:
        """What was noticed so far: sentences for the report, none of them twice."""
        return tuple(note for frame in self._frames for note in frame.notes)

    def before(self, *, at_once: bool = False, in_process: bool = True) -> None:
        """Begin to watch a delivery, or several that are in flight at once.

        A receiver that is not ``in_process`` has a URL, which may be that of Django's live server, in this process.
        """
        self._watching = self._frames if in_process else (self._django,)
        for frame in self._watching:
            frame.before(at_once=at_once)

    def after(self) -> Exception | None:
        """Do what the test's frame put off in this delivery, and give the first exception that this raised.

        SteppayMockError where the frame hides what cannot be made up for: it names the fixture to use.
        """
        try:
            raised = [frame.after() for frame in self._watching]
        finally:
            self.abandon()
        return next((error for error in raised if error is not None), None)

    def abandon(self) -> None:
        """Stop watching a delivery that did not come to its end."""
        for frame in self._watching:
            frame.abandon()
