"""Seeded chance, whose sequence is the same in every process and on every Python."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b, shake_128
from random import Random
from typing import TypeVar

T = TypeVar("T")

SEEDS = 2**63
"""Seeds of deliveries are below it: a column of the journal holds 64 bits, one of them for the sign."""

# Letters and digits are cut out of one long text, two cuts for each request: ten times as fast as drawing each
# character, and 2^36 pairs of cuts are enough for codes to differ.
_LETTERS = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_TEXT = shake_128(b"steppay-mock").digest(2**18).translate(bytes(_LETTERS[byte % 62] for byte in range(256))).decode()
_CUTS = len(_TEXT) - 100


def derive_seed(*parts: object) -> int:
    """A seed made from all the parts: the same in every process, whatever PYTHONHASHSEED."""
    try:
        told = "\x1f".join(map(str, parts))
    except ValueError:  # an integer that has too many digits to be written
        told = "\x1f".join(hex(part) if isinstance(part, int) else str(part) for part in parts)
    return int.from_bytes(blake2b(told.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


class Chance:
    """Chance from a seed.

    Only ``Random.random`` is used, whose sequence Python keeps stable between versions; ``choice`` and ``shuffle`` are
    not promised to be.
    """

    __slots__ = ("random",)

    def __init__(self, seed: int) -> None:
        self.random = Random(seed).random

    def pick(self, values: Sequence[T]) -> T:
        """One of the values."""
        return values[int(self.random() * len(values))]

    def between(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self.random() * (high - low + 1))

    def chance(self, share: float) -> bool:
        """True in that share of the cases."""
        return self.random() < share

    def alphanumerics(self, length: int) -> str:
        """Letters and digits, two hundred at most."""
        half, random = (length + 1) // 2, self.random
        at, then = int(random() * _CUTS), int(random() * _CUTS)
        return _TEXT[at : at + half] + _TEXT[then : then + length - half]
