"""The types of parameters: event types, moments, seconds, files. Each checks a word and says what to type instead."""

from __future__ import annotations

import math
import os
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from steppay_mock.contract.catalogue import EventType, catalogue, parse_event_type
from steppay_mock.errors import SteppayMockError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    ParameterType = click.ParamType[Any, Any]
else:
    ParameterType = click.ParamType  # generic only since click 8.4


class CompletedType(ParameterType):
    """The type of a word that the shell completes, with a help text for each word."""

    def words(self) -> dict[str, str | None]:
        """The words, each with its help text or None."""
        return {}

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[CompletionItem]:
        """Every word that begins with ``incomplete``."""
        from click.shell_completion import CompletionItem

        known = self.words().items()
        return [CompletionItem(word, help=told) for word, told in known if word.startswith(incomplete)]


ALL = "all"

_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]*)?")


class EventNameType(CompletedType):
    """An event type, or one of the words of ``also``. The shell completes it and shows its title."""

    name = "event"

    def __init__(self, **also: str) -> None:
        self._also = also

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name, as it is written in payloads."""
        if value in self._also:
            return str(value)
        try:
            return str(parse_event_type(value))
        except SteppayMockError as error:
            self.fail(str(error), param, ctx)

    def words(self) -> dict[str, str | None]:
        """The event types with their titles, and the other words."""
        return {**self._also, **{str(name): entry.title for name, entry in catalogue().items()}}


class MomentType(ParameterType):
    """A moment: ISO 8601 with a zone, or seconds since the epoch. ``of_event``: one at which an event may happen."""

    name = "moment"

    def __init__(self, *, of_event: bool = False) -> None:
        self._of_event = of_event

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime | int | float:
        """A datetime in UTC, or the number."""
        if not isinstance(value, str):
            return value  # type: ignore[no-any-return]
        try:
            moment = _number(value) if _NUMBER.fullmatch(value) else self._datetime(value, param, ctx)
        except (ValueError, OverflowError):
            self.fail(f"{value[:80]!r} is no moment. Write 2024-01-31T09:00:00+09:00, or epoch seconds.", param, ctx)
        if self._of_event and not can_happen_at(moment):
            self.fail(f"{value[:80]!r} is not within the years 1970 to 9000. {_SECONDS}", param, ctx)
        return moment

    def _datetime(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            written = moment.isoformat()
            self.fail(f"{value!r} has no zone. Write {written}Z for UTC, or {written}+09:00 for Korea.", param, ctx)
        return moment.astimezone(UTC)


_SECONDS = "Write seconds since the epoch, not milliseconds, or ISO 8601 such as 2024-01-31T09:00:00+09:00."


def can_happen_at(moment: datetime | float) -> bool:
    """Whether an event may happen then: the years are bounded, so that later dates can be reckoned from it."""
    from steppay_mock.payload.instants import read_instant

    try:
        read_instant(moment)
    except SteppayMockError:
        return False
    return True


class CurrencyType(ParameterType):
    """A currency, as a code of ISO 4217."""

    name = "currency"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The code."""
        from steppay_mock.store.amounts import check_currency

        try:
            return check_currency(value)
        except SteppayMockError:
            self.fail(f"{str(value)[:80]!r} is no currency code of ISO 4217. Write one such as KRW or USD.", param, ctx)


class SecondsType(ParameterType):
    """A duration in seconds: 0 or more, or with ``positive`` more than 0 and less than ``inf``."""

    name = "seconds"

    def __init__(self, *, positive: bool = False, most: float = math.inf) -> None:
        self._positive, self._most = positive, most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The seconds."""
        try:
            seconds = float(value)
        except (ValueError, OverflowError):
            seconds = math.nan
        if self._positive and not (0 < seconds < math.inf):
            self.fail(f"{str(value)[:80]!r} is no number of seconds above 0. Write seconds such as 10.", param, ctx)
        if not seconds >= 0:
            self.fail(f"{str(value)[:80]!r} is no number of seconds from 0 up. Write seconds such as 300.", param, ctx)
        if seconds > self._most:
            self.fail(f"{str(value)[:80]!r} is more than {self._most} seconds. Write {self._most} or less.", param, ctx)
        return seconds


class FilePathType(click.Path):
    """The path of a file, if this system can have a file with that name."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path."""
        check_path(value, self, param, ctx)
        if not self.dir_okay and os.path.isdir(value):  # noqa: PTH112 - a value may be "-", or bytes
            self.fail(f"{str(value)!r} is a directory. Name a file.", param, ctx)
        return super().convert(value, param, ctx)


def check_path(value: Any, kind: ParameterType, param: click.Parameter | None, ctx: click.Context | None) -> None:
    """Refuse a path that no file can have here: one with a NUL, or with letters that file names cannot have."""
    try:
        found = os.fsencode(value)
    except UnicodeEncodeError:
        found = b"\0"
    if b"\0" in found:
        kind.fail(f"{str(value)[:80]!r} is no path of a file. Write another one.", param, ctx)


class SetValueType(ParameterType):
    """A name and a value with ``=`` between them; ``form`` and ``example`` show how it is written."""

    name = "path=value"

    def __init__(self, form: str = "PATH=VALUE", example: str = "data.items.0.paidAmount=9900") -> None:
        self._form = form
        self._example = example

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """The path and the value as they were written."""
        if isinstance(value, tuple):
            return value
        path, equals, text = str(value).partition("=")
        if not equals or not path:
            self.fail(f"{value!r} is not of the form {self._form}. Write it like {self._example}.", param, ctx)
        return path, text


def event_names(names: tuple[str, ...]) -> list[EventType]:
    """The event types that the words name; ``all`` names all of them. A type that is named twice is a usage error."""
    found = [event_type for name in names for event_type in (EventType if name == ALL else [EventType(name)])]
    for event_type in found:
        if found.count(event_type) > 1:
            raise click.UsageError(f"{event_type} is named twice. Name it once, and add -n 2 for two different events.")
    return found


def _number(text: str) -> int | float:
    return float(text) if "." in text else int(text)
