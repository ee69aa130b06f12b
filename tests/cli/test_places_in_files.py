"""Whatever is in a file, and in whatever pieces it is read, each payload and each fault is told where it stands."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from steppay_mock.cli.read import documents, window
from steppay_mock.cli.read.documents import iter_documents
from steppay_mock.cli.read.json_places import iter_places
from steppay_mock.cli.read.json_text import Document, parse
from steppay_mock.contract.long_numbers import MOST_DIGITS

NAMES = st.sampled_from(["a", "김", "b c", "\U0001f600", ""])
LEAVES = st.none() | st.booleans() | st.integers(-99, 99) | st.text('x\\"{}[],: 김\u2028', max_size=4)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=6
)
SPACE = st.sampled_from([" ", "\n", "\n\n", " \n ", "\t", "\r\n", "\n" * 7 + " "])
INDENTS = st.sampled_from([None, 0, 3])
HANGUL = '{"a": null, "김": null, "b c": null}'


@st.composite
def several(draw: st.DrawFn, *, comma: str) -> list[tuple[str, Any]]:
    """Some values, each with the text before it; the first is a number, so that no line is a payload of its own."""
    values = [0, *draw(st.lists(VALUES, min_size=1, max_size=5))]
    return [
        (
            draw(SPACE) + (comma if place else "") + draw(SPACE),
            json.dumps(one, indent=draw(INDENTS), ensure_ascii=False),
        )
        for place, one in enumerate(values)
    ]


def read(content: bytes, *, most: int, chunk: int) -> list[Document]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(documents, "MOST", most)
        patch.setattr(window, "_CHUNK", chunk)
        return list(iter_documents(BytesIO(content), name="a file"))


def sizes(texts: list[tuple[str, Any]]) -> st.SearchStrategy[int]:
    """The most bytes of a payload: as few as the longest has, or so many that the file is read at once."""
    longest = max(len((before + text).encode()) for before, text in texts)
    return st.sampled_from([longest + 1, longest + 9, 10_000])


def place_of(text: str, offset: int) -> tuple[int, int]:
    """The line and the column of an offset, from 1."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def check(found: list[Document], texts: list[tuple[str, Any]], *, opening: str = "") -> None:
    """Each of the values is there, on the line on which it begins."""
    written = opening
    for document, (before, text) in zip(found, texts, strict=True):
        written += before
        assert (document.payload, document.line) == (json.loads(text), place_of(written, len(written))[0])
        assert document.violations == ()
        written += text


@given(data=st.data(), texts=several(comma=""), chunk=st.integers(1, 40))
@settings(max_examples=30, deadline=None)
def test_values_one_after_the_other_are_found_on_their_lines(data: Any, texts: list[Any], chunk: int) -> None:
    content = "".join(before + text for before, text in texts) + data.draw(SPACE)
    check(read(content.encode(), most=data.draw(sizes(texts)), chunk=chunk), texts)


@given(data=st.data(), texts=several(comma=","), chunk=st.integers(1, 40))
@settings(max_examples=30, deadline=None)
def test_the_elements_of_an_array_are_found_on_their_lines(data: Any, texts: list[Any], chunk: int) -> None:
    opening = data.draw(SPACE) + "["
    content = opening + "".join(before + text for before, text in texts) + data.draw(SPACE) + "]" + data.draw(SPACE)
    check(read(content.encode(), most=data.draw(sizes(texts)), chunk=chunk), texts, opening=opening)


@given(data=st.data(), texts=several(comma=""), chunk=st.integers(1, 40), rest=st.text("@ 김", max_size=40))
@settings(max_examples=30, deadline=None)
def test_what_is_no_json_is_told_where_it_stands(data: Any, texts: list[Any], chunk: int, rest: str) -> None:
    before = "".join(before + text for before, text in texts) + data.draw(SPACE)
    content = f"{before}@{rest}"
    last = read(content.encode(), most=data.draw(sizes(texts)) + 50, chunk=chunk)[-1]
    line, column = place_of(content, len(before))
    (violation,) = last.violations
    shown = content.rstrip("\r\n")[len(before) :][:30]
    assert (violation.line, violation.kind, last.readable) == (line, "syntax", False)
    assert violation.sent == f"line {line}, column {column}: Expecting value, before {shown!r}"


@given(data=st.data(), texts=several(comma=","), chunk=st.integers(1, 40))
@settings(max_examples=30, deadline=None)
def test_what_breaks_an_array_is_told_where_it_stands(data: Any, texts: list[Any], chunk: int) -> None:
    good, wrong, what = data.draw(
        st.sampled_from(
            [
                ("]", "@", "Extra data"),
                ("]\n", "]", "Extra data"),
                (",", "@", "Expecting value"),
                ("", "@", "Expecting ',' delimiter"),
            ]
        )
    )
    before = "[" + "".join(before + text for before, text in texts) + data.draw(SPACE) + good
    last = read((before + wrong).encode(), most=data.draw(sizes(texts)) + 50, chunk=chunk)[-1]
    line, column = place_of(before + wrong, len(before))
    (violation,) = last.violations
    assert violation.line == line
    assert violation.sent.startswith(f"line {line}, column {column}: {what}")


