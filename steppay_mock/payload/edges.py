"""Valid values that break receivers: texts, numbers and lengths of lists at the limits of the contract."""

from __future__ import annotations

from typing import Literal

Edge = bool | Literal["64-bit"]
"""Whether values go to the limits of the contract; with "64-bit" also integers that a double cannot hold."""

TEXTS = (
    "",
    " ",
    "가" * 4000,  # longer than most columns, and three bytes a character
    "x" * 10_000,
    "👩‍👩‍👧‍👦🇰🇷🫠",  # joined, flags, and beyond the Basic Multilingual Plane
    "\u1112\u1161\u11ab\u1100\u1173\u11af",  # 한글 in decomposed form, as macOS writes it
    "한글 漢字 \u202eעברית",  # right to left
    "\"quotes\" 'and' \\backslash\\ \t\r\n\u2028",
    "<script>alert('x')</script>&amp;",
    "Robert'); DROP TABLE students;--",
    "null",
    "\u0000",  # some databases refuse it
)

LONGS = (0, 1, 2**31 - 1, 2**31, 2**31 + 1, 2**53 - 1)
"""The last is the largest integer that a double, and so JavaScript, holds exactly. Larger ones need "64-bit"."""

ALL_LONGS = (0, 1, 2**31 - 1, 2**31, 2**31 + 1, 2**53, 2**53 + 1, 2**63 - 1)
"""Up to the largest that the contract allows (fact 13)."""

INTS = (0, 1, 2**31 - 1)
AMOUNTS: tuple[int | float, ...] = (0, 1, 0.01, 0.1, 12.345, 10000.0, 1234567.89, 99_999_999_999)
SIZES = (1, 2, 5)
"""Lengths of lists. Some lists are emptied later, except those that the event needs."""
