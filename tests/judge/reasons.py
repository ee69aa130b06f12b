"""Reads why a flaw is not seen, and which mistakes change nothing that can be seen."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path

from judge.member import Change, Result, without_line
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


def stale(results: Iterable[Result]) -> list[str]:
    """What has a reason for not being seen, and is seen now or is no member any more; and equivalents that are seen."""
    unseen = [one for one in results if one.is_flawed and not one.is_found]
    names = {f"{one.group}/{one.name}" for one in unseen}
    changes = {without_line(one.change) for one in unseen if one.change is not None}
    told = tomllib.loads(UNSEEN.read_text(encoding="utf-8"))
    gone = [entry["name"] for entry in told.get("flaw", ()) if entry["name"] not in names]
    listed = (*reasons_of_mutants(), *_changes(EQUIVALENT))
    return gone + [f"{one.path} in {one.within}: {one.after}" for one in listed if one not in changes]
