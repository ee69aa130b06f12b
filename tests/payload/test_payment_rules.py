"""Each rule of a payment by itself: status, means, the objects of the status, refunds and reasons of failure."""

from typing import Any

import pytest
from payload.settled import LEAST, MOST, NOW, Settled, many, moment, settle

from steppay_mock import make_events
from steppay_mock.payload.coherence.payment import METHODS_BY_GATEWAY
from steppay_mock.payload.instants import epoch_millis
from steppay_mock.payload.pools import pool

COMPLETED, FAILED, CANCELED, STANDBY = "payment.completed", "payment.failed", "payment.canceled", "payment.standby"
PAYMENTS = (COMPLETED, FAILED, CANCELED, STANDBY)
USUAL = {
    COMPLETED: {"COMPLETE"},
    FAILED: {"FAILED"},
    CANCELED: {"CANCELED", "PARTIAL_CANCELED"},
    STANDBY: {"VIRTUAL_BANK_STANDBY", "CMS_STANDBY"},
}
RARE = {COMPLETED: set(), FAILED: {"CANCELED_FAIL"}, CANCELED: {"USER_CANCELED"}, STANDBY: {"STANDBY"}}
CMS = ("CMS", "CMS_BILL")


def found(name: str, event_type: str, *, runs: int = 60, **options: Any) -> set[Any]:
    return {payment[name] for payment in many(event_type, runs=runs, **options)}


@pytest.mark.parametrize("event_type", PAYMENTS)
def test_the_status_is_one_of_the_event_and_edge_cases_have_the_rare_ones_too(event_type: str) -> None:
    """Fact 29."""
    assert found("status", event_type) == USUAL[event_type]
    every = USUAL[event_type] | RARE[event_type]
    assert found("status", event_type, edge=True, runs=len(every)) == every


def test_a_standby_has_the_status_of_what_the_user_fixed() -> None:
    both = USUAL[STANDBY]
    by_gateway = {"TOSS": {"VIRTUAL_BANK_STANDBY"}, "SETTLE": {"CMS_STANDBY"}, "NICE": both, "KAKAO": both, "X": both}
    for gateway, statuses in by_gateway.items():
        assert found("status", STANDBY, fixed={"paymentGateway": gateway}) == statuses
    by_method = {"VBANK": {"VIRTUAL_BANK_STANDBY"}, "CMS": {"CMS_STANDBY"}, "CMS_BILL": {"CMS_STANDBY"}, "CARD": both}
    for method, statuses in by_method.items():
        assert found("status", STANDBY, fixed={"paymentMethod": method}) == statuses
        # The method decides where both are fixed.
        assert found("status", STANDBY, fixed={"paymentMethod": method, "paymentGateway": "TOSS"}) == statuses
    assert found("status", STANDBY, fixed={"paymentMethod": "CARD"}, edge=True) == {"STANDBY"}
    assert found("status", COMPLETED, fixed={"paymentMethod": "VBANK"}) == {"COMPLETE"}


@pytest.mark.parametrize("edge", [False, True])
def test_a_refund_that_is_fixed_is_of_all_or_of_a_part(*, edge: bool) -> None:
    whole = {"paidAmount": 1000, "cancel": {"canceledAmount": 1000}}
    part = {"paidAmount": 1000, "cancel": {"canceledAmount": 999}}
    assert found("status", CANCELED, fixed=whole, edge=edge) == (USUAL[CANCELED] | RARE[CANCELED]) - {
        "PARTIAL_CANCELED"
    } - (set() if edge else RARE[CANCELED])
    assert found("status", CANCELED, fixed=part, edge=edge) == {"PARTIAL_CANCELED"}
    assert found("status", CANCELED, fixed={"cancel": {"lastCanceledDate": None}}) == USUAL[CANCELED]


@pytest.mark.parametrize("edge", [False, True])
def test_a_part_that_is_fixed_is_less_than_what_was_paid(*, edge: bool) -> None:
    for payment in many(CANCELED, runs=30, fixed={"cancel": {"canceledAmount": 70_000}}, edge=edge):
        assert payment["cancel"]["canceledAmount"] == 70_000
        if payment["status"] == "PARTIAL_CANCELED":
            assert payment["paidAmount"] > 70_000
    fixed = {"status": "PARTIAL_CANCELED", "cancel": {"canceledAmount": 70_000}}
    assert settle(CANCELED, fixed=fixed, drawn={"paidAmount": 500})["paidAmount"] == 70_001
    assert settle(CANCELED, fixed=fixed, drawn={"paidAmount": 90_000})["paidAmount"] == 90_000


