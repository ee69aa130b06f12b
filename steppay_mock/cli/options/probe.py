"""Reads how a receiver is reached, looked at and emptied: the options that commands about orders share."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from steppay_mock.cli.options.access import AccessWords, access_beside, access_options
from steppay_mock.cli.options.config_file import config_option
from steppay_mock.cli.options.delivery import hosts_option, timeout_option
from steppay_mock.cli.options.headers import STATE_VARIABLE, HeaderField
from steppay_mock.cli.options.host_prompt import agree, read_hosts
from steppay_mock.cli.options.lambda_function import Gateway, lambda_options
from steppay_mock.cli.options.parameter_types import Seconds
from steppay_mock.cli.options.receiver import Registered, events_option, find_receiver
from steppay_mock.cli.options.secret import VARIABLE as SECRET_VARIABLE
from steppay_mock.cli.options.shared import Decorator, secret_option, unsigned_option
from steppay_mock.cli.options.signing import Signing
from steppay_mock.cli.show.event_formats import read_endpoint
from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.face import Face, Reach
from steppay_mock.wire.shown_url import shown_url

if TYPE_CHECKING:
    from steppay_mock.delivery.address import Address
    from steppay_mock.delivery.address.access import AccessOptions
    from steppay_mock.delivery.aws.call import Kind
    from steppay_mock.delivery.config import Config, Entry
    from steppay_mock.delivery.receiver import Receiver

_URLS = {
    "--to": "STEPPAY_MOCK_TO",
    "--state-url": "STEPPAY_MOCK_STATE_URL",
    "--reset-url": "STEPPAY_MOCK_RESET_URL",
}
"""The variables that the URLs may come from: some hold a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probing:
    """How the receiver is reached, looked at and emptied, as it was written."""

    url: str | None = field(repr=False)
    endpoint: str | None
    types: tuple[tuple[str, ...], ...]
    state_url: str = field(repr=False)
    reset_url: str | None = field(repr=False)
    reset_method: str
    state_headers: tuple[tuple[str, str], ...] = field(repr=False)
    written_access: AccessWords
    ignored: tuple[str, ...]
    truth: str
    accepted: tuple[int, ...]
    settle: float | None
    given: int | None
    secrets: tuple[str, ...] = field(repr=False)
    unsigned: bool
    timeout: float
    hosts: tuple[str, ...]
    config: Config | None
    lambda_kind: Kind | None
    lambda_path: str | None

    def open(self) -> tuple[Receiver, dict[str, Any]]:
        """The receiver, and the options that ``explore`` and ``replay`` share.

        What is wrong with any of it is an error before anything is sent.
        """
        from steppay_mock.ordering.remote import remote_reset, remote_state
        from steppay_mock.ordering.truth.setting import read_truth_option

        truth = read_truth_option(self.truth)
        self.gateway.check()
        fresh, found = self._is_fresh(), self.receiver
        written = self.written_access
        access_of_it = (
            written.for_url(found.url, self.config) if self.endpoint is None else written.for_entry(self._entry)
        )
        receiver = self.gateway.read(found.url, access=access_of_it)
        signing = Signing(given=self.secrets, unsigned=self.unsigned, config=self.config)
        secrets = signing.for_url(found.url) if self.endpoint is None else signing.for_entry(self._entry)
        allowed = agree(receiver, read_hosts(self.hosts))
        access: dict[str, AccessOptions] = {}
        for option, url in (("--state-url", self.state_url), ("--reset-url", self.reset_url)):
            if url is not None:
                access[option] = access_beside(receiver, _endpoint(option, url), self.state_headers)
                allowed = agree(_endpoint(option, url, proxy=access[option].get("proxy")), allowed, noun="request")
        common: dict[str, Any] = {"timeout": float(self.timeout), "allow_hosts": allowed}
        asking = {**common, "hide": secrets or ()}
        reset: dict[str, Any] = {**asking, **access.get("--reset-url", {}), "method": self.reset_method}
        return self.gateway.target(receiver), {
            **common,
            **self.gateway.options,
            **receiver.access.options,
            "secret": secrets,
            "types": found.types,
            "ignore": self.ignored,
            "truth": truth,
            "accept": self.accepted or None,
            "settle": self.settle,
            "given": self.given,
            "state": remote_state(self.state_url, **asking, **access["--state-url"]),
            "fresh": fresh,
            "reset": None if fresh else remote_reset(str(self.reset_url), **reset),
        }

    @property
    def gateway(self) -> Gateway:
        """What calls the receiver, where that is a Lambda function."""
        return Gateway(kind=self.lambda_kind, path=self.lambda_path)

    @property
    def receiver(self) -> Registered:
        """Which receiver is meant, and what it is registered for."""
        return find_receiver(self.url, endpoint=self.endpoint, types=self.types, config=self.config)

    @property
    def _entry(self) -> Entry:
        assert self.receiver.entry is not None  # noqa: S101 - asked for only where an endpoint was named
        return self.receiver.entry

    @property
    def _replayed(self) -> tuple[tuple[str, object], ...]:
        """What else decides how an order ends, as arguments of ``replay``."""
        said: dict[str, object] = {
            "ignore": list(self.ignored),
            "accept": list(self.accepted),
            "settle": self.settle,
            "given": self.given,
            "types": list(self.receiver.types or ()),
            "truth": {"hints": None, "strict": "strict", "off": "off"}.get(self.truth, Path(self.truth)),
        }
        return tuple((name, value) for name, value in said.items() if value)

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

    def face(self, *, files: tuple[str, ...] = (), also: tuple[str, ...] = ()) -> Face:
        """How a search is told at a shell: with the whole command that replays a token.

        It shows neither secrets nor headers; a URL that holds a secret is taken from its variable again.
        """
        urls = {"--to": self.url, "--state-url": self.state_url, "--reset-url": self.reset_url}
        shown = {option: url for option, url in urls.items() if url is not None and not holds_secret(url)}
        hidden = [option for option, url in urls.items() if url is not None and option not in shown]
        given = [
            *([] if self.endpoint is None else [("--endpoint", self.endpoint)]),
            *shown.items(),
            *self.gateway.words,
            *([("--reset-method", self.reset_method)] if self.reset_method != "POST" else []),
            *(("--ignore", one) for one in self.ignored),
            *([] if self.truth == "hints" else [("--truth", self.truth)]),
            *(("--accept", str(one)) for one in self.accepted),
            *([] if self.settle is None else [("--settle", f"{self.settle:g}")]),
            *([] if self.given is None else [("--given", str(self.given))]),
            *(("--events", ",".join(one)) for one in self.types),
            *(("--allow-host", one) for one in self.hosts),
            *(("--from", one) for one in files),
        ]
        words = [*(word for option in given for word in option), *(["--unsigned"] if self.unsigned else [])]
        words += [*self.written_access.words, *also]
        set_again = [f"the URL that is not shown in {' and '.join(_URLS[option] for option in hidden)}"] * bool(hidden)
        set_again += [f"the secret in {SECRET_VARIABLE}"] * bool(self.secrets)
        set_again += self.written_access.hidden
        set_again += [f"--state-header, or {STATE_VARIABLE}"] * bool(self.state_headers)
        return Face(
            is_shell=True,
            before="steppay-mock replay ",
            after=f" {shlex.join(words)}" if words else "",
            hint=f"with {', '.join(set_again)}" if set_again else "",
            # Programs that show a counterexample send webhooks to URLs, and a function gets events.
            reach=None
            if self.lambda_kind is not None
            else Reach(
                url=None if "--to" in hidden else str(read_endpoint(self.receiver.url)),
                state_url=shown.get("--state-url"),
                reset_url=shown.get("--reset-url"),
                reset_method=self.reset_method,
                can_reset=self.reset_url is not None,
                unsigned=self.unsigned,
                files=files,
                options=self._replayed,
            ),
        )


