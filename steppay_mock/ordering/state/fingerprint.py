"""Was this very state read before? A digest, made quickly, that is equal only for equal data."""

from __future__ import annotations

import marshal
from hashlib import blake2b
from typing import Any

_PLAIN = 1  # a version of the format in which equal values are written alike, whether they are one object or two
_SIZE = 16  # bytes


def fingerprint(*things: Any) -> bytes | None:
    """The digest of plain data: texts, numbers, None, and containers of them; None where there is something else.

    Equal data may have several, such as dicts in another order: it is a short cut to what is known, and no more.
    """
    try:
        told = marshal.dumps(things, _PLAIN)
    except ValueError:
        return None
    return blake2b(told, digest_size=_SIZE).digest()  # thousands of them are kept, and a state may have megabytes
