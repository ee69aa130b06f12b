"""A long listing as one JSON document: its items are kept in a file until all is known, and not in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from tempfile import SpooledTemporaryFile
from typing import Any

from steppay_mock.cli.show.terminal import pretty, write

_CHUNK = 100_000
_IN_MEMORY = 5_000_000  # bytes of items from which on a file keeps them
_TAIL = b"]\n}"


def write_listing(name: str, items: Iterable[Any], *, before: Callable[[], dict[str, Any]]) -> None:
    """The items as the list of that name in an object, after what stands ``before`` it, on standard output.

    ``before`` is asked when the last item is known. Nothing is written where the items fail.
    """
    with SpooledTemporaryFile(max_size=_IN_MEMORY) as kept:
        listed = 0
        for item in items:
            kept.write(b",\n    " if listed else b"\n    ")
            kept.write(pretty(item).replace(b"\n", b"\n    "))
            listed += 1
        head = pretty({**before(), name: []}).removesuffix(_TAIL)
        kept.seek(0)
        write(head)
        while data := kept.read(_CHUNK):
            write(data)
        write((b"\n  " if listed else b"") + _TAIL + b"\n")
