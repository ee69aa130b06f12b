"""Reads why a flaw is not seen, and which mistakes change nothing that can be seen."""

from __future__ import annotations

import tomllib
from pathlib import Path

from judge.member import Change
from mutants.equivalent import read_equivalents

EQUIVALENT = Path(__file__).with_name("equivalent.toml")
UNSEEN = Path(__file__).with_name("unseen.toml")

UNEXPLAINED = "**No reason is known.** Look at it."


def equivalent_changes(path: Path = EQUIVALENT) -> frozenset[Change]:
    """The changes after which a receiver is as right as before, without their lines."""
    return frozenset(_changes(path))


def reasons(path: Path = UNSEEN) -> dict[str, str]:
    """Why a flaw that a person wrote is not seen, by group and name, and why a check fails for no flaw, by its name."""
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    return {entry["name"]: entry["why"] for kind in ("flaw", "check") for entry in told.get(kind, ())}


def reasons_of_mutants(path: Path = UNSEEN) -> dict[Change, str]:
    """Why a mutant is not seen, by its change without the line."""
    return _changes(path)


def _changes(path: Path) -> dict[Change, str]:
    return {Change(one.file, 0, one.within, one.before, one.after): one.why for one in read_equivalents(path)}
