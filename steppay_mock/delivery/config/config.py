"""Finds and reads ``steppay-mock.toml``; a variable is looked up when the value that names it is asked for."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any

from steppay_mock.contract.text_files import read_text
from steppay_mock.contract.v1 import parse_wanted_types
from steppay_mock.delivery.address.access import AccessOptions
from steppay_mock.delivery.config.check import check_document
from steppay_mock.delivery.config.variables import fill, variables_in
from steppay_mock.delivery.endpoint import Endpoint
from steppay_mock.delivery.options.option import Option
from steppay_mock.delivery.options.table import option_named
from steppay_mock.errors import SteppayMockError, WrongValueError, choices, did_you_mean

FILE = "steppay-mock.toml"
_FILES = ("ca_file", "client_cert", "client_key")
_ACCESS = ("headers", "basic_auth", *_FILES, "proxy")
_SECRET = "${STEPPAY_WEBHOOK_SECRET}"  # noqa: S105 - it names the variable (fact 32)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointEntry:
    """One of ``[[endpoints]]``, as the file writes it."""

    where: str
    """File and key, for messages."""
    folder: Path
    """The folder of the file: its paths begin there."""
    name: str
    enabled: bool
    events: tuple[str, ...]
    """The event types that it gets, groups such as ``payment.*`` spelled out; empty for all."""
    raw_url: str = field(repr=False)
    raw_secrets: tuple[str, ...] = field(repr=False)
    raw_access: Mapping[str, Any] = field(repr=False)

    @property
    def url(self) -> str:
        """The URL of the receiver."""
        return fill(self.raw_url, where=f"{self.where}.url")

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secrets that sign each request."""
        where = f"{self.where}.secret"
        found = tuple(fill(one, where=where) for one in self.raw_secrets)
        if not all(found):
            raise SteppayMockError(f"{where}: a secret is empty. Write a default that is not empty.")
        return found

    @property
    def access(self) -> AccessOptions:
        """The options for access control in front of the receiver."""
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
        """For each secret the variables that it comes from; empty for a secret that the file has itself."""
        return tuple(tuple(variables_in(one)) for one in self.raw_secrets)

    def endpoint(self) -> Endpoint:
        """The receiver, for a sender."""
        return Endpoint(
            url=self.url, events=self.events, secret=self.secrets, enabled=self.enabled, name=self.name, **self.access
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """A file that was read and checked by its schema. Its ``repr`` shows no value."""

    path: Path
    sender: dict[str, Any] = field(repr=False)
    endpoints: tuple[EndpointEntry, ...] = field(repr=False)
    events: dict[str, Any] = field(default_factory=dict, repr=False)
    """How events are made: options of ``make_event`` and of a store."""

    def choose(self, names: str | Iterable[str] = ()) -> tuple[EndpointEntry, ...]:
        """The endpoints that are enabled, or those of these names.

        Raises SteppayMockError if there are none, for an unknown name, and for an endpoint that is not enabled.
        """
        wanted = (names,) if isinstance(names, str) else dict.fromkeys(names)
        found = tuple(map(self._named, wanted)) if wanted else tuple(one for one in self.endpoints if one.enabled)
        if not found:
            raise SteppayMockError(
                f"{self.path}: no endpoint is enabled. Add [[endpoints]] with a name and a url, or set enabled = true."
            )
        return found

    def to_endpoints(self, names: str | Iterable[str] = ()) -> list[Endpoint]:
        """The receivers of :meth:`choose`, for a sender."""
        return [entry.endpoint() for entry in self.choose(names)]

    @property
    def options(self) -> dict[str, Any]:
        """The options of a sender that the file has, as ``Sender`` takes them."""
        return {name: self.option(name) for name in self.sender}

    def option(self, name: str) -> Any:
        """One setting of the sender or of events, as Python takes it; None if the file does not have it."""
        if name in self.events:
            return self.events[name]
        if name not in self.sender:
            return None
        where = f"{self.path}: sender.{name}"
        try:
            return _read(option_named(name), self.sender[name], where=where, folder=self.path.parent)
        except SteppayMockError as error:
            raise error if str(error).startswith(where) else SteppayMockError(f"{where}: {error}") from None

    def _named(self, name: str) -> EndpointEntry:
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
    """The file, checked; a SteppayMockError names each wrong key and shows no secret."""
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
            raise SteppayMockError(f"{path}: two endpoints have the name {entry.name!r}. Give each another name.")
    return Config(path=path, sender=document.get("sender", {}), endpoints=entries, events=document.get("events", {}))


def _entry(path: Path, place: int, table: dict[str, Any]) -> EndpointEntry:
    secret = table.get("secret", _SECRET)
    return EndpointEntry(
        where=f"{path}: endpoints[{place}]",
        name=table["name"],
        enabled=table.get("enabled", True),
        events=tuple(map(str, parse_wanted_types(table.get("events", ())))),
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
        return False  # the permissions of a folder above may forbid to look into it


def _read(option: Option, value: Any, *, where: str, folder: Path) -> Any:
    """The value of the file as Python takes the option: variables filled in, paths from the folder of the file."""
    found = _filled(option, value, where=where)
    if option.is_path:
        return str(folder / found)
    try:
        if isinstance(found, str):
            found = option.type.parse(found)
        option.check(found)
    except (ValueError, WrongValueError):
        raise SteppayMockError(
            f"{where}: {value!r}: expected {option.type.expected_text}. {option.next_step}"
        ) from None
    return found


def _filled(option: Option, value: Any, *, where: str) -> Any:
    """The value with the variables of its texts; one of some words, or of a pattern, has none."""
    if not option.file.keys().isdisjoint({"enum", "anyOf", "pattern"}):
        return value
    if isinstance(value, list):
        return [fill(one, where=where) if isinstance(one, str) else one for one in value]
    return fill(value, where=where) if isinstance(value, str) else value
