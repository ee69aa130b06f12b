"""How is a receiver looked at, and emptied, that runs somewhere else? Over HTTP, by two URLs that it has for tests."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Unpack
from urllib.parse import quote

from steppay_mock.delivery.address import parse_address
from steppay_mock.delivery.address.access import AccessOptions, read_access
from steppay_mock.delivery.address.access_headers import OF_THE_WEBHOOK, read_headers, secrets_of
from steppay_mock.delivery.excerpt import excerpt
from steppay_mock.delivery.http.transport import HttpTransport
from steppay_mock.delivery.next_step import step_without_answer
from steppay_mock.delivery.options import resolve_options
from steppay_mock.delivery.request import Request
from steppay_mock.errors import SteppayMockError, check_choice, choices, did_you_mean
from steppay_mock.ordering.receiver.identifiers import Ids
from steppay_mock.wire.redact import Redaction

if TYPE_CHECKING:
    from steppay_mock.delivery.address import Address
    from steppay_mock.delivery.answer import Answer

MAX_STATE = 10_000_000
"""Bytes that a state may have."""

RESET_METHODS = ("POST", "PUT", "DELETE")
"""How a receiver may be told to empty itself."""

_PLACEHOLDER = re.compile(r"\{(.*?)\}")

_SHORTEST_TOKEN = 12


class RemoteError(SteppayMockError):
    """The URL of the state, or of the reset, is of no use; ``reached`` says whether anything came back from it."""

    reached: bool = True


def remote_state(
    url: str,
    *,
    timeout: float = 10.0,
    allow_hosts: Iterable[str] = (),
    hide: Iterable[str] = (),
    **access: Unpack[AccessOptions],
) -> Callable[..., Any]:
    """A probe for ``explore(state=...)``, which asks the URL and gives the JSON that it answers.

    The answer has to be 2xx, come within ``timeout`` seconds and have at most 10 MB. Redirects are not followed,
    proxies of the environment and .netrc do not count, and hosts are allowed as in ``deliver``. ``headers`` go along
    with the question, such as ``{"Authorization": "Bearer ..."}``, and are never shown; ``auth``, ``ca_file``,
    ``client_cert``, ``client_key`` and ``proxy`` are those of ``deliver``. The texts of ``hide`` are struck out of the
    state, such as a secret that the receiver shows beside its rows. Misuse is a SteppayMockError; the probe raises
    RemoteError.

    Where the URL has names of ids in braces, ``.../customers/{customer_id}``, the probe is for a receiver that cannot
    be emptied, ``explore(fresh=True)``: it takes the ids of the run, of which the first of each name counts.
    """
    names = placeholders(url)
    asking = _Asking(url, "GET", timeout=timeout, allow_hosts=allow_hosts, hide=hide, access=access)

    def state() -> Any:
        return read(asking.ask())

    def state_of(ids: Ids) -> Any:
        return read(asking.ask({name: _first(ids, name) for name in names}))

    def read(answer: Answer) -> Any:
        try:
            return json.loads(answer.body)
        except (ValueError, RecursionError):
            kind = asking.redact.text(answer.headers.get("content-type", "")) if answer.body else "nothing"
            kind = excerpt(kind, limit=60)
            raise asking.refused(
                f"answered {answer.status} with {kind or 'a body'}, which is no JSON that can be read. "
                "Let it show the receiver's rows as JSON"
            ) from None

    return state_of if names else state


def placeholders(url: str) -> tuple[str, ...]:
    """The names in braces, each once; a SteppayMockError for one that no id has."""
    found = tuple(dict.fromkeys(_PLACEHOLDER.findall(url)))
    known = [name.removesuffix("s") for name in Ids.__dataclass_fields__]
    for name in found:
        if name not in known:
            raise SteppayMockError(
                f"{{{name}}} names no id of a run.{did_you_mean(name, known)} Its ids are {choices(known)}."
            )
    return found


def remote_reset(
    url: str,
    *,
    method: str = "POST",
    timeout: float = 10.0,
    allow_hosts: Iterable[str] = (),
    hide: Iterable[str] = (),
    **access: Unpack[AccessOptions],
) -> Callable[[], None]:
    """A function for ``explore(reset=...)``, which calls the URL so that the receiver empties itself.

    The answer has to be 2xx, whatever its body is. ``method`` is POST, PUT or DELETE. The rest is as for
    :func:`remote_state`.
    """
    checked = check_choice("method", method, RESET_METHODS)
    asking = _Asking(url, checked, timeout=timeout, allow_hosts=allow_hosts, hide=hide, access=access)

    def reset() -> None:
        asking.ask()

    return reset


class _Asking:
    """Asks one URL again and again."""

    def __init__(
        self,
        url: str,
        method: str,
        *,
        timeout: float,
        allow_hosts: Iterable[str],
        hide: Iterable[str],
        access: AccessOptions,
    ) -> None:
        settings = resolve_options({"timeout": timeout, "allow_hosts": allow_hosts, "hide": hide, "seed": 0})
        known = AccessOptions.__annotations__
        for name in access:
            if name not in known:
                raise SteppayMockError(f"There is no option {name!r}.{did_you_mean(name, known)}")
        # No webhook is sent here, so that a header may be one that a webhook has itself, such as Accept.
        headers = read_headers(access.get("headers") or {})
        own = {name: headers.pop(name) for name in [*headers] if name in OF_THE_WEBHOOK}
        through = read_access({**access, "headers": headers})
        address = parse_address(url, path="/", allowed=settings.allow_hosts, access=through)
        self._request = Request(b"", tuple({"accept": "application/json", **own}.items()))
        secrets = (*settings.hidden, *secrets_of(own.values()))
        self._transport = _Transport(
            address, method=method, timeout=settings.timeout, secrets=secrets, hidden=settings.hidden
        )
        # An Authorization has its secret behind a word, such as Bearer, however short it is.
        words = [word for one in (*own.values(), *headers.values()) for word in (one, *one.split()[1:])]
        self.redact = Redaction([*secrets, *address.secrets, *words])
        # The query is left out of messages: some receivers want a token there.
        self._name = f"{method} {str(address).partition('?')[0]}"

    def ask(self, values: Mapping[str, str] = {}) -> Answer:
        """The answer, which is 2xx and came whole; ``values`` go where their names are."""
        self._transport.fill_in(values)
        with self._transport:
            answer = self._transport.send(self._request)
        if answer.error is not None:
            step = step_without_answer({answer.failure}) or "Is the receiver running there, and is it fast enough?"
            error = self.refused(f"failed: {self.redact.text(answer.error)}. {step.rstrip('.')}")
            error.reached = answer.status is not None
            raise error
        if not 200 <= (answer.status or 0) <= 299:
            raise self.refused(_told(answer, self.redact))
        if len(answer.body) > MAX_STATE:
            raise self.refused(f"answered more than {MAX_STATE // 10**6} MB. Let it show only what webhooks change")
        return answer

    def refused(self, what: str) -> RemoteError:
        """The error that names the URL."""
        return RemoteError(f"{self._name} {what}.".replace("?.", "?"))


class _Transport(HttpTransport):
    """Sends with another method, and reads further."""

    _most = MAX_STATE + 1

    def __init__(
        self, address: Address, *, method: str, timeout: float, secrets: Iterable[str], hidden: Iterable[str]
    ) -> None:
        super().__init__(address, timeout=timeout)
        # States are compared after that. With a mask for a header such as `X-Env: COMPLETE` different states are alike.
        asked = set(hidden)
        found = [*secrets, *address.secrets]
        self._redact = Redaction([one for one in found if one in asked or _is_token(one)])
        self._method = method
        self._template = address.target

    def fill_in(self, values: Mapping[str, str]) -> None:
        """Send to the target in which the names in braces have these values."""
        target = self._template
        for name, value in values.items():
            target = target.replace(quote(f"{{{name}}}"), quote(value, safe=""))
        self._address = replace(self._address, target=target)


def _first(ids: Ids, name: str) -> str:
    values = getattr(ids, f"{name}s")
    if not values:
        raise SteppayMockError(f"The URL has {{{name}}}, and no event of the story names one. Take another id.")
    return str(values[0])


def _told(answer: Answer, redact: Redaction) -> str:
    status = answer.status or 0
    location = redact.text(answer.headers.get("location", "")).partition("?")[0]
    if 300 <= status <= 399:
        where = f" to {excerpt(location)}" if location else ""
        return f"answered {status}{where}: redirects are not followed. Give the URL at which it answers 2xx"
    if status in {401, 403}:
        return f"answered {status}. Give it the header that lets you in, such as Authorization"
    return f"answered {status}. Give a URL at which it answers 2xx"


def _is_token(secret: str) -> bool:
    """Whether it is made of letters and digits, and so long that no row has it by chance."""
    return len(secret) >= _SHORTEST_TOKEN and any(map(str.isdigit, secret)) and any(map(str.isalpha, secret))