@pytest.mark.parametrize("edge", [False, True])
def test_all_that_is_fixed_to_be_given_back_is_what_was_paid(*, edge: bool) -> None:
    for status in ("CANCELED", "USER_CANCELED"):
        for back in (70_000, 12.345):
            fixed = {"status": status, "cancel": {"canceledAmount": back}}
            assert settle(CANCELED, fixed=fixed, edge=edge)["paidAmount"] == back
            assert settle(CANCELED, fixed={**fixed, "paidAmount": 5}, edge=edge)["paidAmount"] == 5
        nonsense = {"status": status, "cancel": {"canceledAmount": "all"}}
        assert settle(CANCELED, fixed=nonsense, drawn={"paidAmount": 700}, edge=edge)["paidAmount"] == 700


def test_gateway_and_method_fit_each_other_and_the_status() -> None:
    """Fact 30."""
    for event_type in PAYMENTS:
        pairs = {(payment["paymentGateway"], payment["paymentMethod"]) for payment in many(event_type, runs=400)}
        wanted = {
            (gateway, method)
            for gateway, methods in METHODS_BY_GATEWAY.items()
            for method in methods
            if (event_type != STANDBY or method in ("VBANK", *CMS)) and (event_type != FAILED or method != "VBANK")
        }
        assert pairs == wanted
    for payment in many(STANDBY):
        assert (payment["paymentMethod"] == "VBANK") == (payment["status"] == "VIRTUAL_BANK_STANDBY")


def test_an_edge_case_keeps_the_gateway_that_was_drawn_unless_the_status_wants_another() -> None:
    for gateway in ("GOOGLE", "KAKAO", "NICE"):
        drawn = {"paymentGateway": gateway, "paymentMethod": "CELLPHONE"}
        methods = set(METHODS_BY_GATEWAY.get(gateway, ("CELLPHONE",)))
        assert found("paymentGateway", COMPLETED, drawn=drawn, edge=True) == {gateway}
        assert found("paymentMethod", COMPLETED, drawn=drawn, edge=True) == methods
        waiting = settle(STANDBY, drawn=drawn, fixed={"status": "CMS_STANDBY"}, edge=True)
        assert waiting["paymentGateway"] in {"NICE", "SETTLE"}
        assert waiting["paymentMethod"] in CMS


def test_means_that_are_fixed_are_kept_and_followed() -> None:
    for edge in (False, True):
        offering = {name for name, methods in METHODS_BY_GATEWAY.items() if "BANK" in methods}
        assert found("paymentGateway", COMPLETED, fixed={"paymentMethod": "BANK"}, edge=edge) == offering
        unknown = settle(COMPLETED, fixed={"paymentMethod": "X"}, drawn={"paymentGateway": "TOSS"}, edge=edge)
        assert (unknown["paymentGateway"], unknown["paymentMethod"]) == ("TOSS", "X")
        assert found("paymentMethod", STANDBY, fixed={"paymentGateway": "KAKAO"}, edge=edge) == {"CARD", "CARD_BILL"}
        assert found("paymentMethod", FAILED, fixed={"paymentGateway": "TOSS"}, edge=edge) >= {"BANK", "CARD"}
        assert found("paymentMethod", FAILED, fixed={"paymentMethod": "VBANK"}, edge=edge) == {"VBANK"}


@pytest.mark.parametrize("edge", [False, True])
def test_a_payment_has_the_moment_of_its_event(*, edge: bool) -> None:
    for event_type in PAYMENTS:
        for payment in many(event_type, runs=40, edge=edge, drawn={"idKey": "0" * 13 + "abcdefghijklmnop"}):
            paid = payment["paidAt"]
            assert (paid is None) == (event_type in {FAILED, STANDBY})
            if event_type == COMPLETED:
                assert moment(paid) == NOW
            millis = epoch_millis(NOW if paid is None else moment(paid))
            assert payment["idKey"] == f"{millis:013d}abcdefghijklmnop"
            assert payment.needs("paidAt") == (event_type in {COMPLETED, CANCELED})
    assert settle(CANCELED, drawn={"paidAt": "2024-01-01T00:00:00"})["paidAt"] == "2024-01-01T00:00:00"
    assert settle(CANCELED, fixed={"paidAt": "1970-01-01T00:00:00.005"})["idKey"].startswith("0" * 12 + "5")


