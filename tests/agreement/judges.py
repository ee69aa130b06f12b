"""The judges of payloads. Each answers for a list of cases: True where it finds nothing wrong."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agreement.corpus import SCHEMAS, Case
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from steppay_mock import EventType, iter_errors

if TYPE_CHECKING:
    import jsonschema_rs

    from steppay_mock.contract.validate import ValidatorName

Judge = Callable[[list[Case]], list[bool]]

AJV = Path(__file__).resolve().parents[1] / "ajv"


def ours(validator: ValidatorName) -> Judge:
    """This project's own answer, with one of its engines."""

    def judge(cases: list[Case]) -> list[bool]:
        return [next(iter_errors(case.payload, validator=validator), None) is None for case in cases]

    return judge


def by_jsonschema(cases: list[Case]) -> list[bool]:
    """Plain jsonschema over the schema files, following their references; formats are not asserted."""
    validators = _jsonschema_validators()
    return [validators[case.event].is_valid(case.payload) for case in cases]


def by_jsonschema_rs(cases: list[Case]) -> list[bool]:
    """Plain jsonschema-rs over the schema files, following their references."""
    validators = _jsonschema_rs_validators()
    return [validators[case.event].is_valid(case.payload) for case in cases]


def by_ajv(cases: list[Case], *, folder: Path = SCHEMAS, bundles: bool = False) -> list[bool]:
    """ajv over the schema files; with ``bundles``, over self-contained files: one for each type, or ``all``."""
    lines = "".join(
        f"{json.dumps({'event': case.event, 'payload': case.payload}, allow_nan=False)}\n" for case in cases
    )
    command = ["node", str(AJV / "check.mjs"), *(["--bundles"] if bundles else []), str(folder)]
    ran = subprocess.run(
        command, input=lines, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False
    )
    assert ran.returncode == 0, ran.stderr
    answers: list[bool] = [json.loads(line) for line in ran.stdout.splitlines()]
    return answers


def why_no_ajv() -> str | None:
    """What is missing for :func:`by_ajv` and how to get it, or None."""
    if shutil.which("node") is None:
        return "Node is not installed. Install Node 20 or newer, then: npm ci --prefix tests/ajv"
    if not (AJV / "node_modules" / "ajv").is_dir():
        return "ajv is not installed. Install it: npm ci --prefix tests/ajv"
    return None


def schema_documents() -> dict[str, dict[str, Any]]:
    """Every schema file by its path within ``schemas/``."""
    files = sorted(SCHEMAS.rglob("*.schema.json"))
    return {file.relative_to(SCHEMAS).as_posix(): json.loads(file.read_text("utf-8")) for file in files}


@cache
def _jsonschema_validators() -> dict[str, Draft202012Validator]:
    documents = schema_documents()
    resources = [(document["$id"], Resource.from_contents(document)) for document in documents.values()]
    registry: Registry[Any] = Registry().with_resources(resources).crawl()
    return {
        str(event): Draft202012Validator(documents[f"events/{event}.schema.json"], registry=registry)
        for event in EventType
    }


@cache
def _jsonschema_rs_validators() -> dict[str, jsonschema_rs.Draft202012Validator]:
    import jsonschema_rs

    documents = schema_documents()
    registry = jsonschema_rs.Registry([(document["$id"], document) for document in documents.values()])
    return {
        str(event): jsonschema_rs.Draft202012Validator(documents[f"events/{event}.schema.json"], registry=registry)
        for event in EventType
    }
