"""Mistakes in what is done: a row that is not written, an effect that is forgotten."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from steppay_mock.mutation.handler_code import HandlerCode, shown
from steppay_mock.mutation.mistake import HandlerMistake
from steppay_mock.mutation.notices import COPIES, STATE
from steppay_mock.mutation.topics import topic_of

_WRITES = frozenset(
    [
        "add",
        "append",
        "save",
        "create",
        "execute",
        "executemany",
        "update",
        "delete",
        "remove",
        "send",
        "send_mail",
        "delay",
        "apply_async",
        "add_task",
        "put",
        "publish",
        "write",
        "upsert",
        "insert",
        "setdefault",
        "enqueue",
        "notify",
        "merge",
        "bulk_create",
    ]
)
_SETS_UP = re.compile(r"\bPRAGMA\b|\bCREATE\s+(TABLE|INDEX|UNIQUE)\b", re.IGNORECASE)
"""SQL that no webhook is about."""


def forgotten_calls(code: HandlerCode) -> Iterator[HandlerMistake]:
    """``points.append(payment)`` becomes ``pass``."""
    for node in code.nodes(ast.Expr):
        call = node.value.value if isinstance(node.value, ast.Await) else node.value
        if not isinstance(call, ast.Call) or code.function_of(node) is None:
            continue
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if _SETS_UP.search(code.code(node)):
            continue
        if name in _WRITES or name.startswith(tuple(f"{verb}_" for verb in _WRITES)):
            yield _forgotten(code, node, call)


def forgotten_rows(code: HandlerCode) -> Iterator[HandlerMistake]:
    """``payments[key] = status`` becomes ``pass``."""
    for node in code.nodes(ast.Assign, ast.AugAssign):
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        if isinstance(target, ast.Subscript | ast.Attribute) and code.function_of(node) is not None:
            yield _forgotten(code, node, target)


def _forgotten(code: HandlerCode, node: ast.stmt, what: ast.expr) -> HandlerMistake:
    is_memory = topic_of(what).name == "copy"
    effect = f"`{shown(node)}` was forgotten"
    if is_memory:
        effect += ", so that a copy of a webhook is not known"
    notice = COPIES if is_memory else STATE
    return HandlerMistake(name="forget-write", effect=effect, notice=notice, at=node, edits=(code.edit(node, "pass"),))
