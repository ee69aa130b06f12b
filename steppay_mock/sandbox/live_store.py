"""A store that lives: acts change it one by one, are on disk before they are done, and are repeated at a start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from threading import Condition
from typing import TYPE_CHECKING, Any

from steppay_mock.errors import SteppayMockError
from steppay_mock.sandbox.acts import Act, perform
from steppay_mock.sandbox.clock import StoreClock, as_microseconds, from_microseconds

if TYPE_CHECKING:
    from steppay_mock.sandbox.storage import SandboxFile
    from steppay_mock.store.store import Store


class LiveStore:
    """The store of a sandbox, its clock and its acts.

    ``changed`` is notified after each change; its lock guards the store. Who reads more than one thing of the store
    holds it.
    """

    def __init__(self, store: Store, *, clock: StoreClock, file: SandboxFile) -> None:
        self.store = store
        self.clock = clock
        self.changed = Condition()
        self._file = file
        self._is_kept = True
        self._repeat()

    def perform(self, name: str, arguments: Mapping[str, Any]) -> Any:
        """Do an act; what it gives. SteppayMockError if the store refuses it."""
        with self.changed:
            self.catch_up()
            act = Act(name=name, arguments=arguments, at=as_microseconds(self.store.now), events=len(self.store.events))
            self._file.add_act(act)
            try:
                return perform(self.store, name, arguments)
            finally:
                if name in _MOVES_TIME:
                    self._set_clock(self.clock.at(self.store.now))
                self.changed.notify_all()

    def replace(self, store: Store, *, clock: StoreClock, settings: Mapping[str, Any]) -> None:
        """Go on with a new store, without acts. The file gets these settings at the same moment."""
        with self.changed:
            begun = _not_behind(clock, store)
            self._file.begin_again({**settings, CLOCK: begun.as_dict()})
            self.store, self.clock = store, begun
            self.changed.notify_all()

    def catch_up(self) -> None:
        """Let the store's time pass until that of its clock, and do what is due.

        What happened in it is as safe as an act: the file has the time before anybody sees or gets an event of it.
        """
        with self.changed:
            shown, before = self.clock.now(), len(self.store.events)
            if self.clock.speed and shown > self.store.now:
                self.store.advance_to(shown)
                if len(self.store.events) > before:
                    self._is_kept = False
                    self.changed.notify_all()
            if not self._is_kept:  # also what a full disk refused before
                self.keep_clock()

    def change_speed(self, speed: float) -> None:
        """Let the store's time run faster or slower, or stand still."""
        with self.changed:
            self.catch_up()
            self._set_clock(self.clock.at(self.store.now).at_speed(speed))
            self.changed.notify_all()

    def read(self, question: Callable[[Store], Any]) -> Any:
        """What the function reads of the store, while nothing changes it."""
        with self.changed:
            self.catch_up()
            return question(self.store)

    def keep_clock(self) -> None:
        """Write down where the time is, so that the next start goes on from there."""
        with self.changed:
            self._set_clock(self.clock)
            self._is_kept = True

    def _set_clock(self, clock: StoreClock) -> None:
        self.clock = clock
        self._file.set_value(CLOCK, clock.as_dict())

    def _repeat(self) -> None:
        """Do the acts of the file again. An act that was refused is refused again."""
        for act in self._file.acts():
            moment = from_microseconds(act.at)
            if moment > self.store.now:
                self.store.advance_to(moment)
            if len(self.store.events) != act.events or as_microseconds(self.store.now) != act.at:
                raise SteppayMockError(
                    f"The acts of {self._file.path} give another store than before: {act.events} events were there "
                    f"before the act {act.name!r}, and there are {len(self.store.events)} now. Another steppay-mock "
                    "wrote the file: install that one, or name another file."
                )
            with suppress(Exception):  # what failed half-way fails half-way again: the store is the same
                perform(self.store, act.name, act.arguments)
        if self.clock.now() > self.store.now:  # it ran: a clock that stands still now is not ahead of the store either
            self.store.advance_to(self.clock.now())
        self.clock = _not_behind(self.clock, self.store)


def _not_behind(clock: StoreClock, store: Store) -> StoreClock:
    """The clock, or one at the store's time, which a scenario moved, or an act before the process was killed."""
    return clock.at(store.now) if store.now > clock.now() else clock


CLOCK = "clock"
"""The setting of the file that says where the time was."""
_MOVES_TIME = frozenset({"advance", "scenario"})
