"""Each rule of a customer, of an invoice and of a message of StepCover by itself."""

from datetime import timedelta
from typing import Any

import pytest
from payload.settled import LEAST, MOST, NOW, many, moment, settle

from steppay_mock.payload.instants import add_interval
from steppay_mock.payload.pools import pool

STATUSES = {
    "invoice.created": {"TEMPORARY", "RESERVATION", "SENT"},
    "invoice.updated": {"SENT", "PAID", "OVER_DUE", "RESERVATION", "SEND_FAIL"},
    "invoice.deleted": {"TEMPORARY", "RESERVATION", "SENT"},
}
MESSAGES = {
    "cover.sent_message": "REMIND",
    "cover.delayed_message": "REMIND",
    "cover.changed_payment_date": "DATE_CHANGED",
    "cover.paused": "PAUSED",
}
DAY = timedelta(days=1)


@pytest.mark.parametrize("edge", [False, True])
def test_a_customer_registers_now_or_up_to_seven_hundred_days_ago(*, edge: bool) -> None:
    for customer in many("customer.created", runs=30, edge=edge):
        assert customer.moment("createdAt") == NOW
    for event_type in ("customer.updated", "customer.deleted"):
        ages = [NOW - customer.moment("createdAt") for customer in many(event_type, edge=edge)]
        assert min(ages) >= timedelta()
        assert edge or 650 * DAY < max(ages) <= 700 * DAY
    oldest = settle("customer.updated", chance=MOST)
    assert timedelta() <= oldest.moment("createdAt") - (NOW - 700 * DAY) <= timedelta(seconds=1)


def test_three_of_ten_customers_have_one_more_recipient() -> None:
    people = list(many("customer.updated", runs=600))
    more = [customer for customer in people if customer["additionalRecipients"]]
    assert 130 < len(more) < 230
    for customer in more:
        login = pool("ko_KR").logins[customer.draw.person]
        assert customer["additionalRecipients"] == [f"billing@{login}.example"]
    assert all(customer["additionalRecipients"] == [] for customer in people if customer not in more)
    drawn = {"additionalRecipients": ["a@example.com", "b@example.com"]}
    for chance in (LEAST, MOST):
        assert (
            settle("customer.updated", drawn=drawn, edge=True, chance=chance)["additionalRecipients"]
            == (drawn["additionalRecipients"])
        )


@pytest.mark.parametrize("edge", [False, True])
@pytest.mark.parametrize("event_type", STATUSES)
def test_an_invoice_has_a_status_of_its_event(event_type: str, *, edge: bool) -> None:
    wanted = STATUSES[event_type]
    invoices = list(many(event_type, runs=len(wanted) if edge else 80, edge=edge))
    assert {invoice["status"] for invoice in invoices} == wanted
    assert all(invoice.needs("status") for invoice in invoices)


@pytest.mark.parametrize("edge", [False, True])
@pytest.mark.parametrize("event_type", STATUSES)
@pytest.mark.parametrize("status", ["TEMPORARY", "RESERVATION", "SENT", "PAID", "OVER_DUE", "SEND_FAIL", "x"])
@pytest.mark.parametrize("drawn", ["NOW", "RESERVATION"])
def test_an_invoice_has_the_dates_of_its_status(event_type: str, status: str, drawn: str, *, edge: bool) -> None:
    reserved = {"publishType": drawn, "reservationAt": "2025-02-03T00:00:00"}
    invoice = settle(event_type, fixed={"status": status}, drawn=reserved, edge=edge)
    waits = status == "RESERVATION"
    assert invoice["publishType"] == ("RESERVATION" if waits else drawn if edge else "NOW")
    assert invoice.needs("publishType") == invoice.needs("reservationAt") == waits
    if waits:
        assert invoice["reservationAt"] == "2025-02-03T00:00:00"
    elif invoice["publishType"] == "RESERVATION":  # it was reserved, and has been sent since
        assert invoice.moment("reservationAt") <= NOW
    else:
        assert invoice["reservationAt"] is None
    deadline = invoice.moment("purchaseDeadline")
    if status == "OVER_DUE":
        assert NOW - 14 * DAY <= deadline <= NOW or edge
        assert deadline <= NOW
    else:
        sent = NOW if invoice["reservationAt"] is None else invoice.moment("reservationAt")
        assert (deadline - sent) % DAY == timedelta()
        assert 3 * DAY <= deadline - sent <= 30 * DAY
    assert invoice.needs("purchaseDeadline") == (status == "OVER_DUE")
    deleted = event_type == "invoice.deleted"
    assert (invoice["deletedAt"] is not None) == invoice.needs("deletedAt") == deleted
    assert not deleted or invoice.moment("deletedAt") == NOW


