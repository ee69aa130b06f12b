"""Rules for a payment: status, gateway and method fit the event and each other, and have the objects that they need.

Facts 14, 29, 30 and 33.
"""

from __future__ import annotations

from decimal import Decimal

from steppay_mock.contract.catalogue import EventType
from steppay_mock.payload.coherence.fields import Fields, money
from steppay_mock.payload.instants import epoch_millis

# The methods of each gateway (fact 30). Those of other gateways are not known.
METHODS_BY_GATEWAY: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("KAKAO", "DANAL", "PAYPLE", "PAYPLE_GLOBAL"), ("CARD", "CARD_BILL")),
    "NICE": ("CARD", "CARD_BILL", "BANK", "VBANK", "CMS_BILL"),
    **dict.fromkeys(("TOSS", "KG", "BLUEWALNUT"), ("CARD", "CARD_BILL", "BANK", "VBANK")),
    "SETTLE": ("CARD", "CARD_BILL", "CMS", "CMS_BILL"),
}

_USUAL_STATUSES: dict[EventType, tuple[str, ...]] = {
    EventType.PAYMENT_COMPLETED: ("COMPLETE",),
    EventType.PAYMENT_FAILED: ("FAILED",),
    EventType.PAYMENT_CANCELED: ("CANCELED", "PARTIAL_CANCELED"),
    EventType.PAYMENT_STANDBY: ("VIRTUAL_BANK_STANDBY", "CMS_STANDBY"),
}

# Documented statuses that no fact ties to an event. Edge cases have them in the event that their name suggests.
_RARE_STATUSES: dict[EventType, tuple[str, ...]] = {
    EventType.PAYMENT_FAILED: ("CANCELED_FAIL",),
    EventType.PAYMENT_CANCELED: ("USER_CANCELED",),
    EventType.PAYMENT_STANDBY: ("STANDBY",),
}

# The methods that can have a waiting status (fact 29).
_METHODS_OF_STATUS = {"VIRTUAL_BANK_STANDBY": ("VBANK",), "CMS_STANDBY": ("CMS_BILL", "CMS")}
_PAYERLESS_SHARE = 0.2  # of the payments: the one delivery that was seen had no payer (fact 7)
_CMS_STATUSES = {
    "CMS_STANDBY": ("WITHDRAW_PENDING", "ACCOUNT_PENDING", "ACCOUNT_SUCCESS"),
    "FAILED": ("WITHDRAW_FAIL", "ACCOUNT_FAIL"),
}


def settle_payment(payment: Fields) -> None:
    """Choose a status that fits the event, then gateway, method and dates that fit the status."""
    draw = payment.draw
    statuses = _USUAL_STATUSES.get(payment.event_type, ()) + (
        _RARE_STATUSES.get(payment.event_type, ()) if draw.edge else ()
    )
    if statuses:
        payment.put(status=draw.walk(_fitting(statuses, payment)))
    _settle_means(payment)
    _settle_blocks(payment)
    _settle_cancel(payment)
    if payment.event_type is EventType.PAYMENT_FAILED:
        payment.need("errorMessage")
        by_card = payment.text("paymentMethod").startswith("CARD")
        if not payment["errorMessage"] or not (draw.edge or by_card):
            payment.put(errorMessage=draw.pick(draw.pool.goods["error-message" if by_card else "bank-error"]))
    else:
        payment.clear("errorMessage")
    payment.put(paymentOnly=draw.chance(0.1))
    if payment["paymentOnly"] is True:  # then both are numbers of the merchant, of any form (fact 14)
        payment.put(orderId=f"shop-{draw.between(1, 99_999):05d}", customerId=f"member-{draw.between(1, 9_999)}")
    if not draw.edge and draw.chance(_PAYERLESS_SHARE):  # an edge case makes it null as often as any other field
        payment.clear("payer")


