"""The options of a run as its journal keeps them, and the options with which a run is resumed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from typing import Any

from steppay_mock.delivery.options.settings import SenderSettings, read_sender_options
from steppay_mock.delivery.options.table import options_of
from steppay_mock.delivery.retries import PRESETS, RetryPolicy
from steppay_mock.errors import SteppayMockError


def remember(settings: SenderSettings) -> dict[str, Any]:
    """The options that a resumed run has again, as plain data for its journal."""
    return {name: _as_data(settings.value(name)) for name in _names()}


def recall(run: int, kept: object, *, now: SenderSettings, told: Iterable[str]) -> SenderSettings:
    """The options to resume a run with: those of its journal, ``kept`` as JSON, except those that were ``told`` now.

    Raises SteppayMockError for damaged options, and for a retry policy of which the journal has only the name, unless
    they were told.
    """
    with _refused_if_damaged(run):
        return _recalled(run, _read(kept), now=now, anew=frozenset(told))


def recall_gateway(run: int, kept: object) -> dict[str, Any] | None:
    """The gateway of a run to Lambda functions, from the same JSON; None for a run to plain receivers."""
    with _refused_if_damaged(run):
        found = _read(kept).get("gateway")
        return None if found is None else {"kind": str(found["kind"]), "path": found["path"]}


def recall_control(run: int, kept: object) -> bool:
    """Whether the faults of a run have controls, from the same JSON."""
    with _refused_if_damaged(run):
        return _read(kept).get("control", True) is not False


@contextmanager
def _refused_if_damaged(run: int) -> Iterator[None]:
    try:
        yield
    except (ValueError, TypeError, KeyError, RecursionError):
        raise SteppayMockError(
            f"The options of run {run} in the journal are damaged. Take a copy of the file from before, or send its "
            "events anew."
        ) from None


def _read(kept: object) -> dict[str, Any]:
    found = json.loads(str(kept))
    if not isinstance(found, dict):
        raise TypeError
    return found


def _names() -> list[str]:
    return [one.name for one in options_of("sender") if one.is_remembered]


def _as_data(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return sorted(value) if isinstance(value, frozenset) else value


def _recalled(run: int, kept: Mapping[str, Any], *, now: SenderSettings, anew: frozenset[str]) -> SenderSettings:
    recalled = [name for name in _names() if name not in anew]
    options = {name: kept[name] for name in recalled if name in kept}
    if "retries" in options:
        options["retries"] = _retries(run, options["retries"])
    found = read_sender_options(options)  # a journal of an older version lacks newer options: they have their defaults
    return now.with_values({name: found.value(name) for name in recalled})


def _retries(run: int, kept: Mapping[str, Any]) -> str | RetryPolicy:
    try:
        name = str(kept["name"])
        if "delays" in kept:
            return RetryPolicy(**{**kept, "delays": tuple(kept["delays"])})
    except (TypeError, KeyError, SteppayMockError):
        raise SteppayMockError(
            f"The retry policy of run {run} in the journal is damaged. Pass it again: Sender(..., retries=[5, 60])."
        ) from None
    if name in PRESETS:
        return name
    raise SteppayMockError(
        f"The journal has only the name of the retry policy of run {run} ({name}), because an older version wrote it. "
        "Pass the policy again: Sender(..., retries=[5, 60])."
    )