def _endpoint(option: str, url: str, *, proxy: str | None = None) -> Address:
    try:
        return read_endpoint(url, path="/", access={"proxy": proxy})
    except SteppayMockError as error:
        raise click.UsageError(f"{option}: {error}") from None


def holds_secret(url: str) -> bool:
    """Whether there is a secret in it, so that it is not shown whole."""
    return shown_url(url) != url


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
    click.option(
        "--to",
        "url",
        metavar="URL",
        envvar=_URLS["--to"],
        show_envvar=True,
        help="Your receiver; without a path, /webhooks/steppay.",
    ),
    click.option("--endpoint", metavar="NAME", help="In the place of --to: this endpoint of steppay-mock.toml."),
    events_option(),
    *lambda_options(),
    click.option(
        "--state-url",
        metavar="URL",
        required=True,
        envvar=_URLS["--state-url"],
        show_envvar=True,
        help="Where your receiver shows its rows: GET answers 2xx with JSON, of at most 10 MB. Without --reset-url it "
        "names whom a run is about, as .../customers/{customer_id}.",
    ),
    click.option(
        "--reset-url",
        metavar="URL",
        envvar=_URLS["--reset-url"],
        show_envvar=True,
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
        "--state-header",
        "state_headers",
        metavar="'NAME: VALUE'",
        multiple=True,
        type=HeaderField(),
        help="Send this header to the state and the reset URL alone, and never show it. Those of --header, and "
        "--basic-auth, go there too if scheme, host and port are the receiver's. Repeatable. Default: the variable "
        f"{STATE_VARIABLE}.",
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
    click.option(
        "--accept",
        "accepted",
        metavar="STATUS",
        multiple=True,
        type=click.IntRange(100, 599),
        help="A status that accepts an event, beside 2xx: for a receiver that refuses some on purpose. Repeatable.",
    ),
    click.option(
        "--settle",
        metavar="S",
        type=Seconds(positive=True),
        help="Read the state once it has been the same for so many seconds: for work that goes on after the answer.",
    ),
    click.option(
        "--given",
        metavar="N",
        type=click.IntRange(0, 100_000),
        help="Deliver the first N events before every order, as they happened.",
    ),
    secret_option("Sign with it."),
    unsigned_option(),
    access_options,
    timeout_option(),
    hosts_option(),
    config_option(),
)
