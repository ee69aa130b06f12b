"""The members of the zoo."""

from __future__ import annotations

from collections.abc import Iterable

from ordering.zoo.flawed import (
    always,
    copies,
    dedupe,
    effects,
    history,
    machine,
    orphans,
    overwrite,
    resurrection,
    sums,
    ties,
)
from ordering.zoo.receiver import Receiver
from ordering.zoo.right import logs, merges, outside, rows, sqlite
from ordering.zoo.shop import Shop


def _members(*families: Iterable[type[Shop]]) -> tuple[Receiver, ...]:
    return tuple(Receiver.of(shop) for family in families for shop in family)


FLAWED = _members(
    overwrite.MEMBERS,
    orphans.MEMBERS,
    resurrection.MEMBERS,
    dedupe.MEMBERS,
    ties.MEMBERS,
    sums.MEMBERS,
    effects.MEMBERS,
    copies.MEMBERS,
    machine.MEMBERS,
    history.MEMBERS,
)
"""Those whose end depends on the order of delivery, or on a repeat."""

ALIKE = _members(always.MEMBERS)
"""Those that are wrong, and are it in every order."""

RIGHT = _members(rows.MEMBERS, logs.MEMBERS, merges.MEMBERS, outside.MEMBERS, sqlite.MEMBERS)

MEMBERS = {receiver.name: receiver for receiver in (*FLAWED, *ALIKE, *RIGHT)}
