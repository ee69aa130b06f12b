"""What the user fixes is exactly so, what follows from it follows; what does not exist is named with the nearest."""

from typing import Any

import pytest

from steppay_mock import SteppayMockError, make_event, make_events, validate
from steppay_mock.payload.overrides import parse_settings
from steppay_mock.payload.plan import plan_event


def order(data: dict[str, Any], **options: Any) -> dict[str, Any]:
    event = make_event("order.payment_completed", seed=3, data=data, **options)
    validate(event, strict=True)
    return event.data


def test_a_deep_override_changes_that_and_nothing_beside_it() -> None:
    plain = make_event("payment.completed", seed=7).data
    changed = make_event("payment.completed", seed=7, data={"payer": {"email": "kim@example.com"}}).data
    assert changed == {**plain, "payer": {**plain["payer"], "email": "kim@example.com"}}


def test_amounts_follow_from_the_lines_that_are_fixed() -> None:
    data = order({"items": [{"paidAmount": 9900, "type": "SKU"}, {"paidAmount": 3000, "type": "SHIPPING"}]})
    assert [line["paidAmount"] for line in data["items"]] == [9900, 3000]
    assert (data["paidAmount"], data["leftAmount"]) == (12900, 12900)


def test_lines_follow_from_the_amount_that_is_fixed() -> None:
    data = order({"paidAmount": 50000, "returnedAmount": 20000})
    assert sum(line["paidAmount"] for line in data["items"]) == 50000
    assert data["leftAmount"] == 30000


def test_dates_follow_from_the_one_that_is_fixed() -> None:
    data = order({"createdAt": "2020-01-01T00:00:00"})
    assert data["createdAt"] == "2020-01-01T00:00:00" < data["paymentDate"] <= data["modifiedAt"]
    assert data["idKey"].startswith("1577836800000")


def test_a_status_that_is_fixed_brings_what_belongs_to_it() -> None:
    data = make_event("payment.standby", seed=1, data={"status": "CMS_STANDBY"}).data
    assert data["niceCms"]
    assert data["paymentMethod"] in {"CMS", "CMS_BILL"}
    part = make_event("payment.canceled", seed=1, data={"status": "PARTIAL_CANCELED", "paidAmount": 1000}).data
    assert 0 < part["cancel"]["canceledAmount"] < 1000
    ended = make_event("subscription.updated", seed=1, data={"status": "CANCELED"}).data
    assert ended["endDate"]
    assert "nextPaymentDate" not in ended


@pytest.mark.parametrize(
    "date", ["2024-01-01T00:00:00Z", "2024-01-01T00:00:00+09:00", "9999-12-31T00:00:00", "0001-01-01T00:00:00", "x"]
)
@pytest.mark.parametrize("edge", [False, True])
def test_a_date_that_cannot_be_reckoned_with_is_left_as_it_is(date: str, *, edge: bool) -> None:
    """A zone is the most natural thing to try on a receiver (fact 10)."""
    assert make_event("order.updated", seed=1, data={"createdAt": date}, edge=edge).data["createdAt"] == date
    assert make_event("payment.completed", seed=1, data={"paidAt": date}, edge=edge).data["paidAt"] == date
    assert make_event("invoice.updated", seed=1, data={"reservationAt": date}).data["reservationAt"] == date
    period = {"startDateTime": date, "endDateTime": date}
    assert make_event("subscription.updated", seed=1, data={"currentPeriod": period}).data["currentPeriod"] == period


def test_the_status_follows_from_what_is_fixed() -> None:
    for seed in range(20):
        waiting = make_event("payment.standby", seed=seed, data={"paymentGateway": "TOSS"}).data
        assert (waiting["status"], waiting["paymentMethod"]) == ("VIRTUAL_BANK_STANDBY", "VBANK")
        debit = make_event("payment.standby", seed=seed, data={"paymentMethod": "CMS"}).data
        assert (debit["status"], debit["paymentGateway"]) == ("CMS_STANDBY", "SETTLE")
        back = make_event("payment.canceled", seed=seed, data={"cancel": {"canceledAmount": 100}}).data
        assert back["status"] == "PARTIAL_CANCELED"
        unpaid = make_event("order.updated", seed=seed, data={"items": [{"status": "CREATED"}]}).data
        assert "paymentDate" not in unpaid
    made = make_event("subscription.created", seed=1, data={"createdAt": "2024-03-01T00:00:00"}).data
    assert made["currentPeriod"]["startDateTime"] == "2024-03-01T00:00:00"


def test_a_method_that_is_fixed_gets_a_gateway_that_offers_it() -> None:
    for seed in range(20):
        data = make_event("payment.completed", seed=seed, data={"paymentMethod": "CMS"}).data
        assert (data["paymentMethod"], data["paymentGateway"]) == ("CMS", "SETTLE")


def test_a_block_that_the_story_would_leave_out_is_made_when_it_is_fixed() -> None:
    fixed = {"errorMessage": "한도 초과", "vBank": {"bankCode": "004"}}
    data = make_event("payment.completed", seed=1, data=fixed).data
    assert (data["errorMessage"], data["vBank"]["bankCode"]) == ("한도 초과", "004")


def test_a_refund_that_is_fixed_is_in_any_payment() -> None:
    data = make_event("payment.completed", seed=1, data={"cancel": {"canceledAmount": 5}}).data
    assert data["cancel"]["canceledAmount"] == 5
    for event_type in ("payment.completed", "payment.canceled"):
        assert "cancel" not in make_event(event_type, seed=1, data={"cancel": None}).data
        assert make_event(event_type, seed=1, data={"cancel": None}, nulls="null").data["cancel"] is None


