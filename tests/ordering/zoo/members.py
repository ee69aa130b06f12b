"""Who lives in the zoo?"""

from __future__ import annotations

from ordering.zoo.flawed import overwrite
from ordering.zoo.receiver import Receiver
from ordering.zoo.right import rows

FLAWED = tuple(Receiver.of(shop) for family in (overwrite,) for shop in family.MEMBERS)
RIGHT = tuple(Receiver.of(shop) for family in (rows,) for shop in family.MEMBERS)
MEMBERS = {receiver.name: receiver for receiver in (*FLAWED, *RIGHT)}
