"""Mistakes in choices: one event type, or one value of an enumeration, that is forgotten."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import TypeGuard

from steppay_mock.mutation.contract_words import enumeration_values, event_types
from steppay_mock.mutation.handler_code import HandlerCode, TextEdit
from steppay_mock.mutation.mistake import HandlerMistake
from steppay_mock.mutation.notices import delivered

_FEWEST = 2  # of a table: one whose only row is gone is another mistake


def branches(code: HandlerCode) -> Iterator[HandlerMistake]:
    """``if event == "payment.completed":`` becomes ``if False:``."""
    for node in code.nodes(ast.If, ast.IfExp):
        if is_choice(node.test) and (edit := code.edit_truth(node.test, truth=False)):
            yield _forgotten("drop-branch", node.test, _values_of(node.test.comparators[0]), edit)


def cases(code: HandlerCode) -> Iterator[HandlerMistake]:
    """``case "payment.completed":`` becomes ``case "payment.completed" if False:``."""
    for node in code.nodes(ast.Match):
        for case in node.cases:
            if isinstance(case.pattern, ast.MatchOr):
                yield from _alternatives(code, case.pattern)
            elif value := _value_of_pattern(case.pattern):
                yield _forgotten("drop-case", case.pattern, [value], _unmatched(code, case))


def _alternatives(code: HandlerCode, pattern: ast.MatchOr) -> Iterator[HandlerMistake]:
    named = [_value_of_pattern(one) for one in pattern.patterns]
    for number, value in enumerate(named):
        if value:
            yield _forgotten("drop-case", pattern, [value], _without(code, pattern.patterns, number))


def _unmatched(code: HandlerCode, case: ast.match_case) -> TextEdit:
    if case.guard is not None:
        return code.edit(case.guard, "False")
    end = code.span(case.pattern)[1]
    while code.text[end] == ")":  # a pattern in parentheses
        end += 1
    return TextEdit(end, end, " if False")


def table_rows(code: HandlerCode) -> Iterator[HandlerMistake]:
    """``{"payment.completed": take}``, ``("PAID", "SENT")``: one row or element is gone."""
    for node in (*code.nodes(ast.Dict), *code.nodes(ast.Set, ast.List, ast.Tuple)):
        rows: Sequence[ast.expr | None] = node.keys if isinstance(node, ast.Dict) else node.elts
        if len(rows) < _FEWEST or None in rows:
            continue
        for number, row in enumerate(rows):
            if row is not None and (value := known_value(row)):
                yield _forgotten("drop-row", node, [value], _row_gone(code, node, number))


def _row_gone(code: HandlerCode, node: ast.Dict | ast.Set | ast.List | ast.Tuple, number: int) -> TextEdit:
    if not isinstance(node, ast.Dict):
        if isinstance(node, ast.Tuple) and len(node.elts) == _FEWEST:  # ("a") is no tuple
            begin, end = code.span(node.elts[0])[0], code.span(node.elts[1])[1]
            return TextEdit(begin, end, f"{code.code(node.elts[1 - number])},")
        return _without(code, node.elts, number)
    keys = [key for key in node.keys if key is not None]
    if number + 1 < len(keys):
        return TextEdit(code.span(keys[number])[0], code.span(keys[number + 1])[0], "")
    return TextEdit(code.span(node.values[number - 1])[1], code.span(node.values[number])[1], "")


def _without(code: HandlerCode, nodes: Sequence[ast.AST], number: int) -> TextEdit:
    """The edit that takes one of several nodes away, with what parts it from its neighbour."""
    if number + 1 < len(nodes):
        return TextEdit(code.span(nodes[number])[0], code.span(nodes[number + 1])[0], "")
    return TextEdit(code.span(nodes[number - 1])[1], code.span(nodes[number])[1], "")


def is_choice(test: ast.expr) -> TypeGuard[ast.Compare]:
    """Whether the condition asks for event types or for values of an enumeration."""
    return (
        isinstance(test, ast.Compare)
        and len(test.ops) == 1
        and isinstance(test.ops[0], ast.Eq | ast.In)
        and bool(_values_of(test.comparators[0]))
    )


def known_value(node: ast.AST) -> str | None:
    """The event type or value of an enumeration that the node is, as a text or as ``EventType.PAYMENT_COMPLETED``."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value if node.value in event_types() | enumeration_values() else None
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        named = {one.replace(".", "_").upper(): one for one in sorted(event_types())}
        return named.get(node.attr, node.attr if node.attr in enumeration_values() else None)
    return None


def _values_of(node: ast.expr) -> list[str]:
    members = node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else [node]
    found = [known_value(one) for one in members]
    return [value for value in found if value] if all(found) else []


def _value_of_pattern(pattern: ast.pattern) -> str | None:
    return known_value(pattern.value) if isinstance(pattern, ast.MatchValue) else None


def _forgotten(name: str, at: ast.AST, values: Sequence[str], edit: TextEdit) -> HandlerMistake:
    types = [value for value in values if value in event_types()]
    notice = (
        delivered(types[0])
        if types
        else f"an event with {values[0]} (steppay.event(…, data={{…}}), or a scenario that has one), and an assertion "
        "about your rows after it"
    )
    return HandlerMistake(
        name=name,
        effect=f"{' and '.join(values)} {'was' if len(values) == 1 else 'were'} forgotten",
        notice=notice,
        at=at,
        edits=(edit,),
    )
