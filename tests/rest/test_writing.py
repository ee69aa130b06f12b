"""Every call that writes: its answer, its webhooks, in process and over HTTP, and the same again from the same seed."""

from __future__ import annotations

import json
import re
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import requests
from rest.write_case import WriteCase
from rest.write_cases import CASES, order_body
from rest_types import DOCUMENTED, differences, schema_errors

from steppay_mock import Store, StoreApi
from steppay_mock.contract.rest_calls import URL
from steppay_mock.rest.writing.call import WritingCall
from steppay_mock.rest.writing.calls import WRITES

HEADERS = {"Secret-Token": "test_token"}
cases = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def shape(name: str) -> str:
    """A method and a template. The vendor names the parts of the paths otherwise."""
    return re.sub(r"\{\w+\}", "{}", name)


def documented(call: WritingCall) -> dict[str, Any]:
    """What the vendor publishes of the call."""
    (only,) = (
        told for name, told in DOCUMENTED["writes"].items() if shape(name) == shape(f"{call.method} {call.template}")
    )
    return dict(only)


def test_every_call_of_the_vendor_is_there_and_no_other() -> None:
    calls = [shape(f"{call.method} {call.template}") for call in WRITES]
    assert sorted(calls) == sorted(map(shape, DOCUMENTED["writes"]))


def test_every_call_has_a_case() -> None:
    assert {f"{call.method} {call.template}" for call in WRITES} == {" ".join(one.name.split()[:2]) for one in CASES}


@pytest.mark.parametrize("call", WRITES, ids=lambda call: f"{call.method} {call.template}")
def test_every_call_has_the_status_and_the_body_of_the_vendor(call: WritingCall) -> None:
    told = documented(call)
    body = None if call.body is None else call.body.name + ("[]" if call.body.is_list else "")
    assert (call.status, body) == (told["status"], told.get("body"))
    assert call.missing == (404 if 404 in told["errors"] else 400)


@cases
def test_a_call_answers_its_type_and_sends_its_webhooks(case: WriteCase) -> None:
    played = case.played()
    told = played.write()
    assert told.status == case.call.status, told.data
    kind = documented(case.call)["answer"]
    if kind is None:
        assert told.data is None
    else:
        assert list(differences(kind, told.data)) == []
        assert schema_errors(kind, told.data) == []
    assert played.new_events == case.events
    (call,) = played.api.calls
    assert (call.method, call.path, call.status) == (
        case.call.method,
        played.sent.path.partition("?")[0],
        case.call.status,
    )
    assert (call.route, call.notes, call.known) == (case.call.template, (), True)


@cases
def test_the_same_seed_and_the_same_call_give_the_same_bytes_over_every_client(case: WriteCase) -> None:
    told: list[bytes] = []
    events: list[list[bytes]] = []

    def note(body: bytes, store: Store) -> None:
        told.append(body)
        events.append([event.body for event in store.events])

    one = case.played()
    with one.api.patched():
        answer = requests.request(
            case.call.method, URL + one.sent.path, json=one.sent.body, headers=HEADERS, timeout=30
        )
    note(answer.content, one.store)
    two = case.played()
    with two.api.patched():
        other = httpx.request(case.call.method, URL + two.sent.path, json=two.sent.body, headers=HEADERS)
    note(other.content, two.store)
    three = case.played()
    with three.api.serve() as url:
        connection = HTTPConnection(urlsplit(url).netloc, timeout=30)
        body = None if three.sent.body is None else json.dumps(three.sent.body).encode()
        connection.request(
            case.call.method, three.sent.path, body=body, headers={**HEADERS, "Content-Type": "application/json"}
        )
        note(connection.getresponse().read(), three.store)
        connection.close()
    assert told[0] == told[1] == told[2]
    assert events[0] == events[1] == events[2]


@cases
def test_an_api_that_only_reads_writes_nothing_and_says_how_it_would(case: WriteCase) -> None:
    played = case.played()
    api = StoreApi(played.store)
    answer = requests.Response()
    with api.patched():
        answer = requests.request(
            case.call.method, URL + played.sent.path, json=played.sent.body, headers=HEADERS, timeout=30
        )
    assert answer.status_code == 405
    assert answer.json()["errorMessage"] == (
        f"{case.call.method} {case.call.template} writes, and this API only reads. "
        "Let it write: StoreApi(store, writable=True) in Python, --writable on the command line."
    )
    assert case.call.method not in answer.headers["Allow"]
    assert played.new_events == ()


@cases
def test_a_call_without_the_token_writes_nothing(case: WriteCase) -> None:
    played = case.played()
    with played.api.patched():
        answer = requests.request(case.call.method, URL + played.sent.path, json=played.sent.body, timeout=30)
    assert (answer.status_code, answer.json()["errorCode"]) == (403, "TOKEN_MISSING")
    assert played.new_events == ()


@cases
def test_a_call_that_fails_as_the_test_asked_writes_nothing(case: WriteCase) -> None:
    played = case.played()
    played.api.fail(status=503, times=1)
    assert played.write().status == 503
    assert played.new_events == ()
    assert played.write().status == case.call.status


@pytest.mark.parametrize("call", [one for one in WRITES if one.find], ids=lambda one: f"{one.method} {one.template}")
def test_what_the_path_names_must_be_there(call: WritingCall) -> None:
    store = Store(seed=7)
    path = re.sub(r"\{\w+\}", "0", call.template)
    with StoreApi(store, writable=True).patched():
        answer = requests.request(call.method, URL + path, json={}, headers=HEADERS, timeout=30)
    assert (answer.status_code, answer.json()["errorCode"]) == (404, "NOT_FOUND")
    assert answer.json()["errorMessage"].endswith(f"call with {call.key}.")
    assert len(store.events) == 0


@pytest.mark.parametrize("field", ["customerId", "customerCode", "customerUuid"])
def test_an_order_names_its_customer_by_id_code_or_uuid(field: str) -> None:
    store = Store(seed=7)
    other = store.create_customer()
    api = StoreApi(store, writable=True)
    with api.patched():
        made = requests.post(
            f"{URL}/api/v1/orders", json=order_body(store, customerId=other.id), headers=HEADERS, timeout=30
        ).json()
        keys = {"customerId": other.id, "customerCode": other.code, "customerUuid": made["customer"]["uuid"]}
        body = order_body(store)
        del body["customerId"]
        again = requests.post(
            f"{URL}/api/v1/orders", json={**body, field: keys[field]}, headers=HEADERS, timeout=30
        ).json()
    assert again["customer"]["id"] == other.id
