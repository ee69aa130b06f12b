"""What does a StepCover message say?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A StepCover message (fact 28). Nothing is kept of it but the event."""

    table: ClassVar = "messages"

    id: int
    customer_id: int
    order_id: int
    subscription_id: int
    type: str
    step: int
    retry_at: datetime | None

    @property
    def key(self) -> int:
        """The message's own number."""
        return self.id
