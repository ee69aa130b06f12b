"""What the events of an order say: how it is made, paid, refused by a bank, and given back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from store.action_burst import (
    ANY_ID,
    ANY_TEXT,
    FIRST_LINE_CODE,
    FIRST_LINE_ID,
    NOW,
    Data,
    Like,
    after,
    exact,
    id_key_of,
    millis_of,
)
from store.action_scene import Scene
from store.usage_costs import cost_in_advance

from steppay_mock.store.records import Basket, Price

OF_ORDERS = Like("order_[0-9A-Za-z]{9}")


def line_of(scene: Scene, price: Price, *, quantity: int, amount: Any, trial_days: int = 0) -> Data:
    """The line of something that is sold."""
    product = scene.known.tables["products"][price.product_code]
    return {
        **_line(scene, "SKU", quantity=quantity, amount=amount, product=product, price=price),
        "priceCode": price.code,
        "productCode": price.product_code,
        "featuredImageUrl": product["featuredImageUrl"],
        "demoCycle": {"num": trial_days, "type": "DAY"} if trial_days else None,
        "minimumQuantity": 1,
    }


def line_beside(scene: Scene, kind: str, price: Price, amount: Any, *, setup: str = "INITIALLY") -> Data:
    """The line of a fee, discount, tax, shipping or difference, which belongs to the first one (facts 31 and 50)."""
    product = scene.known.tables["products"][price.product_code]
    return {
        **_line(
            scene,
            kind,
            quantity=1,
            amount=-exact(amount) if kind == "DISCOUNT" else amount,
            product=product,
            price=price,
        ),
        "discountName": ANY_TEXT if kind == "DISCOUNT" else None,
        "priceSetupType": setup if kind == "FEE" else None,
        "relatedOrderItemId": FIRST_LINE_ID,
        "parentOrderItemCode": FIRST_LINE_CODE,
    }


def _line(scene: Scene, kind: str, *, quantity: int, amount: Any, product: Data, price: Price) -> Data:
    plan = price.words["plan"]  # the name that it had when it was bought
    nothing = ("canceledDateTime", "priceCode", "productCode", "featuredImageUrl", "selectedProductOptionLabel")
    more = ("discountName", "relatedOrderItemId", "priceSetupType", "demoCycle", "minimumQuantity")
    return {
        **dict.fromkeys((*nothing, *more, "parentOrderItemCode")),
        "id": ANY_ID,
        "code": Like("order_item_[0-9A-Za-z]{9}"),
        "type": kind,
        "status": "CREATED",
        "createdAt": NOW,
        "modifiedAt": NOW,
        "paidAmount": exact(amount),
        "currency": scene.store.currency,
        "quantity": quantity,
        "productType": product["type"],
        "productName": product["name"],
        "planName": plan["name"] if plan else price.code,
        "selectedProductOptionIds": [],
    }


def created(
    scene: Scene,
    kind: str,
    lines: list[Data],
    *,
    customer: int,
    days: int | None = 7,
    due: str | None = None,
    deadline: str | None = None,
    subscriptions: list[int] | None = None,
    invoice: int | None = None,
) -> Data:
    """order.created. Without ``days`` it waits for the buyer's choice (fact 42)."""
    until = due if due or days is None else after(days=days)
    total = sum(line["paidAmount"] for line in lines)
    off = sum((line["paidAmount"] for line in lines if line["type"] == "DISCOUNT"), Decimal(0))
    ships = any(line["type"] == "SHIPPING" or line["productType"] == "BOX" for line in lines)
    return scene.burst.expect(
        "order.created",
        {
            "id": ANY_ID,
            "code": OF_ORDERS,
            "type": kind,
            "paidAmount": total,
            "returnedAmount": Decimal(0),
            "leftAmount": total,
            "discountedAmount": -off,
            "productName": lines[0]["productName"],
            "paymentDate": None,
            "paymentDueDate": until,
            "purchaseDeadline": deadline or until,
            "createdAt": NOW,
            "modifiedAt": NOW,
            "idKey": id_key_of,
            "customerId": customer,
            "shipping": scene.known.tables["customers"][customer]["shipping"] if ships else None,
            "items": lines,
            "subscriptions": subscriptions,
            "invoiceId": invoice,
        },
        at="createdAt",
    )


