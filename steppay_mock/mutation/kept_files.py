"""Puts a copy of a project back as it was, after tests have left something in it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from stat import S_ISDIR, S_ISLNK

from steppay_mock.mutation.project_copy import copy_project

_Entry = tuple[object, ...]
"""What tells whether a file, a folder or a link is as it was."""


class KeptFiles:
    """The files of a project as they were before any test. Compiled Python is left as it is."""

    def __init__(self, project: Path, folder: Path) -> None:
        """Keep the files of ``project`` in ``folder``."""
        self._folder = copy_project(project, folder).root
        self._known: dict[Path, dict[str, _Entry]] = {}

    def know(self, copy: Path) -> None:
        """From now on this copy can be restored: it is as the project was."""
        self._known[copy] = _entries(copy)

    def restore(self, copy: Path) -> None:
        """Remove what is new in the copy, and put back what is changed or gone."""
        known, found = self._known[copy], _entries(copy)
        for name in sorted(found.keys() - known.keys()):
            _remove(copy / name)
        for name in sorted(known):
            if found.get(name) != known[name]:
                _remove(copy / name)
                self._put_back(copy / name, self._folder / name, known[name])
                known[name] = _entry(copy / name)

    @staticmethod
    def _put_back(path: Path, kept: Path, entry: _Entry) -> None:
        kind, *more = entry
        if kind == "folder":
            path.mkdir()
        elif kind == "link":
            path.symlink_to(str(more[0]))
        else:
            shutil.copy2(kept, path)


def _entries(root: Path) -> dict[str, _Entry]:
    """All that is in the folder, by its path in it."""
    found = {}
    for folder, names, file_names in os.walk(root):
        names[:] = [name for name in names if name != "__pycache__"]
        for name in (*names, *file_names):
            path = Path(folder, name)
            found[path.relative_to(root).as_posix()] = _entry(path)
    return found


def _entry(path: Path) -> _Entry:
    status = path.lstat()
    if S_ISDIR(status.st_mode):
        return ("folder",)
    if S_ISLNK(status.st_mode):
        return ("link", str(path.readlink()))
    # Who writes can set the time of a change back, but not the time at which that was done.
    return ("file", status.st_mode, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
