"""How pages write amounts and moments."""

from __future__ import annotations

from datetime import UTC, datetime

from steppay_mock.payload.coherence.fields import Amount


def shown_amount(amount: Amount, currency: str) -> str:
    """An amount as people read it, such as ``9,900 KRW``."""
    return f"{amount:,} {currency}"


def shown_moment(moment: datetime) -> str:
    """A moment of the store, which is UTC, such as ``2025-01-15 03:00 UTC``."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def shown_local(seconds: float) -> str:
    """A moment of this machine as the portal writes it: local time, ``2025-01-15 12:00:00`` (fact 53)."""
    return f"{datetime.fromtimestamp(seconds, UTC).astimezone():%Y-%m-%d %H:%M:%S}"


def shown_utc(seconds: float) -> str:
    """A moment for programs; nothing for one beyond the years that there are, which a signature may have."""
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    except (ValueError, OverflowError, OSError):
        return ""


def shown_milliseconds(seconds: float | None) -> str:
    """A time that passed, in milliseconds; nothing if it is not known."""
    return "" if seconds is None else f"{seconds * 1000:,.1f}"
