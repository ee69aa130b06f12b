"""The pydantic models that datamodel-code-generator makes accept what the files accept, with one named exception."""

from __future__ import annotations

import json
import sys
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType
from typing import Any

import pytest
from generators.payloads import payloads
from generators.reader import Reader
from pydantic import TypeAdapter, ValidationError

from steppay_mock import EventType, iter_errors

pytestmark = pytest.mark.exhaustive  # alike on every Python


def loaded(reader: Reader, name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module of this name in the reader's folder."""
    spec = spec_from_file_location(name, reader.folder / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, module)
    spec.loader.exec_module(module)
    return module


def whole(value: Any) -> Any:
    """The payload with 5 where it has 5.0."""
    if isinstance(value, dict):
        return {name: whole(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [whole(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def accepts(webhooks: TypeAdapter[Any], payload: Any) -> bool:
    try:
        webhooks.validate_json(json.dumps(payload))
    except ValidationError:
        return False
    return True


def test_the_models_accept_what_the_files_accept_but_for_a_whole_number_with_a_fraction(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (file,) = reader.follow("pydantic")
    loaded(reader, "steppay_models", monkeypatch)
    monkeypatch.chdir(reader.folder)
    page = loaded(reader, file.stem, monkeypatch)
    example = json.loads((reader.folder / "schemas/examples/payment.completed/typical.json").read_text("utf-8"))
    made = json.loads((reader.folder / "payment.json").read_text("utf-8"))
    assert capsys.readouterr().out == f"{made['data']['paymentId']}\n"

    newline = {**example, "data": {**example["data"], "paidAt": "2023-06-19T06:19:55\n"}}
    assert accepts(page.webhooks, example)
    assert not accepts(page.webhooks, newline)

    example["data"]["orderId"] = 5
    with pytest.raises(ValidationError) as caught:
        page.webhooks.validate_python(example)
    assert [error["loc"] for error in caught.value.errors()] == [("payment.completed", "data", "orderId")]

    refused_for_a_fraction = 0
    cases = payloads()
    assert {case.event for case in cases} == set(EventType)
    for case in cases:
        valid = next(iter_errors(case.payload), None) is None
        accepted = accepts(page.webhooks, case.payload)
        if accepted is not valid:
            assert valid, f"accepted: {case}"
            assert accepts(page.webhooks, whole(case.payload)), f"refused: {case}"
            refused_for_a_fraction += 1
    assert refused_for_a_fraction
