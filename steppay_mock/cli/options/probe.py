"""The options of commands about orders: how to reach the receiver, read its state and reset it."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from steppay_mock.cli import environment
from steppay_mock.cli.options.access import AccessWords, HeaderType, access_beside, access_options
from steppay_mock.cli.options.address import agree, read_address, read_hosts
from steppay_mock.cli.options.config_file import config_option
from steppay_mock.cli.options.gathering import Decorator, fields_of, gather
from steppay_mock.cli.options.lambda_function import Gateway, lambda_options
from steppay_mock.cli.options.option_table import table_option
from steppay_mock.cli.options.parameter_types import SecondsType
from steppay_mock.cli.options.receiver import Registered, events_option, find_receiver
from steppay_mock.cli.options.shared import secret_option, unsigned_option
from steppay_mock.cli.options.signing import Signing
from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.face import Face, Reach
from steppay_mock.wire.shown_url import shown_url

if TYPE_CHECKING:
    from steppay_mock.delivery.address import Address
    from steppay_mock.delivery.address.access import AccessOptions
    from steppay_mock.delivery.aws.call import Kind
    from steppay_mock.delivery.config import Config, EndpointEntry
    from steppay_mock.delivery.receiver import Receiver

_URLS = {
    "--to": "STEPPAY_MOCK_TO",
    "--state-url": "STEPPAY_MOCK_STATE_URL",
    "--reset-url": "STEPPAY_MOCK_RESET_URL",
}
"""The environment variables of the URLs. A URL may hold a secret."""
_RESET_METHOD = "POST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Probing:
    """The options as the user wrote them."""

    url: str | None = field(repr=False)
    endpoint: str | None
    types: tuple[tuple[str, ...], ...]
    state_url: str | None = field(repr=False)
    reset_url: str | None = field(repr=False)
    reset_method: str | None
    state_headers: tuple[tuple[str, str], ...] = field(repr=False)
    written_access: AccessWords
    ignored: tuple[str, ...]
    truth: str = "hints"
    accepted: tuple[int, ...]
    settle: float | None
    given: int | None = None
    secrets: tuple[str, ...] = field(repr=False)
    unsigned: bool
    timeout: float
    hosts: tuple[str, ...]
    config: Config | None
    lambda_kind: Kind | None
    lambda_path: str | None

    def open(self) -> tuple[Receiver, dict[str, Any]]:
        """The receiver, and the options that ``explore`` and ``replay`` share.

        A wrong option is an error before anything is sent.
        """
        from steppay_mock.ordering.remote import remote_reset, remote_state
        from steppay_mock.ordering.truth.setting import read_truth_option

        truth = read_truth_option(self.truth)
        self.gateway.check()
        fresh, found = self.is_fresh(), self.receiver
        if self.reset_method is not None and self.reset_url is None:
            raise click.UsageError("--reset-method is about the reset URL, and there is no --reset-url. Give it too.")
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
        reset: dict[str, Any] = {
            **asking,
            **access.get("--reset-url", {}),
            "method": self.reset_method or _RESET_METHOD,
        }
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
            "state": None
            if self.state_url is None
            else remote_state(self.state_url, **asking, **access["--state-url"]),
            "fresh": fresh,
            "reset": None if self.reset_url is None else remote_reset(self.reset_url, **reset),
        }

    @property
    def gateway(self) -> Gateway:
        """The gateway, if the receiver is a Lambda function."""
        return Gateway(kind=self.lambda_kind, path=self.lambda_path)

    @property
    def receiver(self) -> Registered:
        """The receiver and its event types."""
        return find_receiver(self.url, endpoint=self.endpoint, types=self.types, config=self.config)

    @property
    def _entry(self) -> EndpointEntry:
        assert self.receiver.entry is not None  # noqa: S101 - asked for only where an endpoint was named
        return self.receiver.entry

    @property
    def _replayed(self) -> tuple[tuple[str, object], ...]:
        """The other options that change the outcome of an order, as arguments of ``replay``."""
        said: dict[str, object] = {
            "ignore": list(self.ignored),
            "accept": list(self.accepted),
            "settle": self.settle,
            "given": self.given,
            "types": list(self.receiver.types or ()),
            "truth": {"hints": None, "strict": "strict", "off": "off"}.get(self.truth, Path(self.truth)),
        }
        return tuple((name, value) for name, value in said.items() if value)

    def is_fresh(self) -> bool:
        """Whether each order is about a new customer, because the receiver cannot be reset."""
        from steppay_mock.ordering.remote import placeholders

        try:
            named = placeholders(self.state_url or "")
        except SteppayMockError as error:
            raise click.UsageError(f"--state-url: {error}") from None
        if self.reset_url is None and not named:
            raise click.UsageError(
                "Every order begins with an empty receiver. Pass --reset-url. If the receiver cannot be reset, write "
                "the customer of an order into --state-url, as .../customers/{customer_id}."
            )
        if self.reset_url is not None and named:
            raise click.UsageError(
                f"{{{named[0]}}} in --state-url is for a receiver that cannot be reset. Leave out --reset-url, or "
                "the braces."
            )
        return self.reset_url is None

    def face(self, *, files: tuple[str, ...] = (), also: tuple[str, ...] = ()) -> Face:
        """The face of a search at a shell, with the complete command that replays a token.

        The command shows no secret and no header. A URL that holds a secret is left out: ``replay`` takes it from its
        variable again.
        """
        urls = {"--to": self.url, "--state-url": self.state_url, "--reset-url": self.reset_url}
        shown = {option: url for option, url in urls.items() if url is not None and not holds_secret(url)}
        hidden = [option for option, url in urls.items() if url is not None and option not in shown]
        given = [
            *([] if self.endpoint is None else [("--endpoint", self.endpoint)]),
            *shown.items(),
            *self.gateway.words,
            *([] if self.reset_method in {None, _RESET_METHOD} else [("--reset-method", str(self.reset_method))]),
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
        set_again += [f"the secret in {environment.SECRET}"] * bool(self.secrets)
        set_again += self.written_access.hidden
        set_again += [f"--state-header, or {environment.STATE_HEADER}"] * bool(self.state_headers)
        return Face(
            is_shell=True,
            before="steppay-mock replay ",
            after=f" {shlex.join(words)}" if words else "",
            hint=f"with {', '.join(set_again)}" if set_again else "",
            # Programs that show a counterexample send webhooks to URLs, and a function gets events.
            reach=None
            if self.lambda_kind is not None
            else Reach(
                url=None if "--to" in hidden else str(read_address(self.receiver.url)),
                state_url=shown.get("--state-url"),
                reset_url=shown.get("--reset-url"),
                reset_method=self.reset_method or _RESET_METHOD,
                can_reset=self.reset_url is not None,
                unsigned=self.unsigned,
                files=files,
                options=self._replayed,
            ),
        )


def _endpoint(option: str, url: str, *, proxy: str | None = None) -> Address:
    try:
        return read_address(url, path="/", access={"proxy": proxy})
    except SteppayMockError as error:
        raise click.UsageError(f"{option}: {error}") from None


def holds_secret(url: str) -> bool:
    """Whether the URL holds a secret, so that no message shows all of it."""
    return shown_url(url) != url


def probing_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options about the receiver and its state. The command gets them as one argument, ``probing``."""
    return gather(command, "probing", take=fields_of(Probing), options=_PROBING)


