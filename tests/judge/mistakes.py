"""Mistakes that are made automatically, each in one file of a right receiver, whoever makes them."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import unified_diff
from functools import partial
from pathlib import Path

from judge.member import Change
from mutants.mutant import list_mutants

from steppay_mock.mutation.mutants import mutants_of

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake: ``make`` gives the text of the file with it. The name stays when lines above it are added."""

    name: str
    path: str
    line: int
    within: str
    make: Callable[[str], str]

    def change(self) -> Change:
        """The first line that differs; "" where a line is left out."""
        text = read(self.path)
        lines = list(unified_diff(text.splitlines(), self.make(text).splitlines(), n=0, lineterm=""))[3:]
        before = next((one[1:].strip() for one in lines if one.startswith("-") and one[1:].strip()), "")
        after = next((one[1:].strip() for one in lines if one.startswith("+") and one[1:].strip()), "")
        return Change(self.path, self.line, self.within, before, after)


def read(path: str) -> str:
    """The text of a file of the project."""
    return (ROOT / path).read_text(encoding="utf-8")


_NO_MISTAKE = {"NumberReplacer"}
"""Another number: 402 refuses as 401 does, and ranks of 0 and 3 tell the same order as those of 0 and 2."""


def of_cosmic_ray(path: str) -> Iterator[Mistake]:
    """The mistakes that `make mutants` makes, in this file."""
    seen = Counter[str]()
    for one in list_mutants(ROOT, path):
        if one.operator in _NO_MISTAKE:
            continue
        kind = f"{one.within or 'module'}:{one.operator}"
        seen[kind] += 1
        yield Mistake(f"{Path(path).stem}.{kind}#{seen[kind]}", path, one.position[0][0], one.within, one.source)


def of_handlers(path: str) -> Iterator[Mistake]:
    """The mistakes that `steppay-mock check --mutate` makes, in this file."""
    text = read(path)
    functions = function_lines(text)
    seen = Counter[str]()
    for one in mutants_of(path, text):
        within = functions.get(one.line, "")
        kind = f"{within or 'module'}:{one.name}"
        seen[kind] += 1
        yield Mistake(f"{Path(path).stem}.{kind}#{seen[kind]}", path, one.line, within, partial(_written, one.after))


def _written(after: str, _before: str) -> str:
    return after


def function_lines(text: str) -> dict[int, str]:
    """For each line the innermost function around it, with the classes and functions around that."""
    found: dict[int, str] = {}

    def visit(node: ast.AST, around: tuple[str, ...]) -> None:
        for child in ast.iter_child_nodes(node):
            names = around
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                names = (*around, child.name)
                found.update(dict.fromkeys(range(child.lineno, (child.end_lineno or 0) + 1), ".".join(names)))
            visit(child, names)

    visit(ast.parse(text), ())
    return found


MAKERS: tuple[Callable[[str], Iterator[Mistake]], ...] = (of_cosmic_ray, of_handlers)
"""Who makes mistakes. Another one is a function of the path of a file."""


def mistakes_in(path: str) -> list[Mistake]:
    """The mistakes of all makers in a file. What several of them make is there once: each costs a card."""
    text, seen = read(path), set[str]()
    found = []
    for mistake in (mistake for maker in MAKERS for mistake in maker(path)):
        made = _meaning(mistake.make(text))
        if made not in seen:
            found.append(mistake)
        seen.add(made)
    return found


def _meaning(text: str) -> str:
    """The code without its layout; of a file that is no Python any more, the text."""
    try:
        return ast.dump(ast.parse(text))
    except SyntaxError:
        return text
