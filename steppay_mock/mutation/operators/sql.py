"""Mistakes in SQL within texts: no comparison of versions, no lock, no conflict."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from steppay_mock.mutation.handler_code import HandlerCode, TextEdit
from steppay_mock.mutation.mistake import HandlerMistake
from steppay_mock.mutation.notices import COPIES, ORDERS, OVERLAP

_SQL = re.compile(r"\b(INSERT|UPDATE|SELECT|DELETE|BEGIN)\b", re.IGNORECASE)
_SIDE = r"(?:[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?|[:$]\w+|%\(\w+\)s|%s|\?)"
_COMPARISON = re.compile(rf"(?P<left>{_SIDE})\s*(?P<sign><=|>=|<(?!>)|>)\s*(?P<right>{_SIDE})")
_OTHERS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
_IGNORED = re.compile(r"\s*\bON\s+CONFLICT(?:\s*\([^)]*\))?\s+DO\s+NOTHING\b", re.IGNORECASE)
_OR_IGNORE = re.compile(r"\bINSERT\s+OR\s+IGNORE\b", re.IGNORECASE)
_LOCKS = re.compile(r"\s*\bFOR\s+UPDATE\b|(?<=\bBEGIN) (?:IMMEDIATE|EXCLUSIVE)\b", re.IGNORECASE)


def comparisons_of_versions(code: HandlerCode) -> Iterator[HandlerMistake]:
    """``WHERE excluded.version > rows.version``: always true, and ``>=`` for ``>``."""
    for node, text, offset in _statements(code):
        for found in _COMPARISON.finditer(text):
            begin, end = offset + found.start(), offset + found.end()
            yield HandlerMistake(
                name="drop-version",
                effect="an older webhook that arrives late overwrote a newer one",
                notice=ORDERS,
                at=node,
                edits=(TextEdit(begin, end, f"({found.group()} OR 1 = 1)"),),
            )
            sign = found["sign"]
            edit = TextEdit(offset + found.start("sign"), offset + found.end("sign"), _OTHERS[sign])
            effect = "the other one of two equally new webhooks won, so that their order decided"
            yield HandlerMistake(name="boundary", effect=effect, notice=ORDERS, at=node, edits=(edit,))


def copies(code: HandlerCode) -> Iterator[HandlerMistake]:
    """``ON CONFLICT DO NOTHING`` is gone; ``INSERT OR IGNORE`` becomes ``INSERT OR REPLACE``."""
    for node, text, offset in _statements(code):
        for pattern, instead, effect in (
            (_IGNORED, "", "a copy of a webhook failed on the constraint"),
            (_OR_IGNORE, "INSERT OR REPLACE", "a copy of a webhook had its effect again"),
        ):
            for found in pattern.finditer(text):
                edit = TextEdit(offset + found.start(), offset + found.end(), instead)
                yield HandlerMistake(name="copy-in-sql", effect=effect, notice=COPIES, at=node, edits=(edit,))


def locks(code: HandlerCode) -> Iterator[HandlerMistake]:
    """``FOR UPDATE`` and the ``IMMEDIATE`` of ``BEGIN IMMEDIATE`` are gone."""
    for node, text, offset in _statements(code):
        for found in _LOCKS.finditer(text):
            edit = TextEdit(offset + found.start(), offset + found.end(), "")
            effect = "the row was not locked, so that two webhooks at once overwrite each other"
            yield HandlerMistake(name="drop-lock", effect=effect, notice=OVERLAP, at=node, edits=(edit,))


def _statements(code: HandlerCode) -> Iterator[tuple[ast.Constant, str, int]]:
    """Each text that is SQL: the node, its text as written, and the offset of that."""
    for node in code.nodes(ast.Constant):
        if isinstance(node.value, str) and _SQL.search(node.value) and not isinstance(code.parent(node), ast.Expr):
            yield node, code.code(node), code.span(node)[0]
