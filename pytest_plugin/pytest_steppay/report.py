"""What does a failing test say about its events, and which command repeats it?"""

from __future__ import annotations

import os
from collections import deque
from dataclasses import dataclass, field
from shlex import quote
from typing import TYPE_CHECKING, Any

from pytest_steppay.keys import BASE_SEED, OPTIONS, RECORD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import pytest

    from steppay_mock.delivery.report import Outcome
    from steppay_mock.delivery.report import Report as Delivered
    from steppay_mock.payload.event import Event

TITLE = "steppay-mock"
_SHOWN = 10
_CONFIGURATIONS = ("pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg")


@dataclass(slots=True)
class Record:
    """What a test did through the fixtures: its seed, if it asked for one, and the last events made and delivered."""

    seed: int | None = None
    secrets: set[str] = field(default_factory=set, repr=False)
    made: deque[Event] = field(default_factory=lambda: deque(maxlen=_SHOWN))
    delivered: deque[Outcome] = field(default_factory=lambda: deque(maxlen=_SHOWN))
    made_count: int = 0
    delivered_count: int = 0

    def add_secret(self, secret: object) -> None:
        """Remember a secret, or several, as what must not be shown."""
        if isinstance(secret, str):
            self.secrets.add(secret)
        elif isinstance(secret, tuple | list | set | frozenset):
            self.secrets.update(one for one in secret if isinstance(one, str))

    def add_made(self, events: Iterable[Event]) -> None:
        """Remember events that were made."""
        for event in events:
            self.made.append(event)
            self.made_count += 1

    def add_delivered(self, report: Delivered) -> None:
        """Remember what came of deliveries."""
        self.delivered.extend(report)
        self.delivered_count += len(report)

    def lines(self) -> Iterator[str]:
        """What was made, in one line, and a line for each delivery."""
        if self.made:
            count = f"{self.made_count}, the last of them " if self.made_count > _SHOWN else ""
            yield f"made: {count}{', '.join(str(event.type) for event in self.made)}"
        if self.delivered_count > _SHOWN:
            yield f"delivered: {self.delivered_count}, the last of them"
        for outcome in self.delivered:
            yield self._without_secrets(f"delivered: {str(outcome).replace(': ', ' -> ', 1)}")

    def _without_secrets(self, text: str) -> str:
        for secret in filter(None, self.secrets):
            text = text.replace(secret, "***")
        return text


def record_of(item: pytest.Item) -> Record:
    """The record of this test; that there is one says that it uses the fixtures."""
    return item.stash.setdefault(RECORD, Record())


def add_section(report: pytest.TestReport, item: pytest.Item) -> None:
    """Add the section to the report of a failed test that uses the fixtures."""
    record = item.stash[RECORD]
    text = "\n".join([*_seed_lines(item, record), f"repeat: {repeat_command(item)}", *record.lines()])
    # Within the failure it survives --show-capture=no and reaches JUnit files. A failure of plain text has no room.
    add: Any = getattr(report.longrepr, "addsection", None)
    if add is None:
        report.sections.append((TITLE, text))
    else:
        add(TITLE, text)


def test_id(item: pytest.Item) -> str:
    """The node id as it is in every run: xdist's ``--dist=loadgroup`` appends ``@group`` to it."""
    marks = item.iter_markers("xdist_group")
    groups = {str(mark.args[0] if mark.args else mark.kwargs.get("name", "default")) for mark in marks}
    return item.nodeid.removesuffix(f"@{'_'.join(sorted(groups))}") if groups else item.nodeid


def repeat_command(item: pytest.Item) -> str:
    """The one command that repeats this test, to be run where this run was started. It never holds the secret."""
    config = item.config
    words = ["pytest", _address(item), *_configuration(item)]
    if not _has_own_seed(item):
        words += ["--steppay-seed", str(config.stash[BASE_SEED])]
    target = config.getoption("steppay_target")
    if target and "@" not in target:
        words += ["--steppay-target", target]
    for override in _overrides(config):
        if not override.startswith("steppay_secret"):
            words += ["-o", override]
    return " ".join(map(quote, words))


def _seed_lines(item: pytest.Item, record: Record) -> Iterator[str]:
    own = f"steppay_seed was {record.seed}" if record.seed is not None else "steppay_seed was not used"
    if _has_own_seed(item):
        yield f"seed: {item.stash[OPTIONS].seed}, from the marker"
    else:
        yield f"seed: {item.config.stash[BASE_SEED]}; {own}"
    given = [word for word in _overrides(item.config) if word.startswith("steppay_secret")]
    if given or item.config.getoption("steppay_secret"):
        yield "secret: give the same one again, with --steppay-secret; it is not shown"


def _has_own_seed(item: pytest.Item) -> bool:
    return OPTIONS in item.stash and item.stash[OPTIONS].seed is not None


def _address(item: pytest.Item) -> str:
    """The node id with a path that leads to the file from where pytest was started."""
    here = item.config.invocation_params.dir
    return "::".join([os.path.relpath(item.path, here), *test_id(item).split("::")[1:]])


def _configuration(item: pytest.Item) -> list[str]:
    """What makes pytest choose the same root, which node ids and so seeds depend on, where it would not by itself."""
    config = item.config
    chosen = config.getoption("inifilename", None) or config.getoption("rootdir", None)
    if not chosen and not _is_nearer_configured(item.path.parent, config.rootpath):
        return []
    here = config.invocation_params.dir
    if config.inipath is None or config.inipath.parent != config.rootpath:
        root = [f"--rootdir={os.path.relpath(config.rootpath, here)}"]
    else:
        root = []
    return root + (["-c", os.path.relpath(config.inipath, here)] if config.inipath else [])


def _is_nearer_configured(folder: Path, root: Path) -> bool:
    while folder not in {root, folder.parent}:
        if any((folder / name).is_file() for name in _CONFIGURATIONS):
            return True
        folder = folder.parent
    return False


def _overrides(config: pytest.Config) -> list[str]:
    return [word for word in config.getoption("override_ini", None) or () if word.startswith("steppay_")]
