"""The section of a failing test: its seed, its events, and the command that repeats it."""

from __future__ import annotations

import os
from shlex import quote
from typing import TYPE_CHECKING, Any

from pytest_steppay.keys import BASE_SEED
from pytest_steppay.options import OPTIONS
from pytest_steppay.record import RECORD, ItemRecord

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest

TITLE = "steppay-mock"
_CONFIGURATIONS = ("pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg")


def add_section(report: pytest.TestReport, item: pytest.Item) -> None:
    """Add the section to the report of a failed test that uses the fixtures."""
    record = item.stash[RECORD]
    repeat = repeat_command(item)
    replays = [f"replay: {command}" for command in _untold(report, repeat, record)]
    text = "\n".join([*_seed_lines(item, record), f"repeat: {repeat}", *replays, *record.lines()])
    # Within the failure it survives --show-capture=no and reaches JUnit files. A failure of plain text has no room.
    add: Any = getattr(report.longrepr, "addsection", None)
    if add is None:
        report.sections.append((TITLE, text))
    else:
        add(TITLE, text)


def _untold(report: pytest.TestReport, repeat: str, record: ItemRecord) -> Iterator[str]:
    """The commands that replay what was found, but for those that the failure shows already."""
    shown = str(report.longrepr) if record.tokens else ""
    for token in dict.fromkeys(record.tokens):
        command = f"{repeat} --steppay-replay {token}"
        if command not in shown:
            yield command


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
    if (budget := config.getoption("steppay_budget")) is not None:
        words += ["--steppay-budget", str(budget)]
    if body := config.getoption("steppay_body"):
        words += ["--steppay-body", body]
    target = config.getoption("steppay_target")
    if target and not _holds_secret(target):
        words += ["--steppay-target", target]
    for override in _overrides(config):
        if not override.startswith("steppay_secret") and not _holds_secret(override):
            words += ["-o", override]
    return " ".join(map(quote, words))


def _seed_lines(item: pytest.Item, record: ItemRecord) -> Iterator[str]:
    own = f"steppay_seed was {record.seed}" if record.seed is not None else "steppay_seed was not used"
    if _has_own_seed(item):
        yield f"seed: {item.stash[OPTIONS].seed}, from the marker"
    else:
        yield f"seed: {item.config.stash[BASE_SEED]}; {own}"
    given = [word for word in _overrides(item.config) if word.startswith("steppay_secret")]
    if given or item.config.getoption("steppay_secret"):
        yield "secret: give the same one again, with --steppay-secret; it is not shown"
    targets = [item.config.getoption("steppay_target") or "", *_overrides(item.config)]
    if any(map(_holds_secret, targets)):
        yield "target: give the same one again, with --steppay-target; its URL holds a secret and is not shown"


def _holds_secret(text: str) -> bool:
    """Whether it is a URL, or a setting of one, with a secret in it."""
    from steppay_mock.wire.shown_url import shown_url

    url = text.removeprefix("steppay_target=")
    return "://" in url and shown_url(url) != url


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
