"""Finds secrets that are written in code, so that no report shows them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from steppay_mock.mutation.topics import words_of

_NAMES = frozenset({"secret", "secrets", "token", "tokens", "password", "passwords"})
_CALLS = frozenset({"verify", "hmac", "sign", "digest"})
_OF_VARIABLES = re.compile("[A-Z][A-Z0-9_]*")
"""Names of the environment, such as ``STEPPAY_WEBHOOK_SECRET``."""


def secrets_in(text: str) -> list[str]:
    """The texts that are given to a name such as ``SECRET``, or to what checks signatures."""
    parts = [part for node in ast.walk(ast.parse(text)) for part in _parts(node)]
    values = (part.value for part in parts if isinstance(part, ast.Constant))
    # Bytes are shown as they are written: what is no text of ASCII there stands as an escape.
    found = {one if isinstance(one, str) else repr(one)[2:-1] for one in values if isinstance(one, str | bytes)} - {""}
    return sorted(one for one in found if not _OF_VARIABLES.fullmatch(one))


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    """What the node gives to such a name or call."""
    if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if any(_NAMES & words_of(target) for target in targets):
            yield from ast.walk(node.value)
    elif isinstance(node, ast.Call) and _CALLS & words_of(node.func):
        yield from (part for value in node.args for part in _given(value))
        yield from (part for keyword in node.keywords for part in _given(keyword.value))
    elif isinstance(node, ast.keyword) and node.arg is not None and _NAMES & set(node.arg.lower().split("_")):
        yield from _given(node.value)


def _given(value: ast.expr) -> Iterator[ast.AST]:
    """The value itself, the text of ``"text".encode()``, and each of several, as in ``["new", "old"]``."""
    parts: list[ast.expr] = []
    if isinstance(value, ast.List | ast.Tuple | ast.Set):
        parts = value.elts
    elif isinstance(value, ast.Dict | ast.BoolOp):
        parts = value.values
    elif isinstance(value, ast.IfExp):
        parts = [value.body, value.orelse]
    elif isinstance(value, ast.Starred):
        parts = [value.value]
    elif isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "encode":
        parts = [value.func.value]
    yield value
    yield from (one for part in parts for one in _given(part))
