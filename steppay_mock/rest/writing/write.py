"""What one call that writes has: its store, the record that its path names, its body; and how it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn, TypeVar

from steppay_mock.errors import SteppayMockError
from steppay_mock.payload.instants import parse_local_date_time
from steppay_mock.rest.absences import nothing_there
from steppay_mock.rest.exchange import Refusal, RefusedCallError
from steppay_mock.rest.paths import ApiPath, Keys
from steppay_mock.rest.query import Query
from steppay_mock.rest.shapes.reading import ApiReading
from steppay_mock.rest.writing.bodies import refuse_field
from steppay_mock.store.actions.all_actions import AllActions
from steppay_mock.store.lifecycle import IllegalAction
from steppay_mock.store.records import Price
from steppay_mock.store.tables import Tables

Data = dict[str, Any]
R = TypeVar("R")

DONE: Data = {"message": "success", "body": None}
"""The answer of a call that gives nothing back but its success. Its words are ours (assumed)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiWrite:
    """One call that writes."""

    stores: tuple[AllActions, ...]
    """The stores of the API, the one added last first."""
    store: AllActions
    """The store that has what the path names; the one added last, if it names nothing."""
    path: ApiPath
    keys: Keys
    """The keys in the path."""
    found: Any
    """The record that the path names; None if it names none."""
    body: Any
    """The body, checked; None if the call has none."""
    query: Query
    missing: int
    """The status for a thing that the body names and that is not there: 404 where StepPay has it, else 400."""

    @property
    def reading(self) -> ApiReading:
        """What the answer is made from: the store as it is now."""
        return self.reading_of(self.store)

    @staticmethod
    def reading_of(store: AllActions) -> ApiReading:
        """What an answer about this store is made from."""
        return ApiReading(store=store, tables=store.tables_at(len(store.events)), now=store.now, is_made=True)

    def owner_of(self, find: Callable[[Tables], R | None]) -> tuple[AllActions, R] | None:
        """What the body names, with its store: of several that have it the one added last."""
        for store in self.stores:
            found = find(store.tables_at(len(store.events)))
            if found is not None:
                return store, found
        return None

    def refuse_path(self) -> NoReturn:
        """Refuse the call because of a key in its path that names nothing: 404."""
        raise RefusedCallError(nothing_there(self.path, self.keys))

    def refuse_missing(self, noun: str, sent: object, *, place: str, hint: str) -> NoReturn:
        """Refuse the call because of something that the body names, and that no store has."""
        message = f"There is no {noun} {sent!r}, which {place} names. {hint}"
        details = {"noun": noun, "path": place}
        refusal = Refusal(status=self.missing, code="NOT_FOUND", message=message, details=details)
        raise RefusedCallError(refusal)

    def price(self, store: AllActions, item: Data, *, place: str) -> Price:
        """The price that ``productCode`` and ``priceCode`` of an item name."""
        code, product = item["priceCode"], item["productCode"]
        price = next((one for one in store.prices if one.code == code), None)
        if price is None:
            hint = "Read the codes with GET /api/v1/products."
            self.refuse_missing("price", code, place=f"{place}.priceCode", hint=hint)
        if price.product_code != product:
            if all(one.code != product for one in store.products):
                hint = "Read the codes with GET /api/v1/products."
                self.refuse_missing("product", product, place=f"{place}.productCode", hint=hint)
            refuse_field(
                f"{place}.productCode",
                expected=f"the code of the product of the price {code}, {price.product_code!r}",
                sent=product,
                next_step="Send a price and its own product.",
            )
        return price


def moment_of(text: str, *, place: str) -> datetime:
    """The LocalDateTime of a body, which is UTC (fact 10)."""
    moment = parse_local_date_time(text)
    if moment is None:
        refuse_field(place, expected="a moment after the year 0", sent=text, next_step="Send a later one.")
    return moment.replace(tzinfo=UTC)


@contextmanager
def refusals_answered() -> Iterator[None]:
    """Within it, what the store refuses becomes a 400: a state that forbids it, or a value that no state allows."""
    try:
        yield
    except IllegalAction as error:
        details: Data = {
            "action": error.action,
            "subject": error.subject,
            "state": error.state,
            "allowed": list(error.allowed),
        }
        refusal = Refusal(status=400, code="ILLEGAL_ACTION", message=str(error), details=details)
        raise RefusedCallError(refusal) from error
    except SteppayMockError as error:
        raise RefusedCallError(Refusal(status=400, code="REFUSED_BY_STORE", message=str(error))) from error
