"""The control API is what the OpenAPI document says: its routes, what they take, and what they answer."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import pytest
import requests
from jsonschema import Draft202012Validator, ValidationError
from sandbox.conftest import Inbox

from steppay_mock import Sandbox, __version__
from steppay_mock.contract.control_calls import CONTROL_CALLS, CONTROL_ERRORS
from steppay_mock.contract.openapi import openapi_document
from steppay_mock.contract.rest_calls import DescribedCall
from steppay_mock.sandbox.acts import ACTIONS
from steppay_mock.sandbox.control import routes

DOCUMENT = openapi_document(version=__version__)
SCHEMAS = DOCUMENT["components"]["schemas"]
Operation = dict[str, Any]


def operation_of(call: DescribedCall) -> Operation:
    found: Operation = DOCUMENT["paths"][call.path][call.method.lower()]
    return found


def schema_of(operation: Operation, status: int) -> Any:
    answer = operation["responses"][str(status)]
    if "$ref" in answer:
        answer = DOCUMENT["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    return answer["content"]["application/json"]["schema"]


def judge(schema: Any, data: Any) -> None:
    Draft202012Validator({**schema, "components": DOCUMENT["components"]}).validate(data)


def ask(sandbox: Sandbox, call: DescribedCall, path: str, body: Any = None, **headers: str) -> requests.Response:
    return requests.request(call.method, sandbox.url + path, json=body, headers=headers, timeout=30)


def test_every_route_is_described_and_no_other() -> None:
    served = {f"{method} {path.replace('<int:', '<')}" for method, path, _ in routes.CALLS}
    served = {one.replace("<", "{").replace(">", "}") for one in served}
    assert served == {f"{call.method} {call.path}" for call in CONTROL_CALLS}
    for call in CONTROL_CALLS:
        operation = operation_of(call)
        assert (operation["tags"], operation["security"]) == (["control"], [])
        assert operation["servers"][0]["url"] == "http://localhost:8090"
    assert SCHEMAS["SandboxAction"]["enum"] == list(ACTIONS)


@pytest.mark.parametrize("call", CONTROL_CALLS, ids=lambda call: call.name)
def test_a_call_takes_its_example_and_is_answered_with_its_type(
    call: DescribedCall, sandbox: Sandbox, inbox: Inbox
) -> None:
    sandbox.hold()
    sandbox.store.checkout()
    order = sandbox.store.checkout(pays="later")
    sandbox.change_endpoint("mine", url=inbox.url)
    sandbox.store.update_customer(name="김하늘")
    requests.post(f"{sandbox.url}/in/shop", data=b"{}", timeout=30)
    if call.name in {"listDeliveries", "readDelivery", "resendDelivery"}:
        sandbox.flush()
    operation = operation_of(call)
    keys = {one.name: quote(str(one.example)) for one in call.parameters if one.place == "path"}
    path = call.path.format(**{**keys, "code": order.code})
    query = "".join(f"?{one.name}={one.example}" for one in call.parameters if one.place == "query")
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    assert bool(body) is (call.body is not None)
    if body:
        judge(body["schema"], body["example"])
    answer = ask(sandbox, call, path + query, body.get("example"))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json"), answer.text
    judge(schema_of(operation, 200), answer.json())
    if call.answered is not None:
        judge(schema_of(operation, 200), call.answered)
    assert any(answer.json().values()) or answer.json() == {}, "an empty list would prove nothing"


@pytest.mark.parametrize("call", CONTROL_CALLS, ids=lambda call: call.name)
def test_an_error_has_its_type(call: DescribedCall, sandbox: Sandbox) -> None:
    path = re.sub(r"\{\w+\}", "1", call.path)
    operation = operation_of(call)
    assert list(operation["responses"]) == ["200", *map(str, CONTROL_ERRORS)]
    answers = {
        403: ask(sandbox, call, path, Host="evil.example"),
        405: requests.request("BREW", sandbox.url + path, timeout=30),
    }
    if call.body is not None:
        answers[400] = ask(sandbox, call, path, [1])
    for status, answer in answers.items():
        assert answer.status_code == status
        judge(schema_of(operation, status), answer.json())


@pytest.mark.parametrize(
    ("call", "name"), [(call, name) for call in CONTROL_CALLS if call.body for name in ("unknown", "members")]
)
def test_the_members_of_a_body_are_those_that_the_sandbox_takes(
    call: DescribedCall, name: str, sandbox: Sandbox
) -> None:
    schema = SCHEMAS[str(call.body).rpartition("/")[2]]
    if schema.get("additionalProperties") is True:
        return  # the arguments of actions and scenarios: each has its own
    path = re.sub(r"\{\w+\}", "webhooks", call.path.replace("{number}", "1"))
    if name == "unknown":
        answer = ask(sandbox, call, path, {"nonsense": 1})
        assert answer.status_code == 400
        told = answer.json()["error"]
        known = re.findall(r"[a-z_]+", told.rpartition(" are ")[2])
        assert sorted({*known} - {"or"}) == sorted(schema["properties"])
        return
    for member in schema["properties"]:  # a wrong value is refused by its name, and not as an unknown one
        answer = ask(sandbox, call, path, {member: {"no": "value"}})
        assert not re.search("has no (member|field)", answer.json().get("error", ""))


def test_the_document_refuses_what_the_sandbox_refuses(sandbox: Sandbox) -> None:
    wrong: list[tuple[str, str, Any]] = [
        ("SandboxAdvance", "advance", {"days": -1}),
        ("SandboxClock", "clock", {"speed": 100_001}),
        ("SandboxFailure", "renewals/fail", {"times": 0}),
        ("SandboxFlush", "deliveries/flush", {"duplicates": 1.1}),
        ("SandboxHold", "deliveries/hold", {"held": 1}),
        ("SandboxReset", "reset", {"seed": 1.5}),
        ("SandboxReset", "reset", {"scenario": 5}),
    ]
    for name, path, body in wrong:
        schema = {**SCHEMAS[name], "components": DOCUMENT["components"]}
        assert not Draft202012Validator(schema).is_valid(body)
        answer = requests.post(f"{sandbox.url}/_mock/{path}", json=body, timeout=30)
        assert answer.status_code == 400, (name, body)


def test_webhooks_v1_are_among_the_events_of_an_answer() -> None:
    with Sandbox(seed=7, store={"v1": "both"}) as sandbox:
        sandbox.store.checkout()
        sandbox.advance(days=31)
        (call,) = (one for one in CONTROL_CALLS if one.name == "listEvents")
        answer = ask(sandbox, call, call.path).json()
        kinds = {event.type for event in sandbox.events}
    assert {"v1.order", "v1.subscription"} < kinds
    judge(schema_of(operation_of(call), 200), answer)
    with pytest.raises(ValidationError, match="is not valid under any of the given schemas"):
        judge(schema_of(operation_of(call), 200), {"events": [{"id": "x"}]})
