"""Wrong bodies: each fault is told by its place, and nothing is written; no body is answered with a 5xx."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest.api_client import ask
from rest.write_case import WriteCase
from rest.write_cases import CASES, CUSTOMER, order_body
from werkzeug.test import Client

from steppay_mock import Store, StoreApi
from steppay_mock.contract.schemas import resolved

WITH_BODY = [one for one in CASES if one.call.body is not None]
FIRST = list({(one.call.method, one.call.template): one for one in reversed(WITH_BODY)}.values())
"""One case of each call that has a body."""
with_body = pytest.mark.parametrize("case", FIRST, ids=lambda case: case.name)


def fields_in(body: Any, schema: Any, path: str = "$") -> Iterator[tuple[str, dict[str, Any], str, Any, bool]]:
    """Each field that the body has: its place, the object that has it, its name, its schema, whether it is required."""
    schema = schema["anyOf"][0] if "anyOf" in schema else schema
    if isinstance(body, list):
        for place, one in enumerate(body):
            yield from fields_in(one, schema.get("items", schema), f"{path}[{place}]")
    if isinstance(body, dict):
        for name, one in list(body.items()):
            if name in schema.get("properties", {}):
                inner = schema["properties"][name]
                yield f"{path}.{name}", body, name, inner, name in schema.get("required", ())
                yield from fields_in(one, inner, f"{path}.{name}")


def faults(case: WriteCase, body: Any) -> list[dict[str, str]]:
    """The faults that the answer tells, of a call that wrote nothing."""
    played = case.played()
    told = played.write(body)
    assert (told.status, told.data["errorCode"]) == (400, "WRONG_BODY"), told.data
    assert played.new_events == ()
    return list(told.data["details"]["faults"])


@with_body
def test_each_missing_field_is_told_by_its_place(case: WriteCase) -> None:
    sent, kind = case.played().sent.body, case.call.body
    assert kind is not None
    places = [place for place, *_, required in fields_in(sent, resolved(kind.path)) if required]
    for wanted in places:
        body = copy.deepcopy(sent)
        for place, owner, name, *_ in list(fields_in(body, resolved(kind.path))):
            if place == wanted:
                del owner[name]
        (fault,) = faults(case, body)
        name = wanted.rpartition(".")[2]
        assert fault == {
            "path": wanted,
            "expected": f"the field {name!r}",
            "sent": "nothing",
            "next": f"Add {name!r}: it is required.",
        }


@with_body
def test_a_missing_field_that_was_sent_with_another_name_is_told_so(case: WriteCase) -> None:
    sent, kind = case.played().sent.body, case.call.body
    assert kind is not None
    places = [place for place, *_, required in fields_in(sent, resolved(kind.path)) if required]
    for wanted in places:
        body = copy.deepcopy(sent)
        for place, owner, name, *_ in list(fields_in(body, resolved(kind.path))):
            if place == wanted:
                owner[f"{name}_"] = owner.pop(name)
        (fault,) = faults(case, body)
        name = wanted.rpartition(".")[2]
        assert (fault["path"], fault["sent"]) == (wanted, f"{name}_")
        assert fault["next"] == f"Rename '{name}_' to {name!r}."


@with_body
def test_each_field_of_a_wrong_type_is_told_by_its_place(case: WriteCase) -> None:
    sent, kind = case.played().sent.body, case.call.body
    assert kind is not None
    for wanted in [place for place, *_ in fields_in(sent, resolved(kind.path))]:
        body = copy.deepcopy(sent)
        for place, owner, name, *_ in list(fields_in(body, resolved(kind.path))):
            if place == wanted:
                owner[name] = [[]] if not isinstance(owner[name], list) else "x"
        (fault,) = faults(case, body)[:1]
        assert fault["path"] == wanted
        assert fault["next"].endswith(".")


@with_body
def test_what_is_no_body_of_the_call_is_refused_with_what_to_send(case: WriteCase) -> None:
    kind = case.call.body
    assert kind is not None
    played = case.played()
    wrong = [
        (b"", "application/json", 400, "WRONG_BODY"),
        (b"{", "application/json", 400, "NO_JSON"),
        (b"\xff", "application/json", 400, "NO_JSON"),
        (b'"text"', "application/json", 400, "WRONG_BODY"),
        (b"{}" if kind.is_list else b"[]", "application/json; charset=utf-8", 400, "WRONG_BODY"),
        (b"[" * 200_000, "application/json", 400, "NO_JSON"),
        (b'{"a":' * 900 + b"1" + b"}" * 900, "application/json", 400, "NO_JSON"),
        (b'{"a": "\\ud800"}', "application/json", 400, "NO_JSON"),
        (b'{"a": ' + b"9" * 5000 + b"}", "application/json", 400, "NO_JSON"),
        (b'{"a": NaN}', "application/json", 400, "NO_JSON"),
        (b"{}", "text/plain", 415, "WRONG_CONTENT_TYPE"),
        (b"a=1", "application/x-www-form-urlencoded", 415, "WRONG_CONTENT_TYPE"),
        (b"{}", "", 415, "WRONG_CONTENT_TYPE"),
        (b" " * 1_000_001, "application/json", 413, "BODY_TOO_LARGE"),
    ]
    for data, content_type, status, code in wrong:
        answer = Client(played.api).open(
            played.sent.path,
            method=case.call.method,
            headers={"Secret-Token": "test_token"},
            data=data,
            content_type=content_type,
        )
        assert answer.json
        assert (answer.status_code, answer.json["errorCode"]) == (status, code), data[:20]
        assert "Send " in answer.json["errorMessage"]
    assert played.new_events == ()


def test_unknown_fields_are_ignored_and_noted() -> None:
    store = Store(seed=7)
    api = StoreApi(store, writable=True)
    body = order_body(store, coupon="X", customerID=1)
    body["items"][0]["amount"] = 1
    assert ask(api, "/api/v1/orders", method="POST", body=body).status == 201
    assert api.calls[-1].notes == tuple(
        f"{place} is no field of StepPay's, and is ignored."
        for place in ("$.items[0].amount", "$.coupon", "$.customerID")
    )


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"customerId": "7"}, '$.customerId: expected an integer, sent "7" (string). Send it without the quotes: 7.'),
        (
            {"paymentGateway": "TOSS_PAY"},
            "$.paymentGateway: expected one of NAVER, DANAL, KAKAO, KG, KCP, NICE, JT, GOOGLE, BANKPAY, BLUEWALNUT,",
        ),
        (
            {"purchaseDeadline": "2025-01-30T00:00:00Z"},
            "$.purchaseDeadline: expected a LocalDateTime such as 2023-06-19T06:19:55.403711: no zone, 0 to 9 fraction",
        ),
        ({"items": []}, "$.items: expected one item or more, sent [] (array). Send what is ordered."),
        ({"customerId": None}, "$.customerId: expected one of customerId, customerCode and customerUuid, sent null"),
    ],
)
def test_a_wrong_value_is_told_in_words(changed: dict[str, Any], message: str) -> None:
    store = Store(seed=7)
    told = ask(StoreApi(store, writable=True), "/api/v1/orders", method="POST", body=order_body(store, **changed))
    assert told.status == 400
    assert told.message.startswith(message)


def test_several_faults_are_told_together() -> None:
    told = ask(StoreApi(Store(seed=7), writable=True), "/api/v1/customers", method="POST", body={})
    assert told.status == 400
    assert len(told.data["details"]["faults"]) == 6
    assert told.message.startswith(
        "$.name: expected the field 'name', sent nothing. Add 'name': it is required. $.email"
    )
    assert told.message.endswith("1 more are in details.faults.")


def test_a_whole_number_may_be_written_with_a_point() -> None:
    store = Store(seed=7)
    body = order_body(store)
    body["items"][0]["minimumQuantity"] = 2.0
    told = ask(StoreApi(store, writable=True), "/api/v1/orders", method="POST", body=body)
    assert told.status == 201
    assert store.pay().lines[0].quantity == 2


def test_what_the_store_refuses_is_a_400_with_its_reason() -> None:
    store = Store(seed=7)
    store.checkout()
    api = StoreApi(store, writable=True)
    told = ask(api, f"/api/v1/subscriptions/{store.subscription.id}/active", method="POST")
    assert (told.status, told.data["errorCode"]) == (400, "ILLEGAL_ACTION")
    assert told.data["details"]["state"] == "ACTIVE"
    assert "pause" in told.data["details"]["allowed"]
    late = {"whenToCancel": "SPECIFIC_DATE_TIME", "when": "2020-01-01T00:00:00"}
    told = ask(api, f"/api/v1/subscriptions/{store.subscription.id}/cancel", method="POST", body=late)
    assert (told.status, told.data["errorCode"]) == (400, "REFUSED_BY_STORE")
    assert told.message.endswith("Give a later moment.")


def test_a_customer_needs_no_phone_and_no_address() -> None:
    body = {name: one for name, one in CUSTOMER.items() if name not in {"phone", "shipping"}}
    store = Store(seed=7)
    told = ask(StoreApi(store, writable=True), "/api/v1/customers", method="POST", body=body)
    assert (told.status, told.data["phone"]) == (201, None)
    assert store.customers[-1].words["shipping"] is None


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("case", FIRST, ids=lambda case: case.name)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_body_is_answered_with_an_error_of_the_server(case: WriteCase, data: st.DataObject) -> None:
    """A good body with one or two fields that have another value, or a body of any kind."""
    played = case.played()
    body, kind = copy.deepcopy(played.sent.body), case.call.body
    assert kind is not None
    places = list(fields_in(body, resolved(kind.path)))
    if data.draw(st.booleans()) and places:
        for _ in range(data.draw(st.integers(1, 2))):
            _, owner, name, schema, _ = data.draw(st.sampled_from(places))
            values = [ANYTHING, st.sampled_from([0, -1, 2**31 - 1, 2**63 - 1, 10**12, 0.5, 1e300, "", None])]
            values += [st.sampled_from(_enumeration(schema))] if _enumeration(schema) else []
            values += [st.sampled_from(["0000-01-01T00:00:00", "9999-12-31T23:59:59.999999999", "2025-01-15T03:00:01"])]
            owner[name] = data.draw(st.one_of(values))
    else:
        body = data.draw(ANYTHING)
    told = Client(played.api).open(
        played.sent.path,
        method=case.call.method,
        headers={"Secret-Token": "test_token"},
        data=json.dumps(body),
        content_type="application/json",
    )
    assert told.status_code < 500
    assert played.api.calls[-1].status == told.status_code
    if told.status_code >= 400:
        assert played.new_events == ()


def _enumeration(schema: Any) -> list[Any]:
    return list((schema["anyOf"][0] if "anyOf" in schema else schema).get("enum", ()))
