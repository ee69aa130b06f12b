"""Mistakes with values: times in another zone, ids and amounts as floats."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from steppay_mock.mutation.contract_words import whole_number_ids
from steppay_mock.mutation.handler_code import HandlerCode
from steppay_mock.mutation.mistake import HandlerMistake
from steppay_mock.mutation.notices import checks

_KST = "__import__('datetime').timezone(__import__('datetime').timedelta(hours=9))"
_UTC = frozenset({"UTC", "utc", "timezone.utc", "datetime.UTC", "datetime.timezone.utc", "pytz.utc", "pytz.UTC"})
_UTC |= {f"{name}({quote}UTC{quote})" for name in ("ZoneInfo", "zoneinfo.ZoneInfo", "pytz.timezone") for quote in "'\""}
_MAKES_AWARE = frozenset({"make_aware", "localize"})


def korean_times(code: HandlerCode) -> Iterator[HandlerMistake]:
    """``.replace(tzinfo=UTC)`` becomes ``.replace(tzinfo=KST)``."""
    for node in code.nodes(ast.Call):
        zones = [keyword.value for keyword in node.keywords if keyword.arg == "tzinfo"]
        if isinstance(node.func, ast.Attribute | ast.Name):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
            zones += node.args[1:] if name in _MAKES_AWARE else []
        for zone in zones:
            if code.code(zone) in _UTC:
                effect = "times were read as Korean time, and were nine hours off: they are UTC"
                edit = code.edit(zone, _KST)
                yield HandlerMistake(
                    name="korean-time", effect=effect, notice=checks("timezone/utc"), at=node, edits=(edit,)
                )


def rounded_ids(code: HandlerCode) -> Iterator[HandlerMistake]:
    """``data["paymentId"]`` becomes ``int(float(data["paymentId"]))``, as a number of JavaScript is."""
    for node in code.nodes(ast.Subscript):
        name = node.slice.value if isinstance(node.slice, ast.Constant) else None
        if isinstance(node.ctx, ast.Load) and isinstance(name, str) and name in whole_number_ids():
            effect = f"{name} was rounded beyond 2^53, as JavaScript and floats round"
            event = f'steppay.event(…, data={{"{name}": 2**53 + 1}})'
            notice = f"{event} and an assertion about that id in your rows, or {checks('big-id/exact')}"
            edit = code.edit(node, f"int(float({code.code(node)}))")
            yield HandlerMistake(name="rounded-id", effect=effect, notice=notice, at=node, edits=(edit,))


def floats(code: HandlerCode) -> Iterator[HandlerMistake]:
    """``Decimal(amount)`` becomes ``float(amount)``."""
    for node in code.nodes(ast.Call):
        is_decimal = isinstance(node.func, ast.Name | ast.Attribute) and ast.unparse(node.func).endswith("Decimal")
        if is_decimal and len(node.args) == 1 and not isinstance(node.args[0], ast.Constant):
            effect = f"the amount `{ast.unparse(node.args[0])}` was a float"
            notice = "steppay.event(…, edge=True), and an assertion about the amount and its type in your rows"
            edit = code.edit(node.func, "float")
            yield HandlerMistake(name="float-amount", effect=effect, notice=notice, at=node, edits=(edit,))
