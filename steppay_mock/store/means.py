"""By which gateway and method is something paid? Those that go together (fact 30)."""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

from steppay_mock.errors import SteppayMockError, choices, did_you_mean
from steppay_mock.payload.coherence.payment import METHODS_BY_GATEWAY

Method = Literal["card", "virtual_account", "cms", "bank"]


class Means(NamedTuple):
    """A gateway and a PaymentMethod."""

    gateway: str
    method: str


_ONCE = {"card": "CARD", "virtual_account": "VBANK", "cms": "CMS", "bank": "BANK"}
_RECURRING = {"card": "CARD_BILL", "virtual_account": "VBANK", "cms": "CMS_BILL"}
_USUAL = {"CARD": "TOSS", "CARD_BILL": "TOSS", "VBANK": "TOSS", "BANK": "TOSS", "CMS": "SETTLE", "CMS_BILL": "NICE"}


def choose_means(method: str, gateway: str | None, *, recurs: bool) -> Means:
    """The means of a first payment; SteppayMockError for a pair that no gateway offers."""
    if method not in get_args(Method):
        known = get_args(Method)
        raise SteppayMockError(
            f"There is no method {method!r}.{did_you_mean(method, known)} Methods are {choices(map(repr, known))}."
        )
    wanted = (_RECURRING if recurs else _ONCE).get(method)
    if wanted is None:
        raise SteppayMockError(f"What recurs cannot be paid by {method!r}. Pay by 'card', 'virtual_account' or 'cms'.")
    return _offered(wanted, gateway)


def means_of_renewals(first: Means) -> Means:
    """How what recurs is paid from then on: by a method that ends in ``_BILL`` (fact 30).

    Who pays first into a virtual account leaves a card for later (assumed).
    """
    return first if first.method.endswith("_BILL") else _offered("CARD_BILL", first.gateway)


def _offered(method: str, gateway: str | None) -> Means:
    if gateway is None:
        return Means(_USUAL[method], method)
    offering = [name for name, methods in METHODS_BY_GATEWAY.items() if method in methods]
    if not isinstance(gateway, str) or gateway not in METHODS_BY_GATEWAY:
        raise SteppayMockError(
            f"There is no gateway {gateway!r} of which the methods are known."
            f"{did_you_mean(gateway, METHODS_BY_GATEWAY)} They are known of {choices(METHODS_BY_GATEWAY)} (fact 30)."
        )
    if method not in METHODS_BY_GATEWAY[gateway]:
        raise SteppayMockError(f"{gateway} does not offer {method} (fact 30). Those that do: {', '.join(offering)}.")
    return Means(gateway, method)
