"""Finds circles of files in the graph of imports, and the import whose removal opens each of them best."""

import ast
from collections.abc import Iterable, Iterator

from repository.source_tree import SourceModule

Graph = dict[str, set[str]]


def import_graph(modules: Iterable[SourceModule]) -> Graph:
    """The modules that each module imports: at its top, within functions, and for type checkers alone."""
    by_name = {module.name: module for module in modules}
    return {name: set(_imports(module, by_name)) - {name} for name, module in by_name.items()}


def _imports(module: SourceModule, known: dict[str, SourceModule]) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            source = _source(node, module)
            for alias in node.names:
                # A name that is imported from a package may be a module of it.
                target = f"{source}.{alias.name}" if f"{source}.{alias.name}" in known else source
                if target in known:
                    yield target


def _source(node: ast.ImportFrom, module: SourceModule) -> str:
    if not node.level:
        return node.module or ""
    package = module.name.split(".") if module.path.endswith("__init__.py") else module.name.split(".")[:-1]
    above = package[: len(package) - node.level + 1]
    return ".".join([*above, *([node.module] if node.module else [])])


def find_circles(graph: Graph) -> list[list[str]]:
    """The modules of each circle: every two of them import each other, directly or by way of others (Tarjan)."""
    numbers: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    circles: list[list[str]] = []

    def visit(name: str) -> None:
        numbers[name] = lowest[name] = len(numbers)
        stack.append(name)
        for target in sorted(graph[name]):
            if target not in numbers:
                visit(target)
                lowest[name] = min(lowest[name], lowest[target])
            elif target in stack:
                lowest[name] = min(lowest[name], numbers[target])
        if lowest[name] == numbers[name]:
            at = stack.index(name)
            circle = sorted(stack[at:])
            del stack[at:]
            if len(circle) > 1:
                circles.append(circle)

    for name in sorted(graph):
        if name not in numbers:
            visit(name)
    return circles


def edge_to_cut(circle: Iterable[str], graph: Graph) -> tuple[str, str]:
    """The import of the circle without which the fewest modules are left in circles."""
    inside = set(circle)
    part = {name: graph[name] & inside for name in inside}

    def left(edge: tuple[str, str]) -> tuple[int, tuple[str, str]]:
        name, target = edge
        rest = find_circles({**part, name: part[name] - {target}})
        return sum(map(len, rest)), edge

    return min(((name, target) for name in part for target in part[name]), key=left)


def circle_offences(modules: Iterable[SourceModule]) -> dict[str, str]:
    """The message about its circle, for each module that is in one."""
    graph = import_graph(modules)
    found: dict[str, str] = {}
    for circle in find_circles(graph):
        name, target = edge_to_cut(circle, graph)
        message = (
            f"These {len(circle)} modules import each other in a circle: {', '.join(circle)}. Cut the import of "
            f"{target} in {name} first: move what both need to a module below them, or pass it as an argument."
        )
        found |= dict.fromkeys(circle, message)
    return found
