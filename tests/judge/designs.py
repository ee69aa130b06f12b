"""The members that are right receivers of other designs, in frameworks and in Node."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from conformance.designs.right import RIGHT
from judge.member import Member

from steppay_mock import Scorecard


def design_members() -> list[Member]:
    """Each design, with the searches through orders."""
    return [
        Member(
            group="right",
            name=name,
            card=partial(_card, design),
            is_right=True,
            allowed=frozenset(design.argued),
            alone=design.alone,
            elsewhere=design.tools == "node",
        )
        for name, design in RIGHT.items()
    ]


def _card(design: Any) -> Scorecard:
    with tempfile.TemporaryDirectory() as folder:
        card: Scorecard = design.card(Path(folder))
    return card
