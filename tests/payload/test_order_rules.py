"""Each rule of an order by itself: status, lines, amounts and dates, with values that only this rule decides."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from payload.settled import LEAST, MOST, NOW, Settled, many, moment, settle

from steppay_mock import make_events
from steppay_mock.payload.instants import epoch_millis

CREATED, UPDATED, COMPLETED = "order.created", "order.updated", "order.payment_completed"
ORDERS = (CREATED, UPDATED, COMPLETED)
UNPAID = {"CREATED", "DEPOSIT_WAITING", "CANCELLED", "PAYMENT_FAILURE"}
CHANGES = {
    "PAID": 0,
    "DEPOSIT_WAITING": 0,
    "PAYMENT_FAILURE": 0,
    "CANCELLED": 0,
    "ORDER_DELIVERY_ON_THE_WAY": 0,
    "CANCELLATION_REFUNDED_PARTIALLY": 1,
    "CANCELLATION_REFUNDED": 2,
}
BESIDE = {"TAX", "SHIPPING", "FEE", "DISCOUNT"}


def exact(value: Any) -> Decimal:
    return Decimal(str(value))


def statuses(order: Settled) -> set[str]:
    return {line["status"] for line in order["items"]}


def lines(*kinds: str, **fields: Any) -> dict[str, Any]:
    return {"items": [{"type": kind, **fields} for kind in kinds]}


def test_all_lines_have_the_one_status_of_the_event() -> None:
    seen: dict[str, set[str]] = {}
    for event_type in ORDERS:
        for order in many(event_type):
            assert len(statuses(order)) == 1
            seen.setdefault(event_type, set()).update(statuses(order))
    assert seen == {CREATED: {"CREATED"}, UPDATED: set(CHANGES), COMPLETED: {"PAID"}}


@pytest.mark.parametrize("edge", [False, True])
def test_fact_42_an_order_waits_for_its_deposit_only_after_its_creation(*, edge: bool) -> None:
    created, updated = (make_events(name, n=200, seed=42, edge=edge) for name in (CREATED, UPDATED))
    assert {line["status"] for one in created for line in one.data.get("items", ())} == {"CREATED"}
    waiting = [
        one.data for one in updated if "DEPOSIT_WAITING" in {line["status"] for line in one.data.get("items", ())}
    ]
    assert waiting
    assert edge or not any("paymentDate" in order for order in waiting)


def test_an_edge_case_of_an_update_keeps_the_statuses_that_were_drawn() -> None:
    drawn = {"items": [{"status": "RETURN_REFUNDED"}, {"status": "EXCHANGE_PENDING"}]}
    kept = settle(UPDATED, drawn=drawn, edge=True)
    assert [line["status"] for line in kept["items"]] == ["RETURN_REFUNDED", "EXCHANGE_PENDING"]
    for event_type in (CREATED, COMPLETED):
        assert statuses(settle(event_type, drawn=drawn, edge=True)) <= {"CREATED", "PAID"}
    assert statuses(settle(UPDATED, drawn=drawn)) <= set(CHANGES)


@pytest.mark.parametrize("edge", [False, True])
@pytest.mark.parametrize(("status", "halves"), [*CHANGES.items(), ("CREATED", 0), ("RETURN_REFUNDED", 0)])
def test_a_status_that_is_fixed_decides_what_was_returned_and_paid(status: str, halves: int, *, edge: bool) -> None:
    for order in many(
        UPDATED, runs=30, fixed={"items": [{}, {"status": status}]}, drawn={"type": "RECURRING"}, edge=edge
    ):
        paid = exact(order["paidAmount"])
        assert exact(order["returnedAmount"]) == [0, paid // 2, paid][halves]
        assert (order["paymentDate"] is None) == (status in UNPAID)
        assert order["items"][1]["status"] == status
        assert edge or order["items"][0]["status"] == status


def test_all_that_was_paid_is_given_back_to_the_last_fraction() -> None:
    fixed = {"items": [{"status": "CANCELLATION_REFUNDED", "paidAmount": 12.345, "type": "SKU"}]}
    order = settle(UPDATED, fixed=fixed, drawn={"type": "ONE_TIME"})
    assert (order["paidAmount"], order["returnedAmount"], order["leftAmount"]) == (12.345, 12.345, 0)
    fixed["items"][0]["status"] = "CANCELLATION_REFUNDED_PARTIALLY"
    order = settle(UPDATED, fixed=fixed, drawn={"type": "ONE_TIME"})
    assert (order["returnedAmount"], order["leftAmount"]) == (6, 6.345)


def test_an_order_has_one_of_the_usual_types_and_an_edge_case_the_one_that_was_drawn() -> None:
    types = [order["type"] for order in many(UPDATED, runs=700)]
    assert set(types) == {"ONE_TIME", "RECURRING_INITIAL", "RECURRING", "ADD_USAGE", "PAYMENT_METHOD"}
    assert 150 < types.count("RECURRING") < 250
    assert 150 < types.count("RECURRING_INITIAL") < 250
    for kind in set(types):
        assert settle(UPDATED, drawn={"type": kind}, edge=True)["type"] == kind


@pytest.mark.parametrize("event_type", ORDERS)
def test_an_order_that_changes_the_means_of_payment_costs_nothing(event_type: str) -> None:
    """Fact 25."""
    for kind in ("PAYMENT_METHOD", "ONE_TIME"):
        for order in many(event_type, runs=30, fixed={"type": kind}, drawn=lines("SKU", "TAX", paidAmount=500)):
            amounts = [abs(line["paidAmount"]) for line in order["items"]]
            assert (max(amounts) == 0) == (kind == "PAYMENT_METHOD")
            assert (order["paidAmount"] == 0) == (kind == "PAYMENT_METHOD")


def test_the_first_line_is_sold_and_the_others_stand_beside_it() -> None:
    """Fact 31."""
    products, beside, demos = set(), set(), {"RECURRING_INITIAL": 0, "other": 0}
    drawn = {"items": [{"minimumQuantity": 9, "selectedProductOptionIds": [1, 2], "demoCycle": {"num": 1}}] * 3}
    for order in many(UPDATED, runs=300, drawn=drawn):
        first, *others = order["items"]
        assert first["type"] == "SKU"
        assert first["relatedOrderItemId"] is None
        assert first["parentOrderItemCode"] is None
        assert first["minimumQuantity"] == min(9, first["quantity"])
        assert first["selectedProductOptionIds"] == [1]
        products.add(first["productType"])
        demos[order["type"] if order["type"] == "RECURRING_INITIAL" else "other"] += first["demoCycle"] is not None
        for line in others:
            beside.add(line["type"])
            assert line["relatedOrderItemId"] == first["id"]
            assert line["parentOrderItemCode"] == first["code"]
            assert line["planName"] == first["planName"]
            assert line["productType"] == first["productType"]
            assert (line["quantity"], line["selectedProductOptionIds"]) == (1, [])
            for name in ("priceCode", "productCode", "featuredImageUrl", "minimumQuantity", "demoCycle"):
                assert line[name] is None
            assert line["selectedProductOptionLabel"] is None
    assert products == {"BOX", "SOFTWARE", "BUNDLE"}
    assert beside == BESIDE
    assert demos["other"] == 0
    assert 10 < demos["RECURRING_INITIAL"] < 50


def test_a_line_whose_type_is_fixed_is_settled_as_that() -> None:
    order = settle(UPDATED, fixed=lines("FEE", "SKU"))
    fee, sold = order["items"]
    assert fee["relatedOrderItemId"] == fee["id"]
    assert fee["productCode"] is None
    assert sold["relatedOrderItemId"] is None
    assert sold["productCode"] is not None


def test_a_line_has_only_the_names_of_its_kind() -> None:
    kinds = ("SKU", "TAX", "SHIPPING", "DISCOUNT", "OFFLINE", "FEE", "ADDS")
    drawn = lines(*kinds, discountName="봄", priceSetupType="INITIALLY")
    for edge in (False, True):
        order = settle(UPDATED, fixed=lines(*kinds), drawn=drawn, edge=edge)
        named = {line["type"]: (line["discountName"], line["priceSetupType"]) for line in order["items"]}
        assert named == dict.fromkeys(kinds, (None, None)) | {"DISCOUNT": ("봄", None), "FEE": (None, "INITIALLY")}


def amounts(*drawn: tuple[str, float], **fixed: Any) -> tuple[list[float], Settled]:
    """The amounts of lines of these kinds, and the order; an edge case keeps the kinds that were drawn."""
    items = [{"type": kind, "paidAmount": amount} for kind, amount in drawn]
    order = settle(CREATED, drawn={"items": items, "type": "ONE_TIME"}, fixed=fixed, edge=True)
    return [line["paidAmount"] for line in order["items"]], order


@pytest.mark.parametrize(
    ("drawn", "settled"),
    [
        ([("SKU", 1000), ("DISCOUNT", 300)], [1000, -300]),
        ([("SKU", 1000), ("DISCOUNT", 500)], [1000, -500]),
        ([("SKU", 1000), ("DISCOUNT", 501)], [1000, -500]),
        ([("SKU", 1000), ("DISCOUNT", 800), ("DISCOUNT", 800)], [1000, -500, -250]),
        ([("SKU", 5), ("DISCOUNT", 5)], [5, -2]),
        ([("DISCOUNT", 5), ("SKU", 100), ("FEE", 7)], [-5, 100, 7]),
        ([("DISCOUNT", 5)], [0]),
        ([("SKU", -7), ("FEE", -1), ("DISCOUNT", -2)], [7, 1, -2]),
        ([("SKU", 0), ("FEE", 0.1), ("TAX", 0.2)], [0, 0.1, 0.2]),
    ],
)
def test_a_discount_is_below_zero_and_leaves_at_least_half(
    drawn: list[tuple[str, float]], settled: list[float]
) -> None:
    found, order = amounts(*drawn)
    assert found == settled
    total = sum(map(exact, settled))
    off = -sum(exact(amount) for (kind, _), amount in zip(drawn, settled, strict=True) if kind == "DISCOUNT")
    assert (exact(order["paidAmount"]), exact(order["discountedAmount"])) == (total, off)
    assert [order.needs("type", of=line) for line in order["items"]] == [kind == "DISCOUNT" for kind, _ in drawn]


def test_the_first_line_that_is_free_meets_the_total_that_is_fixed() -> None:
    sold = [("SKU", 1000), ("FEE", 200), ("TAX", 30)]
    assert amounts(*sold, paidAmount=5000)[0] == [4770, 200, 30]
    assert amounts(*sold, paidAmount=5000, items=[{"paidAmount": 1}, {}, {}])[0] == [1, 4969, 30]
    found, order = amounts(*sold, paidAmount=5000, items=[{"paidAmount": 1}] * 3)
    assert found == [1, 1, 1]
    assert order["paidAmount"] == 5000
    assert amounts(paidAmount=5000)[1]["paidAmount"] == 5000


def test_an_order_without_lines_costs_nothing_and_one_whose_lines_are_null_what_was_drawn() -> None:
    assert settle(UPDATED, fixed={"items": []}, drawn={"paidAmount": 700})["paidAmount"] == 0
    assert settle(UPDATED, fixed={"items": None}, drawn={"paidAmount": 700})["paidAmount"] == 700


@pytest.mark.parametrize(
    ("fixed", "returned", "left"),
    [
        ({}, 0, 1000),
        ({"returnedAmount": 300}, 300, 700),
        ({"leftAmount": 400}, 600, 400),
        ({"leftAmount": 400, "returnedAmount": 300}, 300, 400),
    ],
)
def test_what_is_left_is_what_was_paid_without_what_was_returned(
    fixed: dict[str, int], returned: int, left: int
) -> None:
    """Fact 31."""
    _, order = amounts(("SKU", 1000), **fixed)
    assert (order["paidAmount"], order["returnedAmount"], order["leftAmount"]) == (1000, returned, left)


@pytest.mark.parametrize("edge", [False, True])
def test_dates_are_in_the_order_of_what_happened(*, edge: bool) -> None:
    for event_type in ORDERS:
        spans = set()
        for order in many(event_type, edge=edge):
            created, changed = moment(order["createdAt"]), moment(order["modifiedAt"])
            assert created <= changed
            assert changed.replace(microsecond=0) == NOW
            spans.add((changed - created).days)
            if event_type == CREATED:
                assert created == changed
            if event_type == COMPLETED:
                assert order["paymentDate"] == order["modifiedAt"]
            if order["paymentDate"] is not None:
                assert created <= moment(order["paymentDate"]) <= changed
            if event_type == UPDATED and not edge:
                assert (order["paymentDate"] is None) == (statuses(order) <= UNPAID)
        assert edge or spans == ({0} if event_type == CREATED else {0, 1, 2, 3, 4})


def test_an_order_paid_is_paid_between_its_creation_and_now() -> None:
    between = {order["createdAt"] < order["paymentDate"] < order["modifiedAt"] for order in paid_orders()}
    assert between == {True}


def paid_orders() -> list[Settled]:
    return [order for order in many(UPDATED) if order["paymentDate"] is not None]


def test_a_payment_is_due_five_to_fourteen_days_after_the_order() -> None:
    waits = set()
    for order in many(CREATED):
        assert order["paymentDueDate"] == moment(order["paymentDueDate"]).isoformat()
        waits.add(order.moment("paymentDueDate") - order.moment("createdAt"))
    assert waits == {timedelta(days=days) for days in range(5, 15)}


def test_a_payment_is_never_made_after_it_was_due() -> None:
    fixed = {"createdAt": "2024-01-01T00:00:00", "paymentDate": "2024-06-01T00:00:00"}
    order = settle(COMPLETED, fixed=fixed, chance=MOST)
    assert order["paymentDueDate"] == "2024-06-01T00:00:00"
    order = settle(COMPLETED, fixed={**fixed, "paymentDate": "2024-01-10T00:00:00"}, chance=MOST)
    assert order["paymentDueDate"] == "2024-01-15T00:00:00"
    assert order["purchaseDeadline"] is None or order["purchaseDeadline"] == order["paymentDueDate"]


@pytest.mark.parametrize("edge", [False, True])
@pytest.mark.parametrize("event_type", ORDERS)
def test_an_id_key_begins_with_the_milliseconds_of_the_creation(event_type: str, *, edge: bool) -> None:
    """Fact 11."""
    for order in many(event_type, runs=50, edge=edge, drawn={"idKey": "0000000000000abcdefghijklmnop"}):
        millis = epoch_millis(order.moment("createdAt"))
        assert order["idKey"] == f"{millis:013d}abcdefghijklmnop"
    unreadable = settle(event_type, fixed={"createdAt": "yesterday"})
    assert unreadable["idKey"].startswith(f"{epoch_millis(NOW):013d}")
    assert settle(event_type, fixed={"createdAt": "1970-01-01T00:00:00.005"})["idKey"].startswith("0" * 12 + "5")


@pytest.mark.parametrize("status", ["PAID", "CANCELLED", "CANCELLATION_REFUNDED", "CANCELLATION_REQUEST_DENIED"])
def test_the_lines_have_the_dates_of_their_order(status: str) -> None:
    order = settle(UPDATED, fixed={"items": [{"status": status}, {"status": "PAID"}]}, edge=True)
    first, second = order["items"]
    for line in (first, second):
        assert (line["createdAt"], line["modifiedAt"]) == (order["createdAt"], order["modifiedAt"])
    assert first["canceledDateTime"] == (order["modifiedAt"] if "CANCEL" in status else None)
    assert second["canceledDateTime"] is None


@pytest.mark.parametrize("edge", [False, True])
def test_subscriptions_are_named_by_the_orders_that_have_some(*, edge: bool) -> None:
    """Fact 24: an initial order has them once it is paid, a renewal always, no other order has any."""
    for kind in ("ONE_TIME", "ADD_USAGE", "PAYMENT_METHOD", "RECURRING", "RECURRING_INITIAL"):
        for status in ("PAID", "PAYMENT_FAILURE"):
            fixed = {"type": kind, "items": [{"status": status}]}
            order = settle(UPDATED, fixed=fixed, drawn={"subscriptions": [4, 5]}, edge=edge)
            has = kind == "RECURRING" or (kind == "RECURRING_INITIAL" and status == "PAID")
            assert order["subscriptions"] == (([4, 5] if edge else [4]) if has else None)


@pytest.mark.parametrize("edge", [False, True])
def test_four_of_five_orders_are_of_no_invoice(*, edge: bool) -> None:
    orders = list(many(CREATED, runs=500, edge=edge))
    without = [order["invoiceId"] is None for order in orders]
    assert [order["purchaseDeadline"] is None for order in orders] == without
    assert 350 < without.count(True) < 450 if not edge else not any(without)


def test_an_order_that_was_paid_needs_its_lines_and_the_date() -> None:
    for event_type in ORDERS:
        order = settle(event_type, edge=True)
        assert order.needs("paymentDate") == order.needs("items") == (event_type == COMPLETED)


def test_the_ends_of_chance_are_within_the_rules() -> None:
    for chance in (LEAST, MOST):
        for event_type in ORDERS:
            order = settle(event_type, chance=chance)
            assert order["type"] == ("ONE_TIME" if chance == LEAST else "PAYMENT_METHOD")
            waits = order.moment("paymentDueDate") - order.moment("createdAt")
            assert waits == timedelta(days=5 if chance == LEAST else 14)