@pytest.mark.parametrize(("chance", "days"), [(LEAST, 3), (MOST, 30)])
def test_an_invoice_is_to_be_paid_within_three_to_thirty_days(chance: float, days: int) -> None:
    invoice = settle("invoice.updated", fixed={"status": "SENT"}, chance=chance)
    assert invoice.moment("purchaseDeadline") == NOW + days * DAY
    date = "2025-02-03T00:00:00"
    later = settle("invoice.updated", fixed={"status": "RESERVATION", "reservationAt": date}, chance=chance)
    assert later.moment("purchaseDeadline") == add_interval(moment(date), unit="DAY", count=days)


def test_what_is_over_was_due_or_reserved_up_to_two_weeks_ago() -> None:
    for status, name in (("OVER_DUE", "purchaseDeadline"), ("SENT", "reservationAt")):
        fixed = {"status": status, "publishType": "RESERVATION"}
        assert settle("invoice.updated", fixed=fixed, chance=LEAST).moment(name) == NOW
        age = NOW - settle("invoice.updated", fixed=fixed, chance=MOST).moment(name)
        assert 14 * DAY - timedelta(seconds=1) <= age <= 14 * DAY


def test_three_of_five_invoices_have_no_discount() -> None:
    drawn = {"discount": 700}
    discounts = [invoice["discount"] for invoice in many("invoice.updated", runs=500, drawn=drawn)]
    assert set(discounts) == {0, 700}
    assert 250 < discounts.count(0) < 350
    assert settle("invoice.updated", drawn=drawn, edge=True, chance=LEAST)["discount"] == 700


@pytest.mark.parametrize("edge", [False, True])
@pytest.mark.parametrize("event_type", MESSAGES)
def test_a_message_of_step_cover_fits_its_event(event_type: str, *, edge: bool) -> None:
    """Fact 28."""
    drawn: dict[str, Any] = {"messageType": "REMIND" if "paused" in event_type else "PAUSED"}
    steps = set()
    for cover in many(event_type, runs=60, edge=edge, drawn=drawn):
        assert cover["messageType"] == MESSAGES[event_type]
        assert cover.needs("messageType")
        steps.add(cover["messageSentStep"])
        paused = event_type == "cover.paused"
        assert (cover["nextRetryDatetime"] is None) == paused
        assert cover.needs("nextRetryDatetime") == (event_type == "cover.changed_payment_date")
        if not paused and not edge:
            assert timedelta() < cover.moment("nextRetryDatetime") - NOW <= 5 * DAY
    assert steps == ({4} if event_type == "cover.paused" else {1, 2, 3, 4})


def test_the_next_attempt_of_step_cover_is_within_five_days() -> None:
    second = timedelta(seconds=1)
    assert settle("cover.sent_message", chance=LEAST).moment("nextRetryDatetime") == NOW + second
    assert 0 * second <= NOW + 5 * DAY - settle("cover.sent_message", chance=MOST).moment("nextRetryDatetime") <= second
    date = "2031-01-01T00:00:00"
    assert settle("cover.sent_message", drawn={"nextRetryDatetime": date}, edge=True)["nextRetryDatetime"] == date