@st.composite
def beginnings(draw: st.DrawFn) -> tuple[str, int]:
    """Several values, or the elements of an array, before something wrong; and the most bytes of a payload."""
    comma = draw(st.sampled_from(["", ","]))
    texts = draw(several(comma=comma))
    before = "".join(before + text for before, text in texts) + draw(SPACE)
    return f"[{before}" if comma else before, draw(sizes(texts)) + 50


@given(beginning=beginnings(), chunk=st.integers(1, 40))
@example(beginning=(f"  0  {HANGUL}  {HANGUL} ", 90), chunk=1)  # the first Hangul is no longer in memory
@settings(max_examples=30, deadline=None)
def test_a_byte_that_is_no_utf_8_is_told_where_it_stands(beginning: tuple[str, int], chunk: int) -> None:
    before, most = beginning
    last = read(before.encode() + b"\xfe" + b"x" * 9, most=most, chunk=chunk)[-1]
    line = before.count("\n") + 1
    (violation,) = last.violations
    byte = len(before.rpartition("\n")[2].encode()) + 1
    assert (violation.kind, violation.line) == ("encoding", line)
    assert violation.sent == f"0xfe as byte {byte} of line {line}"


def test_a_line_may_have_the_most_bytes_and_no_more() -> None:
    def lines(size: int) -> bytes:
        return b"{}\n" + b'{"a": "' + b"x" * (size - 9) + b'"}' + b"\n{}"

    for size, kinds in ((99, [[], [], []]), (100, [[], ["too-long"], []])):
        found = read(lines(size), most=100, chunk=10)
        assert [[fault.kind for fault in one.violations] for one in found] == kinds
        assert [one.line for one in found] == [1, 2, 3]


@pytest.mark.parametrize("size", [20, 99, 100])
def test_a_payload_of_the_most_characters_is_read_however_it_stands(size: int) -> None:
    value = '{"a":\n"' + "x" * (size - 9) + '"}'
    for content in (f"0\n{value}\n{value}", f"[0,\n{value},\n{value}]", f"[{value}]", f"0 {value}"):
        for chunk in (1, 7, 1_000):
            found = read(content.encode(), most=100, chunk=chunk)
            assert [one.violations for one in found] == [()] * len(found)
            assert [one.payload for one in found if one.payload] == [json.loads(value)] * content.count(value)


def test_a_letter_that_is_cut_in_two_by_the_pieces_is_read() -> None:
    for size in range(90, 106):
        *_, last = read(f'0\n{" " * (size - 90)}"{"김" * 30}"\n1\n'.encode(), most=size, chunk=1)
        assert (last.payload, last.line) == (1, 3)


def test_a_file_that_is_longer_than_the_most_is_the_same_file() -> None:
    for size in range(95, 106):
        content = b"0\n" + b" " * (size - 4) + b"1\n"
        assert [one.payload for one in read(content, most=100, chunk=1)] == [0, 1]


def test_a_mark_of_byte_order_counts_at_the_beginning_alone() -> None:
    mark = b"\xef\xbb\xbf"
    assert [one.payload for one in read(mark + b"{}\n{}", most=100, chunk=1)] == [{}, {}]
    (found,) = read(b"\n" + mark + b"{}", most=100, chunk=1)
    assert [(one.kind, one.line) for one in found.violations] == [("syntax", 2)]


@pytest.mark.parametrize(("length", "shown"), [(199, "x" * 198), (200, "x" * 199), (201, "x" * 199 + "…")])
def test_a_long_step_of_a_path_is_cut(length: int, shown: str) -> None:
    text = json.dumps({"x" * (length - 1): 0})
    assert [one.path for one in iter_places(text)] == ["$", f"$.{shown}"]


def test_a_value_may_be_printed_however_deep_it_is() -> None:
    *_, last = iter_places("[" * 5_000 + "]" * 5_000)
    assert len(repr(last)) < 300


def test_the_first_digits_of_a_long_integer_are_kept() -> None:
    assert parse("7" * 10_000, 1).payload == int("7" * MOST_DIGITS)
    assert parse("-12", 1).payload == -12


@pytest.mark.parametrize(
    ("text", "readable", "value"),
    [('{"a": 1, "a": 2}', True, {"a": 2}), ('{"a": NaN}', False, None), ("[", False, None)],
)
def test_a_repeated_name_alone_leaves_a_value(text: str, readable: bool, value: Any) -> None:  # noqa: FBT001
    found = parse(text, 5, 3)
    assert (found.readable, found.line) == (readable, 5)
    assert found.violations[0].line == 5
    assert value is None or found.payload == value


def test_the_column_counts_from_where_the_text_begins() -> None:
    (violation,) = parse("[\n@]", 5, 3).violations
    assert violation.sent == "line 6, column 1: Expecting value, before '@]'"
    (violation,) = parse("[@]", 5, 3).violations
    assert violation.sent == "line 5, column 4: Expecting value, before '@]'"
