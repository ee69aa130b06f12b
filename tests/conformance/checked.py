"""Checks a receiver of the zoo, as its user would."""

from __future__ import annotations

from typing import Any

from conformance.zoo.shop import SECRET, Shop

from steppay_mock import Clock, Scorecard, check_receiver

TYPES = ("payment.completed", "payment.canceled", "subscription.created", "subscription.updated", "customer.*")
"""The types for which most are registered: with all of them a card takes twice as long, and tells the same."""


PROVED = ("order/", "tie/", "overlap/", "truth/")
"""Families whose checks need searches through orders."""


def no_wait(_seconds: float) -> None:
    """Let no time pass: these receivers work before they answer."""


def card_of(shop: Shop, **options: Any) -> Scorecard:
    """The card of the receiver in this process, with its state; ``receiver`` is an app around it."""
    chosen: dict[str, Any] = {
        "secret": SECRET,
        "state": shop.state,
        "reset": shop.reset,
        "effects": shop.effects,
        "quick": True,
        "clock": Clock(sleep=no_wait),
        **shop.options,
        **options,
    }
    return check_receiver(chosen.pop("receiver", shop), **chosen)


def card_of_flaw(shop: Shop) -> Scorecard:
    """The card with the event types that most use, and with searches where the flaw is one of orders."""
    wanted = {} if shop.options or shop.every_type else {"types": TYPES}
    return card_of(shop, quick=not str(shop.finding).startswith(PROVED), **wanted)


def names(card: Scorecard) -> list[str]:
    """The findings of a card by name."""
    return [one.full_name for one in card.findings]
