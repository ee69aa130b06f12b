"""A file of Python with its encoding, and how its copy gets a mistake."""

from __future__ import annotations

import io
import os
import tokenize
from dataclasses import dataclass
from pathlib import Path

from steppay_mock.errors import SteppayMockError

_LATER = 1_000_000_000_000  # nanoseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A file, its text with the ends of lines as they are, and its encoding."""

    path: Path
    text: str
    encoding: str

    def change(self, copy: Path, text: str) -> None:
        """Give that text to the copy of the file."""
        status = copy.stat()
        copy.write_bytes(text.encode(self.encoding))
        # Compiled Python is taken for that of the file if the time in seconds is the same, and the size.
        os.utime(copy, ns=(status.st_atime_ns, status.st_mtime_ns + _LATER))


def read_source(path: Path) -> SourceFile:
    """The file. Raises SteppayMockError if it is no text."""
    data = path.read_bytes()
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return SourceFile(path=path, text=data.decode(encoding), encoding=encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        raise SteppayMockError(f"{path} is no Python: {error}. Correct it.") from None
