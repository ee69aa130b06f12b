"""House rules of the schema files: identifiers from paths, references that resolve, descriptions, one annotation."""

import json
import posixpath
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from steppay_mock.contract.schemas import schema_dir
from steppay_mock.payload.meanings import MEANINGS

ROOT = Path(str(schema_dir()))
FILES = sorted(str(path.relative_to(ROOT).as_posix()) for path in ROOT.rglob("*.schema.json"))
BASE = "https://steppay-mock.example/schemas/"


def load(path: str) -> Any:
    return json.loads((ROOT / path).read_text(encoding="utf-8"))


def walk(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from walk(value)
    elif isinstance(node, list):
        for value in node:
            yield from walk(value)


def test_a_schema_is_valid_and_its_id_is_its_path() -> None:
    assert len(FILES) > 50
    for path in FILES:
        schema = load(path)
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema", path
        assert schema["$id"] == BASE + path
        Draft202012Validator.check_schema(schema)


def test_every_reference_is_relative_and_leads_to_a_file() -> None:
    references = [
        (path, node["$ref"]) for path in FILES for node in walk(load(path)) if isinstance(node.get("$ref"), str)
    ]
    written = sum((ROOT / path).read_text(encoding="utf-8").count('"$ref": "') for path in FILES)
    assert len(references) == written > 100
    for path, reference in references:
        file, _, pointer = reference.partition("#")
        assert "://" not in file, f"{path} refers to {reference}"
        target: Any = load(posixpath.normpath(posixpath.join(posixpath.dirname(path), file)))
        for step in filter(None, pointer.split("/")):
            assert step in target, f"{path} refers to {reference}, which is not there"
            target = target[step]


@pytest.mark.parametrize("path", [path for path in FILES if path.startswith("objects/")])
def test_every_field_of_an_object_is_described(path: str) -> None:
    schema = load(path)
    assert schema["title"]
    assert schema["description"].endswith(".")
    assert schema["properties"]
    for name, field in schema["properties"].items():
        assert field.get("description", "").endswith("."), name


def test_every_meaning_is_known_to_the_factory_and_every_known_one_is_used() -> None:
    used = {node["x-means"] for path in FILES for node in walk(load(path)) if isinstance(node.get("x-means"), str)}
    assert used == set(MEANINGS)


def test_the_folder_holds_data_only() -> None:
    assert {path.suffix for path in ROOT.rglob("*") if path.is_file()} <= {".json", ".md"}


def test_every_fact_that_a_schema_names_is_in_the_table() -> None:
    import re

    table = (ROOT.parent / "docs" / "facts.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| (\d+) \|", table, re.MULTILINE))
    named = {
        number
        for path in FILES
        for text in re.findall(r"\(facts? [^)]*\)", (ROOT / path).read_text(encoding="utf-8"))
        for number in re.findall(r"\d+", text)
    }
    assert rows == {str(number) for number in range(1, 57)}
    assert named <= rows
