"""How is a receiver reached, looked at and emptied? The options that commands about orders share."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from steppay_mock.cli.configuring import config_option
from steppay_mock.cli.consent import agree, read_hosts
from steppay_mock.cli.formats import read_endpoint
from steppay_mock.cli.options import Decorator, secret_option, unsigned_option
from steppay_mock.cli.sending import hosts_option, timeout_option
from steppay_mock.cli.signing import Signing
from steppay_mock.errors import SteppayMockError
from steppay_mock.wire.shown_url import shown_url

if TYPE_CHECKING:
    from steppay_mock.delivery.config import Config
    from steppay_mock.delivery.endpoint import Endpoint

    _Parameter = click.ParamType[Any, Any]
else:
    _Parameter = click.ParamType  # generic only since click 8.4

VARIABLE = "STEPPAY_MOCK_HEADER"


class HeaderField(_Parameter):
    """A header, written as on the wire. What is wrong with one is told without showing it."""

    name = "header"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """Name and value."""
        if isinstance(value, tuple):
            return value
        try:
            return _read_header(value)
        except SteppayMockError as error:
            self.fail(str(error), param, ctx)


@dataclass(frozen=True, slots=True, kw_only=True)
class Probing:
    """How the receiver is reached, looked at and emptied, as it was written."""

    url: str = field(repr=False)
    state_url: str = field(repr=False)
    reset_url: str | None = field(repr=False)
    reset_method: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    ignored: tuple[str, ...]
    truth: str
    secrets: tuple[str, ...] = field(repr=False)
    unsigned: bool
    timeout: float
    hosts: tuple[str, ...]
    config: Config | None

    def open(self) -> tuple[str, dict[str, Any]]:
        """The receiver's URL, and the options that ``explore`` and ``replay`` share.

        What is wrong with any of it is an error before anything is sent.
        """
        from steppay_mock.ordering.remote import remote_reset, remote_state
        from steppay_mock.ordering.truth.setting import read_truth_option

        truth = read_truth_option(self.truth)
        fresh = self._is_fresh()
        receiver = read_endpoint(self.url)
        secrets = Signing(given=self.secrets, unsigned=self.unsigned, config=self.config).for_url(self.url)
        allowed = agree(receiver, read_hosts(self.hosts))
        for option, url in (("--state-url", self.state_url), ("--reset-url", self.reset_url)):
            if url is not None:
                allowed = agree(_endpoint(option, url), allowed, noun="request")
        common: dict[str, Any] = {"timeout": float(self.timeout), "allow_hosts": allowed}
        asking = {**common, "headers": self._headers(), "hide": secrets or ()}
        return receiver.url, {
            **common,
            "secret": secrets,
            "ignore": self.ignored,
            "truth": truth,
            "state": remote_state(self.state_url, **asking),
            "fresh": fresh,
            "reset": None if fresh else remote_reset(str(self.reset_url), method=self.reset_method, **asking),
        }

    def _is_fresh(self) -> bool:
        """Whether each run is about a customer of its own, because nobody can empty the receiver."""
        from steppay_mock.ordering.remote import placeholders

        try:
            named = placeholders(self.state_url)
        except SteppayMockError as error:
            raise click.UsageError(f"--state-url: {error}") from None
        if self.reset_url is None and not named:
            raise click.UsageError(
                "Every order begins anew: how is the receiver emptied? Pass --reset-url. If it cannot be, let "
                "--state-url name whom a run is about, as .../customers/{customer_id}."
            )
        if self.reset_url is not None and named:
            raise click.UsageError(
                f"{{{named[0]}}} in --state-url is for a receiver that cannot be emptied. Leave out --reset-url, or "
                "the braces."
            )
        return self.reset_url is None

    def replaying(self, token: str, *, files: tuple[str, ...]) -> str:
        """The command that replays the token; it shows neither secrets nor headers, nor what is secret in a URL."""
        given = [
            *(("--to", shown_url(self.url)), ("--state-url", shown_url(self.state_url))),
            *([] if self.reset_url is None else [("--reset-url", shown_url(self.reset_url))]),
            *([("--reset-method", self.reset_method)] if self.reset_method != "POST" else []),
            *(("--ignore", one) for one in self.ignored),
            *([] if self.truth == "hints" else [("--truth", self.truth)]),
            *(("--allow-host", one) for one in self.hosts),
            *(("--from", one) for one in files),
        ]
        words = [token, *(word for option in given for word in option), *(["--unsigned"] if self.unsigned else [])]
        return f"steppay-mock replay {shlex.join(words)}"

    def _headers(self) -> dict[str, str]:
        """The headers of ``--header``, else the one of the environment."""
        if self.headers:
            return dict(self.headers)
        found = os.environ.get(VARIABLE)
        if not found:
            return {}
        try:
            return dict([_read_header(found)])
        except SteppayMockError as error:
            raise click.UsageError(f"The variable {VARIABLE} is of no use: {error}") from None


def _read_header(text: str) -> tuple[str, str]:
    from steppay_mock.ordering.remote import read_headers

    name, colon, value = text.partition(":")
    (found,) = read_headers({name.strip() if colon else "": value.strip()}).items()
    return found


def _endpoint(option: str, url: str) -> Endpoint:
    try:
        return read_endpoint(url, path="/")
    except SteppayMockError as error:
        raise click.UsageError(f"{option}: {error}") from None


def probing_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What decides how the receiver is reached and looked at; the command gets it together, as ``probing``."""

    @wraps(command)
    def gathered(**options: Any) -> Any:
        probing = Probing(**{name: options.pop(name) for name in Probing.__dataclass_fields__})
        return command(probing=probing, **options)

    for option in reversed(_PROBING):
        gathered = option(gathered)
    return gathered


_PROBING: tuple[Decorator[Any], ...] = (
    click.option("--to", "url", metavar="URL", required=True, help="Your receiver; without a path, /webhooks/steppay."),
    click.option(
        "--state-url",
        metavar="URL",
        required=True,
        help="Where your receiver shows its rows: GET answers 2xx with JSON, of at most 10 MB. Without --reset-url it "
        "names whom a run is about, as .../customers/{customer_id}.",
    ),
    click.option(
        "--reset-url",
        metavar="URL",
        help="Where your receiver is emptied, before each order: POST answers 2xx once it has no rows. Without it each "
        "run is about another customer, with ids never used before.",
    ),
    click.option(
        "--reset-method",
        type=click.Choice(["POST", "PUT", "DELETE"]),
        default="POST",
        show_default=True,
        help="How the reset URL is called.",
    ),
    click.option(
        "--header",
        "headers",
        metavar="'NAME: VALUE'",
        multiple=True,
        type=HeaderField(),
        help="Send this header to the state and the reset URL, and never show it. Repeatable. Default: the variable "
        f"{VARIABLE}, which shows in no process list.",
    ),
    click.option(
        "--ignore",
        "ignored",
        metavar="PATH",
        multiple=True,
        help="What of the state does not count, as received_at or '$.rows[*].id'. Repeatable.",
    ),
    click.option(
        "--truth",
        metavar="HOW",
        default="hints",
        show_default=True,
        help="Compare the end with what the store of the scenario knows: `hints` tells rows that contradict it, "
        "`strict` fails for them, `off` does not look. Or a file of TOML or JSON that says which rows are what: these "
        "must agree.",
    ),
    secret_option("Sign with it."),
    unsigned_option(),
    timeout_option(),
    hosts_option(),
    config_option(),
)
