"""The tables of options in the pages, and the schema of the file, as the table of options makes them.

Run ``python tests/docs/option_tables.py`` to write them; tests compare what is there.
"""

from __future__ import annotations

import json
from pathlib import Path

from steppay_mock.delivery.options.option import Door, Option
from steppay_mock.delivery.options.schema import SCHEMA, config_schema
from steppay_mock.delivery.options.table import options_of
from steppay_mock.delivery.options.values import AccessValue

ROOT = Path(__file__).resolve().parents[2]
TABLES: tuple[tuple[str, str, Door], ...] = (
    ("delivery", "| option | default | meaning |", "deliver"),
    ("sender", "| option | default | meaning |", "sender"),
    ("sender", "| option of `send` | default | meaning |", "send"),
    ("config", "| key of `[sender]` | option | variable | default |", "config"),
)
ACCESS_MEANING = "The means to pass the [access control](staging.md) in front of the receiver."


def rows_of(door: Door) -> list[str]:
    """The rows of the table about a door, as its page has them."""
    options = options_of(door)
    if door == "config":
        return [
            _row(
                f"`{one.name}`",
                f"`{one.parameter}`",
                f"`{one.variable}`",
                _default(
                    one, one.default if one.file_default is None else one.file_default, true="true", false="false"
                ),
            )
            for one in options
        ]
    access = [one for one in options if isinstance(one.type, AccessValue)]
    rows = []
    for one in options:
        if one not in access:
            rows.append(_row(f"`{one.name}`", _default(one, one.default), f"{one.help} {one.docs}".strip()))
        elif one is access[0]:
            rows.append(_row(", ".join(f"`{each.name}`" for each in access), "none", ACCESS_MEANING))
    return rows


def schema_text() -> str:
    """The file of the schema."""
    return json.dumps(config_schema(), indent=2, ensure_ascii=False) + "\n"


def rows_in(text: str, head: str) -> list[str]:
    """The rows below the head of a table."""
    return text[text.index(head) :].partition("\n\n")[0].splitlines()[2:]


def write() -> None:
    """Write the tables into the pages, and the schema."""
    for name, head, door in TABLES:
        path = ROOT / "docs" / f"{name}.md"
        text = path.read_text(encoding="utf-8")
        begin = text.index(head)
        table, _, _ = text[begin:].partition("\n\n")
        made = "\n".join([*table.splitlines()[:2], *rows_of(door)])
        path.write_text(text[:begin] + made + text[begin + len(table) :], encoding="utf-8")
    (ROOT / "schemas" / SCHEMA).write_text(schema_text(), encoding="utf-8")


def _default(option: Option, value: object, *, true: str = "True", false: str = "False") -> str:
    """The default as the caller writes it, in words where that says nothing, and the fact that it is assumed by."""
    if value is None or value == ():
        shown = option.default_words
    elif isinstance(value, bool):
        shown = true if value else false
    else:
        shown = f'`"{value}"`' if isinstance(value, str) else f"{value:g}"
    return shown if option.assumed_fact is None else f"{shown} (assumed, fact {option.assumed_fact})"


def _row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    write()
