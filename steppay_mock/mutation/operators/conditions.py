"""Mistakes in conditions: a guard that is missing, a part of a condition that is missing, a check that is not made."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from steppay_mock.mutation.handler_code import HandlerCode, TextEdit, shown
from steppay_mock.mutation.mistake import HandlerMistake
from steppay_mock.mutation.notices import SIGNATURE
from steppay_mock.mutation.operators.branches import is_choice
from steppay_mock.mutation.topics import LEAVES, OTHER, ConditionTopic, topic_of, topic_of_branch

_VERIFIES = frozenset({"signature"})


def guards(code: HandlerCode) -> Iterator[HandlerMistake]:
    """``if seen: return`` becomes ``if False: return``."""
    for node in _conditions_in_functions(code):
        if not is_choice(node.test) and isinstance(node.body[-1], LEAVES):
            topic = topic_of_branch(node)
            effect = topic.unguarded or f"`if {shown(node.test)}` never left the function"
            if topic.name == "type" and _asks_for_some(node.test):
                topic, effect = OTHER, f"what `if {shown(node.test)}` is for was forgotten"
            yield from _made("drop-guard", node.test, code.edit_truth(node.test, truth=False), effect, topic)


def conditions(code: HandlerCode) -> Iterator[HandlerMistake]:
    """``if newer: write()`` becomes ``if True: write()``."""
    for node in _conditions_in_functions(code):
        if not is_choice(node.test) and not isinstance(node.body[-1], LEAVES) and not node.orelse:
            topic = topic_of_branch(node)
            effect = topic.unguarded or f"what follows `if {shown(node.test)}` was always done"
            yield from _made("drop-condition", node.test, code.edit_truth(node.test, truth=True), effect, topic)


def operands(code: HandlerCode) -> Iterator[HandlerMistake]:
    """``if a or b`` becomes ``if a``."""
    for node in code.nodes(ast.BoolOp):
        if code.function_of(node) is None or not _is_condition(code, node):
            continue
        neutral = isinstance(node.op, ast.And)
        for operand in node.values:
            topic = topic_of(operand)
            effect = f"`{shown(operand)}` was left out of the condition"
            if topic.unguarded and isinstance(node.op, ast.Or):
                effect = f"{topic.unguarded} (without `{shown(operand)}`)"
            yield from _made("drop-operand", operand, code.edit_truth(operand, truth=neutral), effect, topic)


def calls_that_verify(code: HandlerCode) -> Iterator[HandlerMistake]:
    """``verify(...)``, which raises where a signature is wrong, becomes ``pass``."""
    for node in code.nodes(ast.Expr):
        call = node.value.value if isinstance(node.value, ast.Await) else node.value
        if isinstance(call, ast.Call) and topic_of(call.func).name in _VERIFIES:
            yield HandlerMistake(
                name="drop-verification",
                effect="a webhook with a wrong signature was taken",
                notice=SIGNATURE,
                at=node,
                edits=(code.edit(node, "pass"),),
            )


def _conditions_in_functions(code: HandlerCode) -> Iterator[ast.If]:
    return (node for node in code.nodes(ast.If) if code.function_of(node) is not None)


def _asks_for_some(test: ast.expr) -> bool:
    """Whether the condition holds for the event types that it names, and not for the others."""
    if isinstance(test, ast.UnaryOp):
        return False
    return not (isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.NotIn | ast.NotEq))


def _is_condition(code: HandlerCode, node: ast.BoolOp) -> bool:
    """Whether only the truth of the node matters: ``a or {}`` is a value with a default."""
    parent = code.parent(node)
    if isinstance(parent, ast.If | ast.While | ast.IfExp | ast.Assert):
        return node is parent.test
    if isinstance(parent, ast.UnaryOp):
        return isinstance(parent.op, ast.Not)
    return isinstance(parent, ast.Return) and all(isinstance(one, ast.Compare | ast.Call) for one in node.values)


def _made(
    name: str, at: ast.expr, edit: TextEdit | None, effect: str, topic: ConditionTopic
) -> Iterator[HandlerMistake]:
    if edit is not None:
        yield HandlerMistake(name=name, effect=effect, notice=topic.notice, at=at, edits=(edit,))
