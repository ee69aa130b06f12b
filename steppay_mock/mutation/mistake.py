"""A mistake that an operator makes in a handler, and the mutant that has it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import unified_diff

from steppay_mock.mutation.handler_code import HandlerCode, TextEdit, edited


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlerMistake:
    """One mistake at one place.

    ``name`` is the operator's, ``effect`` completes "Your tests would not notice if ...", ``notice`` says what would
    notice it, ``at`` is the node that has the place, and ``edits`` make the mistake.
    """

    name: str
    effect: str
    notice: str
    at: ast.AST
    edits: tuple[TextEdit, ...]


MistakeOperator = Callable[[HandlerCode], Iterator[HandlerMistake]]
"""Finds every place of a handler at which its mistake can be made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlerMutant:
    """A file with one mistake.

    ``lines`` are those of the statement that has it, ``scope`` those of its function (None: the whole file).
    """

    path: str
    line: int
    name: str
    effect: str
    notice: str
    lines: range
    scope: range | None
    before: str
    after: str

    @property
    def place(self) -> str:
        """The file and the line."""
        return f"{self.path}:{self.line}"

    @property
    def diff(self) -> tuple[str, ...]:
        """The lines that differ, each with ``-`` or ``+`` in front of it."""
        found = unified_diff(self.before.splitlines(), self.after.splitlines(), n=0, lineterm="")
        return tuple(line for line in found if not line.startswith(("---", "+++", "@@")))


def mutant_of(code: HandlerCode, mistake: HandlerMistake) -> HandlerMutant:
    """The file with that mistake."""
    function = code.function_of(mistake.at)
    return HandlerMutant(
        path=code.path,
        line=code.line_of(min(mistake.edits)),
        name=mistake.name,
        effect=mistake.effect,
        notice=mistake.notice,
        lines=code.lines_of(mistake.at),
        scope=None if function is None else range(function.body[0].lineno, (function.end_lineno or 0) + 1),
        before=code.text,
        after=edited(code.text, mistake.edits),
    )