def chosen(scene: Scene, number: int, basket: Basket) -> Data:
    """The order with what the buyer chose, which the next event of it tells (fact 42)."""
    order = scene.known.tables["orders"][number]
    lines = [
        {**line, "quantity": basket.quantity, "paidAmount": first_amount(scene, price, basket)}
        for line, price in zip(order["items"], basket.prices, strict=True)
    ]
    beside = [line_beside(scene, kind, basket.prices[0], amount) for kind, amount in basket.beside]
    if basket.periodic_fee:
        beside.insert(0, line_beside(scene, "FEE", basket.prices[0], basket.periodic_fee, setup="PERIODIC"))
    name = order["items"][0]["productName"]  # which the product had when it was ordered
    lines += [{**line, "productName": name, "createdAt": ANY_TEXT} for line in beside]
    total = sum((exact(line["paidAmount"]) for line in lines), Decimal(0))
    due = (datetime.fromisoformat(order["createdAt"]) + timedelta(days=7)).isoformat()
    ships = any(line["type"] == "SHIPPING" or line["productType"] == "BOX" for line in lines)
    return {
        **order,
        "items": lines,
        "paidAmount": total,
        "leftAmount": total,
        "discountedAmount": sum((exact(amount) for kind, amount in basket.beside if kind == "DISCOUNT"), Decimal(0)),
        "paymentDueDate": due,
        "purchaseDeadline": order["purchaseDeadline"] or due,
        "shipping": scene.known.tables["customers"][order["customerId"]]["shipping"] if ships else None,
    }


def first_amount(scene: Scene, price: Price, basket: Basket) -> Decimal:
    """0 in a trial, and where usage is paid afterwards."""
    free = basket.pays_for is not None or basket.trial_of(price) > 0
    return Decimal(0) if free else cost_in_advance(scene, price) * basket.quantity


def cost_of(scene: Scene, basket: Basket) -> Decimal:
    beside = sum((exact(-amount if kind == "DISCOUNT" else amount) for kind, amount in basket.beside), Decimal(0))
    return sum((first_amount(scene, price, basket) for price in basket.prices), beside + exact(basket.periodic_fee))


def updated(scene: Scene, number: int, *, status: str | None = None, canceled: bool = False, **changes: Any) -> Data:
    """order.updated: all lines get the status, and the moment of it."""
    if status is not None:
        moments: Data = {"status": status, "modifiedAt": NOW} | ({"canceledDateTime": NOW} if canceled else {})
        changes["items"] = [{**line, **moments} for line in scene.known.tables["orders"][number]["items"]]
    return scene.burst.change("order.updated", "orders", number, at="modifiedAt", modifiedAt=NOW, **changes)


def attempted(scene: Scene, order: Data, event_type: str, status: str, means: tuple[set[str], str]) -> Data:
    """The event of a new payment: completed, failed or on standby."""
    gateways, method = means
    customer = scene.known.tables["customers"][order["customerId"]]
    days = scene.assumed.virtual_account_days
    error = ANY_TEXT if status == "FAILED" else None
    account = {
        "bankCode": Like(r"\d{3}"),
        **dict.fromkeys(("bankName", "accountName"), ANY_TEXT),
        "accountNumber": Like(r"\d{12}"),
        "bankDate": after(days=days),
    }
    moment: dict[str, Callable[[Data], datetime] | str] = {
        "COMPLETE": "paidAt",
        "VIRTUAL_BANK_STANDBY": lambda data: datetime.fromisoformat(data["vBank"]["bankDate"]) - timedelta(days=days),
    }
    by_key: Callable[[Data], datetime] = lambda data: millis_of(data["idKey"])  # noqa: E731
    debit = method.startswith("CMS")
    return scene.burst.expect(
        event_type,
        {
            "paymentId": ANY_ID,
            "idKey": id_key_of,
            "orderId": str(order["id"]),
            "customerId": str(order["customerId"]),
            "payer": {"userName": customer["name"], "email": customer["email"], "phone": customer["phone"]},
            "productName": order["productName"],
            "paidAmount": exact(order["paidAmount"]),
            "paidAt": NOW if status == "COMPLETE" else None,
            "status": status,
            "paymentGateway": Like("|".join(gateways)),
            "paymentMethod": method,
            "paymentOnly": False,
            "errorMessage": error,
            "cancel": {"canceledAmount": Decimal(0), "lastCanceledDate": None},
            "vBank": account if method == "VBANK" else None,
            "niceCms": _debit(status, error) if debit else None,
        },
        at="niceCms.date" if debit else moment.get(status, by_key),
    )


_DEBIT_STATUS = {"COMPLETE": "WITHDRAW_SUCCESS", "FAILED": "WITHDRAW_FAIL", "CMS_STANDBY": "WITHDRAW_PENDING"}


