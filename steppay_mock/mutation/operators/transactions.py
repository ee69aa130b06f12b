"""Mistakes about transactions: none, no lock, a commit that comes too early or not at all."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from steppay_mock.mutation.handler_code import HandlerCode, TextEdit, shown
from steppay_mock.mutation.mistake import HandlerMistake
from steppay_mock.mutation.notices import OVERLAP, STATE

_BEGINS = frozenset({"atomic", "begin", "begin_nested", "transaction"})


def forgotten_transactions(code: HandlerCode) -> Iterator[HandlerMistake]:
    """``with transaction.atomic():`` becomes ``if True:``; ``@transaction.atomic`` is gone."""
    effect = "a webhook was stored by halves where something fails, or two at once disturbed each other"
    for node in code.nodes(ast.With, ast.AsyncWith):
        if len(node.items) == 1 and node.items[0].optional_vars is None and _begins(node.items[0].context_expr):
            begin, end = code.span(node)[0], code.span(node.items[0].context_expr)[1]
            edit = TextEdit(begin, end, "if True")
            yield HandlerMistake(name="drop-transaction", effect=effect, notice=OVERLAP, at=node, edits=(edit,))
    for function in code.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
        for decorator in function.decorator_list:
            if _begins(decorator):
                edit = code.edit(decorator, "(lambda function: function)")
                yield HandlerMistake(name="drop-transaction", effect=effect, notice=OVERLAP, at=function, edits=(edit,))


def _begins(node: ast.expr) -> bool:
    """Whether the node is ``transaction.atomic``, ``session.begin()`` or another that begins a transaction."""
    call = node.func if isinstance(node, ast.Call) else node
    return isinstance(call, ast.Attribute) and call.attr in _BEGINS


def forgotten_locks(code: HandlerCode) -> Iterator[HandlerMistake]:
    """``.select_for_update()`` is gone."""
    for node in code.nodes(ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr in {"select_for_update", "with_for_update"}:
            edit = code.edit(node, code.owner(node.func))
            effect = "the row was not locked, so that two webhooks at once overwrite each other"
            yield HandlerMistake(name="drop-lock", effect=effect, notice=OVERLAP, at=node, edits=(edit,))


def commits(code: HandlerCode) -> Iterator[HandlerMistake]:
    """``commit()`` is gone, and ``write(); commit()`` becomes ``commit(); write()``."""
    for node in code.nodes(ast.Expr):
        call = node.value.value if isinstance(node.value, ast.Await) else node.value
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "commit"):
            continue
        notice = "state=… that reads your rows through a connection of its own, in any test that looks at them"
        yield HandlerMistake(
            name="drop-commit",
            effect="nothing was committed",
            notice=notice,
            at=node,
            edits=(code.edit(node, "pass"),),
        )
        before = _sibling_before(code, node)
        if isinstance(before, ast.Expr | ast.Assign | ast.AugAssign):
            edits = (code.edit(before, code.code(node)), code.edit(node, code.code(before)))
            effect = f"the commit came before `{shown(before)}`"
            yield HandlerMistake(name="early-commit", effect=effect, notice=notice, at=node, edits=edits)


def _sibling_before(code: HandlerCode, node: ast.stmt) -> ast.stmt | None:
    """The statement before this one in the same block."""
    parent = code.parent(node)
    for name in ("body", "orelse", "finalbody"):
        block = getattr(parent, name, None)
        if isinstance(block, list) and node in block:
            at = block.index(node)
            return block[at - 1] if at else None
    return None


def effects_before_the_commit(code: HandlerCode) -> Iterator[HandlerMistake]:
    """``transaction.on_commit(effect)`` of Django becomes ``effect()``."""
    for node in code.nodes(ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr == "on_commit" and node.args:
            edit = code.edit(node, f"({code.code(node.args[0])})()")
            effect = "the effect came before the commit, and stayed where that fails"
            notice = f"{STATE}, in a test in which the commit fails"
            yield HandlerMistake(name="early-effect", effect=effect, notice=notice, at=node, edits=(edit,))
