"""Which number or code does the next thing get? Plausible ones (facts 11 and 12), none of them twice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from steppay_mock.errors import SteppayMockError, choices, did_you_mean
from steppay_mock.payload.chance import Chance
from steppay_mock.payload.instants import epoch_millis

KINDS = (
    *("customer", "order", "order_item", "subscription", "subscription_item", "payment", "invoice"),
    *("usage", "usage_entry", "message"),
)
_LARGEST = 2**63 - 1
_LARGEST_FIRST = 2**62  # so that they never run out
_FIRST = (100_000, 899_999)  # of the size of those seen, such as 183682
_SMALLER = {"invoice": (1_000, 89_999), "usage": (1_000, 89_999), "message": (1_000, 89_999)}
_LARGEST_STEP = 5  # other merchants take numbers too


class Identifiers:
    """The numbers and codes of one store; ``first`` fixes where a kind of them begins."""

    def __init__(self, chance: Chance, *, first: Mapping[str, int]) -> None:
        for kind, number in first.items():
            if kind not in KINDS:
                raise SteppayMockError(
                    f"There are no ids of {kind!r}.{did_you_mean(kind, KINDS)} There are those of {choices(KINDS)}."
                )
            check_id(number, f"the first id of {kind}", most=_LARGEST_FIRST)
        self._chance = chance
        self._next = {kind: chance.between(*_SMALLER.get(kind, _FIRST)) for kind in KINDS} | dict(first)
        self._customers: set[int] = set()
        self._codes: dict[str, set[str]] = {}

    def number(self, kind: str) -> int:
        """The next number of that kind."""
        number = self._next[kind]
        if kind == "customer":  # the only ones that can be wished for
            while number in self._customers:
                number += 1
            self._customers.add(number)
        self._next[kind] = number + self._chance.between(1, _LARGEST_STEP)
        return number

    def require_free_customer(self, wanted: int | None) -> None:
        """Refuse an id for a customer that cannot be, or that a customer has or had. None: any will do."""
        if wanted is None:
            return
        check_id(wanted, "the id of this customer")
        if wanted in self._customers:
            raise SteppayMockError(f"There is a customer {wanted} already. Give another id, or none.")

    def require_free_code(self, prefix: str, wanted: str | None) -> None:
        """Refuse a code that cannot be, or that something of this kind has or had. None: any will do."""
        if wanted is None:
            return
        if not isinstance(wanted, str) or not wanted:
            raise SteppayMockError(f"A code is a text, not {wanted!r}. Write it like {prefix}_AbCdEfGhI.")
        if wanted in self._codes.get(prefix, ()):
            raise SteppayMockError(f"There is a {prefix} with the code {wanted!r} already. Give another, or none.")

    def customer(self, wanted: int | None = None) -> int:
        """The number of a new customer: that very one, if nobody has it."""
        if wanted is None:
            return self.number("customer")
        self.require_free_customer(wanted)
        self._customers.add(wanted)
        return wanted

    def code(self, prefix: str, wanted: str | None = None) -> str:
        """A code such as ``order_15XqwcM1f``, or the wanted one, if nothing has it."""
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
    """Refuse what no Long can be."""
    if isinstance(number, bool) or not isinstance(number, int) or not 0 < number <= most:
        largest = "2^63 - 1" if most == _LARGEST else "2^62"
        raise SteppayMockError(f"{number!r} cannot be {what}. Give a whole number from 1 to {largest}.")
