"""The docstring of a function is found though Python dropped it, wherever its source file still has it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

from steppay_mock.store.scenarios import docstring
from steppay_mock.store.scenarios.docstring import docstring_of


def marked(function: Callable[..., Any]) -> Callable[..., Any]:
    return function


def wrapping(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def wrapped() -> Any:
        return function()

    return wrapped


def plain() -> None:
    """One line.

    Another, indented.
        And more.
    """


def bare() -> None:
    pass


async def waiting() -> None:
    """It waits."""


@marked
@marked
def decorated() -> None:
    """It is marked twice."""


@wrapping
def wrapped_one() -> None:
    """It is wrapped."""


class Holder:
    def method(self) -> None:
        """It is in a class."""

    def __call__(self) -> None:
        pass


TOLD: dict[str, tuple[Callable[..., Any], str]] = {
    "plain": (plain, "One line.\n\nAnother, indented.\n    And more."),
    "bare": (bare, ""),
    "async": (waiting, "It waits."),
    "decorated": (decorated, "It is marked twice."),
    "wrapped": (wrapped_one, "It is wrapped."),
    "method": (Holder.method, "It is in a class."),
    "no function": (Holder(), ""),
}


@pytest.mark.parametrize("kind", TOLD)
def test_what_was_dropped_is_read_from_the_source(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    function, told = TOLD[kind]
    assert docstring_of(function) == told
    if function.__doc__ is not None:
        monkeypatch.setattr(function, "__doc__", None)
    assert docstring_of(function) == ""
    monkeypatch.setattr(docstring, "IS_DROPPED", True)
    assert docstring_of(function) == told


def test_a_docstring_that_python_kept_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docstring, "IS_DROPPED", True)
    monkeypatch.setattr(plain, "__doc__", "Another one.")
    assert docstring_of(plain) == "Another one."


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ('def made():\n    "It is read."\n', "It is read."),
        ('\ndef made():\n    "It has moved by a line."\n', ""),
        ("def made(:\n", ""),
        (None, ""),
    ],
)
def test_a_file_that_has_changed_or_is_gone_says_nothing(
    *, source: str | None, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "made.py"
    if source is not None:
        path.write_text(source, encoding="utf-8")
    known: dict[str, Any] = {}
    exec(compile("def made():\n    pass\n", str(path), "exec"), known)
    monkeypatch.setattr(docstring, "IS_DROPPED", True)
    assert docstring_of(known["made"]) == told
