"""Which receivers are right because each row knows how new it is?"""

from __future__ import annotations

from ordering.zoo.guarded import Guarded
from ordering.zoo.shop import Shop


class GuardedRows(Guarded):
    """A row is written by a greater version only, and versions are never equal unless the webhooks are."""


MEMBERS: tuple[type[Shop], ...] = (GuardedRows,)
