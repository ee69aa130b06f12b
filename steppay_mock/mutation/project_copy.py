"""The copy of a user's project in which mistakes are made: the files of the user are never changed."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG
from types import ModuleType

_PROJECT_FILES = ("pyproject.toml", "setup.py", "setup.cfg", "pytest.ini", "tox.ini")
_LEFT_OUT = frozenset(
    {
        ".git",
        ".hg",
        ".svn",
        "node_modules",
        "__pycache__",
        ".pytest_cache",
        ".mypy_cache",
        ".ruff_cache",
        ".tox",
        ".nox",
    }
)
_ENVIRONMENT_MARKS = ("pyvenv.cfg", "conda-meta")


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiedProject:
    """A copy: where it is, of which project, and how much was copied."""

    root: Path
    original: Path
    files: int
    size: int

    def path_of(self, path: Path) -> Path:
        """The place in the copy of a path in the project."""
        return self.root / path.relative_to(self.original)

    def import_path(self) -> list[str]:
        """The folders from which the project is imported, in the copy: they come before the installed original."""
        found = []
        for folder in (*_editable_folders(), *map(Path, sys.path), self.original / "src"):
            resolved = folder.resolve()
            if resolved.is_relative_to(self.original) and self.path_of(resolved).is_dir():
                found.append(str(self.path_of(resolved)))
        return list(dict.fromkeys(found))


def project_root(folder: Path) -> Path:
    """The folder of the project: the nearest one, here or above, that has its settings, else its repository."""
    above = (folder, *folder.parents)
    settings = next((one for one in above if any((one / name).is_file() for name in _PROJECT_FILES)), None)
    return settings or next((one for one in above if (one / ".git").exists()), folder)


def copy_project(original: Path, target: Path, *, bytecode: bool = False) -> CopiedProject:
    """Copy the project without repository, environments, packages of Node and caches.

    ``bytecode`` copies compiled Python too. Raises OSError for a file that cannot be read.
    """
    files = size = 0
    for folder, names, file_names in os.walk(original):
        here = Path(folder)
        there = target / here.relative_to(original)
        there.mkdir(parents=True, exist_ok=True)
        linked = [name for name in names if (here / name).is_symlink()]
        names[:] = sorted(name for name in names if _is_wanted(here / name, target, bytecode=bytecode))
        for name in (*file_names, *linked):
            path = here / name
            if path.is_symlink():
                (there / name).symlink_to(_link_in_copy(path, original, target))
            elif S_ISREG((status := path.stat()).st_mode):  # to read a pipe would never end
                shutil.copy2(path, there / name)
                files, size = files + 1, size + status.st_size
    return CopiedProject(root=target, original=original, files=files, size=size)


def _is_wanted(folder: Path, target: Path, *, bytecode: bool) -> bool:
    if folder.is_symlink() or target.is_relative_to(folder):
        return False
    if folder.name == "__pycache__":
        return bytecode
    return folder.name not in _LEFT_OUT and not any((folder / mark).exists() for mark in _ENVIRONMENT_MARKS)


def _link_in_copy(path: Path, original: Path, target: Path) -> Path:
    """Where the link leads in the copy: an absolute one into the project leads into the copy."""
    to = path.readlink()
    return target / to.relative_to(original) if to.is_absolute() and to.is_relative_to(original) else to


def _editable_folders() -> list[Path]:
    """The folders of packages that setuptools installed as editable by a finder, which stands in no path."""
    finders = [module for name, module in sys.modules.items() if name.startswith("__editable__")]
    return [Path(place).parent for finder in finders for place in _mapping_of(finder).values()]


def _mapping_of(finder: ModuleType) -> dict[str, str]:
    mapping = getattr(finder, "MAPPING", None)
    return mapping if isinstance(mapping, dict) else {}
