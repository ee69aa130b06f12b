"""What does a store remember of what it sells?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from steppay_mock.payload.coherence.fields import Amount
from steppay_mock.store.records.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a product costs, and how often."""

    table: ClassVar = "prices"

    code: str
    product_code: str
    amount: Amount
    billing: str
    """A PriceType: ONE_TIME, FLAT, UNIT_BASED or USAGE_BASED."""
    unit: str | None
    count: int | None
    """The interval of a price that recurs, such as 1 MONTH."""
    setup_fee: Amount
    quota: int | None
    """The usage that each period allows; None where usage is paid for afterwards (fact 26)."""
    membership: int
    """After how many MONTHs a subscription expires; 0: never."""
    words: Words

    @property
    def key(self) -> str:
        """What the price is found by (fact 15)."""
        return self.code

    @property
    def recurs(self) -> bool:
        """Whether it makes a subscription."""
        return self.billing != "ONE_TIME"

    @property
    def is_postpaid(self) -> bool:
        """Whether a period's usage is paid for when the period is over."""
        return self.billing == "USAGE_BASED" and self.quota is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """What is sold."""

    table: ClassVar = "products"

    code: str
    type: str
    name: str
    prices: tuple[Price, ...]
    words: Words

    @property
    def key(self) -> str:
        """What the product is found by (fact 15)."""
        return self.code
