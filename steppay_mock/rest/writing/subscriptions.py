"""Cancels, pauses, resumes, renews and changes subscriptions (facts 24, 25 and 46)."""

from __future__ import annotations

from typing import Any

from steppay_mock.rest.shapes.orders import order_made
from steppay_mock.rest.writing.bodies import refuse_field
from steppay_mock.rest.writing.orders import usable_gateway
from steppay_mock.rest.writing.write import DONE, ApiWrite, Data, moment_of

_PENDING = {"PENDING_CANCEL", "PENDING_PAUSE"}


def cancel(write: ApiWrite) -> Data:
    """POST …/cancel."""
    body, store = write.body, write.store
    if body["whenToCancel"] == "SPECIFIC_DATE_TIME":
        store.cancel(write.found, at=moment_of(_needed(body, "when", "SPECIFIC_DATE_TIME"), place="$.when"))
    else:
        store.cancel(write.found, at_period_end=body["whenToCancel"] == "END_OF_PERIOD")
    return DONE


def pause(write: ApiWrite) -> Data:
    """POST …/pause."""
    body = write.body
    until = None
    if body["whenToResume"] == "PAUSED_UNTIL":
        length = _needed(body, "until", "PAUSED_UNTIL")
        until = length["intervalCount"], length["interval"]
    write.store.pause(write.found, at_period_end=body["whenToPause"] == "LAZY", until=until)
    return DONE


def activate(write: ApiWrite) -> Data:
    """POST …/active: ends a pause, or undoes a cancellation or a pause that is pending (assumed of the pause)."""
    store = write.store
    (store.undo if write.found.status in _PENDING else store.resume)(write.found)
    return DONE


def change_payment_method(write: ApiWrite) -> Data:
    """PUT …/payment-method: an order, and the method changes when the buyer has paid it (fact 25)."""
    store = write.store
    gateway = usable_gateway(write.body.get("paymentGateway"))
    store.change_payment_method(write.found, gateway=gateway, pays="later")
    return order_made(write.reading, store.orders[-1])


def change_interval(write: ApiWrite) -> Data:
    """PUT …/interval."""
    write.store.change_interval(write.found, interval=write.body["interval"], count=write.body["intervalCount"])
    return DONE


def move_payment(write: ApiWrite) -> Data:
    """POST …/change-pay-datetime."""
    write.store.move_next_payment(write.found, to=moment_of(write.body["when"], place="$.when"))
    return DONE


def renew(write: ApiWrite) -> Data:
    """POST …/renew."""
    write.store.renew_now(write.found)
    return DONE


def _needed(body: Data, name: str, choice: str) -> Any:
    """A field that one of the choices needs."""
    if name not in body:
        refuse_field(
            f"$.{name}", expected=f"a value, with {choice}", sent=None, next_step=f"Add {name!r}, or choose another."
        )
    return body[name]
