"""The options of ``check`` that write the card to files: a web page, JUnit XML, SARIF, a badge."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from steppay_mock.cli.options.gathering import fields_of, gather
from steppay_mock.cli.options.parameter_types import ParameterType
from steppay_mock.cli.options.report_file import ReportFileType, is_same_file, refuse_same_file
from steppay_mock.cli.show.report_files import write_file
from steppay_mock.cli.show.terminal import pretty
from steppay_mock.errors import SteppayMockError

if TYPE_CHECKING:
    from steppay_mock.conformance.scorecard import Scorecard


class _RepositoryFileType(ParameterType):
    """A file within the repository, by its path from the root; it need not be there."""

    name = "file"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The path, if it can be shown by a code host."""
        from steppay_mock.conformance.outputs.sarif import repository_uri

        try:
            repository_uri(value)
        except SteppayMockError as error:
            self.fail(str(error), param, ctx)
        return str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFiles:
    """The files to write, as the user named them."""

    html_files: tuple[Path, ...]
    html_lang: str | None
    junit_files: tuple[Path, ...]
    sarif_files: tuple[Path, ...]
    sarif_location: str | None
    badge_files: tuple[Path, ...]

    def __post_init__(self) -> None:
        if self.html_lang is not None and not self.html_files:
            raise click.UsageError("--html-lang is about the web page, and there is no --html. Give it too.")
        if self.sarif_location is not None and not self.sarif_files:
            raise click.UsageError("--sarif-location is about SARIF, and there is no --sarif. Give it too.")
        refuse_same_file(self._flags)

    @property
    def _flags(self) -> dict[str, tuple[Path, ...]]:
        return {
            "--html": self.html_files,
            "--junit": self.junit_files,
            "--sarif": self.sarif_files,
            "--badge": self.badge_files,
        }

    def refuse_input(self, flag: str, path: Path) -> None:
        """Refuse an option that would write over this file, which another option reads."""
        for output, paths in self._flags.items():
            if any(is_same_file(one, path) for one in paths):
                raise click.UsageError(f"{output} would write over {path}, which {flag} reads. Name another file.")

    def write(self, card: Scorecard) -> None:
        """Write them all; where one cannot be written the others are, and then the OSError is raised."""
        first: OSError | None = None
        for path, data in self._each(card):
            try:
                write_file(path, data)
            except OSError as error:
                first = first or error
        if first is not None:
            raise first

    def _each(self, card: Scorecard) -> Iterator[tuple[Path, bytes]]:
        for path in self.html_files:
            yield path, card.as_html(lang=self.html_lang or "en").encode()
        for path in self.junit_files:
            yield path, card.as_junit().encode()
        location = {} if self.sarif_location is None else {"location": self.sarif_location}
        for path in self.sarif_files:
            yield path, pretty(card.as_sarif(**location)) + b"\n"
        for path in self.badge_files:
            yield path, card.as_badge().encode()


def card_file_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options about files. The command gets them as one argument, ``files``."""
    language = click.option(
        "--html-lang",
        type=click.Choice(["en", "ko"]),
        help="The language of the web page: English or Korean. Default: en.",
    )
    location = click.option(
        "--sarif-location",
        metavar="FILE",
        type=_RepositoryFileType(),
        help="The file at which a code host shows the findings, such as that of your handler: its path from the root "
        "of the repository. Default: README.md.",
    )
    options = (
        _file(
            "--html", "html_files", "card.html", "Also write the card to this file as a web page that can be printed."
        ),
        language,
        _file("--junit", "junit_files", "card.xml", "Write JUnit XML to this file."),
        _file("--sarif", "sarif_files", "card.sarif", "Write SARIF to this file, which code hosts show."),
        location,
        _file("--badge", "badge_files", "badge.svg", "Write a badge to this file, an SVG."),
    )
    return gather(command, "files", take=fields_of(CardFiles), options=options)


def _file(flag: str, name: str, example: str, told: str) -> Callable[..., Any]:
    kind = ReportFileType(example=example)
    return click.option(flag, name, metavar="FILE", multiple=True, type=kind, help=f"{told} Repeatable.")
