"""The members that are right receivers of other designs, in frameworks and in Node."""

from __future__ import annotations

import tempfile
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from judge.member import Member
from judge.mistakes import ROOT

from steppay_mock import Scorecard


def design_members() -> list[Member]:
    """Each design, with the searches through orders."""
    if not (ROOT / "tests/conformance/designs/right.py").exists():
        return []
    designs: dict[str, Any] = import_module("conformance.designs.right").RIGHT
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
        for name, design in designs.items()
    ]


def _card(design: Any) -> Scorecard:
    with tempfile.TemporaryDirectory() as folder:
        card: Scorecard = design.card(Path(folder))
    return card
