"""Records of customers, products and prices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from steppay_mock.payload.coherence.fields import Amount
from steppay_mock.store.usage_table import UsageTable

Words = Mapping[str, Any]
"""The webhook fields that the store does not compute with, as the payload factory made them."""

MarketingChannel = Literal["SMS", "EMAIL", "KAKAO"]
"""A way of advertising."""

Key = int | str
"""The id or code that identifies a record (fact 15)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A customer."""

    table: ClassVar = "customers"

    id: int
    code: str
    words: Words
    marketing: tuple[MarketingChannel, ...] = ()
    """The ways by which the customer takes advertising. The REST API has them, no webhook does."""

    @property
    def key(self) -> int:
        """The id."""
        return self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """A price of a product, and how often it is charged."""

    table: ClassVar = "prices"

    id: int
    """The number that the REST API has (fact 38); no webhook has it."""
    code: str
    product_code: str
    amount: Amount
    billing: str
    """A PriceType: ONE_TIME, FLAT, UNIT_BASED or USAGE_BASED."""
    unit: str | None
    count: int | None
    """The interval of a recurring price, such as 1 MONTH."""
    setup_fee: Amount
    setup_type: str
    """When the fee is paid (fact 50): INITIALLY once, PERIODIC at each renewal too."""
    quota: int | None
    """The usage allowed in each period; None for seats, and for usage that is paid at the end of the period."""
    is_postpaid: bool
    """Whether usage is paid at the end of the period (fact 26)."""
    membership: int
    """The subscription expires after this number of months; 0: never."""
    renewals: int = 0
    """The subscription expires after this number of renewals; 0: never."""
    billing_day: int | None = None
    """The day of the month on which periods end; None: they are counted from the first payment."""
    provide_start_day: int | None = None
    """The day of the month on which the provision starts. It changes no date (assumed)."""
    usage_table: UsageTable | None = None
    """The prices of usage by range (fact 47). None: each unit costs the amount."""
    trial_days: int = 0
    """The days of the free trial, which is that of the product (fact 49)."""
    words: Words

    @property
    def key(self) -> str:
        """The code (fact 15)."""
        return self.code

    @property
    def recurs(self) -> bool:
        """Whether buying it starts a subscription."""
        return self.billing != "ONE_TIME"

    @property
    def is_metered(self) -> bool:
        """Whether usage is counted."""
        return self.billing in {"USAGE_BASED", "UNIT_BASED"}

    @property
    def counts_seats(self) -> bool:
        """Whether its usage is a number of seats, which goes on from period to period (fact 26)."""
        return self.billing == "UNIT_BASED"

    @property
    def amount_in_advance(self) -> Amount:
        """What one of it costs before a period: nothing if it is postpaid, its quota if it is prepaid (fact 26)."""
        if self.is_postpaid:
            return 0
        return self.amount if self.usage_table is None or self.quota is None else self.usage_table.cost(self.quota)

    def amount_of_usage(self, used: int) -> Amount:
        """What usage costs after a period."""
        return self.amount * used if self.usage_table is None else self.usage_table.cost(used)


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A product and its prices."""

    table: ClassVar = "products"

    id: int
    """The number that the REST API has (fact 38); no webhook has it."""
    code: str
    type: str
    name: str
    prices: tuple[Price, ...]
    words: Words

    @property
    def key(self) -> str:
        """The code (fact 15)."""
        return self.code

    @property
    def trial_days(self) -> int:
        """The days of the free trial of its prices that recur (fact 49)."""
        return self.words["demoPeriod"] if self.words["enabledDemo"] else 0

    @property
    def status(self) -> str:
        """A ProductStatus. Only a product on SALE can be ordered (fact 49)."""
        return str(self.words["status"])

    @property
    def stock(self) -> int | None:
        """How many there are; None: it has no limit."""
        return self.words["quantity"]  # type: ignore[no-any-return]
