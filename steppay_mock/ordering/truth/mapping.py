"""Reads a mapping of the receiver's rows and columns to StepPay's things and fields: TOML, JSON, or a dict.

``schemas/truth.schema.json`` is its schema.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from steppay_mock.contract.schemas import load_schema
from steppay_mock.contract.text_files import read_text
from steppay_mock.delivery.config.check import Rules, check_document, key_path
from steppay_mock.errors import SteppayMockError, choices, did_you_mean
from steppay_mock.ordering.state.json_path import PathStep, PatternError, read_steps
from steppay_mock.ordering.truth.statuses import FIELDS as STATUS_FIELDS
from steppay_mock.ordering.truth.things import KINDS

SCHEMA = "truth.schema.json"
WHOLE = "."
"""The column of a row that is one value and no dict."""

_RULES = Rules(SCHEMA, lambda _steps: True)
_SUMS = ("accumulatedRecord", "accumulatedQuota")  # the only fields of usage in the store's state


@dataclass(frozen=True, slots=True, kw_only=True)
class RowMapping:
    """The mapping of the rows of one kind of thing."""

    path: str
    steps: tuple[PathStep, ...]
    kind: str
    id: str | None
    """The column with the id; None if the key of the row is the id."""
    fields: Mapping[str, str]
    words: Mapping[str, Mapping[str, tuple[str, ...]]]
    may_miss: bool


@dataclass(frozen=True, slots=True)
class TruthMapping:
    """A checked mapping."""

    rows: tuple[RowMapping, ...]


def load_truth(path: str | Path) -> TruthMapping:
    """The mapping in a TOML file, or a JSON file if its name ends in .json. SteppayMockError for a faulty one."""
    file = Path(path)
    is_json = file.suffix == ".json"
    text = read_text(path, next_step="Name a file of TOML or JSON.")
    try:
        document = json.loads(text) if is_json else tomllib.loads(text)
    except ValueError as error:
        raise SteppayMockError(f"{path} is no {'JSON' if is_json else 'TOML'}: {error}. Correct it there.") from None
    return read_mapping(document, file=str(path))


def read_mapping(document: object, *, file: str = "truth=") -> TruthMapping:
    """The mapping in a document; SteppayMockError lists each fault with the next step."""
    if not isinstance(document, dict):
        raise SteppayMockError(f"{file}: a mapping is a table with rows. Begin with [[rows]].")
    check_document(document, file=file, rules=_RULES)
    return TruthMapping(
        tuple(_rows(table, f"{file}: {key_path(['rows', at])}") for at, table in enumerate(document["rows"]))
    )


def _rows(table: Mapping[str, Any], where: str) -> RowMapping:
    fields = {column: _field(table["is"], name, where) for column, name in table["fields"].items()}
    words = table.get("words", {})
    for column in words:
        if column not in fields:
            raise SteppayMockError(
                f"{where}.words: {column!r} is no column of its fields.{did_you_mean(column, fields)} "
                f"It has {choices(fields)}."
            )
    try:
        steps = read_steps(table["path"])
    except PatternError as error:
        raise SteppayMockError(
            f"{where}.path: {table['path']!r} is no path from {error.rest!r} on. Write it like $.subscriptions[*]"
        ) from None
    return RowMapping(
        path=table["path"],
        steps=steps,
        kind=table["is"],
        id=table.get("id"),
        fields=fields,
        words={column: {own: _several(meant) for own, meant in told.items()} for column, told in words.items()},
        may_miss=table.get("missing") == "ok",
    )


def _field(kind: str, name: str, where: str) -> str:
    known = _SUMS if kind == "usage" else tuple(load_schema(f"objects/{KINDS[kind].schema}.schema.json")["properties"])
    if name == "status" and kind in STATUS_FIELDS:
        return STATUS_FIELDS[kind]
    if name.partition(".")[0] not in known:
        raise SteppayMockError(
            f"{where}.fields: StepPay's {kind} has no {name!r}.{did_you_mean(name, known)} It has {choices(known)}."
        )
    return name


def _several(words: str | list[str]) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words)
