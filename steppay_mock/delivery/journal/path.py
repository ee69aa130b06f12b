"""The path of a journal: one file has one name, however it is written."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from steppay_mock.errors import SteppayMockError


def check_path(path: str | Path) -> None:
    """Refuse what cannot be a path, and a file with several hard links; one that is not there yet is fine.

    SQLite keeps a log beside each name of a file: what is written under one name is not seen under the other, and lost.
    """
    try:
        found = Path(path).stat()
    except OSError:
        return  # it is made, or SQLite says why it cannot be
    except ValueError as error:
        raise SteppayMockError(f"{str(path)!r} is no path of a journal: {error}. Name a file.") from None
    if stat.S_ISREG(found.st_mode) and found.st_nlink > 1:
        raise SteppayMockError(
            f"The journal {path} has {found.st_nlink} names (hard links), and only one of them may be used: what is "
            "sent under one is not seen under the other. Make a copy of it, or remove the other names."
        )


def real_path(path: str) -> str:
    """The path of the file itself, without symbolic links: it is alike for all who have the journal open."""
    return os.path.realpath(path)
