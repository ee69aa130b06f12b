"""The option ``--report``: the files to which the report of a run is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from steppay_mock.cli.options.gathering import Decorator
from steppay_mock.cli.options.parameter_types import ParameterType, check_path


class ReportFileType(ParameterType):
    """The name of a file for a report, which says by its suffix how it is written."""

    name = "file"

    def __init__(self, *suffixes: str, example: str) -> None:
        self._suffixes = suffixes
        self._example = example

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path, if something can be written there."""
        check_path(value, self, param, ctx)
        path = Path(value)
        if path.is_dir():
            self.fail(f"{str(path)!r} is a directory. Name a file, such as {path / self._example}.", param, ctx)
        if self._suffixes and path.suffix not in self._suffixes:
            wrong = f"{str(value)!r} ends in neither {' nor '.join(self._suffixes)} (JUnit)"
            self.fail(f"{wrong}. Name it report{self._suffixes[0]}.", param, ctx)
        if not path.parent.is_dir():
            self.fail(f"{str(value)!r} cannot be a file: make the folder {path.parent}, or name another.", param, ctx)
        self._check_writable(path, param, ctx)
        return path

    def _check_writable(self, path: Path, param: click.Parameter | None, ctx: click.Context | None) -> None:
        """Open it now: a run whose report has no place is better not begun."""
        is_new = not path.exists()
        if not is_new and not path.is_file():
            return  # a pipe has a reader, who would take this for its end
        try:
            with path.open("ab"):
                pass
            if is_new:
                path.resolve().unlink()  # of a link that leads nowhere yet, the file alone
        except OSError as error:
            self.fail(f"{str(path)!r} cannot be written: {error.strerror}. Name a file that can be.", param, ctx)


def is_same_file(one: Path, other: Path) -> bool:
    """Whether both paths lead to one file, which need not be there yet. A device or a pipe may be written to twice."""
    if one.exists() and not one.is_file():
        return False
    return one.resolve() == other.resolve() or (one.exists() and other.exists() and one.samefile(other))


def refuse_same_file(written: Mapping[str, Iterable[Path]]) -> None:
    """Refuse two options that write to one file, also where its path is spelled in two ways."""
    before: list[tuple[str, Path]] = []
    for flag, paths in written.items():
        for path in paths:
            for other, earlier in before:
                if flag != other and is_same_file(path, earlier):
                    raise click.UsageError(f"{other} and {flag} both write to {path}. Give each a file of its own.")
            before.append((flag, path))


def report_option() -> Decorator[Any]:
    """``--report``: repeatable."""
    return click.option(
        "--report",
        "reports",
        metavar="FILE",
        multiple=True,
        type=ReportFileType(".json", ".xml", example="report.xml"),
        help="Write the report to this file too: JSON if it ends in .json, JUnit's XML if in .xml. Repeatable.",
    )
