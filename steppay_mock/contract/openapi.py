"""Makes the OpenAPI 3.1 document: the webhooks, their schemas, the simulated REST API, the control API of a sandbox.

It is made from the schema files and the tables of calls; ``schemas/openapi.json`` is what it gives.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from steppay_mock.contract.catalogue import EventType, catalogue
from steppay_mock.contract.control_calls import CONTROL_CALLS, CONTROL_ERRORS, EVENTS
from steppay_mock.contract.flat_bundle import NAME, FlatDefinitions, event_name
from steppay_mock.contract.rest_calls import (
    CALLS,
    ERRORS,
    URL,
    DescribedCall,
    DescribedError,
    DescribedParameter,
    TypeOfCall,
)
from steppay_mock.contract.rest_writes import WRITES
from steppay_mock.contract.schemas import Schema, load_schema

_SCHEMAS = "#/components/schemas/"
_FORMATS = {"Long": "int64", "Int": "int32"}  # generators of Java, C#, Go and others choose the type by it
_REST_TAG, _CONTROL_TAG = "REST API", "control"
_SANDBOX = {"url": "http://localhost:8090", "description": "A sandbox: steppay-mock dev."}
_OF_ALL_TYPES = "SandboxEvents"

_SIGNATURE = {
    "name": "Steppay-Signature",
    "in": "header",
    "required": True,
    "description": (
        "The time of sending, and one signature or, during a rotation of secrets, several: each is "
        "base64(HMAC-SHA256(secret, `<timestamp>.<raw request body>`)) (facts 18 and 19). Verify it over the raw body."
    ),
    "schema": {"type": "string"},
    "example": "timestamp=1706002316,key=<base64>",
}
_ANSWERS = {
    "2XX": {"$ref": "#/components/responses/Taken"},
    "default": {"$ref": "#/components/responses/NotTaken"},
}
_RESPONSES = {
    "Taken": {
        "description": "The receiver took the webhook. Assumed: any 2xx within 10 seconds is a success (fact 23)."
    },
    "NotTaken": {
        "description": (
            "The receiver did not take the webhook. No automatic retries are documented (fact 23); "
            "a manager of the shop can send it again by hand (fact 22)."
        )
    },
}


def openapi_document(*, version: str) -> Schema:
    """The document, with the version of the package that makes it."""
    definitions = FlatDefinitions(home=_SCHEMAS, formats=_FORMATS)
    webhooks = {str(event_type): {"post": _webhook(event_type, definitions)} for event_type in EventType}
    union = definitions.union()
    paths: dict[str, Any] = {}
    for call in (*CALLS, *WRITES):
        paths.setdefault(call.path, {})[call.method.lower()] = _operation(call, definitions)
    definitions.schemas[_OF_ALL_TYPES] = _events_answer(definitions)
    for call in CONTROL_CALLS:
        paths.setdefault(call.path, {})[call.method.lower()] = _control(call, definitions)
    every_error = (*ERRORS.values(), *CONTROL_ERRORS.values())
    errors = {error.name: _error_response(error, definitions) for error in every_error}
    document = {
        "openapi": "3.1.0",
        "info": _info(version),
        "servers": [{"url": URL, "description": "The REST API of StepPay (fact 27). Webhooks go to your receiver."}],
        "tags": _tags(),
        "paths": paths,
        "webhooks": webhooks,
        "components": {
            "schemas": {NAME: _told_apart(union), **definitions.schemas},
            "parameters": {"SteppaySignature": _SIGNATURE},
            "responses": {**_RESPONSES, **errors},
            "securitySchemes": {
                "SecretToken": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Secret-Token",
                    "description": "The token of the shop (fact 27).",
                }
            },
        },
    }
    return deepcopy(document)  # the tables above and the loaded files stay as they are, whatever a caller changes


def _info(version: str) -> dict[str, Any]:
    return {
        "title": "StepPay webhook v2",
        "version": version,
        "summary": "The webhooks of StepPay, and the calls with which a shop reads and writes.",
        "description": (
            f"The {len(EventType)} documented webhooks, written down by steppay-mock; this is no document of StepPay. "
            "A fact, such as (fact 18), is a row of docs/facts.md in steppay-mock. "
            "`paths` has the calls that steppay-mock simulates, as it answers them, and below /_mock/ its own, "
            "which drive a sandbox. "
            "Nullable fields can be null or left out (fact 7), and unknown fields can be added (fact 3)."
        ),
        "license": {"name": "MIT", "identifier": "MIT"},
    }


def _tags() -> list[dict[str, str]]:
    objects = dict.fromkeys(entry.object_name for entry in catalogue().values())
    described = {name: load_schema(f"objects/{name}.schema.json")["description"] for name in objects}
    described[_REST_TAG] = "The calls with which a shop reads back (fact 27), makes and changes things."
    described[_CONTROL_TAG] = "Not StepPay's: the calls with which a test drives a sandbox (docs/sandbox.md)."
    return [{"name": name, "description": description} for name, description in described.items()]


def _webhook(event_type: EventType, definitions: FlatDefinitions) -> dict[str, Any]:
    entry = catalogue()[event_type]
    name = event_name(event_type)
    return {
        "operationId": f"receive{name}",
        "summary": f"{entry.title} ({entry.title_ko})",
        "description": load_schema(f"events/{event_type}.schema.json")["description"],
        "tags": [entry.object_name],
        "security": [],
        "parameters": [{"$ref": "#/components/parameters/SteppaySignature"}],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"$ref": definitions.event_reference(event_type)},
                    "example": load_schema(f"examples/{event_type}/typical.json"),
                }
            },
        },
        "responses": _ANSWERS,
    }


def _told_apart(union: Schema) -> Schema:
    """The union with what OpenAPI has for it: ``oneOf``, and the field whose value names the schema."""
    options = union.pop("anyOf")
    mapping = {str(event_type): option["$ref"] for event_type, option in zip(EventType, options, strict=True)}
    return {**union, "oneOf": options, "discriminator": {"propertyName": "event", "mapping": mapping}}


def _operation(
    call: DescribedCall, definitions: FlatDefinitions, errors: Mapping[int, DescribedError] = ERRORS
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": call.name,
        "summary": call.summary,
        "tags": [_REST_TAG],
        "security": [{"SecretToken": []}],
        "parameters": [_parameter(parameter, definitions) for parameter in call.parameters],
        "responses": {
            str(call.status): _answer(call, definitions),
            **{str(status): {"$ref": f"#/components/responses/{errors[status].name}"} for status in call.errors},
        },
    }
    if call.body is not None:
        content = {"schema": _typed(call.body, definitions), **_example(call.example)}
        operation["requestBody"] = {"required": True, "content": {"application/json": content}}
    return operation


def _control(call: DescribedCall, definitions: FlatDefinitions) -> dict[str, Any]:
    """A call of the control API: to a sandbox, without a token. Its body can be left out, as an empty one."""
    operation = _operation(call, definitions, CONTROL_ERRORS)
    if "requestBody" in operation:
        operation["requestBody"]["required"] = False
    return {**operation, "tags": [_CONTROL_TAG], "security": [], "servers": [_SANDBOX]}


def _events_answer(definitions: FlatDefinitions) -> Schema:
    """The answer with events: webhooks, and those of v1 in a sandbox that sends them (fact 52)."""
    older = {f"V1{name.capitalize()}": f"v1/{name}.schema.json" for name in ("order", "subscription")}
    for name, path in older.items():
        definitions.schemas[name] = {**definitions.rewritten(load_schema(path), path), "title": name}
    kinds = [{"$ref": f"{_SCHEMAS}{name}"} for name in (NAME, *older)]
    events = {"description": "The events, in occurrence order.", "type": "array", "items": {"anyOf": kinds}}
    return {
        "title": _OF_ALL_TYPES,
        "description": "The events that a call brought.",
        "type": "object",
        "properties": {"events": events},
        "required": ["events"],
    }


def _example(value: Any) -> dict[str, Any]:
    return {} if value is None else {"example": value}


def _answer(call: DescribedCall, definitions: FlatDefinitions) -> dict[str, Any]:
    if call.answer is None:
        return {"description": "It is done. The answer has no body."}
    content = {call.content_type: {"schema": _typed(call.answer, definitions), **_example(call.answered)}}
    return {"description": "The answer.", "content": content}


def _parameter(parameter: DescribedParameter, definitions: FlatDefinitions) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.required or parameter.place == "path",
        "description": parameter.description,
        "schema": {"type": "string"} if parameter.type is None else _typed(parameter.type, definitions),
        **_example(parameter.example),
    }


def _typed(schema: TypeOfCall, definitions: FlatDefinitions) -> Schema:
    if not isinstance(schema, str) and "title" in schema:
        return {"$ref": definitions.define(schema)}
    if not isinstance(schema, str):
        rewritten: Schema = definitions.rewritten(dict(schema), "")
        return rewritten
    if schema == EVENTS:
        return {"$ref": f"{_SCHEMAS}{_OF_ALL_TYPES}"}
    path, _, pointer = schema.partition("#")
    return {"$ref": definitions.reference(path, pointer)}


def _error_response(error: DescribedError, definitions: FlatDefinitions) -> dict[str, Any]:
    content = {"application/json": {"schema": _typed(error.body, definitions)}}
    return {"description": error.meaning, "content": content}
