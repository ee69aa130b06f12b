"""How does a run go on as it was begun? Its journal has the options, and what is said anew counts more."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any

from steppay_mock.delivery.retries import PRESETS, RetryPolicy
from steppay_mock.delivery.sender.options import SenderSettings, read_sender_options
from steppay_mock.errors import SteppayMockError

_REMEMBERED = frozenset({"concurrency", "rate", "timeout", "retries", "success", "keep_alive", "speed"})


def remember(settings: SenderSettings) -> dict[str, Any]:
    """The options of a run, as plain data for its journal."""
    return {
        "concurrency": settings.concurrency,
        "rate": settings.rate,
        "timeout": settings.timeout,
        "retries": asdict(settings.retries),
        "success": None if settings.success is None else sorted(settings.success),
        "keep_alive": settings.keep_alive,
        "speed": settings.speed,
    }


def recall(run: int, kept: object, *, now: SenderSettings, told: Iterable[str]) -> SenderSettings:
    """The options to resume a run with: those of its journal, ``kept`` as JSON, but for what was ``told`` now.

    Raises SteppayMockError for options that are damaged, and for a policy of retries of which the journal has the name
    alone, unless they were told.
    """
    try:
        return _recalled(run, json.loads(str(kept)), now=now, anew=frozenset(told))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise SteppayMockError(
            f"The options of run {run} in the journal are damaged. Say them again: {', '.join(sorted(_REMEMBERED))}."
        ) from None


def _recalled(run: int, kept: Mapping[str, Any], *, now: SenderSettings, anew: frozenset[str]) -> SenderSettings:
    options = {name: value for name, value in kept.items() if name in _REMEMBERED - anew}
    if "retries" in options:
        options["retries"] = _retries(run, options["retries"])
    found = read_sender_options(options)
    unchanged = {name: getattr(found, name) for name in _REMEMBERED - anew}
    return replace(now, **unchanged)


def _retries(run: int, kept: Mapping[str, Any]) -> str | RetryPolicy:
    name = str(kept["name"])
    if "delays" in kept:
        return RetryPolicy(**{**kept, "delays": tuple(kept["delays"])})
    if name in PRESETS:
        return name
    raise SteppayMockError(
        f"Run {run} was begun with retries of which its journal has the name alone ({name}), for it is of an older "
        "version. Say them again: Sender(..., retries=[5, 60])."
    )