REACHING: tuple[Decorator[Any], ...] = (
    click.option(
        "--to",
        "url",
        metavar="URL",
        envvar=_URLS["--to"],
        show_envvar=True,
        help="Your receiver. A URL without a path gets /webhooks/steppay.",
    ),
    click.option("--endpoint", metavar="NAME", help="Instead of --to: this endpoint of steppay-mock.toml."),
    events_option(),
    *lambda_options(),
)
"""The options of the receiver."""
RESETTING: tuple[Decorator[Any], ...] = (
    click.option(
        "--reset-url",
        metavar="URL",
        envvar=_URLS["--reset-url"],
        show_envvar=True,
        help="The URL that deletes all rows of your receiver. It is called before each order and answers POST with 2xx "
        "when no rows are left. Without it each order is about a new customer, with new ids.",
    ),
    click.option(
        "--reset-method",
        type=click.Choice(["POST", "PUT", "DELETE"]),
        help=f"The HTTP method for the reset URL. Default: {_RESET_METHOD}.",
    ),
    click.option(
        "--state-header",
        "state_headers",
        metavar="'NAME: VALUE'",
        multiple=True,
        type=HeaderType(),
        help="Send this header only to the state URL and the reset URL, and never show it. --header and --basic-auth "
        "are sent there too if scheme, host and port are the receiver's. Repeatable. Default: the variable "
        f"{environment.STATE_HEADER}.",
    ),
    click.option(
        "--ignore",
        "ignored",
        metavar="PATH",
        multiple=True,
        help="Leave this part of the state out of the comparison, as received_at or '$.rows[*].id'. Repeatable.",
    ),
)
"""The options of the state, but for its URL."""
ANSWERING: tuple[Decorator[Any], ...] = (
    click.option(
        "--accept",
        "accepted",
        metavar="STATUS",
        multiple=True,
        type=click.IntRange(100, 599),
        help="Also take this status as accepted, beside 2xx: for a receiver that refuses some events on purpose. "
        "Repeatable.",
    ),
    click.option(
        "--settle",
        metavar="S",
        type=SecondsType(positive=True),
        help="Wait until the state has not changed for S seconds: for a receiver that works on after its answer.",
    ),
)
"""The options of answers."""
SIGNING: tuple[Decorator[Any], ...] = (
    secret_option("Sign with this secret."),
    unsigned_option(),
    access_options,
    table_option("timeout"),
    table_option("allow_hosts"),
    config_option(),
)
"""The options of requests."""

_PROBING: tuple[Decorator[Any], ...] = (
    *REACHING,
    click.option(
        "--state-url",
        metavar="URL",
        required=True,
        envvar=_URLS["--state-url"],
        show_envvar=True,
        help="The URL at which your receiver shows its rows: it answers GET with 2xx and JSON, at most 10 MB. Without "
        "--reset-url the URL has the customer of an order in it, as .../customers/{customer_id}.",
    ),
    *RESETTING,
    click.option(
        "--truth",
        metavar="HOW",
        default="hints",
        show_default=True,
        help="Compare the last state with the store of the scenario. hints: report rows that contradict the store. "
        "strict: fail for them. off: do not compare. Or a TOML or JSON file that maps rows to objects of the store: "
        "mapped rows must agree.",
    ),
    *ANSWERING,
    click.option(
        "--given",
        metavar="N",
        type=click.IntRange(0, 100_000),
        help="Deliver the first N events before every order, in the order in which they happened.",
    ),
    *SIGNING,
)
