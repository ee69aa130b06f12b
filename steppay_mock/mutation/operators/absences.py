"""Mistakes about what may be missing: a field that StepPay leaves out, a header, a part of the envelope."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from steppay_mock.mutation.contract_words import fields, fields_never_absent
from steppay_mock.mutation.handler_code import HandlerCode
from steppay_mock.mutation.mistake import HandlerMistake
from steppay_mock.mutation.notices import NULLS, STATE, checks
from steppay_mock.mutation.topics import words_of

_ENVELOPE = frozenset({"event", "timestamp", "data"})
_MALFORMED = {name: checks(f"malformed/{name}-missing") for name in _ENVELOPE}
_EMPTY_NODES = (ast.Dict, ast.List, ast.Constant)


def needed_fields(code: HandlerCode) -> Iterator[HandlerMistake]:
    """``data.get("customerId")`` becomes ``data["customerId"]``."""
    for node in code.nodes(ast.Call):
        if not (isinstance(node.func, ast.Attribute) and node.func.attr == "get" and node.args and not node.keywords):
            continue
        if ast.unparse(node.func.value) == "os.environ" or _decorates(code, node):
            continue
        name = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
        if not isinstance(name, str) or name in fields_never_absent() | _ENVELOPE or code.function_of(node) is None:
            continue
        effect, notice = _told_of_missing(node.func.value, name)
        edit = code.edit(node, f"{code.owner(node.func)}[{code.code(node.args[0])}]")
        yield HandlerMistake(name="need-field", effect=effect, notice=notice, at=node, edits=(edit,))


def _decorates(code: HandlerCode, node: ast.Call) -> bool:
    return node in getattr(code.parent(node), "decorator_list", ())


def _told_of_missing(owner: ast.expr, name: str) -> tuple[str, str]:
    if {"headers", "environ", "meta"} & words_of(owner):
        return f"it failed where the header {name} is missing", checks("signature/signature-missing")
    if name in fields():
        return f"it failed where {name} is left out, as StepPay leaves out nulls", NULLS
    notice = (
        checks("signature/key-missing")
        if name == "key"
        else STATE.replace("a webhook that comes here", f"what has no {name}")
    )
    return f"it failed where {name} is missing", notice


def dropped_defaults(code: HandlerCode) -> Iterator[HandlerMistake]:
    """``data.get("cancel") or {}`` becomes ``data.get("cancel")``."""
    for node in code.nodes(ast.BoolOp):
        first, last = node.values[0], node.values[-1]
        if not isinstance(node.op, ast.Or) or not isinstance(last, _EMPTY_NODES):
            continue
        if isinstance(first, ast.Call | ast.Subscript) and len(node.values) == len([first, last]):
            effect = f"there was no default for `{ast.unparse(first)}` where it is null or left out"
            edit = code.edit(node, code.code(first))
            yield HandlerMistake(name="drop-default", effect=effect, notice=NULLS, at=node, edits=(edit,))


def unneeded_envelope(code: HandlerCode) -> Iterator[HandlerMistake]:
    """``event["data"]``, where a KeyError is caught, becomes ``event.get("data")``: what is no webhook goes on."""
    for node in code.nodes(ast.Subscript):
        name = node.slice.value if isinstance(node.slice, ast.Constant) else None
        if isinstance(node.ctx, ast.Load) and isinstance(name, str) and name in _ENVELOPE and _is_caught(code, node):
            edit = code.edit(node, f"{code.owner(node)}.get({code.code(node.slice)})")
            effect = f"a webhook without {name} went further"
            notice = f"{_MALFORMED[name]}, where the rows are looked at after it"
            yield HandlerMistake(name="unneeded-field", effect=effect, notice=notice, at=node, edits=(edit,))


def _is_caught(code: HandlerCode, node: ast.AST) -> bool:
    """Whether the node is in a ``try`` that catches a missing key."""
    child, parent = node, code.parent(node)
    while not isinstance(parent, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef):
        if isinstance(parent, ast.Try) and child in parent.body:
            caught = [one.type for one in parent.handlers]
            return any(one is None or {"key", "lookup", "exception"} & words_of(one) for one in caught)
        child, parent = parent, code.parent(parent)
    return False
