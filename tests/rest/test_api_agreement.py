"""Where the REST API and a webhook tell the same of a thing, they tell it alike, at the end of every scenario."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from rest.api_client import read
from store.samples import samples_of
from store.test_timelines import SHIPPED

from steppay_mock import Store, scenario

Data = dict[str, Any]

# By the field of the REST API: that of the webhook, if it has another name.
ORDER = {
    **{name: name for name in ("id", "code", "type", "productName", "idKey", "invoiceId", "shipping")},
    **{name: name for name in ("paidAmount", "returnedAmount", "leftAmount", "discountedAmount")},
    **{name: name for name in ("paymentDate", "paymentDueDate", "createdAt", "modifiedAt", "purchaseDeadline")},
    "orderId": "id",
    "orderCode": "code",
}
ROW = {name: name for name in ORDER if name in {"id", "type", "productName"} or name.endswith(("Amount", "At", "Date"))}
del ROW["discountedAmount"], ROW["paymentDueDate"]
MADE = {name: other for name, other in ORDER.items() if name not in {"id", "invoiceId"}}
LINE = {
    **{name: name for name in ("id", "code", "type", "status", "createdAt", "modifiedAt", "canceledDateTime")},
    **{name: name for name in ("paidAmount", "currency", "quantity", "discountName", "relatedOrderItemId")},
    **{name: name for name in ("priceSetupType", "demoCycle", "parentOrderItemCode", "selectedProductOptionIds")},
    "orderItemCode": "code",
    "orderedProductType": "productType",
    "orderedProductName": "productName",
    "orderedPlanName": "planName",
}
PAYMENT = {
    **{name: name for name in ("paymentMethod", "paymentGateway", "errorMessage")},
    "paymentDate": "paidAt",
    "amount": "paidAmount",
    "vbankDTO": "vBank",
}
RECEIPT = {
    "paymentStatus": "status",
    "paymentDate": "paidAt",
    "partnerOrderId": "orderId",
    "partnerUserId": "customerId",
    "amount": "paidAmount",
    "paymentGateway": "paymentGateway",
}
SUBSCRIPTION = {
    **{name: name for name in ("status", "trialPeriod", "lastPaymentDate", "nextPaymentDate", "originNextPaymentDate")},
    **{name: name for name in ("endDate", "pausedDateTime", "intervalCount", "paymentMethod", "currentPeriod")},
    "id": "subscriptionId",
    "interval": "intervalUnit",
    "startDate": "createdAt",
}
PART = {
    **{name: name for name in ("status", "lastPaymentDate", "nextPaymentDate", "endDate", "intervalCount")},
    "id": "subscriptionId",
    "interval": "intervalUnit",
    "startDate": "createdAt",
}
ITEM = {
    **{name: name for name in ("productName", "price", "quantity", "isAdditional", "keepWhenRenew", "productCode")},
    **{name: name for name in ("priceCode", "type", "claimMethodType", "priceType", "selectedOptions")},
    **{name: name for name in ("selectedProductOptionIds", "maximumPurchaseQuantity")},
    "id": "subscriptionItemId",
}
INVOICE = {
    **{name: name for name in ("id", "status", "publishType", "purchaseDeadline", "reservationAt", "deletedAt")},
    **{name: name for name in ("publishMethod", "discount", "memoToCustomer")},
}
CUSTOMER = {name: name for name in ("id", "username", "name", "email", "phone", "code", "createdAt", "shipping")}
PRODUCT = {
    **{name: name for name in ("code", "type", "status", "name", "subTitle", "quantity", "categories")},
    **{name: name for name in ("createdAt", "modifiedAt", "enabledDemo")},
}
PRICE = {
    **{name: name for name in ("price", "unit", "type", "membershipExpirationDate", "membershipExpirationDateType")},
    **{name: name for name in ("setupOption", "createdAt", "modifiedAt", "plan", "basicServing")},
    "code": "priceCode",
}


def in_seconds(told: Any) -> Any:
    """What a webhook tells, with the moments as the API answers them."""
    if isinstance(told, dict):
        return {name: in_seconds(one) for name, one in told.items()}
    if isinstance(told, list):
        return [in_seconds(one) for one in told]
    return told[:19] if isinstance(told, str) and len(told) == 26 and told[10:11] == "T" else told


def check(answer: Data, told: Data, names: dict[str, str]) -> None:
    """Raise AssertionError if a field of the answer is not that of the webhook."""
    assert {name: answer[name] for name in names} == in_seconds({name: told[other] for name, other in names.items()})


def check_orders(store: Store, state: Any) -> None:
    rows = {one["id"]: one for one in read(store, "/api/v1/orders?size=500")["content"]}
    assert rows.keys() == state["orders"].keys()
    for key, told in state["orders"].items():
        answer = read(store, f"/api/v1/orders/{key}")
        check(answer, told, ORDER)
        check(rows[key], told, ROW)
        assert rows[key]["items"] == answer["items"]
        assert rows[key]["price"] == told["paidAmount"]
        assert rows[key]["customerName"] == (answer["customer"] or {"name": None})["name"]
        assert answer["customer"]["id"] == told["customerId"]
        assert [one["id"] for one in answer["subscriptions"]] == (told["subscriptions"] or [])
        for part in answer["subscriptions"]:
            check_part(part, state["subscriptions"][part["id"]])
        for line, other in zip(answer["items"], told["items"], strict=True):
            check(line, other, LINE)
            assert line["minimumQuantity"] == (other["minimumQuantity"] or 0)
            assert line["featuredImageUrl"] == (other["featuredImageUrl"] or "")
            assert (line["price"] or {"code": None})["code"] == other["priceCode"]
            assert (line["product"] or {"code": None})["code"] == other["productCode"]
        payments = [one for one in state["payments"].values() if one["orderId"] == str(key)]
        assert (answer["payment"] is None) == (payments == [])
        if payments:
            check_payment(answer["payment"], payments[-1], told)


def check_payment(answer: Data, told: Data, order: Data) -> None:
    check(answer, told, PAYMENT)
    payer = told["payer"]
    assert answer["customerDTO"] == {"name": payer["userName"], "email": payer["email"], "phone": payer["phone"]}
    assert answer["discount"] == order["discountedAmount"]
    debit = in_seconds(told["niceCms"])
    if debit is not None:
        del debit["accountHolderSocialSecurityNumber"]
    assert answer["niceCmsDTO"] == debit


def check_part(answer: Data, told: Data) -> None:
    check(answer, told, PART)
    trial = in_seconds(told["trialPeriod"])
    assert answer["trialEndDate"] == (None if trial is None else trial["endDateTime"])


def check_subscriptions(store: Store, state: Any) -> None:
    rows = {one["id"]: one for one in read(store, "/api/v1/subscriptions?size=500")["content"]}
    for key, told in state["subscriptions"].items():
        answer = read(store, f"/api/v1/subscriptions/{key}")
        check(answer, told, SUBSCRIPTION)
        assert answer["customer"]["id"] == told["customerId"]
        assert answer["parentOrder"]["id"] == told["orderId"]
        for item, other in zip(answer["items"], told["items"], strict=True):
            check(item, other, ITEM)
            assert item["featuredImageUrl"] == (other["featuredImageUrl"] or "")
            product = read(store, f"/api/v1/products/{item['productCode']}")
            assert item["hasOptions"] == bool(product["optionGroups"])
        row = rows[key]
        for name in ("status", "items", "price", "pausedDateTime", "endDate", "interval", "paymentMethod"):
            assert row[name] == answer[name]
        assert row["customerName"] == answer["customer"]["name"]
        assert row["lastPaymentDateTime"] == (answer["lastPaymentDate"] or answer["startDate"])
        if told["status"] == "EXPIRED":
            assert row["expiredDateTime"] == answer["endDate"]


def check_rest(store: Store, state: Any) -> None:
    for told in state["payments"].values():
        check(read(store, f"/api/payment/receipt/{told['idKey']}"), told, RECEIPT)
    for key, told in state["customers"].items():
        answer = read(store, f"/api/v1/customers/{key}")
        check(answer, told, CUSTOMER)
        assert answer["attributes"] == (told["attributes"] or {})
        assert answer["additionalRecipients"] == (told["additionalRecipients"] or [])
    rows = {one["id"]: one for one in read(store, "/api/v1/invoices?size=500")["invoiceList"]["content"]}
    drafted = {one.data["id"]: one.timestamp for one in store.events if one.type == "invoice.created"}
    for key, told in state["invoices"].items():
        answer, row = read(store, f"/api/v1/invoices/{key}"), rows[key]
        check(answer, told, INVOICE)
        assert answer["customer"]["id"] == told["customerId"]
        assert (row["status"], row["orderCode"]) == (told["status"], told["orderCode"] or "")
        assert datetime.fromisoformat(row["createdAt"]).replace(tzinfo=UTC).timestamp() == drafted[key]
        if told["orderId"] is None:  # it was not sent yet (fact 51)
            assert (answer["order"], row["paymentDate"]) == (None, None)
            continue
        order = read(store, f"/api/v1/orders/{told['orderId']}")
        check(answer["order"], state["orders"][told["orderId"]], MADE)
        for name in ("paymentDate", "purchaseDeadline", "productName"):
            assert row[name] == order[name]
        assert (row["price"], row["orderType"]) == (order["paidAmount"], order["type"])
    for told in state["products"].values():
        answer = read(store, f"/api/v1/products/{told['code']}")
        check(answer, told, PRODUCT)
        assert [one["name"] for one in answer["optionGroups"]] == [one["name"] for one in told["optionGroups"] or ()]
        for price in answer["prices"]:
            check_price(price, state["prices"][price["code"]])


def check_price(answer: Data, told: Data) -> None:
    check(answer, told, PRICE)
    recurring = answer["recurring"]
    assert (recurring is None) == (told["recurring"] is None)
    if recurring is not None:
        assert (recurring["interval"], recurring["intervalCount"]) == tuple(told["recurring"].values())
        assert recurring["usageType"] == ("METERED" if told["type"] == "USAGE_BASED" else "LICENSED")
    claim = told["claim"] or {"methodType": "PRE"}
    assert answer["claim"]["methodType"] == answer["claimMethodType"] == claim["methodType"]


@pytest.mark.parametrize("name", SHIPPED)
def test_the_api_agrees_with_the_state_after_any_scenario(name: str) -> None:
    for options in ({}, samples_of(SHIPPED[name])):
        store = scenario(name, seed=7, **options).store
        state = store.state()
        check_orders(store, state)
        check_subscriptions(store, state)
        check_rest(store, state)


def test_lines_of_every_kind_a_trial_and_a_discount_agree() -> None:
    store = Store(seed=7, product={"setup_fee": 300, "membership_months": 6})
    store.checkout(trial_days=14, discount=100, tax=20, shipping_fee=50)
    store.advance(days=20)
    store.refund(amount=10)
    store.checkout(method="cms", discount=70)
    store.cancel_order(store.orders[0])
    state = store.state()
    check_orders(store, state)
    check_subscriptions(store, state)
    check_rest(store, state)
