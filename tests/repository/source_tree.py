"""Reads the Python files of the project, or of a made-up tree, as modules with their syntax trees."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("steppay_mock", "pytest_plugin/pytest_steppay")
"""The folders of the packages that are installed."""


@dataclass(frozen=True, slots=True)
class SourceModule:
    """One Python file: its dotted name, its path below the root, and its syntax tree."""

    name: str
    path: str
    tree: ast.Module = field(repr=False)

    @property
    def docstring(self) -> str:
        return ast.get_docstring(self.tree) or ""

    def classes(self) -> Iterator[str]:
        """The names of all classes, nested ones too."""
        return (node.name for node in ast.walk(self.tree) if isinstance(node, ast.ClassDef))


def read_modules(root: Path, folders: Iterable[str]) -> Iterator[SourceModule]:
    """Every module below the folders, one at a time: all their syntax trees at once are slow to collect as garbage.

    The name of a module begins with the last part of its folder's path.
    """
    for folder in folders:
        above = (root / folder).parent
        for path in sorted((root / folder).rglob("*.py")):
            parts = path.relative_to(above).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            tree = ast.parse(path.read_text(encoding="utf-8"))
            yield SourceModule(name, path.relative_to(root).as_posix(), tree)


@cache
def package_modules() -> list[SourceModule]:
    """The modules of the packages that are installed, parsed once for all rules."""
    found = list(read_modules(ROOT, PACKAGES))
    assert {module.name.partition(".")[0] for module in found} == {"steppay_mock", "pytest_steppay"}
    return found


def make_tree(folder: Path, files: Mapping[str, str]) -> Path:
    """Write the files of a made-up project, by which a test proves that a rule finds what breaks it."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def check_offences(rule: str, found: Mapping[str, str]) -> None:
    """Fail with the message of each offence against the rule; ``found`` has it by the place of the offence."""
    messages = list(dict.fromkeys(found.values()))
    assert not messages, "\n".join([f"{len(found)} offences against the rule {rule}:", *messages])
