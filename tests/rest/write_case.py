"""A case of a call that writes: what is there before it, its path and body, and the events that follow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rest.api_client import Told, ask

from steppay_mock import Store, StoreApi
from steppay_mock.rest.writing.call import WritingCall
from steppay_mock.rest.writing.calls import WRITES


@dataclass(frozen=True)
class Sent:
    path: str
    body: Any = None


@dataclass(frozen=True)
class WriteCase:
    name: str
    """The method and the template of the call, and what is special about the case."""
    prepare: Callable[[Store], Sent]
    """Makes what must be there, and gives the path and the body."""
    events: tuple[str, ...]

    @property
    def call(self) -> WritingCall:
        method, template = self.name.split()[:2]
        return next(one for one in WRITES if (one.method, one.template) == (method, template))

    def played(self, *, seed: int = 7) -> Played:
        store = Store(seed=seed)
        sent = self.prepare(store)
        return Played(self, store, StoreApi(store, writable=True), sent, len(store.events))


@dataclass(frozen=True)
class Played:
    """The case in a store of its own."""

    case: WriteCase
    store: Store
    api: StoreApi
    sent: Sent
    before: int

    def write(self, body: Any = None) -> Told:
        return ask(
            self.api, self.sent.path, method=self.case.call.method, body=self.sent.body if body is None else body
        )

    @property
    def new_events(self) -> tuple[str, ...]:
        return tuple(event.type for event in self.store.events[self.before :])
