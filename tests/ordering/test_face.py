"""How options are named where a search is told: as the reader types them, and never as another reader does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from steppay_mock.ordering.face import PYTHON, Face, current_face, option, speaking
from steppay_mock.ordering.options import ExploreOptions

ROOMS = Path(__file__).parents[2] / "steppay_mock" / "ordering"
SHELL = Face(is_shell=True, before="steppay-mock replay ", after=" --to http://localhost:8000", hint="")
NAMES = ("state", *ExploreOptions.__annotations__)
IN_PYTHON_ALONE = {
    *("face.py", "truth/mapping.py"),
    *("bounding.py", "report/repro/python.py"),
    *("options.py", "truth/setting.py", "orders/covering.py"),
    *(f"saving/{name}.py" for name in ("django", "objects", "saving", "sqlalchemy", "sqlite")),
}
"""Where values are read that the command line reads by itself, or cannot be given."""
NOT_AT_A_SHELL = ("save", "restore", "effects", "invariant")
"""Options that the command line does not have: what is told of them is told in Python."""


def texts(path: Path) -> Iterator[str]:
    """The texts of a module, but for what documents it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented:
            yield node.value


@pytest.mark.parametrize("path", sorted(ROOMS.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOMS)))
def test_no_text_writes_an_option_as_python_does(path: Path) -> None:
    """Where this fails: say it with ``option``, which knows how the reader types it."""
    if str(path.relative_to(ROOMS)) not in IN_PYTHON_ALONE:
        told = "\n".join(texts(path))
        wrong = re.findall(rf"(?<![\w.-])({'|'.join(set(NAMES) - set(NOT_AT_A_SHELL))})=", told)
        assert wrong == []


def test_an_option_is_named_as_the_reader_types_it() -> None:
    assert [option("reset"), option("settle", value=0.2), option("ignore", value=["a", "b"])] == [
        *("reset=", "settle=0.2", "ignore=['a', 'b']"),
    ]
    with speaking(SHELL):
        assert [option("reset"), option("settle", value=0.2), option("only_effective", value=True)] == [
            *("--reset-url", "--settle 0.2", "--only-effective"),
        ]
        assert option("ignore", value=["received_at", "$.rows[*].id"]) == (
            "--ignore received_at --ignore '$.rows[*].id'"
        )
        assert option("late_by") == "--late-by"
    assert current_face() is PYTHON
