"""What ``trigger`` can ask a sandbox for, and the arguments that its words give."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import click

from steppay_mock.cli.options.late_by import LateByType
from steppay_mock.cli.options.parameter_types import CompletedType
from steppay_mock.errors import choices, did_you_mean

_OTHERS = {
    "advance": "Let the store's time pass, as 31d, 12h or 90m.",
    "fail-renewal": "Decline the next payment, and let time pass until the renewal.",
    "play": "Run a scenario in the store.",
    "hold": "Let webhooks wait.",
    "flush": "Deliver all webhooks that wait.",
    "settle": "Wait until all webhooks are delivered and answered.",
}
_PATHS = {
    "advance": "advance",
    "fail-renewal": "renewals/fail",
    "hold": "deliveries/hold",
    "flush": "deliveries/flush",
    "settle": "deliveries/settle",
}
_SHOWN = 80


class TriggerType(CompletedType):
    """The name of what a sandbox is asked for. The error for an unknown one names the nearest."""

    name = "action"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name, with dashes."""
        found = str(value).replace("_", "-")
        known = self.words()
        if found not in known:
            self.fail(
                f"Unknown action {found[:_SHOWN]!r}.{did_you_mean(found, known)} Actions are {choices(known)}.",
                param,
                ctx,
            )
        return found

    def words(self) -> dict[str, str | None]:
        """The actions of a store, and what moves time and deliveries."""
        from steppay_mock.sandbox.acts import ACTIONS

        return {**{name.replace("_", "-"): None for name in ACTIONS}, **_OTHERS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """A call of the control API: its path below ``/_mock/``, and the members of its body."""

    path: str
    body: dict[str, Any]


def read_trigger(action: str, words: Sequence[str], settings: Sequence[tuple[str, str]]) -> Trigger:
    """The call that does the action. ``words`` are those behind its name, ``settings`` what ``--set`` gave."""
    values, plain = _read_words(words)
    body: dict[str, Any] = {}
    for name, text in (*values, *settings):
        key = name.replace("-", "_")
        if key in body:
            raise click.UsageError(f"{name[:_SHOWN]} is given twice. Leave out one of them.")
        body[key] = _value(text)
    if action == "play":
        if len(plain) != 1:
            raise click.UsageError("play needs the name of one scenario, such as: trigger play refund-in-full")
        return Trigger(path=f"scenarios/{quote(plain[0], safe='')}", body=body)
    if action == "advance":
        body = {**_read_time(plain), **body}
        if not body:
            raise click.UsageError("advance needs a time, such as: trigger advance 31d")
    if plain:
        shown = plain[0][:_SHOWN]
        raise click.UsageError(f"{shown!r} is no option of {action}. Write a name before it, such as --order {shown}.")
    return Trigger(path=_PATHS.get(action, f"actions/{action}"), body=body)


def _read_time(plain: list[str]) -> dict[str, Any]:
    """The seconds of the first plain word, which is taken away; nothing, if there is none."""
    if not plain:
        return {}
    word = plain.pop(0)
    if word.isdecimal():
        shown = word[:_SHOWN]
        raise click.UsageError(f"advance {shown} has no unit. Write {shown}d for days, or h, m or s.")
    return {"seconds": LateByType().convert(word, None, click.get_current_context())}


def _read_words(words: Sequence[str]) -> tuple[list[tuple[str, str]], list[str]]:
    """The pairs of ``--NAME VALUE`` or ``--NAME=VALUE``, and the other words."""
    values: list[tuple[str, str]] = []
    plain: list[str] = []
    rest: Iterator[str] = iter(words)
    for word in rest:
        if not word.startswith("-") or word == "-":
            plain.append(word)
            continue
        name, equals, text = word.partition("=")
        if not name.startswith("--") or not name.strip("-"):
            raise click.UsageError(f"{word[:_SHOWN]!r} is no option. Write options as --NAME VALUE.")
        found = text if equals else next(rest, None)
        if found is None:
            raise click.UsageError(f"{name[:_SHOWN]} has no value. Write {name[:_SHOWN]} VALUE.")
        values.append((name.removeprefix("--"), found))
    return values, plain


def _value(text: str) -> Any:
    """The value of the text: JSON, else the text itself."""
    try:
        return json.loads(text, parse_constant=str)
    except (ValueError, RecursionError):
        return text
