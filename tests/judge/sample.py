"""Chooses members: of some groups, by a pattern of their names, or so many by a seed."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from judge.member import GROUPS, Member
from judge.trying import MAKERS


def members_of(groups: Iterable[str], pattern: str = "*") -> list[Member]:
    """The members of these groups whose names match, in the order of the groups and of their names."""
    wanted = set(groups)
    found = [one for group in GROUPS if group in wanted for one in MAKERS[group]() if fnmatchcase(one.name, pattern)]
    return sorted(found, key=lambda one: (GROUPS.index(one.group), one.name))


def draw(members: Sequence[Member], *, size: int, seed: int) -> list[Member]:
    """So many of the members; of each group a part as large as its part of all, and one at least."""
    chance = random.Random(seed)
    drawn: list[Member] = []
    for group in GROUPS:
        of_group = [one for one in members if one.group == group]
        part = max(1, round(size * len(of_group) / len(members)))
        drawn += chance.sample(of_group, min(part, len(of_group)))
    return sorted(drawn, key=members.index)
