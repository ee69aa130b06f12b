"""Copies of the example receivers in five frameworks, whole or with one line broken, and their cards."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from examples.card_of_copy import TYPES
from examples.conftest import RECEIVERS
from node_programs import SECRET, node_project

from steppay_mock import Clock, check_receiver, remote_reset, remote_state

HERE = Path(__file__).parent
IN_PYTHON = {"flask": "flask_app", "django": "django_app", "fastapi": "fastapi_app"}
IN_NODE = {"express": "express_app.mjs", "nextjs": "next_server.mjs"}
_TEST_URLS = {"express": ("/test/state", "/test/reset"), "nextjs": ("/test/steppay", "/test/steppay")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """A line of a file, what stands there instead, and the one finding that this is."""

    file: str
    line: str
    instead: str
    finding: str
    quick: bool = True
    """Whether the card without proofs of order shows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardOfCopy:
    """What a test looks at."""

    ok: bool
    findings: list[str]
    """Their names, the dearest first."""
    report: str


def copy_of(suffix: str, folder: Path, broken: Break | None) -> None:
    """Copy the example receivers that have this suffix, one line of them broken."""
    for path in RECEIVERS.glob(f"*{suffix}"):
        shutil.copy(path, folder / path.name)
    if broken is None:
        return
    file = folder / broken.file
    lines = file.read_text(encoding="utf-8").split("\n")
    places = [place for place, line in enumerate(lines) if line.strip() == broken.line]
    assert len(places) == 1, f"{broken.file} has this line {len(places)} times: {broken.line}"
    line = lines[places[0]]
    lines[places[0]] = line[: len(line) - len(line.lstrip())] + broken.instead
    file.write_text("\n".join(lines), encoding="utf-8")


def card_of_copy(framework: str, folder: Path, *, broken: Break | None = None, quick: bool = True) -> CardOfCopy:
    """The card of the example in this framework, from a copy in the folder."""
    make = _in_python if framework in IN_PYTHON else _in_node
    told = make(framework, folder, broken=broken, quick=quick)
    findings = [f"{one['family']}/{one['check']}" for one in told["findings"]]
    return CardOfCopy(ok=told["ok"], findings=findings, report=told["report"])


def _in_python(framework: str, folder: Path, *, broken: Break | None, quick: bool) -> dict[str, Any]:
    copy_of(".py", folder, broken)
    done = subprocess.run(
        [
            *(sys.executable, str(HERE / "card_of_copy.py"), IN_PYTHON[framework], str(folder / "receiver.sqlite3")),
            json.dumps({"quick": quick}),
        ],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), *sys.path])},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _in_node(framework: str, folder: Path, *, broken: Break | None, quick: bool) -> dict[str, Any]:
    copy_of(".mjs", folder, broken)
    server = {"next_server.mjs": (HERE / "next_server.mjs").read_text(encoding="utf-8")}
    with node_project(folder, server, IN_NODE[framework], PORT="0", STEPPAY_TEST_URLS="1") as url:
        base = url.removesuffix("/webhooks/steppay")
        state_path, reset_path = _TEST_URLS[framework]
        probe = remote_state(base + state_path)
        card = check_receiver(
            f"{base}/webhooks/steppay",
            secret=SECRET,
            state=lambda: {name: rows for name, rows in probe().items() if name != "points"},
            effects=lambda: probe()["points"],
            reset=remote_reset(base + reset_path),
            types=TYPES,
            clock=Clock(sleep=lambda _seconds: None),
            quick=quick,
        )
    return card.as_dict() | {"report": card.report()}
