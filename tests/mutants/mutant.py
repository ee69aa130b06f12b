"""Lists the mutants of a file: each is the file with one small mistake at one place that Python runs."""

from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

import parso
from cosmic_ray.ast import ast_nodes
from cosmic_ray.mutating import mutate_code
from mutants.operators import Position, all_operators
from parso.tree import NodeOrLeaf

_NO_BEHAVIOUR = ("overload", "override", "dataclass", "abstractmethod")
"""Decorators that say something to a type checker, or without which no test could import the module."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One small mistake in one file: its operator, at which of its places, the lines of the statement, the function."""

    path: str
    operator: str
    occurrence: int
    position: Position
    lines: range
    within: str

    @property
    def family(self) -> str:
        """The kind of the mistake: an operator of one kind may write several signs at one place."""
        return self.operator.split("_")[0]

    @property
    def place(self) -> str:
        """The file and the line, as editors open them."""
        return f"{self.path}:{self.position[0][0]}"

    def source(self, original: str) -> str:
        """The file with the mistake."""
        mutated: str | None = mutate_code(original, all_operators()[self.operator], self.occurrence)
        assert mutated is not None, f"{self.path} has changed: {self.operator} has no place {self.occurrence} in it"
        return mutated

    def change(self, original: str) -> tuple[str, str]:
        """The first line that differs, as it was and as it is; "" where a line is left out."""
        lines = list(unified_diff(original.splitlines(), self.source(original).splitlines(), n=0, lineterm=""))[3:]
        gone = [line[1:].strip() for line in lines if line.startswith("-")]
        new = [line[1:].strip() for line in lines if line.startswith("+")]
        return next(filter(None, gone), ""), next(filter(None, new), "")


def list_mutants(root: Path, path: str) -> list[Mutant]:
    """All mutants of a file, but for those that change an annotation, which no run reads."""
    tree = parso.parse((root / path).read_text(encoding="utf-8"))
    nodes = list(ast_nodes(tree))
    found = []
    for name, operator in all_operators().items():
        # The number of a place counts those that are passed over too: cosmic-ray finds the place by it.
        places = [(node, position) for node in nodes for position in operator.mutation_positions(node)]
        for occurrence, (node, position) in enumerate(places):
            if _runs(node):
                found.append(Mutant(path, name, occurrence, position, _statement_lines(node), _function(node)))
    return found


def _runs(node: NodeOrLeaf) -> bool:
    """Whether a run reads what stands here. It reads no annotation, and nothing that only a type checker imports."""
    if node.type == "operator" and node.value in ("*", "/") and node.parent.type not in ("term", "arith_expr"):
        return False  # of *arguments or of a heading, which cosmic-ray takes for arithmetic: no Python comes of it
    if _is_for_type_checkers(node):
        return False
    while (parent := node.parent) is not None:
        if _is_annotation(node, parent) or _is_for_type_checkers(parent):
            return False
        node = parent
    return True


def _is_annotation(node: NodeOrLeaf, parent: NodeOrLeaf) -> bool:
    if parent.type == "tfpdef":
        return node is parent.children[2]
    if parent.type == "annassign":
        return node is parent.children[1]
    return parent.type == "funcdef" and "->" in _texts(parent) and node is parent.children[4]


def _is_for_type_checkers(node: NodeOrLeaf) -> bool:
    if node.type == "decorator":
        return any(word in node.get_code() for word in _NO_BEHAVIOUR)
    return bool(node.type == "if_stmt" and node.children[1].get_code().strip() == "TYPE_CHECKING")


def _texts(parent: NodeOrLeaf) -> list[str]:
    return [child.get_code().strip() for child in parent.children if child.type == "operator"]


def _statement_lines(node: NodeOrLeaf) -> range:
    """The lines of the statement around a place: the heading of an ``if`` or a ``def``, all of one with a decorator."""
    while node.parent is not None and node.type not in ("simple_stmt", "decorated") and not _has_suite(node):
        if _has_suite(node.parent):
            return range(node.start_pos[0], node.end_pos[0] + 1)
        node = node.parent
    suite = next((child.start_pos[0] for child in getattr(node, "children", ()) if child.type == "suite"), None)
    end = node.children[-1].start_pos[0] if node.type == "simple_stmt" else node.end_pos[0]
    return range(node.start_pos[0], (suite or end) + 1)


def _function(node: NodeOrLeaf) -> str:
    """The function around a place, with the classes and functions around that; "" on the level of the module."""
    names = []
    if node.type == "decorator":
        node = node.parent.children[-1].children[-1]  # the body of what it decorates
    while node.parent is not None:
        node = node.parent
        if node.type in ("funcdef", "classdef"):
            names.append(node.name.value)
    return ".".join(reversed(names))


def _has_suite(node: NodeOrLeaf) -> bool:
    return any(child.type == "suite" for child in getattr(node, "children", ()))
