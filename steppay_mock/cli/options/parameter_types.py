"""How is a word of the command line read? Event types, moments, settings: each checked, with what to type instead."""

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

ALL = "all"

_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]*)?")


class EventName(ParameterType):
    """An event type, or one of a few words beside them; completed by the shell with its title."""

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

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[CompletionItem]:
        """Every name that begins so, with what it means."""
        from click.shell_completion import CompletionItem

        known = {**self._also, **{str(name): entry.title for name, entry in catalogue().items()}}
        return [CompletionItem(name, help=title) for name, title in known.items() if name.startswith(incomplete)]


class Moment(ParameterType):
    """A moment: ISO 8601 with a zone, or seconds since the epoch."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime | int | float:
        """A datetime in UTC, or the number."""
        if not isinstance(value, str):
            return value  # type: ignore[no-any-return]
        try:
            return _number(value) if _NUMBER.fullmatch(value) else self._datetime(value, param, ctx)
        except (ValueError, OverflowError):
            self.fail(f"{value[:80]!r} is no moment. Write 2024-01-31T09:00:00+09:00, or epoch seconds.", param, ctx)

    def _datetime(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            written = moment.isoformat()
            self.fail(f"{value!r} has no zone. Write {written}Z for UTC, or {written}+09:00 for Korea.", param, ctx)
        return moment.astimezone(UTC)


class Seconds(ParameterType):
    """A length of time in seconds, 0 or more; ``inf`` where that makes sense."""

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
            self.fail(f"{str(value)[:80]!r} is no number of seconds above 0. Write one such as 10.", param, ctx)
        if not seconds >= 0:
            self.fail(f"{str(value)[:80]!r} is no number of seconds from 0 up. Write one such as 300.", param, ctx)
        if seconds > self._most:
            self.fail(f"{str(value)[:80]!r} is more than {self._most} seconds. Write fewer.", param, ctx)
        return seconds


class FilePath(click.Path):
    """A path of a file, if it can be one on this system."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path."""
        check_path(value, self, param, ctx)
        return super().convert(value, param, ctx)


def check_path(value: Any, kind: ParameterType, param: click.Parameter | None, ctx: click.Context | None) -> None:
    """Refuse what no system takes for a path: a NUL in it, or letters that its file names cannot have."""
    try:
        found = os.fsencode(value)
    except UnicodeEncodeError:
        found = b"\0"
    if b"\0" in found:
        kind.fail(f"{str(value)[:80]!r} is no path. Name a file.", param, ctx)


class Statuses(ParameterType):
    """Statuses of HTTP, with commas between."""

    name = "statuses"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        """The statuses as numbers."""
        words = value.split(",") if isinstance(value, str) else [str(one) for one in value]
        if not all(re.fullmatch("[1-5][0-9][0-9]", word) for word in words):
            self.fail(f"{str(value)[:80]!r} are no statuses. Write them like 200,204.", param, ctx)
        return tuple(map(int, words))


class Setting(ParameterType):
    """A name and its value, written as ``form`` says and ``example`` shows."""

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
            self.fail(f"{value!r} is not written {self._form}. Write it like {self._example}.", param, ctx)
        return path, text


def event_names(names: tuple[str, ...]) -> list[EventType]:
    """The event types that the words name, ``all`` spelled out; one named twice is a usage error."""
    found = [event_type for name in names for event_type in (EventType if name == ALL else [EventType(name)])]
    for event_type in found:
        if found.count(event_type) > 1:
            raise click.UsageError(f"{event_type} is named twice. Name it once; -n makes several different ones.")
    return found


def _number(text: str) -> int | float:
    return float(text) if "." in text else int(text)
