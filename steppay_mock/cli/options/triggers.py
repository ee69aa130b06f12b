"""What ``trigger`` can ask a sandbox for, and the arguments that its words give."""

from __future__ import annotations

import json
import re
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

# What the messages of a store say in Python: its actions and its tables.
_CALL = re.compile(r"store\.([a-z_]+)\(([^()]*)\)")
_TABLE = re.compile(r"Give one of store\.([a-z]+)\.")
_ACTION = re.compile(r"^([a-z_]+)\(\) got ")
_OPTION = re.compile(r"\b(method|pays|billing|email)='([\w@.]+)'")
_VALUE = re.compile(r"^([a-z_]+)=('[^']*'|\S+): ")
_EXAMPLE = re.compile(r"Pass ([a-z_]+)='?([\w-]+)'?\.")
_LOGIC = re.compile(r"\b(?:True|False|None)\b")
_MISSING = re.compile(r"^The action ([a-z_]+): missing a required argument: '([a-z_]+)'\. Give it\.$")
_ZONE = "datetime(..., tzinfo=UTC)"
_NO_DELIVERY = re.compile(r"There is no delivery (\d+) in .*\. Name one that `steppay-mock log` lists\.")
_ON_PAGE = frozenset({"customers", "orders", "subscriptions", "payments"})


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


def in_shell(message: str, url: str) -> str:
    """A message of the store of the sandbox at the URL, in the words of this command line."""
    told = _CALL.sub(lambda found: f"`steppay-mock trigger {_command(found[1], found[2])}`", message)
    told = _TABLE.sub(lambda found: f"Give one of those at {url}{_list_of(found[1])}.", told)
    told = _ACTION.sub(lambda found: f"{_dashed(found[1])} got ", told)
    told = _MISSING.sub(lambda found: f"{_dashed(found[1])} needs --{_dashed(found[2])}. Give it.", told)
    told = told.replace(_ZONE, "2026-12-01T00:00:00+00:00")
    told = _NO_DELIVERY.sub(rf"The sandbox has no delivery \1. Name one that {url}/deliveries lists.", told)
    value = _VALUE.match(told)
    if value is not None:
        told = f"--{_dashed(value[1])} {value[2]}: {told[value.end() :]}"
        told = _EXAMPLE.sub(lambda found: f"Pass --{_dashed(found[1])} {found[2]}.", told)
        told = _LOGIC.sub(lambda found: {"None": "null"}.get(found[0], found[0].lower()), told)
    return _OPTION.sub(r"--\1 \2", told)


def _dashed(name: str) -> str:
    return name.replace("_", "-")


def _command(action: str, arguments: str) -> str:
    """The words behind ``trigger`` for a call such as ``update_product('gold', status='SALE')``."""
    from inspect import signature

    from steppay_mock.store.store import Store

    first = list(signature(getattr(Store, action)).parameters)[1]
    given = [one.strip().rpartition("=") for one in arguments.split(",") if one.strip()]
    values = {name or first: value.strip("'") for name, _, value in given}
    if action == "advance":
        return f"advance {values['days']}d" if "days" in values else "advance TIME"
    # What is no value but the name of one, such as `order` and `...`, is for the reader to fill in.
    shown = {name: name.upper() if value in {name, "..."} else value for name, value in values.items()}
    return " ".join([action.replace("_", "-"), *(f"--{name} {value}" for name, value in shown.items())])


def _list_of(table: str) -> str:
    """The path of what lists the records of a table."""
    if table in _ON_PAGE:
        return "/store"
    return f"/api/v1/{'products' if table == 'prices' else table}"
