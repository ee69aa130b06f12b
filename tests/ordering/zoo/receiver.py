"""The description of a member of the zoo: its shop, its handler and its flaw."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ordering.zoo.shop import Shop

from steppay_mock import Event


@dataclass(frozen=True, slots=True)
class Receiver:
    """One member. ``make(story)`` gives a fresh shop; the story is for those that read back what is true."""

    name: str
    flaw: str | None
    why: str
    shows_on: tuple[str, ...]
    heals_on: tuple[str, ...]
    hides: str | None
    make: Callable[[Sequence[Event]], Shop]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def of(cls, shop: type[Shop]) -> Receiver:
        """The member that a class of shops is."""
        name = re.sub(r"(?<=.)(?=[A-Z])", "-", shop.__name__).lower()
        why = " ".join((shop.__doc__ or "").split())
        return cls(name, shop.flaw, why, shop.shows_on, shop.heals_on, shop.hides, shop)
