"""Mistakes with errors: an error that is passed over, an error that is no longer caught."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from steppay_mock.mutation.handler_code import HandlerCode, shown
from steppay_mock.mutation.mistake import HandlerMistake
from steppay_mock.mutation.notices import SIGNATURE, STATE, checks
from steppay_mock.mutation.topics import words_of

_MALFORMED = {
    "key": "malformed/data-missing",
    "lookup": "malformed/data-missing",
    "type": "malformed/a-list",
    "attribute": "malformed/event-a-number",
    "recursion": "malformed/too-deep",
    "value": "malformed/not-json",
    "decode": "malformed/not-json",
    "unicode": "malformed/not-utf-8",
}
"""What makes an error, by a word in its name."""


def passed_over(code: HandlerCode) -> Iterator[HandlerMistake]:
    """``except SignatureError: return "", 401`` becomes ``except SignatureError: pass``."""
    for node in code.nodes(ast.ExceptHandler):
        if all(isinstance(one, ast.Pass) for one in node.body):
            continue
        effect, notice = _told(node)
        edit = code.edit_all(node.body, "pass")
        yield HandlerMistake(name="pass-over-error", effect=effect, notice=notice, at=node.body[0], edits=(edit,))


def not_caught(code: HandlerCode) -> Iterator[HandlerMistake]:
    """``except (ValueError, RecursionError)`` becomes ``except (ValueError)``."""
    for node in code.nodes(ast.ExceptHandler):
        if isinstance(node.type, ast.Tuple):
            for error in node.type.elts:
                others = [code.code(one) for one in node.type.elts if one is not error]
                effect, notice = f"{shown(error)} was not caught", _notice_of(error)
                edit = code.edit(node.type, f"({', '.join(others)}{',' * (len(others) == 1)})")
                yield HandlerMistake(name="uncaught-error", effect=effect, notice=notice, at=node.type, edits=(edit,))


def _told(node: ast.ExceptHandler) -> tuple[str, str]:
    if node.type is not None and "signature" in words_of(node.type):
        return "a webhook with a wrong signature was taken", SIGNATURE
    name = "every error" if node.type is None else shown(node.type)
    return f"{name} was passed over", _notice_of(node.type)


def _notice_of(error: ast.expr | None) -> str:
    """What makes an error of this type, and of these types."""
    words = frozenset() if error is None else words_of(error)
    found = {check: None for word, check in _MALFORMED.items() if word in words}
    return checks(*found) if found else STATE.replace("comes here", "makes this error")