def _fitting(statuses: tuple[str, ...], payment: Fields) -> list[str]:
    """The statuses that fit the gateway, method and refund that the user fixed; all of them if none fits."""
    fixed = set()
    if payment.is_fixed("paymentGateway"):
        fixed = set(METHODS_BY_GATEWAY.get(payment.text("paymentGateway"), ()))
    if payment.is_fixed("paymentMethod"):
        fixed = {payment.text("paymentMethod")}
    fitting = [one for one in statuses if not fixed or fixed & set(_METHODS_OF_STATUS.get(one, fixed))]
    cancel = payment.within("cancel") if payment.event_type is EventType.PAYMENT_CANCELED else None
    if cancel is not None and cancel.is_fixed("canceledAmount"):
        whole = cancel.amount("canceledAmount") == payment.amount("paidAmount")
        fitting = [one for one in fitting if whole != (one == "PARTIAL_CANCELED")]
    return fitting or list(statuses)


def _settle_means(payment: Fields) -> None:
    """Choose a gateway and a method that fit each other and the status (fact 30)."""
    draw = payment.draw
    wanted = _METHODS_OF_STATUS.get(payment.text("status"))
    if payment.is_fixed("paymentMethod"):
        wanted = (payment.text("paymentMethod"),)
    gateways = [name for name, methods in METHODS_BY_GATEWAY.items() if wanted is None or set(wanted) & set(methods)]
    if gateways and (wanted is not None or not draw.edge):
        payment.put(paymentGateway=draw.walk(gateways))
    offered = METHODS_BY_GATEWAY.get(payment.text("paymentGateway"))
    if offered is not None:
        fitting = [method for method in offered if wanted is None or method in wanted]
        if payment.text("status") == "FAILED":
            fitting = [
                method for method in fitting if method != "VBANK"
            ]  # a virtual account waits for a transfer: nothing is tried that could fail
        payment.put(paymentMethod=draw.pick(fitting or offered))


def _settle_blocks(payment: Fields) -> None:
    draw, method = payment.draw, payment.text("paymentMethod")
    if payment.event_type is EventType.PAYMENT_COMPLETED:
        payment.need("paidAt")
        payment.put(paidAt=draw.stamp(draw.now))
    elif payment.event_type is not EventType.PAYMENT_CANCELED:
        payment.clear("paidAt")
    payment.put(idKey=f"{epoch_millis(payment.moment('paidAt') or draw.now):013d}{str(payment['idKey'])[-16:]}")
    if method == "VBANK":
        payment.need("vBank")
    else:
        payment.clear("vBank")
    agreement = payment.within("niceCms")
    if method not in {"CMS", "CMS_BILL"} or agreement is None:
        payment.clear("niceCms")
        return
    payment.need("niceCms")
    agreement.put(date=payment["paidAt"] or draw.stamp(draw.now))
    states = _CMS_STATUSES.get(payment.text("status"), ("WITHDRAW_SUCCESS",))
    agreement.put(status=draw.pick(states) if draw.edge else states[0])
    if not agreement.text("status").endswith("_FAIL"):
        agreement.clear("errorReturn")


def _settle_cancel(payment: Fields) -> None:
    """What was given back: a part or all of it in payment.canceled, else 0. Every payment has this object (fact 33)."""
    draw, cancel = payment.draw, payment.within("cancel")
    if cancel is None:
        return
    payment.need("cancel")
    if payment.event_type is not EventType.PAYMENT_CANCELED:
        cancel.put(canceledAmount=0)
        if cancel.amount("canceledAmount"):  # the user fixed one: then something was given back
            cancel.put(lastCanceledDate=draw.stamp(draw.now))
        else:
            cancel.clear("lastCanceledDate")
        return
    payment.need("paidAmount", "paidAt")
    partial = payment.text("status") == "PARTIAL_CANCELED"
    fixed = cancel.amount("canceledAmount") if cancel.is_fixed("canceledAmount") else 0
    if partial:
        least = max(100, fixed + 1)  # a smaller amount has no smaller part
        payment.put(paidAmount=money(max(payment.amount("paidAmount"), least)))
    elif fixed:
        payment.put(paidAmount=money(fixed))
    paid = payment.amount("paidAmount")
    part = paid * draw.between(1, 9) // 10 if paid >= 10 else Decimal(paid) / 2
    cancel.put(canceledAmount=money(part if partial else paid), lastCanceledDate=draw.stamp(draw.now))
