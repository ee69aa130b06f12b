"""Which tests reach which lines of the mutated files, as a run without any mistake found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachedLines:
    """The tests in their order, and the lines that each reaches, by file.

    ``imported`` are lines that run while pytest collects, ``shared`` those of fixtures that several tests share.
    Tests that start processes are blind: what runs there is not seen, so they count for every line.
    """

    order: tuple[str, ...]
    by_test: dict[str, dict[str, frozenset[int]]]
    imported: dict[str, frozenset[int]]
    shared: dict[str, frozenset[int]]
    blind: frozenset[str]

    def tests_at(self, file: str, lines: range | None) -> list[str]:
        """The tests that reach one of these lines; without lines, those that reach anything in the file."""
        if _meet(self.shared.get(file), lines):
            return list(self.order)
        return [test for test in self.order if test in self.blind or _meet(self.by_test.get(test, {}).get(file), lines)]

    def is_imported(self, file: str, lines: range) -> bool:
        """Whether one of the lines runs while pytest collects."""
        return _meet(self.imported.get(file), lines)

    def is_nothing(self, files: Iterable[str]) -> bool:
        """Whether no test reaches any line of these files, beside their import."""
        return not any(self.tests_at(file, None) for file in files)


def reached_of(answer: dict[str, Any], *, names: dict[str, str]) -> ReachedLines:
    """What the hooks answered, with these names for the files."""
    spawned = answer["spawned"]
    return ReachedLines(
        order=tuple(answer["order"]),
        by_test={test: _lines(files, names) for test, files in answer["reached"].items()},
        imported=_lines(answer["imported"], names),
        shared=_lines(answer["shared"], names),
        blind=frozenset() if spawned is None else frozenset(answer["order"][spawned:]),
    )


def _lines(files: dict[str, list[int]], names: dict[str, str]) -> dict[str, frozenset[int]]:
    return {names[file]: frozenset(lines) for file, lines in files.items()}


def _meet(found: frozenset[int] | None, lines: range | None) -> bool:
    return bool(found) and (lines is None or not frozenset(lines).isdisjoint(found or ()))
