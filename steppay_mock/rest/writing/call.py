"""A call that writes, as its table has it, and how it is answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from steppay_mock.rest.absences import no_number, nothing_there
from steppay_mock.rest.exchange import ApiAnswer, ApiRequest, RefusedCallError, success
from steppay_mock.rest.paths import ApiPath, Keys
from steppay_mock.rest.query import WrongQueryError, read_query
from steppay_mock.rest.writing.bodies import BodyType, read_body
from steppay_mock.rest.writing.write import ApiWrite, refusals_answered
from steppay_mock.store.actions.all_actions import AllActions
from steppay_mock.store.base import StoreBase
from steppay_mock.store.tables import Tables


@dataclass(frozen=True, kw_only=True)
class WritingCall(ApiPath):
    """A call that writes."""

    method: str
    act: Callable[[ApiWrite], Any]
    """Does it, and gives the object of the answer."""
    status: int = 200
    body: BodyType | None = None
    find: Callable[[Tables, Keys], Any] | None = None
    """Finds the record that the path names; None: it names none."""
    missing: int = 404
    """The status for a thing that the body names and that is not there."""


@dataclass(frozen=True, slots=True)
class WriteTarget:
    """A call that writes, and the keys in its path."""

    call: WritingCall
    keys: Keys

    def answer(self, request: ApiRequest, stores: Sequence[StoreBase], notes: list[str]) -> ApiAnswer:
        """Write, and answer; RefusedCallError if nothing is written."""
        call = self.call
        newest_first = tuple(one for one in reversed(stores) if isinstance(one, AllActions))
        store, found = self._found(newest_first)
        body = None if call.body is None else read_body(request, call.body, notes)
        write = ApiWrite(
            stores=newest_first,
            store=store,
            path=call,
            keys=self.keys,
            found=found,
            body=body,
            query=read_query(request.query),
            missing=call.missing,
        )
        with refusals_answered():
            try:
                return success(call.act(write), call.status)
            except WrongQueryError as error:
                raise RefusedCallError(error.refusal) from None

    def _found(self, stores: Sequence[AllActions]) -> tuple[AllActions, Any]:
        """The store that has what the path names, and that; the store added last, if it names nothing."""
        call = self.call
        if call.find is None:
            return stores[0], None
        wrong = call.wrong_number_in(self.keys)
        if wrong is not None:
            raise RefusedCallError(no_number(call, self.keys, wrong))
        for store in stores:
            found = call.find(store.tables_at(len(store.events)), self.keys)
            if found is not None:
                return store, found
        raise RefusedCallError(nothing_there(call, self.keys))
