"""The code of a handler: its syntax tree, and where each part of it stands in the text."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar, overload

Node = TypeVar("Node", bound=ast.AST)
Node2 = TypeVar("Node2", bound=ast.AST)
Node3 = TypeVar("Node3", bound=ast.AST)

PRAGMA = re.compile(r"(#|--).*\bno mutate\b")
"""A comment with these words, of Python or of SQL, keeps a line as it is, as for mutmut: ``# pragma: no mutate``."""

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_SHOWN = 60  # letters


@dataclass(frozen=True, slots=True, order=True)
class TextEdit:
    """A part of a text, from one offset to another, and what stands there instead."""

    start: int
    end: int
    text: str


class HandlerCode:
    """A file of Python, read once. ``path`` is how reports name it."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.tree = ast.parse(text)
        self.lines = [found.group() for found in _LINE.finditer(text)]
        self._starts = [0]
        for line in self.lines:
            self._starts.append(self._starts[-1] + len(line))
        self._parents: dict[ast.AST, ast.AST] = {}
        self._nodes: list[ast.AST] = []
        self._visit(self.tree)

    def _visit(self, node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            self._parents[child] = node
            if _is_run(child):
                self._nodes.append(child)
                # Positions within an f-string are wrong before Python 3.12, so no mistake is made there.
                if not isinstance(child, ast.JoinedStr):
                    self._visit(child)

    @overload
    def nodes(self, one: type[Node], /) -> Iterator[Node]: ...
    @overload
    def nodes(self, one: type[Node], two: type[Node2], /) -> Iterator[Node | Node2]: ...
    @overload
    def nodes(self, one: type[Node], two: type[Node2], three: type[Node3], /) -> Iterator[Node | Node2 | Node3]: ...
    def nodes(self, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
        """The nodes of these kinds, in which a mistake may be made."""
        for node in self._nodes:
            if isinstance(node, kinds):
                yield node

    def line_of(self, edit: TextEdit) -> int:
        """The number of the line in which the edit begins, after commas and white space."""
        blank = len(self.text[edit.start : edit.end]) - len(self.text[edit.start : edit.end].lstrip(", \t\r\n"))
        return bisect_right(self._starts, edit.start + blank, hi=len(self.lines))

    def is_kept(self, line: int) -> bool:
        """Whether a comment says that no mistake is to be made in that line."""
        return PRAGMA.search(self.lines[line - 1]) is not None

    def parent(self, node: ast.AST) -> ast.AST:
        """The node that has this one."""
        return self._parents.get(node, self.tree)

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Where the node begins and ends in the text."""
        begin = self._offset(node.lineno, node.col_offset)  # type: ignore[attr-defined] # a node with a place
        return begin, self._offset(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def _offset(self, line: int, column: int) -> int:
        """The offset in letters: the syntax tree counts the bytes of UTF-8."""
        return self._starts[line - 1] + len(self.lines[line - 1].encode()[:column].decode())

    def code(self, node: ast.AST) -> str:
        """The node as it is written."""
        begin, end = self.span(node)
        return self.text[begin:end]

    def owner(self, node: ast.Attribute | ast.Subscript) -> str:
        """What stands before the dot or bracket of the node, with its parentheses."""
        begin, end = self.span(node)
        if isinstance(node, ast.Subscript):
            end = self.span(node.slice)[0]
        return self.text[begin:end].removesuffix(getattr(node, "attr", "")).rstrip().rstrip(".[").rstrip()

    def edit(self, node: ast.AST, text: str) -> TextEdit:
        """That text in the place of the node."""
        begin, end = self.span(node)
        return TextEdit(begin, end, text)

    def edit_truth(self, node: ast.expr, *, truth: bool) -> TextEdit | None:
        """The node always true, or always false. It keeps its assignments; None if it does not always make them."""
        if not any(isinstance(one, ast.NamedExpr) for one in ast.walk(node)):
            return self.edit(node, str(truth))
        if any(map(_may_leave_out, ast.walk(node))):
            return None
        text = f"({self.code(node)}) {'or' if truth else 'and'} {truth}"
        return self.edit(node, f"({text})" if isinstance(self.parent(node), ast.BoolOp) else text)

    def edit_all(self, statements: list[ast.stmt], text: str) -> TextEdit:
        """That text in the place of statements that follow each other."""
        return TextEdit(self.span(statements[0])[0], self.span(statements[-1])[1], text)

    def edit_between(self, left: ast.AST, right: ast.AST, token: str, text: str) -> TextEdit | None:
        """That text in the place of an operator between two nodes."""
        begin, end = self.span(left)[1], self.span(right)[0]
        for found, at in self._operators:
            if begin <= at < end and found == token:
                return TextEdit(at, at + len(token), text)
        return None

    @cached_property
    def _operators(self) -> list[tuple[str, int]]:
        """Every operator with its offset."""
        tokens = tokenize.generate_tokens(io.StringIO(self.text, newline="").readline)
        starts = self._starts
        return [
            (one.string, starts[one.start[0] - 1] + one.start[1])
            for one in tokens
            if one.type == tokenize.OP or one.string in {"and", "or"}
        ]

    def statement_of(self, node: ast.AST) -> ast.AST:
        """The innermost statement, case or handler of errors that has the node, or is it."""
        while not isinstance(node, ast.stmt | ast.match_case | ast.ExceptHandler | ast.Module):
            node = self.parent(node)
        return node

    def function_of(self, node: ast.AST) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """The innermost function whose body has the node; None at the level of a module or class."""
        child, node = node, self.parent(node)
        while not isinstance(node, ast.Module):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and child in node.body:
                return node
            child, node = node, self.parent(node)
        return None

    def lines_of(self, node: ast.AST) -> range:
        """The lines of the statement that has the node; of one with a body, those before the body."""
        statement = self.statement_of(node)
        if isinstance(statement, ast.match_case):
            first, last = statement.pattern.lineno, statement.pattern.end_lineno or statement.pattern.lineno
        else:
            first, last = statement.lineno, statement.end_lineno  # type: ignore[attr-defined] # no module
            body = getattr(statement, "body", None)
            if isinstance(body, list):
                last = max(first, body[0].lineno - 1)
        return range(first, last + 1)


def _may_leave_out(node: ast.AST) -> bool:
    """Whether Python may pass over a part of the node: ``b`` of ``a and b``."""
    if isinstance(node, ast.Compare):
        return len(node.ops) > 1
    return isinstance(node, ast.BoolOp | ast.IfExp | ast.Lambda | ast.comprehension)


def edited(text: str, edits: tuple[TextEdit, ...]) -> str:
    """The text with all edits, none of which overlap."""
    for one in sorted(edits, reverse=True):
        text = text[: one.start] + one.text + text[one.end :]
    return text


def shown(node: ast.AST) -> str:
    """The node as one short line, for a sentence."""
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _is_run(node: ast.AST) -> bool:
    """Whether tests can run the node: no annotation, and nothing for type checkers or for the command line."""
    return not (isinstance(node, ast.If) and re.search(r"TYPE_CHECKING|__main__", ast.unparse(node.test)))
