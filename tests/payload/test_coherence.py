"""The fields of an event agree with each other and with its type (facts 14, 24 to 31)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from steppay_mock import EventType, make_events

RUN = 300

METHODS = {
    **dict.fromkeys(("KAKAO", "DANAL", "PAYPLE", "PAYPLE_GLOBAL"), frozenset({"CARD", "CARD_BILL"})),
    "NICE": {"CARD", "CARD_BILL", "BANK", "VBANK", "CMS_BILL"},
    **dict.fromkeys(("TOSS", "KG", "BLUEWALNUT"), frozenset({"CARD", "CARD_BILL", "BANK", "VBANK"})),
    "SETTLE": {"CARD", "CARD_BILL", "CMS", "CMS_BILL"},
}


def made(*event_types: str, edge: bool = False) -> Iterator[tuple[str, int, dict[str, Any]]]:
    for event in make_events(event_types, n=RUN, seed=11, nulls="null", edge=edge):
        yield str(event.type), event.timestamp, event.data


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text[:26])


def exact(value: Any) -> Decimal:
    return Decimal(str(value))


ORDERS = ("order.created", "order.updated", "order.payment_completed")


@pytest.mark.parametrize("edge", [False, True])
def test_the_lines_of_an_order_add_up(*, edge: bool) -> None:
    for _, _, order in made(*ORDERS, edge=edge):
        assert exact(order["leftAmount"]) == exact(order["paidAmount"]) - exact(order["returnedAmount"])
        assert 0 <= order["returnedAmount"] <= order["paidAmount"]
        if order["items"]:
            lines = order["items"]
            assert sum(exact(line["paidAmount"]) for line in lines) == exact(order["paidAmount"])
            off = -sum(exact(line["paidAmount"]) for line in lines if line["type"] == "DISCOUNT")
            assert off == exact(order["discountedAmount"])


def test_korean_amounts_are_whole() -> None:
    for _, _, order in made(*ORDERS):
        assert isinstance(order["paidAmount"], int)
        assert {line["currency"] for line in order["items"]} == {"KRW"}


@pytest.mark.parametrize("edge", [False, True])
def test_the_dates_of_an_order_are_in_order(*, edge: bool) -> None:
    for event_type, timestamp, order in made(*ORDERS, edge=edge):
        dates = [order["createdAt"], order["paymentDate"], order["modifiedAt"]]
        moments = [moment(date) for date in dates if date is not None]
        if not edge:
            assert moments == sorted(moments)
            assert moments[-1] <= datetime(1970, 1, 1) + timedelta(seconds=timestamp + 1)
        if event_type == "order.payment_completed":
            assert order["paymentDate"] is not None
            assert {line["status"] for line in order["items"]} <= {"PAID"}
        if event_type == "order.created":
            assert order["paymentDate"] is None
            assert order["returnedAmount"] == 0


def test_an_order_that_returned_something_was_paid() -> None:
    for _, _, order in made("order.updated"):
        if order["returnedAmount"]:
            assert order["paymentDate"] is not None
            assert {line["status"] for line in order["items"]} <= {
                "CANCELLATION_REFUNDED",
                "CANCELLATION_REFUNDED_PARTIALLY",
            }
            assert all(line["canceledDateTime"] for line in order["items"])


def test_only_orders_of_subscriptions_name_some() -> None:
    for _, _, order in made(*ORDERS):
        if order["type"] not in {"RECURRING", "RECURRING_INITIAL"}:
            assert order["subscriptions"] is None


PAYMENTS = ("payment.completed", "payment.failed", "payment.canceled", "payment.standby")


@pytest.mark.parametrize("edge", [False, True])
def test_gateway_and_method_of_a_payment_fit(*, edge: bool) -> None:
    """Fact 30."""
    for _, _, payment in made(*PAYMENTS, edge=edge):
        gateway, method = payment["paymentGateway"], payment["paymentMethod"]
        assert edge or gateway in METHODS
        assert gateway not in METHODS or method in METHODS[gateway]


def test_the_status_of_a_payment_fits_its_event() -> None:
    """Fact 29."""
    statuses = {
        "payment.completed": {"COMPLETE"},
        "payment.failed": {"FAILED"},
        "payment.canceled": {"CANCELED", "PARTIAL_CANCELED"},
        "payment.standby": {"VIRTUAL_BANK_STANDBY", "CMS_STANDBY"},
    }
    for event_type, _, payment in made(*PAYMENTS):
        assert payment["status"] in statuses[event_type]


@pytest.mark.parametrize("edge", [False, True])
def test_a_payment_bears_the_blocks_of_its_status_and_no_others(*, edge: bool) -> None:
    for event_type, _, payment in made(*PAYMENTS, edge=edge):
        assert (payment["errorMessage"] is not None) == (event_type == "payment.failed")
        if event_type != "payment.canceled":
            assert payment["cancel"] == {"canceledAmount": 0, "lastCanceledDate": None}
        assert (payment["vBank"] is not None) == (payment["paymentMethod"] == "VBANK")
        assert (payment["niceCms"] is not None) == (payment["paymentMethod"] in {"CMS", "CMS_BILL"})
        if payment["status"] == "VIRTUAL_BANK_STANDBY":
            assert payment["vBank"]
        if payment["status"] == "CMS_STANDBY":
            assert payment["niceCms"]
        if event_type in {"payment.failed", "payment.standby"}:
            assert payment["paidAt"] is None


@pytest.mark.parametrize("edge", [False, True])
def test_a_refund_gives_back_all_or_less_than_was_paid(*, edge: bool) -> None:
    for _, _, payment in made("payment.canceled", edge=edge):
        paid, back = exact(payment["paidAmount"]), exact(payment["cancel"]["canceledAmount"])
        if payment["status"] == "PARTIAL_CANCELED":
            assert 0 < back < paid
        else:
            assert back == paid
        if payment["cancel"]["lastCanceledDate"]:
            assert payment["paidAt"][:19] <= payment["cancel"]["lastCanceledDate"][:19]


def test_a_payment_alone_bears_the_merchants_own_numbers() -> None:
    """Fact 14."""
    kinds = {payment["paymentOnly"]: payment["orderId"].isdecimal() for _, _, payment in made(*PAYMENTS)}
    assert kinds == {True: False, False: True}


SUBSCRIPTIONS = ("subscription.created", "subscription.updated", "subscription.payment_due_notification")


@pytest.mark.parametrize("edge", [False, True])
def test_the_dates_of_a_subscription_follow_from_its_status(*, edge: bool) -> None:
    """Fact 24."""
    for event_type, timestamp, subscription in made(*SUBSCRIPTIONS, edge=edge):
        status = subscription["status"]
        assert event_type == "subscription.updated" or status == "ACTIVE"
        if subscription["endDate"]:
            assert status in {"CANCELED", "EXPIRED", "PENDING_CANCEL"}
        if status != "PAUSE":
            assert subscription["pausedDateTime"] is None
        if status in {"CANCELED", "EXPIRED", "PAUSE", "PENDING_PAUSE", "PENDING_CANCEL"}:
            assert subscription["nextPaymentDate"] is None
        elif subscription["nextPaymentDate"] and status == "ACTIVE":
            assert moment(subscription["nextPaymentDate"]) >= datetime(1970, 1, 1) + timedelta(seconds=timestamp)


def test_a_period_is_as_long_as_the_interval_and_holds_now() -> None:
    days = {"DAY": 1, "WEEK": 7, "MONTH": 30.4, "YEAR": 365.2}
    for _, timestamp, subscription in made(*SUBSCRIPTIONS):
        start = moment(subscription["currentPeriod"]["startDateTime"])
        end = moment(subscription["currentPeriod"]["endDateTime"])
        expected = days[subscription["intervalUnit"]] * subscription["intervalCount"]
        assert abs((end - start).days - expected) <= 3
        now = datetime(1970, 1, 1) + timedelta(seconds=timestamp + 1)
        assert start <= now
        assert now <= end + timedelta(seconds=1) or subscription["status"] in {"UNPAID", "QUEUEING"}
        assert moment(subscription["createdAt"]) <= start
        trial = subscription["trialPeriod"]
        if trial is None:
            assert moment(subscription["lastPaymentDate"]) == start
        else:  # nothing is paid before the trial ends
            assert subscription["lastPaymentDate"] is None
            assert trial == subscription["currentPeriod"]


def test_a_payment_due_notice_comes_before_the_payment() -> None:
    for _, _, subscription in made("subscription.payment_due_notification"):
        assert subscription["notiBeforePaymentDate"] < subscription["nextPaymentDate"]


@pytest.mark.parametrize("edge", [False, True])
def test_usage_adds_up_and_stays_within_its_allowance(*, edge: bool) -> None:
    """Fact 26."""
    with_quota = set()
    for _, _, usage in made("subscription.usage.added", edge=edge):
        used = allowed = 0
        dates = [moment(entry["influxDate"]) for entry in usage["recordQuotas"]]
        assert dates == sorted(dates)
        for entry in usage["recordQuotas"]:
            used += entry["deltaRecord"]
            assert entry["accumulateRecord"] == used
            with_quota.add(entry["deltaQuota"] is not None)
            if entry["deltaQuota"] is not None:
                allowed += entry["deltaQuota"]
                assert entry["accumulateQuota"] == allowed >= used
        assert usage["accumulatedRecord"] == used
    assert with_quota == {True, False}


@pytest.mark.parametrize("edge", [False, True])
def test_an_invoice_bears_the_dates_of_its_status(*, edge: bool) -> None:
    for event_type, timestamp, invoice in made("invoice.created", "invoice.updated", "invoice.deleted", edge=edge):
        assert (invoice["deletedAt"] is not None) == (event_type == "invoice.deleted")
        if invoice["status"] == "RESERVATION":
            assert invoice["publishType"] == "RESERVATION"
            assert invoice["reservationAt"]
        if invoice["publishType"] == "NOW":
            assert invoice["reservationAt"] is None
        if invoice["status"] == "OVER_DUE":
            assert moment(invoice["purchaseDeadline"]) <= datetime(1970, 1, 1) + timedelta(seconds=timestamp + 1)


@pytest.mark.parametrize("edge", [False, True])
def test_a_cover_message_has_the_type_of_its_event(*, edge: bool) -> None:
    """Fact 28."""
    types = {
        "cover.sent_message": "REMIND",
        "cover.delayed_message": "REMIND",
        "cover.changed_payment_date": "DATE_CHANGED",
        "cover.paused": "PAUSED",
    }
    for event_type, _, cover in made(*types, edge=edge):
        assert cover["messageType"] == types[event_type]
        assert isinstance(cover["orderId"], str)
        if event_type == "cover.paused":
            assert cover["nextRetryDatetime"] is None


@pytest.mark.parametrize("edge", [False, True])
def test_a_price_bears_what_its_type_calls_for(*, edge: bool) -> None:
    for _, _, price in made("product.price.created", "product.price.updated", "product.price.deleted", edge=edge):
        assert price["type"] is None or price["recurring"] is None or price["type"] != "ONE_TIME"
        assert price["additionalBilling"] is None or price["type"] in {"USAGE_BASED", None}
        assert price["bundlePrices"] == [] or price["type"] in {"BUNDLE", None}
        ranges = (price["additionalBilling"] or {"ranges": []})["ranges"]
        ends = [step["until"] for step in ranges if step["until"] is not None]
        assert ends == sorted(ends)


def test_what_was_just_created_was_created_now() -> None:
    for event_type in EventType:
        if event_type.endswith(".created"):
            for _, timestamp, data in made(event_type):
                if data.get("createdAt"):
                    seconds = (moment(data["createdAt"]) - datetime(1970, 1, 1)).total_seconds()
                    assert seconds <= timestamp + 1


def test_the_people_are_korean() -> None:
    import re

    for _, _, customer in made("customer.updated"):
        assert re.fullmatch(r"[가-힣]{2,5}", customer["name"])
        assert re.fullmatch(r"010\d{8}", customer["phone"])
        assert re.fullmatch(r"\d{5}", customer["shipping"]["postcode"])
        assert customer["shipping"]["address1"].startswith("서울특별시 ")
        assert customer["shipping"]["name"] == customer["name"]
        assert customer["email"].endswith("@example.com")
    labels = [data["paymentMethod"]["paymentInfo"] for _, _, data in made("subscription.created")]
    assert all(re.fullmatch(r"[가-힣]+카드 \d{6}\*{10}", label) for label in labels)


def test_an_order_says_nothing_twice_and_nothing_that_contradicts_itself() -> None:
    for _, _, order in made(*ORDERS):
        subscriptions = order["subscriptions"] or []
        assert len(set(subscriptions)) == len(subscriptions)
        assert order["type"] != "PAYMENT_METHOD" or order["paidAmount"] == 0
        sold = order["items"][0]
        assert sold["type"] == "SKU"
        assert sold["productType"] in {"BOX", "SOFTWARE", "BUNDLE"}
        for line in order["items"]:
            assert line["quantity"] >= (line["minimumQuantity"] or 0)
            if line["type"] != "SKU":
                assert (line["productCode"], line["priceCode"]) == (None, None)
                assert line["relatedOrderItemId"] == sold["id"]


def test_a_payment_fails_for_a_reason_of_its_method() -> None:
    for _, _, payment in made("payment.failed"):
        assert payment["paymentMethod"] != "VBANK"
        assert ("카드" in payment["errorMessage"]) <= payment["paymentMethod"].startswith("CARD")


def test_a_price_belongs_to_its_product() -> None:
    for _, _, product in made("product.created", "product.updated"):
        for price in product["prices"]:
            assert product["createdAt"] <= price["createdAt"] <= price["modifiedAt"]
            assert price["firstSalePrice"] is None or price["firstSalePrice"] <= price["price"]
            for option in price["options"]:
                assert option["productCode"] == product["code"]
                assert price["type"] != "ONE_TIME" or option["type"] == "INITIALLY"


@pytest.mark.parametrize("edge", [False, True])
def test_what_an_event_is_about_is_never_left_out(*, edge: bool) -> None:
    for _, _, order in made("order.payment_completed", edge=edge):
        assert order["items"]
        assert order["paymentDate"]
    for _, _, payment in made("payment.completed", edge=edge):
        assert payment["paidAt"]
    for _, _, usage in made("subscription.usage.added", edge=edge):
        assert usage["recordQuotas"]
    for _, _, subscription in made("subscription.updated", edge=edge):
        wanted = {"CANCELED": "endDate", "EXPIRED": "endDate", "PAUSE": "pausedDateTime", "ACTIVE": "nextPaymentDate"}
        assert subscription[wanted.get(subscription["status"], "status")]


def test_moments_keep_their_order_however_many_digits_they_are_cut_to() -> None:
    for _, _, order in made("order.payment_completed", edge=True):
        if order["createdAt"] and order["modifiedAt"]:
            assert order["createdAt"] <= order["paymentDate"] <= order["modifiedAt"]


def test_an_id_key_has_thirteen_digits_of_millis_at_any_time() -> None:
    """Fact 11."""
    for event in make_events(PAYMENTS, n=20, seed=1, now=0):
        assert event.data["idKey"][:13].isdecimal()
        assert len(event.data["idKey"]) == 29


def test_a_run_of_edge_cases_happens_in_order_too() -> None:
    stamps = [event.timestamp for event in make_events(n=5, seed=1, edge=True)]
    assert stamps == sorted(stamps)
