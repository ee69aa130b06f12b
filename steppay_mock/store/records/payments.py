"""What does a store remember of a payment, or of the attempt at one?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from steppay_mock.payload.coherence.fields import Amount
from steppay_mock.store.records.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualAccount:
    """An account that waits for one payment (fact 29)."""

    bank_code: str
    bank_name: str
    number: str
    holder: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Debit:
    """An agreement to debit an account (fact 29)."""

    company: str
    manager: str
    registration: str
    holder: str
    bank_code: str
    account: str
    at: datetime
    status: str
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """A payment, or the attempt at one."""

    table: ClassVar = "payments"

    id: int
    id_key: str
    order_id: int
    customer_id: int
    payer: Words
    product_name: str
    amount: Amount
    status: str
    gateway: str
    method: str
    paid_at: datetime | None = None
    error: str | None = None
    canceled: Amount = 0
    canceled_at: datetime | None = None
    account: VirtualAccount | None = None
    debit: Debit | None = None

    @property
    def key(self) -> int:
        """What the payment is found by."""
        return self.id
