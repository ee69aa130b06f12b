"""Right receivers in Node: the two examples to copy, a log in Express, and chains of promises without a framework."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from conformance.designs.design import PATH, SECRET, Opened
from node_programs import node_project

from steppay_mock import remote_reset, remote_state

TESTS = Path(__file__).resolve().parents[2]
EXAMPLES = TESTS.parent / "examples" / "receivers"


@contextmanager
def _program(
    folder: Path, program: Path, *, reset: str = "/test/reset", state: str = "/test/state"
) -> Iterator[Opened]:
    """The program beside the example receivers, whose rows and points are what the URL of the state shows."""
    for path in (*EXAMPLES.glob("*.mjs"), program):
        shutil.copy(path, folder / path.name)
    variables = {"STEPPAY_WEBHOOK_SECRET": SECRET, "STEPPAY_TEST_URLS": "1", "PORT": "0"}
    with node_project(folder, {}, program.name, **variables) as url:
        base = url.removesuffix(PATH)
        probe = remote_state(base + state)
        yield Opened(
            receiver=base + PATH,
            state=lambda: {name: rows for name, rows in probe().items() if name != "points"},
            effects=lambda: probe().get("points", []),
            reset=remote_reset(base + reset),
        )


@contextmanager
def express_example(folder: Path) -> Iterator[Opened]:
    """The example in Express."""
    with _program(folder, EXAMPLES / "express_app.mjs") as opened:
        yield opened


@contextmanager
def nextjs_example(folder: Path) -> Iterator[Opened]:
    """The example for the App Router of Next.js."""
    server = TESTS / "examples" / "next_server.mjs"
    with _program(folder, server, state="/test/steppay", reset="/test/steppay") as opened:
        yield opened


@contextmanager
def express_log(folder: Path) -> Iterator[Opened]:
    """A log of events in Express."""
    with _program(folder, Path(__file__).parent / "node" / "express_log.mjs") as opened:
        yield opened


@contextmanager
def chains(folder: Path) -> Iterator[Opened]:
    """Chains of promises, one for each id."""
    with _program(folder, Path(__file__).parent / "node" / "chains.mjs") as opened:
        yield opened