@pytest.mark.parametrize("event_type", PAYMENTS)
@pytest.mark.parametrize("method", ["CARD", "VBANK", "CMS", "CMS_BILL", "BANK"])
def test_a_payment_has_the_object_of_its_method(event_type: str, method: str) -> None:
    payment = settle(event_type, fixed={"paymentMethod": method}, edge=True)
    assert (payment["vBank"] is not None) == payment.needs("vBank") == (method == "VBANK")
    assert (payment["niceCms"] is not None) == payment.needs("niceCms") == (method in CMS)


@pytest.mark.parametrize(
    ("event_type", "status", "states"),
    [
        (STANDBY, "CMS_STANDBY", ("WITHDRAW_PENDING", "ACCOUNT_PENDING", "ACCOUNT_SUCCESS")),
        (FAILED, "FAILED", ("WITHDRAW_FAIL", "ACCOUNT_FAIL")),
        (COMPLETED, "COMPLETE", ("WITHDRAW_SUCCESS",)),
        (CANCELED, "CANCELED", ("WITHDRAW_SUCCESS",)),
    ],
)
def test_a_direct_debit_has_the_state_of_the_payment(event_type: str, status: str, states: tuple[str, ...]) -> None:
    fixed = {"paymentMethod": "CMS", "status": status}
    for edge in (False, True):
        drawn = {"niceCms": {"errorReturn": "잔액 부족"}}
        debits = [payment["niceCms"] for payment in many(event_type, runs=40, fixed=fixed, drawn=drawn, edge=edge)]
        assert {debit["status"] for debit in debits} == set(states if edge else states[:1])
        reason = "잔액 부족" if event_type == FAILED else None
        assert {debit["errorReturn"] for debit in debits} == {reason}
        payment = settle(event_type, fixed=fixed, edge=edge)
        debit = payment["niceCms"]
        assert debit["date"] == payment["paidAt"] or (payment["paidAt"] is None and moment(debit["date"]) == NOW)
    assert settle(event_type, fixed={**fixed, "niceCms": None})["niceCms"] is None


@pytest.mark.parametrize("edge", [False, True])
def test_every_payment_says_what_was_given_back_and_only_a_cancellation_when(*, edge: bool) -> None:
    """Fact 33."""
    for event_type in PAYMENTS:
        for payment in many(event_type, runs=20, edge=edge):
            assert payment.needs("cancel")
            assert payment.needs("paidAmount") == (event_type == CANCELED)
            if event_type == CANCELED:
                assert payment["cancel"]["canceledAmount"] > 0 or payment["paidAmount"] == 0
                assert moment(payment["cancel"]["lastCanceledDate"]) == NOW
            else:
                assert payment["cancel"] == {"canceledAmount": 0, "lastCanceledDate": None}


@pytest.mark.parametrize("event_type", PAYMENTS)
def test_what_was_given_back_can_be_fixed(event_type: str) -> None:
    assert settle(event_type, fixed={"cancel": None})["cancel"] is None
    for back, moment_of_it in ((70, True), (0, event_type == CANCELED)):
        cancel = settle(event_type, fixed={"cancel": {"canceledAmount": back}})["cancel"]
        assert (cancel["canceledAmount"], cancel["lastCanceledDate"] is not None) == (back, moment_of_it)
    date = "2024-01-01T00:00:00"
    cancel = settle(event_type, fixed={"cancel": {"lastCanceledDate": date}})["cancel"]
    assert (cancel["lastCanceledDate"], cancel["canceledAmount"] > 0) == (date, event_type == CANCELED)


def test_an_amount_that_is_fixed_rules_out_a_status_of_a_cancellation_alone() -> None:
    for event_type in (COMPLETED, FAILED, STANDBY):
        fixed = {"paymentGateway": "TOSS", "cancel": {"canceledAmount": 0}}
        statuses = {"VIRTUAL_BANK_STANDBY"} if event_type == STANDBY else USUAL[event_type]
        assert found("status", event_type, fixed=fixed) == statuses


