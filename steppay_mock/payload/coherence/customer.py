"""A customer: registered now, or before now."""

from __future__ import annotations

from steppay_mock.contract.catalogue import EventType
from steppay_mock.payload.coherence.fields import Fields


def settle_customer(customer: Fields) -> None:
    """Make the customer one that the event can be about."""
    draw = customer.draw
    if customer.event_type is EventType.CUSTOMER_CREATED:
        customer.put(createdAt=draw.stamp(draw.now))
    else:
        customer.put(createdAt=draw.stamp(draw.past(days=700)))
    if not draw.edge:
        customer.put(
            additionalRecipients=[f"billing@{draw.pool.logins[draw.person]}.example"] if draw.chance(0.3) else []
        )
