"""Writes a long listing as one JSON document. Its items wait in a temporary file, not in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from tempfile import SpooledTemporaryFile
from typing import Any

from steppay_mock.cli.show.terminal import pretty, write

_CHUNK = 100_000
_IN_MEMORY = 5_000_000  # bytes of items; more than that go to a file
_TAIL = b"]\n}"


def write_listing(name: str, items: Iterable[Any], *, before: Callable[[], dict[str, Any]]) -> None:
    """Write a JSON object to standard output: the members of ``before``, then the items as the list ``name``.

    ``before`` is called after the last item, because its counts depend on all of them. If an item raises an error,
    nothing is written.
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
