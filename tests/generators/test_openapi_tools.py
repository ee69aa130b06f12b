"""Public tools read the OpenAPI document: swagger-parser finds no fault in it, and Swagger UI shows all of it."""

from __future__ import annotations

import json

import pytest
from generators.reader import HERE, Reader

from steppay_mock import EventType
from steppay_mock.contract.catalogue import catalogue
from steppay_mock.contract.control_calls import CONTROL_CALLS
from steppay_mock.contract.rest_calls import CALLS
from steppay_mock.contract.rest_writes import WRITES

pytestmark = [pytest.mark.node, pytest.mark.exhaustive, pytest.mark.usefixtures("_node")]  # alike on every Python


def test_it_follows_the_standard(reader: Reader) -> None:
    names = json.loads(reader.run("node", str(HERE / "openapi.mjs"), "schemas/openapi.json"))
    assert names == list(EventType)


def test_what_does_not_follow_the_standard_is_noticed(reader: Reader) -> None:
    document = json.loads((reader.folder / "schemas" / "openapi.json").read_text(encoding="utf-8"))
    document["webhooks"]["order.created"]["post"]["requestBody"]["content"] = "application/json"
    (reader.folder / "wrong.json").write_text(json.dumps(document), encoding="utf-8")
    reader.run("node", str(HERE / "openapi.mjs"), "wrong.json", fails=True)


def test_a_viewer_shows_every_webhook_and_every_call(reader: Reader) -> None:
    shown = json.loads(reader.run("node", str(HERE / "swagger_ui.mjs"), "schemas/openapi.json"))
    webhooks = [f"POST{event}{entry.title} ({entry.title_ko})" for event, entry in catalogue().items()]
    calls = [f"{call.method}{call.path}{call.summary}" for call in (*CALLS, *WRITES, *CONTROL_CALLS)]
    assert sorted(shown) == sorted([*webhooks, *calls])