def test_none_is_a_null_and_is_written_as_nulls_are() -> None:
    assert "shipping" not in order({"shipping": None})
    assert order({"shipping": None}, nulls="null")["shipping"] is None


def test_a_list_is_as_long_as_the_one_given_and_its_places_are_filled_up() -> None:
    assert len(order({"items": [{}, {}, {}]})["items"]) == 3
    assert order({"items": [{"quantity": 7}]})["items"][0]["quantity"] == 7
    assert order({"items": []})["items"] == []
    assert len(order({"items": {4: {"quantity": 7}}})["items"]) == 5
    assert order({"subscriptions": [1, 2, 3], "type": "RECURRING"})["subscriptions"] == [1, 2, 3]


def test_a_map_is_replaced_whole() -> None:
    data = make_event("customer.created", seed=1, data={"attributes": {"등급": "골드"}}).data
    assert data["attributes"] == {"등급": "골드"}


def test_events_share_nothing_with_each_other_or_with_the_override() -> None:
    fixed: dict[str, Any] = {"attributes": {"tags": "a"}, "additionalRecipients": ["a@example.com"]}
    first, second = make_events("customer.created", n=2, seed=1, data=fixed)
    first.data["attributes"]["tags"] = "b"
    first.data["additionalRecipients"].append("b@example.com")
    assert second.data["attributes"] == fixed["attributes"] == {"tags": "a"}
    assert second.data["additionalRecipients"] == fixed["additionalRecipients"] == ["a@example.com"]


def test_an_override_may_break_the_contract_and_is_left_so() -> None:
    """To see how a receiver takes what must never come."""
    data = make_event("order.created", seed=1, data={"paidAmount": "free", "type": "GIFT"}).data
    assert (data["paidAmount"], data["type"]) == ("free", "GIFT")


@pytest.mark.parametrize("edge", [False, True])
@pytest.mark.parametrize("nonsense", [None, "x", 3.5, [], {}, [[]], True])
@pytest.mark.parametrize("event_type", ["order.updated", "payment.canceled", "subscription.updated", "product.created"])
def test_no_override_of_a_known_field_breaks_the_factory(event_type: str, nonsense: Any, *, edge: bool) -> None:
    for name, node in plan_event(event_type, edge=False).fields["data"].fields.items():
        made = make_event(event_type, seed=1, data={name: nonsense}, edge=edge, nulls="null").data[name]
        if not (isinstance(nonsense, list | dict) and (node.is_object or node.item)):
            assert made == nonsense


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"paidAmout": 1}, "There is no field 'data.paidAmout'. Did you mean 'data.paidAmount'?"),
        ({"items": [{"paidamount": 1}]}, "'data.items.0.paidamount'. Did you mean 'data.items.0.paidAmount'?"),
        ({"shipping": {"zzz": 1}}, "There is no field 'data.shipping.zzz'. It has: name, phone,"),
        ({"items": {"first": {}}}, "'data.items' is a list: name its places by numbers from 0 to 999, not 'first'"),
        ({"items": {-1: {}}}, "name its places by numbers"),
    ],
)
def test_an_unknown_path_is_an_error_that_names_the_nearest(data: dict[str, Any], message: str) -> None:
    with pytest.raises(SteppayMockError) as caught:
        make_event("order.created", seed=1, data=data)
    assert message in str(caught.value)


def settings(event_type: str, **pairs: str) -> Any:
    return parse_settings(
        {path.replace("__", "."): text for path, text in pairs.items()}, plan_event(event_type, edge=False)
    )


@pytest.mark.parametrize("path", ["data.items.0.paidAmount", "data.items[0].paidAmount", "$.data.items[0].paidAmount"])
def test_a_setting_is_a_path_and_a_json_value(path: str) -> None:
    tree = parse_settings({path: "9900"}, plan_event("order.created", edge=False))
    assert tree == {"data": {"items": {0: {"paidAmount": 9900}}}}


def test_a_setting_of_a_text_field_stays_text() -> None:
    """Payment's orderId is a string, Order's id a number (fact 14)."""
    assert settings("payment.completed", data__orderId="42") == {"data": {"orderId": "42"}}
    assert settings("order.created", data__id="42") == {"data": {"id": 42}}
    assert settings("customer.created", data__name="null") == {"data": {"name": None}}
    assert settings("customer.created", data__name='"null"') == {"data": {"name": "null"}}
    assert settings("customer.created", data__attributes__tier="7") == {"data": {"attributes": {"tier": "7"}}}


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (
            "data.items.0.paidAmout",
            "There is no field at 'data.items.0.paidAmout'. Did you mean 'data.items.0.paidAmount'?",
        ),
        ("data.items.3.price", "Did you mean 'data.items.0.priceCode'?"),
        ("data.items.3.x", "There is no field at 'data.items.3.x'. The fields there are: id, code, "),
        ("data.items.first", "Did you mean 'data.items.0'?"),
        ("data.x", "There is no field at 'data.x'. The fields there are: id, "),
        ("dta.code", "Did you mean 'data.code'?"),
        ("data..code", "is not a path"),
        ("", "is not a path"),
    ],
)
def test_an_unknown_setting_names_the_nearest_real_path(path: str, message: str) -> None:
    with pytest.raises(SteppayMockError) as caught:
        parse_settings({path: "1"}, plan_event("order.created", edge=False))
    assert message in str(caught.value)


def test_a_setting_within_another_is_misuse() -> None:
    with pytest.raises(SteppayMockError, match="Set one or the other"):
        parse_settings({"data.items": "[]", "data.items.0.code": "x"}, plan_event("order.created", edge=False))
    with pytest.raises(SteppayMockError, match="Set one or the other"):
        parse_settings({"data.items.0.code": "x", "data.items": "[]"}, plan_event("order.created", edge=False))
