"""The kept results: a file with a line for each member, and what differs from it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from judge.member import GROUPS, Member, Result

RESULTS = Path(__file__).with_name("results.json")

Results = dict[tuple[str, str], Result]


def read_results(path: Path) -> Results:
    """The results by group and name."""
    return {(one.group, one.name): one for one in map(Result.of, json.loads(path.read_text(encoding="utf-8")))}


def write_results(path: Path, results: Iterable[Result]) -> None:
    """Write the file: the same results are the same bytes."""
    ordered = sorted(results, key=lambda one: (GROUPS.index(one.group), one.name))
    lines = [json.dumps(one.as_dict(), ensure_ascii=False) for one in ordered]
    path.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


def merged(kept: Results, fresh: Iterable[Result], members: Sequence[Member]) -> list[Result]:
    """The fresh results, and of all other members what is kept; who is no member any more is left out."""
    known = {**kept, **{(one.group, one.name): one for one in fresh}}
    return [known[key] for one in members if (key := (one.group, one.name)) in known]


def differences(kept: Results, fresh: Iterable[Result], members: Sequence[Member]) -> list[str]:
    """A line for each member that is not as it is kept, that is new, or that is gone; and for each false alarm.

    The number of deliveries is not compared: a new check changes that of nearly every member.
    """
    there = {(one.group, one.name) for one in members}
    told = [f"{_shown(key)} is a member, and has no kept result." for key in sorted(there - kept.keys())]
    told += [f"{_shown(key)} has a kept result, and is no member any more." for key in sorted(kept.keys() - there)]
    for one in fresh:
        known = kept.get((one.group, one.name))
        if known is not None:
            told += [f"{_shown((one.group, one.name))}: {line}" for line in _changes(known, one)]
        if one.is_right and one.is_found:
            told.append(f"{_shown((one.group, one.name))} is right, and has the finding {', '.join(one.findings)}.")
    return told


def _changes(known: Result, fresh: Result) -> list[str]:
    before, after = known.as_dict(), fresh.as_dict()
    names = dict.fromkeys((*before, *after))
    changed = [name for name in names if name != "deliveries" and before.get(name) != after.get(name)]
    return [_change(name, before.get(name), after.get(name)) for name in changed]


def _change(name: str, before: Any, after: Any) -> str:
    if isinstance(before or after, tuple):
        gone = [one for one in before or () if one not in (after or ())]
        new = [one for one in after or () if one not in (before or ())]
        if gone or new:
            told = [*(f"no more {one}" for one in gone), *(f"new {one}" for one in new)]
            return f"{_WORDS.get(name, name)}: {', '.join(told)}"
    shown = ["none" if one is None else one for one in (before, after)]
    return f"{_WORDS.get(name, name)}: {shown[0]} before, {shown[1]} now"


_WORDS = {"failed": "failed checks", "is_true": "first finding is the true one"}


def _shown(key: tuple[str, str]) -> str:
    return "/".join(key)
