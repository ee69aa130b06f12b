"""Finds secrets that are written in code, so that no report shows them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from steppay_mock.mutation.topics import words_of

_NAMES = frozenset({"secret", "token", "password"})
_CALLS = frozenset({"verify", "hmac", "sign", "digest"})
_OF_VARIABLES = re.compile("[A-Z][A-Z0-9_]*")
"""Names of the environment, such as ``STEPPAY_WEBHOOK_SECRET``."""


def secrets_in(text: str) -> list[str]:
    """The texts that are given to a name such as ``SECRET``, or to what checks signatures."""
    parts = [part for node in ast.walk(ast.parse(text)) for part in _parts(node)]
    found = {part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)}
    return sorted(one for one in found if not _OF_VARIABLES.fullmatch(one))


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    """What the node gives to such a name or call."""
    if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if any(_NAMES & words_of(target) for target in targets):
            yield from ast.walk(node.value)
    elif isinstance(node, ast.Call) and _CALLS & words_of(node.func):
        yield from (part for value in node.args for part in (value, *_encoded(value)))
        yield from (keyword.value for keyword in node.keywords)
    elif isinstance(node, ast.keyword) and node.arg is not None and _NAMES & set(node.arg.lower().split("_")):
        yield node.value


def _encoded(value: ast.expr) -> Iterator[ast.AST]:
    """The text of ``"text".encode()``."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "encode":
        yield value.func.value
