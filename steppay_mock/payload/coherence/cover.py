"""A StepCover message: its type by event, its step, and the next attempt (fact 28)."""

from __future__ import annotations

from steppay_mock.contract.catalogue import EventType
from steppay_mock.payload.coherence.fields import Fields

_MESSAGE_TYPES = {
    EventType.COVER_SENT_MESSAGE: "REMIND",
    EventType.COVER_DELAYED_MESSAGE: "REMIND",
    EventType.COVER_CHANGED_PAYMENT_DATE: "DATE_CHANGED",
    EventType.COVER_PAUSED: "PAUSED",
}
_LAST_STEP = 4


def settle_cover(cover: Fields) -> None:
    """Make the message one that the event can be about."""
    if cover.event_type in _MESSAGE_TYPES:
        cover.need("messageType")
        cover.put(messageType=_MESSAGE_TYPES[cover.event_type])
    cover.put(messageSentStep=cover.draw.between(1, _LAST_STEP))
    if not cover.draw.edge:
        cover.put(nextRetryDatetime=cover.draw.stamp(cover.draw.future(days=5)))
    if cover.event_type is EventType.COVER_PAUSED:
        cover.put(messageSentStep=_LAST_STEP)
        cover.clear("nextRetryDatetime")
    elif cover.event_type is EventType.COVER_CHANGED_PAYMENT_DATE:
        cover.need("nextRetryDatetime")
