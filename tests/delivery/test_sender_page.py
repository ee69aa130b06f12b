"""The page of the sender says what the sender does, and its Python runs."""

from __future__ import annotations

import re
from dataclasses import MISSING, fields
from pathlib import Path

import pytest
from docs.pages import code_in, page, rows, run_python, section

from steppay_mock.delivery.address.access import AccessOptions
from steppay_mock.delivery.endpoint import Endpoint
from steppay_mock.delivery.retries import PRESETS, RetryPolicy

DOOR = (", ".join(f"`{name}`" for name in AccessOptions.__annotations__), "None")


def table(heading: str, *, first: str) -> list[tuple[str, ...]]:
    """The rows of the table under a heading whose first column is called so."""
    text = section("sender", heading)
    begin = text.index(f"| {first} |")
    return rows(text[begin:].partition("\n\n")[0] + "\n")


def shown(value: object) -> str:
    return f'`"{value}"`' if isinstance(value, str) else f"{value:g}" if isinstance(value, float) else str(value)


def delay(seconds: float) -> str:
    for unit, length in (("h", 3600), ("min", 60)):
        if seconds > length or seconds == length == 3600:
            return f"{seconds / length:g} {unit}"
    return f"{seconds:g} s"


def test_the_table_of_the_endpoints_is_complete_and_its_defaults_are_right() -> None:
    special = {"url": "", "events": "none", "name": "the URL"}
    expected = [
        (f"`{one.name}`", special[one.name] if one.name in special else shown(one.default))
        for one in fields(Endpoint)
        if one.name not in AccessOptions.__annotations__
    ]
    expected.append(DOOR)
    assert [one.name for one in fields(Endpoint)][-6:] == list(AccessOptions.__annotations__)
    assert [row[:2] for row in table("Endpoints", first="of an endpoint")] == expected
    assert [one.name for one in fields(Endpoint) if one.default is MISSING] == ["url"]


def test_the_table_of_the_retries_is_that_of_the_presets() -> None:
    """On failure, the rows as they ought to be."""
    expected = [
        (
            f"`{one.name}`",
            ", ".join(map(delay, one.delays)) or "none",
            f"{one.jitter:.0%}".replace("%", " %") if one.jitter else "none",
            "that receiver gets nothing else" if one.blocking else "others go on",
        )
        for one in PRESETS.values()
    ]
    assert table("Retries", first="policy") == expected
    own = section("sender", "Retries").partition("A policy of your own")[2].partition("```")[0]
    assert {one.name for one in fields(RetryPolicy)} == set(code_in(own)) - {
        "RetryPolicy",
        "Retry-After",
        "steppay_mock",
    }


def test_the_page_refers_only_to_facts_that_exist() -> None:
    named = {
        int(number) for text in re.findall(r"facts? [0-9 and,]+", page("sender")) for number in re.findall(r"\d+", text)
    }
    assert named
    assert named <= set(range(1, 33))


def test_the_python_of_the_page_runs_from_top_to_bottom_and_prints_what_it_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    run_python("sender", capsys)
    assert [one.name for one in tmp_path.iterdir()] == ["deliveries.sqlite"]
