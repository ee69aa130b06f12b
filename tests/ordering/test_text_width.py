"""Texts are measured and fitted in columns of a terminal, where Hangul takes two and an accent none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steppay_mock.ordering.report.text_width import columns, cut, pad, wrap

LETTERS = "ab 김늘e\u0301\u20ddé\uff21|"
TEXTS = st.text(LETTERS, max_size=30)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", 0),
        ("paid", 4),
        ("김하늘", 6),
        ("결제 paid", 9),
        ("\uff21", 2),  # a letter as wide as Hangul
        ("é", 1),
        ("e\u0301", 1),  # the same, as a letter and an accent
        ("1\u20dd", 1),  # in a circle
    ],
)
def test_a_text_has_as_many_columns_as_a_terminal_needs_for_it(text: str, wanted: int) -> None:
    assert columns(text) == wanted


@given(TEXTS, TEXTS)
def test_columns_add_up(one: str, other: str) -> None:
    assert columns(one) + columns(other) == columns(one + other)


@given(TEXTS, st.integers(3, 40))
def test_a_text_is_cut_to_as_much_of_its_beginning_as_fits(text: str, width: int) -> None:
    found = cut(text, width)
    if columns(text) <= width:
        assert found == text
        return
    assert found.endswith("...")
    kept = found.removesuffix("...")
    assert text.startswith(kept)
    assert columns(found) <= width < columns(f"{text[: len(kept) + 1]}...")


@given(TEXTS, st.integers(3, 40))
def test_a_text_is_filled_or_cut_to_a_width(text: str, width: int) -> None:
    found = pad(text, width)
    assert columns(found) == width
    assert found.rstrip(" ") == cut(text, width).rstrip(" ")


@given(TEXTS, st.sampled_from(["", "  ", "    "]), st.integers(8, 30))
def test_lines_hold_all_words_and_as_many_as_fit(text: str, indent: str, width: int) -> None:
    lines = list(wrap(text, indent=indent, width=width))
    words = [line.removeprefix(indent).split(" ") for line in lines]
    assert all(line.startswith(indent) for line in lines)
    assert [word for line in words for word in line] == text.split()
    for line, its_words in zip(lines, words, strict=True):
        assert columns(line) <= width or len(its_words) == 1
    for line, after in zip(lines, words[1:], strict=False):
        assert columns(f"{line} {after[0]}") > width
