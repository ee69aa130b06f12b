"""The gateways and methods of payments, and which of them go together (fact 30)."""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

from steppay_mock.errors import SteppayMockError, choices, did_you_mean
from steppay_mock.payload.coherence.payment import METHODS_BY_GATEWAY

Method = Literal["card", "virtual_account", "cms", "bank"]


class PaymentMethod(NamedTuple):
    """A gateway, the vendor's PaymentMethod, such as CARD_BILL, and the card of a subscription that is charged."""

    gateway: str
    method: str
    card: str | None = None
    """None for a buyer on the hosted page."""


_ONCE = {"card": "CARD", "virtual_account": "VBANK", "cms": "CMS", "bank": "BANK"}
_RECURRING = {"card": "CARD_BILL", "virtual_account": "VBANK", "cms": "CMS_BILL"}
_USUAL = {"CARD": "TOSS", "CARD_BILL": "TOSS", "VBANK": "TOSS", "BANK": "TOSS", "CMS": "SETTLE", "CMS_BILL": "NICE"}


def choose_payment_method(method: str, gateway: str | None, *, recurs: bool) -> PaymentMethod:
    """Gateway and method of a first payment; SteppayMockError if the gateway does not offer the method."""
    if method not in get_args(Method):
        known = get_args(Method)
        raise SteppayMockError(
            f"Unknown method {method!r}.{did_you_mean(method, known)} The methods are {choices(map(repr, known))}."
        )
    wanted = (_RECURRING if recurs else _ONCE).get(method)
    if wanted is None:
        raise SteppayMockError(
            f"A recurring price cannot be paid by {method!r}. Pay by 'card', 'virtual_account' or 'cms'."
        )
    return _offered(wanted, gateway)


def offers(*, recurs: bool, renews: bool) -> dict[Method, tuple[str, ...]]:
    """The methods of a payment, each with the gateways that offer it, the usual one first (fact 30).

    ``renews``: the payment is that of a renewal, or its method is for renewals.
    """
    known = _RECURRING if recurs else _ONCE
    found: dict[Method, tuple[str, ...]] = {}
    for method in get_args(Method):
        wanted = known.get(method)
        if wanted is not None and (wanted.endswith("_BILL") or not renews):
            offering = [name for name, methods in METHODS_BY_GATEWAY.items() if wanted in methods]
            found[method] = tuple(sorted(offering, key=lambda name, usual=_USUAL[wanted]: name != usual))  # type: ignore[misc]
    return found


def renewal_method(first: PaymentMethod) -> PaymentMethod:
    """Gateway and method of the renewals after this first payment: a method that ends in ``_BILL`` (fact 30).

    After a first payment into a virtual account a card pays the renewals (assumed).
    """
    return first if first.method.endswith("_BILL") else _offered("CARD_BILL", first.gateway)


def _offered(method: str, gateway: str | None) -> PaymentMethod:
    if gateway is None:
        return PaymentMethod(_USUAL[method], method)
    offering = [name for name, methods in METHODS_BY_GATEWAY.items() if method in methods]
    if not isinstance(gateway, str) or gateway not in METHODS_BY_GATEWAY:
        raise SteppayMockError(
            f"Unknown gateway {gateway!r}.{did_you_mean(gateway, METHODS_BY_GATEWAY)} The gateways with documented "
            f"methods (fact 30) are {choices(METHODS_BY_GATEWAY)}."
        )
    if method not in METHODS_BY_GATEWAY[gateway]:
        raise SteppayMockError(f"{gateway} does not offer {method} (fact 30). Gateways that do: {', '.join(offering)}.")
    return PaymentMethod(gateway, method)
