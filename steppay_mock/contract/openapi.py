"""Makes the OpenAPI 3.1 document: the webhooks, their schemas, and the calls of the REST API that are simulated.

It is made from the schema files, ``rest_calls.py`` and ``rest_writes.py``; ``schemas/openapi.json`` is what it gives.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from steppay_mock.contract.catalogue import EventType, catalogue
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
_REST_TAG = "REST API"

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
    errors = {error.name: _error_response(error, definitions) for error in ERRORS.values()}
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
            "`paths` has the calls that steppay-mock simulates, as it answers them. "
            "Nullable fields can be null or left out (fact 7), and unknown fields can be added (fact 3)."
        ),
        "license": {"name": "MIT", "identifier": "MIT"},
    }


def _tags() -> list[dict[str, str]]:
    objects = dict.fromkeys(entry.object_name for entry in catalogue().values())
    described = {name: load_schema(f"objects/{name}.schema.json")["description"] for name in objects}
    described[_REST_TAG] = "The calls with which a shop reads back (fact 27), makes and changes things."
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


def _operation(call: DescribedCall, definitions: FlatDefinitions) -> dict[str, Any]:
    operation = {
        "operationId": call.name,
        "summary": call.summary,
        "tags": [_REST_TAG],
        "security": [{"SecretToken": []}],
        "parameters": [_parameter(parameter, definitions) for parameter in call.parameters],
        "responses": {
            str(call.status): _answer(call, definitions),
            **{str(status): {"$ref": f"#/components/responses/{ERRORS[status].name}"} for status in call.errors},
        },
    }
    if call.body is not None:
        content = {"application/json": {"schema": _typed(call.body, definitions)}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _answer(call: DescribedCall, definitions: FlatDefinitions) -> dict[str, Any]:
    if call.answer is None:
        return {"description": "It is done. The answer has no body."}
    content = {call.content_type: {"schema": _typed(call.answer, definitions)}}
    return {"description": "The answer.", "content": content}


def _parameter(parameter: DescribedParameter, definitions: FlatDefinitions) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.required or parameter.place == "path",
        "description": parameter.description,
        "schema": {"type": "string"} if parameter.type is None else _typed(parameter.type, definitions),
    }


def _typed(schema: TypeOfCall, definitions: FlatDefinitions) -> Schema:
    if not isinstance(schema, str) and "title" in schema:
        return {"$ref": definitions.define(schema)}
    if not isinstance(schema, str):
        rewritten: Schema = definitions.rewritten(dict(schema), "")
        return rewritten
    path, _, pointer = schema.partition("#")
    return {"$ref": definitions.reference(path, pointer)}


def _error_response(error: DescribedError, definitions: FlatDefinitions) -> dict[str, Any]:
    content = {"application/json": {"schema": _typed(error.body, definitions)}}
    return {"description": error.meaning, "content": content}
