"""Compares answers of the REST API with the vendor's types, field by field, and with the schemas of the types.

``documented_rest.json`` is what the vendor publishes, as plain data: every field's type, with ``?`` unless required.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from steppay_mock.contract.schemas import schema_dir

DOCUMENTED: dict[str, Any] = json.loads(
    (Path(__file__).parent / "contract/documented_rest.json").read_text(encoding="utf-8")
)
_LONG, _INT = 2**63, 2**31
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?")


@cache
def schema_of(name: str) -> Any:
    """The schema file of one type, as it is."""
    root = Path(str(schema_dir()))
    return json.loads((root / "rest" / f"{name}.schema.json").read_text(encoding="utf-8"))


@cache
def validator_of(name: str) -> Draft202012Validator:
    """A validator of answers that have this type."""
    root = Path(str(schema_dir()))
    documents = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(root.glob("**/*.schema.json"))]
    registry: Registry[Any] = Registry().with_resources(
        [(document["$id"], Resource.from_contents(document)) for document in documents]
    )
    return Draft202012Validator(schema_of(name), registry=registry)


def schema_errors(name: str, answer: Any) -> list[str]:
    """What the schema of the type finds wrong with the answer."""
    return [f"{error.json_path}: {error.message}" for error in validator_of(name).iter_errors(answer)]


def differences(kind: str, answer: Any, *, path: str = "$") -> Iterator[str]:
    """Every place at which the answer is not what the documented type says.

    A field that is not required must be there too, because StepPay writes nulls: only then do the names agree.
    """
    if kind.endswith("?"):
        if answer is not None:
            yield from differences(kind[:-1], answer, path=path)
    elif kind.endswith("[]"):
        if not isinstance(answer, list):
            yield f"{path}: {answer!r} is no list"
            return
        for place, one in enumerate(answer):
            yield from differences(kind[:-2], one, path=f"{path}[{place}]")
    elif kind in DOCUMENTED["types"]:
        yield from _object_differences(kind, answer, path)
    elif kind in DOCUMENTED["enumerations"]:
        if answer not in DOCUMENTED["enumerations"][kind]:
            yield f"{path}: {answer!r} is no {kind}"
    elif not _is_scalar(kind, answer):
        yield f"{path}: {answer!r} is no {kind}"


def _object_differences(kind: str, answer: Any, path: str) -> Iterator[str]:
    fields = DOCUMENTED["types"][kind]
    if not isinstance(answer, dict):
        yield f"{path}: {answer!r} is no {kind}"
        return
    for name in fields.keys() - answer.keys():
        yield f"{path}.{name}: {kind} has it, the answer does not"
    if kind != "ReturnError":  # it has no documented field
        for name in answer.keys() - fields.keys():
            yield f"{path}.{name}: the answer has it, {kind} does not"
    for name in fields.keys() & answer.keys():
        yield from differences(fields[name], answer[name], path=f"{path}.{name}")


def _is_scalar(kind: str, answer: Any) -> bool:
    is_whole = isinstance(answer, int) and not isinstance(answer, bool)
    is_text, is_map = isinstance(answer, str), isinstance(answer, dict)
    return {
        "Long": is_whole and -_LONG <= answer < _LONG,
        "Int": is_whole and -_INT <= answer < _INT,
        "Decimal": is_whole or isinstance(answer, float),
        "Boolean": isinstance(answer, bool),
        "LocalDateTime": is_text and _MOMENT.fullmatch(answer) is not None,
        "Uuid": is_text and _UUID.fullmatch(answer) is not None,
        "String": is_text,
        "Map<String,String>": is_map and all(isinstance(one, str) for one in answer.values()),
        "Map<String,Object>": is_map,
        "Object": is_map,
    }[kind]