def _debit(status: str, error: Like | None) -> Data:
    return {
        **dict.fromkeys(("corporateManager", "companyName"), ANY_TEXT),
        "companyRegistrationNumber": Like(r"\d{3}-\d{2}-\d{5}"),
        "accountHolderSocialSecurityNumber": Like(r"[6-9]\d(0[1-9]|1[0-2])(0[1-9]|1\d|2[0-8])"),
        "bankCode": Like("[A-Z_]+"),
        "bankAccount": Like(r"\d{12}"),
        "date": NOW,
        "status": _DEBIT_STATUS[status],
        "errorReturn": None if error is None else (lambda _now, data: data["errorMessage"]),
    }


def failed(scene: Scene, order: Data, means: tuple[set[str], str]) -> None:
    """A failed attempt: payment.failed, and order.updated unless the order has that status."""
    attempted(scene, order, "payment.failed", "FAILED", means)
    order_failed(scene, order["id"])


def order_failed(scene: Scene, number: int) -> None:
    status = scene.known.tables["orders"][number]["items"][0]["status"]
    if status != "PAYMENT_FAILURE" and scene.assumed.order_updated_when_failed:
        updated(scene, number, status="PAYMENT_FAILURE")


def paid(scene: Scene, order: Data, means: tuple[set[str], str], effect: Callable[[], Data]) -> None:
    """Paid by a new payment; what costs nothing has none."""

    def take() -> None:
        if order["paidAmount"]:
            attempted(scene, order, "payment.completed", "COMPLETE", means)

    settled(scene, order["id"], effect, take)


def settled(scene: Scene, number: int, effect: Callable[[], Data], take: Callable[[], object]) -> None:
    """order.updated comes first, if at all. Then the payment, the effect, and order.payment_completed with both."""
    burst = scene.burst
    lines = [{**line, "status": "PAID", "modifiedAt": NOW} for line in scene.known.tables["orders"][number]["items"]]
    if scene.assumed.order_updated_when_paid:
        updated(scene, number, status="PAID", paymentDate=NOW)
        take()
        burst.change("order.payment_completed", "orders", number, at="modifiedAt", modifiedAt=NOW, **effect())
        stock_taken(scene, number)
        return
    take()
    before = burst.stamp
    scene.effect_stamps.clear()
    added = effect()
    first = scene.effect_stamps[0] if scene.effect_stamps else burst.ended
    lines = [{**line, "modifiedAt": lambda _now, data: data["paymentDate"]} for line in lines]
    told = burst.change(
        "order.payment_completed",
        "orders",
        number,
        at="modifiedAt",
        items=lines,
        modifiedAt=NOW,
        paymentDate=ANY_TEXT,
        **added,
    )
    assert before <= datetime.fromisoformat(told["paymentDate"]) <= first, (
        "paid before it was asked, or after its effect"
    )
    assert told["paymentDate"] != before.isoformat() or before.microsecond == 999_999
    stock_taken(scene, number)


def stock_taken(scene: Scene, number: int) -> None:
    """product.updated of each product with a stock, which is OUT_OF_STOCK once there is none (fact 49)."""
    order, taken = scene.known.tables["orders"][number], Counter[str]()
    for line in order["items"] if order["type"] in {"ONE_TIME", "RECURRING_INITIAL", "RECURRING"} else ():
        if line["type"] == "SKU":
            taken[line["productCode"]] += line["quantity"]
    for code, quantity in taken.items():
        product = scene.known.tables["products"].get(code)
        if product is None or not product["quantity"]:
            continue
        left = max(product["quantity"] - quantity, 0)
        status = "OUT_OF_STOCK" if product["status"] == "SALE" and not left else product["status"]
        prices = [scene.known.tables["prices"][one.code] for one in scene.products[code].prices]
        changes = {"prices": prices, "quantity": left, "status": status, "modifiedAt": NOW}
        scene.burst.expect("product.updated", {**product, **changes}, at="modifiedAt")


def given_back(scene: Scene, number: int, part: Any, *, status: str) -> None:
    """payment.canceled, and order.updated with the sum of what was given back."""
    order = scene.known.tables["orders"][number]
    if part:
        payment = next(
            one
            for one in scene.known.tables["payments"].values()
            if one["orderId"] == str(number) and one["status"] in {"COMPLETE", "PARTIAL_CANCELED"}
        )
        canceled = exact(payment["cancel"]["canceledAmount"]) + exact(part)
        all_of_it = canceled == exact(payment["paidAmount"])
        wanted = {
            **payment,
            "status": "CANCELED" if all_of_it else "PARTIAL_CANCELED",
            "cancel": {"canceledAmount": canceled, "lastCanceledDate": NOW},
        }
        scene.burst.expect("payment.canceled", wanted, at="cancel.lastCanceledDate")
    returned = exact(order["returnedAmount"]) + exact(part)
    updated(
        scene,
        number,
        status=status,
        canceled=True,
        returnedAmount=returned,
        leftAmount=exact(order["paidAmount"]) - returned,
    )
