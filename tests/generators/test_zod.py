"""zod accepts exactly what ajv accepts, but for a Long that JavaScript cannot hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from agreement.corpus import Case
from agreement.judges import by_ajv
from generators.payloads import payloads
from generators.reader import HERE, Reader

from steppay_mock import EventType, bundle_all, bundle_event, make_event

pytestmark = [pytest.mark.node, pytest.mark.exhaustive, pytest.mark.usefixtures("_node")]  # alike on every Python


def by_zod(reader: Reader, cases: list[Any], schema: dict[str, Any]) -> list[bool]:
    file = reader.folder / "flat.json"
    file.write_text(json.dumps(schema), encoding="utf-8")
    answers: list[bool] = json.loads(
        reader.run("node", str(HERE / "zod.mjs"), str(file), stdin=json.dumps(cases, allow_nan=False))
    )
    return answers


def by_flat_ajv(cases: list[Case], folder: Path) -> list[bool]:
    """ajv in strict mode over the flat bundle."""
    folder.mkdir()
    (folder / "all.schema.json").write_text(json.dumps(bundle_all(flat=True)), encoding="utf-8")
    return by_ajv(cases, folder=folder, bundles=True)


def test_zod_accepts_what_ajv_accepts(reader: Reader) -> None:
    cases = payloads()
    files = by_ajv(cases)
    assert by_flat_ajv(cases, reader.folder / "bundles") == files
    zod = by_zod(reader, [case.payload for case in cases], bundle_all(flat=True))
    assert [str(case) for case, one, other in zip(cases, zod, files, strict=True) if one is not other] == []
    assert zod.count(True) > 400
    assert zod.count(False) > 400


def test_zod_reads_the_bundle_of_one_event(reader: Reader) -> None:
    right = make_event("payment.completed", seed=7).payload
    wrong = {**right, "data": {**right["data"], "orderId": 5}}
    other = make_event("payment.failed", seed=7).payload
    assert by_zod(reader, [right, wrong, other], bundle_event("payment.completed", flat=True)) == [True, False, False]


def test_zod_refuses_a_long_that_javascript_cannot_hold(reader: Reader) -> None:
    cases = []
    for number in (2**53 - 1, 2**53, 2**62, -(2**53) + 1, -(2**53)):
        payload = make_event(EventType.PAYMENT_COMPLETED, seed=7).payload
        payload["data"]["paymentId"] = number
        cases.append(payload)
    assert by_zod(reader, cases, bundle_all(flat=True)) == [True, False, False, True, False]


def test_json_schema_to_zod_makes_anything_of_data(reader: Reader) -> None:
    code = reader.run("bash", "-c", "steppay-mock schema payment.completed --flat | npx json-schema-to-zod")
    assert '"data": z.any()' in code


def test_zod_refuses_to_read_the_bundle_with_conditions(reader: Reader) -> None:
    file = reader.folder / "all.json"
    file.write_text(json.dumps(bundle_all()), encoding="utf-8")
    reader.run("node", str(HERE / "zod.mjs"), str(file), stdin="[]", fails=True)
