"""Finds the fixed forms of what checks say, in their source: the texts with a number in the place of each value."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import steppay_mock.conformance as room

SAYING = {"failed": 0, "skipped": 0, "control_finding": 1}
"""Functions that get such a text, with its place among their arguments."""
WORDS = {"what", "summary", "told", "why", "also", "more", "verb"}
"""The arguments and variables that are such a text."""
GIVING = {"_uncompared", "_why", "_wall", "_is_nine_hours_off", "_lacking_options"}
"""Functions that return such a text, alone or as the second of two."""
TABLES = {"_WALLS", "_UNSTEADY", "lacks"}
"""Constants and tables that have such texts."""
OTHERS = {"baseline.py", "card_text.py", "options.py", "mistaken_forms.py", "mistaken_keys.py"}
"""Files whose texts are no sentence of a check; those of mistaken forms are told in Korean by their name."""


def forms_in(node: ast.expr) -> Iterator[str]:
    """The forms of an expression: none of a variable, two of a condition."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield _form(node)
    elif isinstance(node, ast.IfExp):
        yield from (*forms_in(node.body), *forms_in(node.orelse))
    elif isinstance(node, ast.BoolOp):
        yield from (form for one in node.values for form in forms_in(one))
    elif isinstance(node, ast.BinOp):
        yield from forms_in(node.left)
    elif isinstance(node, ast.Tuple) and len(node.elts) > 1:
        yield from forms_in(node.elts[1])
    elif isinstance(node, ast.Dict):
        yield from (form for one in node.values for form in forms_in(one))


def _form(node: ast.JoinedStr) -> str:
    """The text with ``{1}``, ``{2}`` in the place of values; of two values side by side, one."""
    count, parts = 0, [""]
    for one in node.values:
        if isinstance(one, ast.Constant):
            parts.append(str(one.value))
        elif not parts[-1].startswith("{"):
            count += 1
            parts.append(f"{{{count}}}")
    return "".join(parts)


def _names(targets: list[ast.expr]) -> set[str]:
    inner = [one.value if isinstance(one, ast.Subscript) else one for one in targets]
    return {one.id for one in inner if isinstance(one, ast.Name)}


def forms_of(tree: ast.Module, *, is_malformed: bool) -> Iterator[str]:
    """The forms of a module."""
    saying = {**SAYING, "_check": 1} if is_malformed else SAYING
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            yield from (form for one in node.args[saying.get(name, 99) :][:1] for form in forms_in(one))
            yield from (form for one in node.keywords if one.arg in WORDS for form in forms_in(one.value))
        elif isinstance(node, ast.Assign) and _names(node.targets) & (WORDS | TABLES):
            yield from forms_in(node.value)
        elif isinstance(node, ast.FunctionDef) and node.name in GIVING:
            returned = [one.value for one in ast.walk(node) if isinstance(one, ast.Return) and one.value is not None]
            yield from (form for one in returned for form in forms_in(one))


def all_forms() -> set[str]:
    """All forms of the scorecard that have a word of their own."""
    folder, found = Path(str(room.__file__)).parent, set[str]()
    for path in sorted(folder.rglob("*.py")):
        if path.name not in OTHERS and not {"outputs", "snippets", "causes"} & set(path.parts):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            found |= set(forms_of(tree, is_malformed=path.name == "malformed.py"))
    return {form.strip() if form.startswith(" ") else form for form in found if any(map(str.isalpha, form))}
