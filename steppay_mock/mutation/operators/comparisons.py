"""Mistakes in comparisons: what is equal goes to the other side."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from steppay_mock.mutation.handler_code import HandlerCode, shown
from steppay_mock.mutation.mistake import HandlerMistake
from steppay_mock.mutation.notices import ORDERS, STATE
from steppay_mock.mutation.topics import topic_of

_OTHERS = {ast.Lt: ("<", "<="), ast.LtE: ("<=", "<"), ast.Gt: (">", ">="), ast.GtE: (">=", ">")}
_LOOKUPS = {"__lt": "__lte", "__lte": "__lt", "__gt": "__gte", "__gte": "__gt"}


def boundaries(code: HandlerCode) -> Iterator[HandlerMistake]:
    """``incoming <= stored`` becomes ``incoming < stored``."""
    for node in code.nodes(ast.Compare):
        signs = _OTHERS.get(type(node.ops[0]))
        topic = topic_of(node)
        # No clock of a test stops at the very end of a tolerance.
        if len(node.ops) != 1 or signs is None or topic.name == "age":
            continue
        edit = code.edit_between(node.left, node.comparators[0], *signs)
        if edit is None:
            continue
        if topic.name == "order":
            effect = "the other one of two equally new webhooks won, so that their order decided"
            notice = ORDERS
        else:
            effect = f"`{signs[1]}` stood for `{signs[0]}` in `{shown(node)}`"
            notice = STATE
        yield HandlerMistake(name="boundary", effect=effect, notice=notice, at=node, edits=(edit,))


def lookups(code: HandlerCode) -> Iterator[HandlerMistake]:
    """``filter(version__lt=new)`` of Django becomes ``filter(version__lte=new)``, and ``filter()``."""
    for node in code.nodes(ast.Call):
        for number, keyword in enumerate(node.keywords):
            ending = next((one for one in _LOOKUPS if (keyword.arg or "").endswith(one)), None)
            if keyword.arg is None or ending is None or topic_of(node).name == "age":
                continue
            other = keyword.arg.removesuffix(ending) + _LOOKUPS[ending]
            edit = code.edit(keyword, f"{other}={code.code(keyword.value)}")
            effect = "the other one of two equally new webhooks won, so that their order decided"
            yield HandlerMistake(name="boundary", effect=effect, notice=ORDERS, at=node, edits=(edit,))
            yield _dropped(code, node, number)


def conditions_of_writes(code: HandlerCode) -> Iterator[HandlerMistake]:
    """``on_conflict_do_update(..., where=newer)`` of SQLAlchemy loses its ``where``."""
    for node in code.nodes(ast.Call):
        for number, keyword in enumerate(node.keywords):
            if keyword.arg == "where":
                yield _dropped(code, node, number)


def _dropped(code: HandlerCode, node: ast.Call, number: int) -> HandlerMistake:
    effect = "an older webhook that arrives late overwrote a newer one"
    edit = code.edit(node.keywords[number], "**{}")
    return HandlerMistake(name="drop-version", effect=effect, notice=ORDERS, at=node, edits=(edit,))
