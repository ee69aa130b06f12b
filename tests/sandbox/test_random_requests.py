"""Random requests to every call of a sandbox: each answer is one that the OpenAPI document has, and none is a 500.

``make fuzz`` sends more of them, which schemathesis makes.
"""

from __future__ import annotations

import re
from functools import cache
from random import Random
from typing import Any
from urllib.parse import quote

import pytest
import requests
from jsonschema import Draft202012Validator
from sandbox.conftest import Inbox, Open

from steppay_mock import Sandbox, __version__
from steppay_mock.contract.openapi import openapi_document

DOCUMENT = openapi_document(version=__version__)
CALLS = [
    (method.upper(), path, operation)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if path != "/_mock/deliveries/settle"  # it waits for what the others began
]
REQUESTS = 130
LONGEST = (
    30_000  # bytes of an answer that is judged: a long list takes long, and has nothing else in it than a short one
)

TEXTS = (
    *("", "a", "골드 멤버십", "x" * 5_000, "../..", "<b>&", "null", "-1", "\0"),
    *("2026-02-30T00:00:00", "2026-03-01T00:00:00"),
)
NUMBERS = (0, 1, -1, 2, 7, 28, 31, 2**31, 2**53 + 1, 2**63 - 1, 2**63, -(2**63) - 1, 0.5, 1e308, 10**30)
OTHERS: tuple[Any, ...] = (None, True, False, [], {}, [None], {"a": 1}, [[[]]])


class Dice:
    """Makes requests by chance: mostly as the document has them, with ids that the sandbox has, and often wrong."""

    def __init__(self, seed: int, sandbox: Sandbox) -> None:
        self._random = Random(seed)
        self._sandbox = sandbox

    def request(self) -> tuple[str, str, str, Any, dict[str, Any]]:
        """Method, path, query and body of a request, with its operation."""
        method, template, operation = self._random.choice(CALLS)
        path = re.sub(r"\{(\w+)\}", lambda found: quote(str(self._key(found[1], template)), safe=""), template)
        names = [one["name"] for one in operation["parameters"] if one.get("in") == "query"]
        query = "&".join(f"{name}={quote(str(self._any()))}" for name in names if self._random.random() < 0.3)
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        return method, path, query, None if content is None else self._value(content["schema"]), operation

    def _value(self, schema: Any, name: str = "") -> Any:
        """A value of the schema, or sometimes any other."""
        if self._random.random() < 0.04:
            return self._any()
        known = self._known(name)
        if known and self._random.random() < 0.7:
            return self._random.choice(known)
        schema = followed(schema)
        if "enum" in schema:
            return self._random.choice(schema["enum"])
        kinds = schema.get("type", "null")
        kind = self._random.choice(kinds) if isinstance(kinds, list) else kinds
        if kind == "object":
            required = schema.get("required", ())
            return {
                field: self._value(one, field)
                for field, one in schema.get("properties", {}).items()
                if field in required or self._random.random() < 0.5
            }
        if kind == "array":
            return [self._value(schema.get("items", {})) for _ in range(self._random.randrange(3))]
        plain: dict[str, tuple[Any, ...]] = {"string": TEXTS, "boolean": (True, False), "null": (None,)}
        return self._random.choice(plain.get(kind, NUMBERS))

    def _any(self) -> Any:
        return self._random.choice((*TEXTS, *NUMBERS, *OTHERS))

    def _key(self, name: str, template: str) -> Any:
        known = self._known(template.split("/")[3] if name in {"id", "code"} else name)
        return self._random.choice(known) if known and self._random.random() < 0.8 else self._any() or "x"

    def _known(self, name: str) -> list[Any]:
        store = self._sandbox.store
        found: dict[str, list[Any]] = {
            "customers": [one.id for one in store.customers],
            "orders": [key for one in store.orders for key in (one.id, one.code)],
            "subscriptions": [one.id for one in store.subscriptions],
            "products": [one.code for one in store.products],
            "invoices": [one.id for one in store.invoices],
            "itemId": [item.id for one in store.subscriptions for item in one.items],
            "priceCode": [one.code for one in store.prices],
            "action": ["checkout", "cancel", "pay", "draft_invoice", "send_invoice", "add_item", "create_price"],
            "name": ["refund-in-full", "webhooks", "mine"],
            "url": [self._sandbox.endpoints["webhooks"].url] if "webhooks" in self._sandbox.endpoints else [],
        }
        others = {"customerId": "customers", "idOrCode": "orders", "productCode": "products", "orderId": "orders"}
        return found.get(others.get(name, name), [])[-5:]


def followed(schema: Any) -> Any:
    """The schema that references and choices lead to."""
    while "$ref" in schema or "allOf" in schema or "anyOf" in schema:
        if "$ref" in schema:
            schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        else:
            schema = (schema.get("allOf") or schema["anyOf"])[0]
    return schema


@cache
def judge_of(operation_id: str, status: int, content_type: str) -> Draft202012Validator:
    (operation,) = (one for _, _, one in CALLS if one["operationId"] == operation_id)
    answer = operation["responses"][str(status)]
    if "$ref" in answer:
        answer = DOCUMENT["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    return Draft202012Validator({**answer["content"][content_type]["schema"], "components": DOCUMENT["components"]})


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_answer_is_one_that_the_document_has(seed: int, open_sandbox: Open, inbox: Inbox) -> None:
    assert inbox.status == 200
    with open_sandbox(seed=seed, scenario="subscription-renews") as sandbox, requests.Session() as session:
        dice, answered = Dice(seed, sandbox), set()
        for _ in range(REQUESTS):
            method, path, query, body, operation = dice.request()
            headers = {"Secret-Token": sandbox.token}
            url = f"{sandbox.url}{path}?{query}"
            answer = session.request(method, url, json=body, headers=headers, timeout=30)
            told = f"{method} {url} {body!r}: {answer.status_code} {answer.text[:500]}"
            assert answer.status_code < 500, told
            answered.add(answer.status_code)
            if answer.status_code in {404, 405} and str(answer.status_code) not in operation["responses"]:
                continue  # a path that is another one, such as with a key of dots
            assert str(answer.status_code) in operation["responses"], told
            if 0 < len(answer.content) < LONGEST:
                kind = answer.headers["Content-Type"].partition(";")[0]
                data = answer.json() if kind == "application/json" else answer.text
                judge_of(operation["operationId"], answer.status_code, kind).validate(data)
    assert {200, 400, 404} <= answered
