"""The line that raised is read: which fields it took from the webhook, and which of them are not there."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from steppay_mock import make_event
from steppay_mock.ordering.report.fields_read import fields_read

PAYMENT = make_event("payment.completed", seed=7, data={"payer": None}).payload
PAYMENT["data"].pop("payer", None)
SUBSCRIPTION = make_event("subscription.updated", seed=7).payload
ROWS: dict[Any, Any] = {}
CONFIG: dict[str, str] = {}
config = CONFIG


def keep(*_values: Any) -> None:
    pass


def whole_way(webhook: Any) -> None:
    keep(webhook["data"]["payer"]["email"])


def by_a_name(webhook: Any) -> None:
    payment = webhook["data"]
    keep(payment["payer"]["email"])


def by_get(webhook: Any) -> None:
    keep(webhook.get("data", {}).get("payer", {})["email"])


def other_name(webhook: Any) -> None:
    keep(webhook["eventType"])


def other_id(webhook: Any) -> None:
    data = webhook["data"]
    ROWS[data["id"]] = data


def shorter(webhook: Any) -> None:
    keep(webhook["data"]["items"][7]["code"])


def of_several_lines(webhook: Any) -> None:
    keep(
        {
            "status": webhook["data"]["status"],
            "mail": webhook["data"]["payer"],
        }
    )


def of_its_own(webhook: Any) -> None:
    ROWS["open"].append(webhook["data"]["paymentId"])


def of_the_environment(webhook: Any) -> None:
    keep(config["STEPPAY_WEBHOOK_SECRET"], webhook)


def in_a_library(webhook: Any) -> None:
    json.loads(webhook["data"]["status"])


def of_none(webhook: Any) -> None:
    ROWS.get("missing").append(webhook["data"]["status"])  # type: ignore[union-attr]


def elsewhere(webhook: Any) -> None:
    keep(webhook["status"])


def told(function: Callable[[Any], None], payload: dict[str, Any]) -> list[str]:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - whatever a receiver raises
        function(payload)
    found = fields_read(caught.value, payload)
    assert all(one.startswith("test_fields_read.py:") for one in found)
    return [one.partition(" reads ")[2] for one in found]


LEFT_OUT = "which this event does not have: fields that are null are left out (fact 7)."


@pytest.mark.parametrize(
    ("function", "payload", "sentences"),
    [
        (whole_way, PAYMENT, [f'"payer", {LEFT_OUT}']),
        (by_a_name, PAYMENT, [f'"payer", {LEFT_OUT}']),
        (by_get, PAYMENT, [f'"payer", {LEFT_OUT}']),
        (other_name, PAYMENT, ['"eventType", which no event of this type has: read "event".']),
        (other_id, SUBSCRIPTION, ['"id", which no event of this type has: read "subscriptionId".']),
        (shorter, SUBSCRIPTION, ['"data.items.7", but this event has fewer.']),
        (of_several_lines, PAYMENT, [f'"payer", {LEFT_OUT}']),
        (
            of_its_own,
            PAYMENT,
            ['"open", which no event of this type has.', '"data.paymentId", which this event has: $.data.paymentId.'],
        ),
        (of_the_environment, PAYMENT, []),
        (in_a_library, PAYMENT, ['"data.status", which this event has: $.data.status.']),
        (of_none, PAYMENT, ['"data.status", which this event has: $.data.status.']),
        (elsewhere, PAYMENT, ['"status", which is not where it was read: this event has $.data.status.']),
    ],
)
def test_fields_are_told_with_whether_the_event_has_them(
    function: Callable[[Any], None], payload: dict[str, Any], sentences: list[str]
) -> None:
    assert told(function, payload) == sentences


def test_a_group_of_exceptions_is_told_by_its_first() -> None:
    try:
        whole_way(PAYMENT)
    except KeyError as error:
        group = ExceptionGroup("of a server", [error])
    assert fields_read(group, PAYMENT)[0].endswith(f'"payer", {LEFT_OUT}')


@pytest.mark.parametrize("source", ["def app(w):\n    return w['data']['payer']\n", "\x00", ""])
def test_without_a_source_nothing_is_told(source: str) -> None:
    space: dict[str, Any] = {}
    exec(compile("def app(w):\n    return w['data']['payer']\n", "/nowhere/shop.py", "exec"), space)
    with pytest.raises(KeyError) as caught:
        space["app"](PAYMENT)
    assert fields_read(caught.value, PAYMENT) == ()
    assert fields_read(KeyError(source), PAYMENT) == ()


def test_an_event_that_is_none_of_steppays_is_read_all_the_same() -> None:
    assert told(whole_way, {"event": "mine"}) == ['"data", which no event of this type has.']