def test_one_payment_of_five_has_no_payer_as_the_delivery_that_was_seen() -> None:
    """Fact 7."""
    for event_type in PAYMENTS:
        payers = [payment["payer"] for payment in many(event_type, runs=500)]
        assert 70 < payers.count(None) < 130
    assert all(payment["payer"]["email"] for payment in many(COMPLETED, fixed={"payer": {"userName": "김"}}))
    assert found("payer", COMPLETED, fixed={"payer": None}) == {None}


@pytest.mark.parametrize("options", [{"edge": True}, {"nulls": "null"}, {"nulls": "mixed"}, {}])
def test_payments_with_and_without_a_payer_are_made_in_every_mode(options: Any) -> None:
    for event_type in PAYMENTS:
        payments = [event.data for event in make_events(event_type, n=100, seed=7, **options)]
        assert 5 < sum(one.get("payer") is None for one in payments) < 45
        written = {"payer" in one for one in payments if one.get("payer") is None}
        assert written == {"null": {True}, "mixed": {True, False}}.get(options.get("nulls", ""), {False})


def refunded(paid: float, **options: Any) -> tuple[Any, Any]:
    payment = settle(CANCELED, **options, edge=True, drawn={"paidAmount": paid})
    return payment["paidAmount"], payment["cancel"]["canceledAmount"]


def test_a_refund_gives_back_all_or_one_to_nine_tenths() -> None:
    for status in ("CANCELED", "USER_CANCELED"):
        assert refunded(12.345, fixed={"status": status}) == (12.345, 12.345)
        assert refunded(7, fixed={"status": status}) == (7, 7)
    part = {"status": "PARTIAL_CANCELED"}
    assert refunded(1000, fixed=part, chance=LEAST) == (1000, 100)
    assert refunded(1000, fixed=part, chance=MOST) == (1000, 900)
    assert refunded(1234567.89, fixed=part, chance=MOST) == (1234567.89, 1111111)
    for small in (0, 12.345, 99):  # of less, no part could be given back
        assert refunded(small, fixed=part, chance=LEAST) == (100, 10)
    assert refunded(101, fixed=part, chance=LEAST) == (101, 10)


@pytest.mark.parametrize(("paid", "back"), [(10, (1, 9)), (9, (4.5, 4.5)), (0.1, (0.05, 0.05))])
def test_of_little_that_is_fixed_half_is_given_back(paid: float, back: tuple[float, float]) -> None:
    fixed = {"status": "PARTIAL_CANCELED", "paidAmount": paid}
    assert tuple(refunded(0, fixed=fixed, chance=chance)[1] for chance in (LEAST, MOST)) == back


REASONS = {name: set(pool("ko_KR").goods[name]) for name in ("error-message", "bank-error")}


def reasons(drawn: str | None, method: str, *, edge: bool) -> set[str]:
    options: dict[str, Any] = {"fixed": {"paymentMethod": method}, "drawn": {"errorMessage": drawn}}
    return {payment["errorMessage"] for payment in many(FAILED, runs=80, edge=edge, **options)}


def test_a_payment_fails_for_a_reason_of_its_method() -> None:
    for method in ("CARD", "CARD_BILL"):
        assert reasons("x", method, edge=False) == reasons("x", method, edge=True) == {"x"}
        assert reasons("", method, edge=False) == reasons(None, method, edge=True) == REASONS["error-message"]
    for method in ("BANK", "CMS"):
        assert reasons("x", method, edge=False) == reasons("", method, edge=True) == REASONS["bank-error"]
        assert reasons("x", method, edge=True) == {"x"}
    for event_type in PAYMENTS:
        payment = settle(event_type)
        assert (payment["errorMessage"] is not None) == payment.needs("errorMessage") == (event_type == FAILED)


def test_one_payment_of_ten_is_a_payment_alone_with_numbers_of_the_merchant() -> None:
    """Fact 14."""
    alone = [payment["paymentOnly"] for payment in many(COMPLETED, runs=1000)]
    assert 70 < alone.count(True) < 130
    assert numbers(fixed={"paymentOnly": True}, chance=LEAST) == ("shop-00001", "member-1")
    assert numbers(fixed={"paymentOnly": True}, chance=MOST) == ("shop-99999", "member-9999")
    drawn = {"orderId": "5", "customerId": "6"}
    for value in (False, None, "true", 1):
        assert numbers(fixed={"paymentOnly": value}, drawn=drawn) == ("5", "6")


def numbers(**options: Any) -> tuple[str, str]:
    payment: Settled = settle(COMPLETED, **options)
    return payment["orderId"], payment["customerId"]
