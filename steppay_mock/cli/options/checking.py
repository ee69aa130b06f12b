"""The options of ``check``: how to reach the receiver, and how to look at its state, which it may do without."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import click

from steppay_mock.cli.options.gathering import fields_of, gather
from steppay_mock.cli.options.probe import ANSWERING, REACHING, RESETTING, SIGNING, Probing
from steppay_mock.errors import did_you_mean
from steppay_mock.ordering.face import Face


@dataclass(frozen=True, slots=True, kw_only=True)
class Checking(Probing):
    """The options as the user wrote them; the two URLs of the state may be missing."""

    def is_fresh(self) -> bool:
        """No: each check begins with an empty receiver, or does without its state."""
        from steppay_mock.ordering.remote import placeholders  # which loads the HTTP client: not for --help

        if self.state_url is not None and placeholders(self.state_url):
            raise click.UsageError(
                "Braces in --state-url are for `explore`. Give `check` a URL that shows all rows, or leave it out."
            )
        if self.reset_url is not None and self.state_url is None:
            raise click.UsageError("--reset-url needs --state-url. Give both, or neither.")
        about_state = (("--ignore", self.ignored), ("--settle", self.settle), ("--state-header", self.state_headers))
        for flag, given in about_state:
            if given and self.state_url is None:
                raise click.UsageError(f"{flag} is about the state, and there is no --state-url. Give it too.")
        return False

    def refuse_searches(self, given: Iterable[str]) -> None:
        """Refuse these options, which are about searches, where none is made: without a reset there is no search."""
        for flag in map(Face(is_shell=True).option, given):
            if self.reset_url is None:
                raise click.UsageError(
                    f"{flag} is about the searches through orders: they need --state-url and --reset-url. Give "
                    f"both, or leave out {flag}."
                )


def refuse_unknown_scenarios(names: Iterable[str]) -> None:
    """Refuse a name that is no scenario of this project or of an installed package: ``check`` reads no file of them."""
    from steppay_mock.store.scenarios.registry import ENTRY_POINTS, all_scenarios

    known = all_scenarios()
    for name in names:
        if name not in known:
            raise click.UsageError(
                f"Unknown scenario {name!r}.{did_you_mean(name, known)} `steppay-mock scenario list` shows all "
                f"{len(known)}. `check` reads no file of scenarios: install one of your own as a package with the "
                f"entry point {ENTRY_POINTS}, or search its orders with `steppay-mock explore --scenario NAME "
                "--from FILE`."
            )


def checking_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options about the receiver and its state. The command gets them as one argument, ``checking``."""
    state_url = click.option(
        "--state-url",
        metavar="URL",
        envvar="STEPPAY_MOCK_STATE_URL",
        show_envvar=True,
        help="The URL at which your receiver shows its rows: it answers GET with 2xx and JSON, at most 10 MB. Without "
        "it, checks that have to look at rows are skipped.",
    )
    options = (*REACHING, state_url, *RESETTING, *ANSWERING, *SIGNING)
    return gather(command, "checking", take=fields_of(Checking), options=options)
