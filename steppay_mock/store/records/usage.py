"""What does a store remember of what was used?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

Via = Literal["V1", "MANAGER", "SYSTEM", "CUSTOMER"]
"""Who adds usage: a UsageActor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageEntry:
    """One entry of a series: the deltas, and the sums after it."""

    id: int
    quota: int | None
    record: int
    quota_sum: int | None
    record_sum: int
    at: datetime
    via: Via


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """The usage of one item of a subscription in its current period (fact 26)."""

    table: ClassVar = "usage"

    id: int
    item_id: int
    customer_id: int
    entries: tuple[UsageEntry, ...]

    @property
    def key(self) -> int:
        """What the usage is found by: the item that is used."""
        return self.item_id

    @property
    def used(self) -> int:
        """The sum of the records."""
        return self.entries[-1].record_sum

    @property
    def quota(self) -> int | None:
        """The sum of the quotas; None for what is paid for afterwards."""
        return self.entries[-1].quota_sum
