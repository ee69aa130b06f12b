"""The OpenAPI document says what the schema files say, and what the simulated REST API does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from agreement.corpus import examples
from jsonschema import Draft202012Validator
from rest.rest_calls import calls_of
from rest.write_case import WriteCase
from rest.write_cases import CASES
from werkzeug.test import Client

from steppay_mock import EventType, Store, StoreApi, __version__, bundle_all, schema_dir
from steppay_mock.contract.catalogue import catalogue
from steppay_mock.contract.control_calls import CONTROL_CALLS
from steppay_mock.contract.openapi import openapi_document
from steppay_mock.contract.rest_calls import CALLS, ERRORS, URL, DescribedCall
from steppay_mock.contract.rest_writes import WRITES
from steppay_mock.rest.routes import ROUTES
from steppay_mock.rest.writing import calls as writing

DOCUMENT = openapi_document(version=__version__)
SCHEMAS = DOCUMENT["components"]["schemas"]
HOME = "#/components/schemas/"
EVERY_CALL = (*CALLS, *WRITES, *CONTROL_CALLS)
METHODS = {"get", "put", "post", "delete", "patch"}


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from nodes(inner)


def operations() -> dict[str, dict[str, Any]]:
    """Each operation, by its method and its path, or by the name of its webhook."""
    places = {**DOCUMENT["paths"], **DOCUMENT["webhooks"]}
    return {f"{method.upper()} {path}": one for path, item in places.items() for method, one in item.items()}


def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"{HOME}{name}", "components": DOCUMENT["components"]})


def named(reference: dict[str, str]) -> str:
    assert reference["$ref"].startswith(HOME)
    return reference["$ref"].removeprefix(HOME)


def test_the_file_is_the_document() -> None:
    written = json.dumps(DOCUMENT, ensure_ascii=False, indent=2) + "\n"
    assert (schema_dir() / "openapi.json").read_text(encoding="utf-8") == written, (
        "write it again: steppay-mock schema --openapi > schemas/openapi.json"
    )


def test_every_reference_leads_somewhere_and_names_are_types() -> None:
    references = {node["$ref"] for node in nodes(DOCUMENT) if isinstance(node.get("$ref"), str)}
    assert len(references) > len(EventType)
    for reference in references:
        target: Any = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            assert step in target, reference
            target = target[step]
    for part in DOCUMENT["components"].values():
        assert [name for name in part if not re.fullmatch(r"[A-Z]\w*", name)] == []


def test_every_event_type_is_a_webhook() -> None:
    assert list(DOCUMENT["webhooks"]) == list(EventType)
    for event_type, item in DOCUMENT["webhooks"].items():
        post, entry = item["post"], catalogue()[event_type]
        assert list(item) == ["post"]
        assert post["summary"] == f"{entry.title} ({entry.title_ko})"
        assert post["tags"] == [entry.object_name]
        assert post["security"] == []
        content = post["requestBody"]["content"]["application/json"]
        body = SCHEMAS[named(content["schema"])]
        assert body["properties"]["event"]["const"] == event_type
        assert named(body["properties"]["data"]) == entry.object_name
        validator(named(content["schema"])).validate(content["example"])


def test_every_webhook_has_the_signature_and_says_what_is_assumed_of_its_answers() -> None:
    header = DOCUMENT["components"]["parameters"]["SteppaySignature"]
    assert (header["name"], header["in"], header["required"]) == ("Steppay-Signature", "header", True)
    for item in DOCUMENT["webhooks"].values():
        assert item["post"]["parameters"] == [{"$ref": "#/components/parameters/SteppaySignature"}]
        assert item["post"]["responses"] == {
            "2XX": {"$ref": "#/components/responses/Taken"},
            "default": {"$ref": "#/components/responses/NotTaken"},
        }
    assert "Assumed" in DOCUMENT["components"]["responses"]["Taken"]["description"]
    assert "No automatic retries are documented" in DOCUMENT["components"]["responses"]["NotTaken"]["description"]


def test_the_schemas_are_those_of_the_flat_bundle() -> None:
    flat = json.loads(json.dumps(bundle_all(flat=True)).replace("#/$defs/", HOME))
    kept = deepcopy(SCHEMAS)
    assert kept["Long"].pop("format") == "int64"
    assert kept["Int"].pop("format") == "int32"
    assert {name: kept[name] for name in flat["$defs"]} == flat["$defs"]
    union = kept["StepPayWebhook"]
    assert union["oneOf"] == flat["anyOf"]
    mapping = union["discriminator"]["mapping"]
    assert list(mapping) == list(EventType)
    for event, reference in mapping.items():
        assert SCHEMAS[reference.removeprefix(HOME)]["properties"]["event"]["const"] == event


@pytest.mark.extra("fast")
def test_the_document_judges_the_examples_as_the_files_do() -> None:
    import jsonschema_rs

    schema = {"$ref": f"{HOME}StepPayWebhook", "components": DOCUMENT["components"]}
    judge = jsonschema_rs.Draft202012Validator(schema)
    for rejected in (False, True):
        for case in examples(rejected=rejected):
            assert judge.is_valid(case.payload) is not rejected, case.name


def test_operations_have_names_of_their_own_and_the_parameters_of_their_path() -> None:
    names = [operation["operationId"] for operation in operations().values()]
    assert len(names) == len(set(names)) == len(EventType) + len(EVERY_CALL)
    tags = {tag["name"] for tag in DOCUMENT["tags"]}
    for place, operation in operations().items():
        assert place.split()[0].lower() in METHODS
        assert set(operation["tags"]) <= tags
        in_path = [one["name"] for one in operation["parameters"] if one.get("in") == "path"]
        assert in_path == re.findall(r"\{(\w+)\}", place)


def test_the_paths_are_the_routes_that_are_simulated() -> None:
    assert DOCUMENT["servers"][0]["url"] == URL == "https://api.steppay.kr"
    assert {f"{call.method} {call.path}" for call in CALLS} == {f"GET {route.template}" for route in ROUTES}
    assert [f"{call.method} {call.path}" for call in WRITES] == [
        f"{call.method} {call.template}" for call in writing.WRITES
    ]
    assert list(DOCUMENT["paths"]) == list(dict.fromkeys(call.path for call in EVERY_CALL))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_call_that_writes_takes_its_body_and_is_answered_with_its_type(case: WriteCase) -> None:
    (call,) = (one for one in WRITES if (one.method, one.path) == (case.call.method, case.call.template))
    operation, played = DOCUMENT["paths"][call.path][call.method.lower()], case.played()
    if case.call.body is not None:
        judge_of(operation["requestBody"]["content"]["application/json"]["schema"]).validate(played.sent.body)
    told = played.write()
    assert told.status == call.status
    if told.data is not None:
        judge_of(answer_schema(call, call.status)).validate(told.data)


@pytest.fixture(scope="module")
def shop() -> tuple[Store, Client]:
    """A store that has one of everything, and a client of its REST API."""
    store = Store(seed=7)
    store.checkout()
    store.draft_invoice(store.create_price(store.price.product_code, billing="one_time"))
    return store, Client(StoreApi(store, token="test_token"))


def answer_schema(call: DescribedCall, status: int) -> Any:
    responses = DOCUMENT["paths"][call.path][call.method.lower()]["responses"]
    answer = responses[str(status)]
    if "$ref" in answer:
        answer = DOCUMENT["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    assert list(answer["content"]) == [call.content_type if status == call.status else "application/json"]
    (content,) = answer["content"].values()
    return content["schema"]


def judge_of(schema: Any) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": DOCUMENT["components"]})


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_a_call_is_answered_with_its_type(call: DescribedCall, shop: tuple[Store, Client]) -> None:
    store, client = shop
    paths = [
        one.path for one in calls_of(store.tables_at(len(store.events))) if one.template.split("?")[0] == call.path
    ]
    assert paths
    for path in paths:
        answer = client.open(path, method=call.method, headers={"Secret-Token": "test_token"})
        assert answer.status_code == call.status
        assert answer.mimetype == call.content_type
        judge_of(answer_schema(call, call.status)).validate(answer.json if answer.is_json else answer.text)


def wrong_call(call: DescribedCall, status: int) -> tuple[str, str, dict[str, str]]:
    """A path, a method and headers that are answered with this status."""
    headers = {} if status == 403 else {"Secret-Token": "test_token"}
    query = {400: "?page=x&subscriptionItemId=x", 404: "?subscriptionItemId=0"}.get(status, "")
    return re.sub(r"\{\w+\}", "0", call.path) + query, "BREW" if status == 405 else call.method, headers


@pytest.mark.parametrize("status", ERRORS)
@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_an_error_has_its_type(call: DescribedCall, status: int, shop: tuple[Store, Client]) -> None:
    path, method, headers = wrong_call(call, status)
    answer = shop[1].open(path, method=method, headers=headers)
    assert (answer.status_code == status) is (status in call.errors)
    if status in call.errors:
        judge = judge_of(answer_schema(call, status))
        judge.validate(answer.json)
        assert not judge.is_valid({})


WRONG: dict[int, dict[str, Any]] = {
    400: {"data": b"[1]", "content_type": "application/json"},
    413: {"data": b" " * 1_000_001, "content_type": "application/json"},
    415: {"data": b"{}", "content_type": "text/plain"},
}


@pytest.mark.parametrize("status", ERRORS)
@pytest.mark.parametrize("call", WRITES, ids=lambda call: call.name)
def test_an_error_of_a_call_that_writes_has_its_type(call: DescribedCall, status: int) -> None:
    case = next(one for one in CASES if (one.call.method, one.call.template) == (call.method, call.path))
    if status == 400 and call.body is None:  # what forbids it differs from call to call
        assert status in call.errors
        return
    played = case.played()
    path = re.sub(r"\{\w+\}", "0", call.path) if status == 404 else played.sent.path
    body = {"customerId": 0, "items": []} if status == 404 else played.sent.body
    sent = {"data": json.dumps(body), "content_type": "application/json"} | WRONG.get(status, {})
    headers = {} if status == 403 else {"Secret-Token": "test_token"}
    method = "BREW" if status == 405 else call.method
    answer = Client(played.api).open(path, method=method, headers=headers, **sent)
    assert (answer.status_code == status) is (status in call.errors)
    if status in call.errors:
        judge_of(answer_schema(call, status)).validate(answer.json)


def test_changing_the_document_changes_no_other() -> None:
    before = repr(DOCUMENT)
    document = openapi_document(version=__version__)
    for node in list(nodes(document)):
        node.clear()
    assert repr(openapi_document(version=__version__)) == before
