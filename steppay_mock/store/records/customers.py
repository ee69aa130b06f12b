"""What does a store remember of a customer?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from steppay_mock.store.records.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Who buys."""

    table: ClassVar = "customers"

    id: int
    code: str
    words: Words

    @property
    def key(self) -> int:
        """What the customer is found by."""
        return self.id
