"""Gives new records their ids and codes: plausible ones (facts 11 and 12), each used once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from steppay_mock.errors import SteppayMockError, choices, did_you_mean
from steppay_mock.payload.chance import Chance
from steppay_mock.payload.instants import epoch_millis
from steppay_mock.store.texts import check_letters

KINDS = (
    *("customer", "order", "order_item", "subscription", "subscription_item", "payment", "invoice"),
    *("usage", "usage_entry", "message"),
)
_LARGEST = 2**63 - 1
_LARGEST_FIRST = 2**62  # leaves room for more ids than a store can have
_FIRST = (100_000, 899_999)  # ids seen at StepPay have this size, such as 183682
_SMALLER = {"invoice": (1_000, 89_999), "usage": (1_000, 89_999), "message": (1_000, 89_999)}
_DERIVED = (1_000, 899_999)  # numbers of products and prices seen at StepPay are such as 6878 and 10064
_LARGEST_STEP = 5  # ids have gaps: other merchants take ids too


class Identifiers:
    """The ids and codes of one store. ``first`` sets the first id of some kinds."""

    def __init__(self, chance: Chance, *, first: Mapping[str, int]) -> None:
        for kind, number in first.items():
            if kind not in KINDS:
                raise SteppayMockError(
                    f"first_ids: unknown kind {kind!r}.{did_you_mean(kind, KINDS)} The kinds are {choices(KINDS)}."
                )
            check_id(number, f"the first id of {kind}", most=_LARGEST_FIRST)
        self._chance = chance
        self._next = {kind: chance.between(*_SMALLER.get(kind, _FIRST)) for kind in KINDS} | dict(first)
        self._customers: set[int] = set()
        self._codes: dict[str, set[str]] = {}
        self._derived: dict[str, set[int]] = {}

    def derived(self, kind: str, seed: int) -> int:
        """A number for a record whose webhooks have a code alone. It draws no chance: the same seed gives the same."""
        least, most = _DERIVED
        taken = self._derived.setdefault(kind, set())
        number = least + seed % (most - least + 1)
        while number in taken:
            number += 1
        taken.add(number)
        return number

    def number(self, kind: str) -> int:
        """The next id of that kind."""
        number = self._next[kind]
        if kind == "customer":  # the only ids that a user can choose, so the next one may be used
            while number in self._customers:
                number += 1
            self._customers.add(number)
        self._next[kind] = number + self._chance.between(1, _LARGEST_STEP)
        return number

    def require_free_customer(self, wanted: int | None) -> None:
        """Raise SteppayMockError if a customer has or had this id, or if it cannot be an id. None is always free."""
        if wanted is None:
            return
        check_id(wanted, "the id of this customer")
        if wanted in self._customers:
            raise SteppayMockError(f"The id {wanted} belongs to another customer, or did. Give another id, or none.")

    def require_free_code(self, prefix: str, wanted: str | None) -> None:
        """Raise SteppayMockError if a record of this kind has or had the code. None is always free."""
        if wanted is None:
            return
        if not isinstance(wanted, str) or not wanted:
            raise SteppayMockError(f"{wanted!r} cannot be a code. Give a text such as {prefix}_AbCdEfGhI.")
        check_letters("The code", wanted)
        if wanted in self._codes.get(prefix, ()):
            raise SteppayMockError(
                f"The code {wanted!r} belongs to another {prefix}, or did. Give another code, or none."
            )

    def customer(self, wanted: int | None = None) -> int:
        """The id of a new customer: the wanted one, if it is free."""
        if wanted is None:
            return self.number("customer")
        self.require_free_customer(wanted)
        self._customers.add(wanted)
        return wanted

    def code(self, prefix: str, wanted: str | None = None) -> str:
        """A code such as ``order_15XqwcM1f``, or the wanted one, if it is free."""
        self.require_free_code(prefix, wanted)
        taken = self._codes.setdefault(prefix, set())
        code = wanted
        while code is None or (wanted is None and code in taken):
            code = f"{prefix}_{self._chance.alphanumerics(9)}"
        taken.add(code)
        return code

    def id_key(self, moment: datetime) -> str:
        """An idKey: the milliseconds of the moment, and 16 letters or digits."""
        return f"{epoch_millis(moment):013d}{self._chance.alphanumerics(16)}"


def check_id(number: object, what: str, *, most: int = _LARGEST) -> None:
    """Raise SteppayMockError for a number that a Long cannot hold."""
    if isinstance(number, bool) or not isinstance(number, int) or not 0 < number <= most:
        largest = "2^63 - 1" if most == _LARGEST else "2^62"
        raise SteppayMockError(f"{number!r} cannot be {what}. Give a whole number from 1 to {largest}.")
