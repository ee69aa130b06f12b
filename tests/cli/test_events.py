"""``events``: the catalogue, for people and for programs."""

from typing import Any
from unicodedata import east_asian_width

import pytest

from steppay_mock import EventType
from steppay_mock.contract.catalogue import catalogue


def width(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def test_the_table_has_every_event_type_with_object_and_titles(run: Any) -> None:
    done = run("events")
    assert (done.code, done.err) == (0, "")
    heading, *rows = done.out.splitlines()
    assert heading.split() == ["Event", "type", "Object", "Title", "제목"]
    assert len(rows) == len(EventType)
    for row, entry in zip(rows, catalogue().values(), strict=True):
        assert [part.strip() for part in row.split("  ") if part.strip()] == [
            entry.event_type,
            entry.object_name,
            entry.title,
            entry.title_ko,
        ]


def test_the_columns_begin_at_the_same_place(run: Any) -> None:
    heading, *rows = run("events").out.splitlines()
    for row, entry in zip(rows, catalogue().values(), strict=True):
        assert width(row[: row.index(f" {entry.title_ko}")]) == width(heading[: heading.index(" 제목")])


def test_the_json_has_the_same(run: Any) -> None:
    done = run("events", "--json")
    assert (done.code, done.err) == (0, "")
    assert "주문 생성" in done.out
    assert done.json == [
        {
            "event": str(entry.event_type),
            "object": entry.object_name,
            "title": entry.title,
            "title_ko": entry.title_ko,
        }
        for entry in catalogue().values()
    ]


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["order.created"], "Got unexpected extra argument"),
        (["--jsno"], "No such option"),
        (["--json=yes"], "does not take a value"),
    ],
)
def test_wrong_words_are_usage_errors(args: list[str], told: str, run: Any) -> None:
    done = run("events", *args)
    assert (done.code, done.out) == (2, "")
    assert told in done.err
