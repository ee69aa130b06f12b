"""Finds the files in which mistakes are made: those of a module, or a path."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from steppay_mock.errors import SteppayMockError

_TESTS = ("test_*.py", "*_test.py", "conftest.py")


def is_path(target: str) -> bool:
    """Whether the user named a file or folder, and not a module."""
    return target in {".", ".."} or target.endswith(".py") or "/" in target or "\\" in target


def files_of_path(target: str, *, folder: Path, root: Path) -> list[Path]:
    """The files at a path. Raises SteppayMockError if there is none, or if it is not in the project."""
    path = (folder / target).resolve()
    if not path.exists():
        file = path.with_suffix(".py")
        is_module = file.is_file() and file.is_relative_to(folder)
        wanted = file.relative_to(folder).as_posix() if is_module else "the path of your handler"
        raise SteppayMockError(f"--mutate {target}: there is no such file or folder in {folder}. Give {wanted}.")
    return _within(path, target, root)


def files_of_module(target: str, answer: dict[str, Any], *, copy: Path, root: Path) -> list[Path]:
    """The files of a module, as pytest's process found it. Raises SteppayMockError if there is none in the project."""
    found = answer["modules"].get(target)
    if found is None:
        raise SteppayMockError(
            f"--mutate {target}: where your tests run there is no module of this name. Give the name by which your "
            "tests import the handler, such as shop.webhooks, or the path of its file."
        )
    path = Path(found).resolve()
    if path.is_relative_to(copy.resolve()):
        path = root / path.relative_to(copy.resolve())
    return _within(path.parent if path.name == "__init__.py" else path, target, root)


def _within(path: Path, target: str, root: Path) -> list[Path]:
    if not path.is_relative_to(root):
        raise SteppayMockError(
            f"--mutate {target} is {path}, which is not in your project, {root}. Run the command in the project that "
            "has the handler."
        )
    if path.is_file() and path.suffix != ".py":
        raise SteppayMockError(f"--mutate {target}: {path.name} is no file of Python. Give the file of your handler.")
    files = [path] if path.is_file() else sorted(one for one in path.rglob("*.py") if not _is_of_tests(one))
    if not files:
        raise SteppayMockError(f"--mutate {target}: there is no file of Python in {path}. Give that of your handler.")
    return files


def _is_of_tests(path: Path) -> bool:
    return "__pycache__" in path.parts or any(path.match(pattern) for pattern in _TESTS)
