"""Every value of a JSON text is found where it stands."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from steppay_mock.cli.read.json_places import LineIndex, PathLines, iter_places


def line_of(text: str, path: str) -> int:
    return PathLines(text).line_of(path)


LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=150), inner, max_size=4),
    max_leaves=20,
)


def listed(value: Any, path: str = "$") -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [(path, value), *(one for name, inner in value.items() for one in listed(inner, f"{path}.{name}"))]
    if isinstance(value, list):
        return [(path, value), *(one for at, inner in enumerate(value) for one in listed(inner, f"{path}[{at}]"))]
    return [(path, value)]


@given(VALUES, st.sampled_from([None, 0, 2]), st.booleans())
@settings(max_examples=200, deadline=None)
def test_each_place_is_where_its_value_begins(value: Any, indent: int | None, ascii_only: bool) -> None:  # noqa: FBT001
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    decoder = json.JSONDecoder()
    found = [(place.path, decoder.raw_decode(text, place.offset)[0]) for place in iter_places(text)]
    assert found == listed(value)


def test_a_line_is_found_by_path() -> None:
    text = '{\n "a": {\n  "b": [\n   1,\n   {"c": 2}]}}'
    assert [line_of(text, path) for path in ("$", "$.a", "$.a.b", "$.a.b[0]", "$.a.b[1].c")] == [1, 2, 3, 4, 5]


def test_what_is_absent_is_looked_for_around() -> None:
    text = '{\n "a": {\n  "b": [\n   1]}}'
    assert line_of(text, "$.a.b[7].c") == 3
    assert line_of(text, "$.a.x.y") == 2
    assert line_of(text, "$.x") == 1


def test_names_with_dots_and_brackets_are_found() -> None:
    assert line_of('{\n"a.b": 1,\n"c[0]": {\n"d": 2}}', "$.a.b") == 2
    assert line_of('{\n"a.b": 1,\n"c[0]": {\n"d": 2}}', "$.c[0].d") == 4


def test_of_repeated_names_the_last_counts() -> None:
    text = '{"a": 1,\n"a": 2}'
    assert line_of(text, "$.a") == 2
    assert [place.repeated for place in iter_places(text)] == [False, False, True]


def test_depth_is_no_matter() -> None:
    deep = "[" * 5_000 + "]" * 5_000
    assert sum(1 for _ in iter_places(deep)) == 5_000


def test_lines_and_columns_count_from_one() -> None:
    lines = LineIndex("a\nbc")
    assert [(lines.at(at), lines.column_at(at)) for at in range(4)] == [(1, 1), (1, 2), (2, 1), (2, 2)]


def test_a_long_name_is_not_repeated_for_each_value_in_it() -> None:
    text = json.dumps({"x" * 100_000: [0] * 1_000})
    assert sum(len(place.path) for place in iter_places(text)) < 300_000


def test_many_lines_are_looked_up_in_one_reading() -> None:
    lines = PathLines("[\n" + ",\n".join(["{}"] * 50_000) + "]")
    assert [lines.line_of(f"$[{at}].absent") for at in range(50_000)] == list(range(2, 50_002))
