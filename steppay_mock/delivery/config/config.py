"""Where is ``steppay-mock.toml``, and what does it say? Variables are looked up when a value is asked for."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any

from steppay_mock.contract.catalogue import parse_event_types
from steppay_mock.contract.text_files import read_text
from steppay_mock.delivery.address.access import AccessOptions
from steppay_mock.delivery.address.safety import allowed_names
from steppay_mock.delivery.config.check import check_document
from steppay_mock.delivery.config.variables import fill, variables_in
from steppay_mock.delivery.endpoint import Endpoint
from steppay_mock.delivery.speed import read_speed
from steppay_mock.errors import SteppayMockError, choices, did_you_mean

FILE = "steppay-mock.toml"
_FILES = ("ca_file", "client_cert", "client_key")
_ACCESS = ("headers", "basic_auth", *_FILES, "proxy")
_SECRET = "${STEPPAY_WEBHOOK_SECRET}"  # noqa: S105 - it names the variable (fact 32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One of ``[[endpoints]]``, as it is written."""

    where: str
    """File and key, for messages."""
    folder: Path
    """Where the file is: paths in it are from there."""
    name: str
    enabled: bool
    events: tuple[str, ...]
    """The types that it gets, ``payment.*`` spelled out; none means all."""
    raw_url: str = field(repr=False)
    raw_secrets: tuple[str, ...] = field(repr=False)
    raw_access: Mapping[str, Any] = field(repr=False)

    @property
    def url(self) -> str:
        """Where it listens."""
        return fill(self.raw_url, where=f"{self.where}.url")

    @property
    def secrets(self) -> tuple[str, ...]:
        """What is signed with."""
        where = f"{self.where}.secret"
        found = tuple(fill(one, where=where) for one in self.raw_secrets)
        if not all(found):
            raise SteppayMockError(f"{where}: nothing is signed with an empty text. Write a default that is none.")
        return found

    @property
    def access(self) -> AccessOptions:
        """What gets through the access control in front of it."""
        found: dict[str, Any] = {}
        for key, value in self.raw_access.items():
            where = f"{self.where}.{key}"
            if isinstance(value, str):
                found[key] = fill(value, where=where)
            else:
                found[key] = {name: fill(text, where=f"{where}.{name}") for name, text in value.items()}
        for key in _FILES:
            if key in found:
                found[key] = str(self.folder / found[key])
        if "basic_auth" in found:
            user, colon, password = found.pop("basic_auth").partition(":")
            if not colon:
                raise SteppayMockError(f"{self.where}.basic_auth: a user and a password have a colon between them.")
            found["auth"] = (user, password)
        return found  # type: ignore[return-value]

    @property
    def secret_variables(self) -> tuple[tuple[str, ...], ...]:
        """For each secret the variables that it comes from; none, if it stands in the file itself."""
        return tuple(tuple(variables_in(one)) for one in self.raw_secrets)

    def endpoint(self) -> Endpoint:
        """The receiver, for a sender."""
        return Endpoint(
            url=self.url, events=self.events, secret=self.secrets, enabled=self.enabled, name=self.name, **self.access
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """A file that was read and is as its schema says. Its ``repr`` tells no value."""

    path: Path
    sender: dict[str, Any] = field(repr=False)
    endpoints: tuple[Entry, ...] = field(repr=False)
    events: dict[str, Any] = field(default_factory=dict, repr=False)
    """How events are made: options of ``make_event`` and of a store."""

    def choose(self, names: str | Iterable[str] = ()) -> tuple[Entry, ...]:
        """The endpoints that are enabled, or those of these names.

        Raises SteppayMockError where there are none, for a name that there is not, and for one that is not enabled.
        """
        wanted = (names,) if isinstance(names, str) else dict.fromkeys(names)
        found = tuple(map(self._named, wanted)) if wanted else tuple(one for one in self.endpoints if one.enabled)
        if not found:
            raise SteppayMockError(
                f"{self.path}: there is no endpoint that is enabled. Add [[endpoints]] with a name and a url, or set "
                "enabled = true."
            )
        return found

    def to_endpoints(self, names: str | Iterable[str] = ()) -> list[Endpoint]:
        """The receivers of :meth:`choose`, for a sender."""
        return [entry.endpoint() for entry in self.choose(names)]

    @property
    def options(self) -> dict[str, Any]:
        """What the file says of a sender's options: those of :class:`~..sender.options.SenderOptions` that it has."""
        return {name: self.option(name) for name in self.sender}

    def option(self, name: str) -> Any:
        """One setting of the sender or of events, as it is taken there; None if the file does not have it."""
        value = self.events.get(name, self.sender.get(name))
        if name not in _READERS or value is None:
            return value
        where = f"{self.path}: sender.{name}"
        try:
            return _READERS[name](self, value, where)
        except SteppayMockError as error:
            raise error if str(error).startswith(where) else SteppayMockError(f"{where}: {error}") from None

    def _named(self, name: str) -> Entry:
        names = [one.name for one in self.endpoints]
        if name not in names:
            listed = f"There are {choices(names)}." if names else "It has none: add [[endpoints]]."
            raise SteppayMockError(f"{self.path} has no endpoint {name!r}.{did_you_mean(name, names)} {listed}")
        found = self.endpoints[names.index(name)]
        if not found.enabled:
            raise SteppayMockError(f"{found.where}: the endpoint {name!r} is not enabled. Set enabled = true there.")
        return found


def find_config(start: Path | None = None) -> Path | None:
    """The nearest ``steppay-mock.toml``: in that folder, the working directory if none is given, or in one above it."""
    folder = (start or Path.cwd()).absolute()
    return next((one / FILE for one in (folder, *folder.parents) if _is_file(one / FILE)), None)


def load_config(path: str | Path | None = None) -> Config:
    """The file of that path, or the nearest ``steppay-mock.toml``; a SteppayMockError where there is none."""
    found = find_config() if path is None else Path(path)
    if found is None:
        raise SteppayMockError(f"There is no {FILE} in {Path.cwd()} or above. Write one, or name another file.")
    return read_config(found)


def read_config(path: Path) -> Config:
    """What the file says; a SteppayMockError that tells what is wrong with it, and never a secret."""
    text = read_text(path, next_step="Name a file of TOML, in UTF-8.")
    try:
        document = tomllib.loads(text, parse_float=_number)
    except tomllib.TOMLDecodeError as error:
        raise SteppayMockError(f"{path} is no TOML: {error}. Correct it there.") from None
    except ValueError:  # tomllib lets through what Python says of an integer of thousands of digits, or a wrong date
        raise SteppayMockError(
            f"{path} has a number or date that cannot be read. Shorten the number, or correct the date."
        ) from None
    except RecursionError:
        raise SteppayMockError(f"{path} is nested too deeply. Use fewer levels of lists and tables.") from None
    check_document(document, file=str(path))
    entries = tuple(_entry(path, place, table) for place, table in enumerate(document.get("endpoints", ())))
    names = [entry.name for entry in entries]
    for entry in entries:
        if names.count(entry.name) > 1:
            raise SteppayMockError(f"{path}: two endpoints are called {entry.name!r}. Give each a name of its own.")
    return Config(path=path, sender=document.get("sender", {}), endpoints=entries, events=document.get("events", {}))


def _entry(path: Path, place: int, table: dict[str, Any]) -> Entry:
    secret = table.get("secret", _SECRET)
    return Entry(
        where=f"{path}: endpoints[{place}]",
        name=table["name"],
        enabled=table.get("enabled", True),
        events=tuple(map(str, parse_event_types(table.get("events", ())))),
        raw_url=table["url"],
        folder=path.parent,
        raw_access={name: table[name] for name in _ACCESS if name in table},
        raw_secrets=(secret,) if isinstance(secret, str) else tuple(secret),
    )


def _number(text: str) -> float | str:
    """A number; inf and nan, which no setting can be, stay texts that the schema refuses."""
    number = float(text)
    return number if isfinite(number) else text


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False  # a folder above that nobody may look into has no file for us


def _journal(config: Config, value: str, where: str) -> str:
    return str(config.path.parent / fill(value, where=where))


def _allow_hosts(_config: Config, value: list[str], where: str) -> list[str]:
    return sorted(allowed_names([fill(one, where=where) for one in value]))


def _speed(_config: Config, value: str, _where: str) -> float:
    return read_speed(value)


_READERS: dict[str, Callable[[Config, Any, str], Any]] = {
    "journal": _journal,
    "allow_hosts": _allow_hosts,
    "speed": _speed,
}
