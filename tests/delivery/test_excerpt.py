"""An excerpt has the beginning of a text in one line, and three points where it is not the whole."""

from __future__ import annotations

import pytest

from steppay_mock.delivery.excerpt import excerpt, excerpt_of


@pytest.mark.parametrize("character", ["a", "é", "한", "😀"])
def test_it_has_200_characters_of_text_or_of_bytes_and_says_if_there_were_more(character: str) -> None:
    for count in (1, 199, 200):
        whole = character * count
        assert excerpt(whole) == excerpt(whole.encode()) == whole
    for count in (201, 202, 999):
        more = character * count
        assert excerpt(more) == excerpt(more.encode()) == character * 200 + "..."
        assert excerpt(more, limit=7) == excerpt(more.encode(), limit=7) == character * 7 + "..."


def test_control_characters_are_written_out_and_count_as_they_are_written() -> None:
    assert excerpt("a\nb\x1b[0m\u202e") == r"a\nb\x1b[0m\u202e"
    assert excerpt("\n" * 5, limit=10) == r"\n" * 5
    assert excerpt("\n" * 5, limit=9) == r"\n\n\n\n" + "\\..."
    assert excerpt(b"\xffa") == "\ufffda"


class MuteError(Exception):
    def __str__(self) -> str:
        raise ZeroDivisionError


def test_an_exception_is_told_in_a_line_also_where_it_cannot_say_what_it_is() -> None:
    assert excerpt_of(ValueError("a\nb")) == r"ValueError: a\nb"
    assert excerpt_of(KeyError()) == "KeyError"
    assert "MuteError: <exception str() failed>" in excerpt_of(MuteError())
