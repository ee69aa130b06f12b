"""The tables of the pages say what the files say."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docs.pages import ROOT, page

from steppay_mock.contract.schemas import schema_dir
from steppay_mock.delivery.options.settings import DeliveryOptions
from steppay_mock.payload import edges
from steppay_mock.payload.coherence.payment import METHODS_BY_GATEWAY
from steppay_mock.payload.drift import KNOWN_ELSEWHERE
from steppay_mock.payload.options import EventOptions

SCHEMAS = Path(str(schema_dir()))


def facts() -> dict[int, str]:
    return {int(number): fact for number, fact in re.findall(r"^\| (\d+) \| (.+?) \|", page("facts"), re.MULTILINE)}


def meanings(node: Any, place: str) -> Iterator[tuple[str, str]]:
    """Every meaning in a schema with the field that has it."""
    if isinstance(node.get("x-means"), str):
        yield node["x-means"], place
    for field, below in node.get("properties", {}).items():
        yield from meanings(below, f"{place}.{field}")
    if "items" in node:
        yield from meanings(node["items"], f"{place}[]")


def meanings_in_schemas() -> dict[str, list[str]]:
    fields: dict[str, list[str]] = defaultdict(list)
    for path in sorted(SCHEMAS.rglob("*.schema.json")):
        kind = path.name.removesuffix(".schema.json")
        place = f"v1.{kind}" if path.parent.name == "v1" else kind
        for meaning, field in meanings(json.loads(path.read_text(encoding="utf-8")), place):
            fields[meaning].append(field)
    return fields


def test_the_facts_stand_in_the_order_of_their_numbers_each_once() -> None:
    assert [int(number) for number in re.findall(r"^\| (\d+) \|", page("facts"), re.MULTILINE)] == [*range(1, 57)]


def test_every_fact_has_evidence_that_is_explained() -> None:
    explained = set(re.findall(r"^\| \*\*([A-Z])\*\* \|", page("facts"), re.MULTILINE))
    rows = re.findall(r"^\| (\d+) \| .+ \| ([^|]+) \|$", page("facts"), re.MULTILINE)
    assert len(rows) == 56
    for number, evidence in rows:
        letters = set(re.findall(r"\b[A-Z]\b", evidence))
        assert letters <= explained, number
        assert letters or evidence == "seen", number


@pytest.mark.parametrize("name", sorted(path.stem for path in ROOT.glob("docs/*.md")))
def test_a_page_refers_only_to_facts_that_exist(name: str) -> None:
    named = {int(number) for text in re.findall(r"\(facts? [^)]*\)", page(name)) for number in re.findall(r"\d+", text)}
    assert named
    assert named <= set(facts())


def test_the_methods_of_the_gateways_are_those_of_the_factory() -> None:
    stated = {
        gateway.strip(): tuple(method.strip() for method in methods.split(","))
        for gateways, methods in re.findall(r"([A-Z_, ]+): ([A-Z_, ]+)", facts()[30])
        for gateway in gateways.split(",")
    }
    assert stated == METHODS_BY_GATEWAY


def test_the_values_known_elsewhere_are_those_of_the_factory() -> None:
    values = {value for known in KNOWN_ELSEWHERE.values() for value in known}
    for text in (facts()[17] + facts()[56], page("payloads")):
        assert {value for value in values if not re.search(rf"\b{value}\b", text)} == set()


def test_the_table_of_meanings_is_that_of_the_schemas() -> None:
    """On failure, the rows as they ought to be: copy them, and say in the middle what is made."""
    rows = re.findall(r"^\| `([a-z-]+)` \| (.+) \| (.+) \|$", page("schemas"), re.MULTILINE)
    expected = {meaning: ", ".join(fields) for meaning, fields in meanings_in_schemas().items()}
    assert [meaning for meaning, _, _ in rows] == sorted(expected)
    assert {meaning: fields for meaning, _, fields in rows} == expected


def test_the_numbers_on_the_page_of_schemas_are_right() -> None:
    text = page("schemas")
    enumerations = json.loads((SCHEMAS / "enumerations.schema.json").read_text(encoding="utf-8"))["$defs"]
    assert f"the {len(enumerations)} enumerations" in text
    assert f"the {len(list(SCHEMAS.glob('objects/*.json')))} objects" in text
    assert f"the {len(list(SCHEMAS.glob('events/*.json')))} event types" in text


@pytest.mark.parametrize(
    ("name", "options"), [("payloads", EventOptions.__optional_keys__), ("delivery", DeliveryOptions.__optional_keys__)]
)
def test_every_option_has_its_words(name: str, options: frozenset[str]) -> None:
    assert {option for option in options if f"`{option}`" not in page(name)} == set()


def test_the_edges_are_those_of_the_factory() -> None:
    text = page("payloads")
    wanted = {
        "Long, ids included": ", ".join(map(_power, edges.LONGS)),
        'Long with `edge="64-bit"`': ", ".join(map(_power, edges.ALL_LONGS)),
        "Int": ", ".join(map(_power, edges.INTS)),
        "Decimal": ", ".join(map(str, edges.AMOUNTS)),
        "list": ", ".join(map(str, edges.SIZES)),
    }
    stated = dict(re.findall(r"^\| ((?:Long|Int|Decimal|list)\b[^|]*?) \| ([^|]+?)(?: items)? \|$", text, re.MULTILINE))
    assert stated == wanted
    assert f"{len(edges.TEXTS)} texts" in text


def test_the_vectors_are_counted_and_every_reason_to_refuse_is_explained() -> None:
    vectors = json.loads((SCHEMAS / "signature-vectors.json").read_text(encoding="utf-8"))["vectors"]
    reasons = {vector["reason"] for vector in vectors} - {None}
    stated = set(re.findall(r"^\| `([a-z-]+)` \|", page("signatures"), re.MULTILINE))
    assert reasons <= stated
    assert f"{len(vectors)} cases" in page("signatures")


def _power(number: int) -> str:
    """The number as the page writes it: 2^31 - 1."""
    for exponent in (31, 53, 63):
        difference = number - 2**exponent
        if abs(difference) <= 1:
            return f"2^{exponent}" + {-1: " - 1", 0: "", 1: " + 1"}[difference]
    return str(number)
