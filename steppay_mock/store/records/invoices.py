"""What does a store remember of a bill?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from steppay_mock.payload.coherence.fields import Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """A bill that the merchant sends."""

    table: ClassVar = "invoices"

    id: int
    status: str
    order_id: int
    order_code: str
    customer_id: int
    channels: tuple[str, ...]
    deadline: datetime
    discount: Amount
    memo: str | None
    reserved_at: datetime | None = None
    deleted_at: datetime | None = None

    @property
    def key(self) -> int:
        """What the invoice is found by."""
        return self.id
