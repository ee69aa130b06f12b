"""The settings of one test, each from the first that has it: marker, command line, ini key, default."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from pytest_steppay.access import access_of
from pytest_steppay.keys import BASE_SEED, BUDGET
from pytest_steppay.marker import read_markers
from pytest_steppay.progress import Progress, progress_of
from steppay_mock.errors import SteppayMockError
from steppay_mock.payload.body import check_form

if TYPE_CHECKING:
    from pathlib import Path

    from steppay_mock.contract.catalogue import EventType
    from steppay_mock.delivery.address.access import AccessOptions

DEFAULT_SECRET = "whsec_test"  # noqa: S105 - it keeps nothing secret: receivers under test are given it


class Secret(str):
    """A secret whose repr does not tell it, for pytest prints the reprs of a failing test's arguments."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


SecretLike = str | tuple[str, ...] | None
"""One secret, several while it is rotated (fact 18), or None for unsigned deliveries."""

TargetLike = str | Callable[..., Any] | None
"""A receiver: its URL, ``module:app``, the app itself, or None if none was given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The settings of one test. ``seed`` is None unless a marker fixes it; no event types mean all of them.

    ``replay`` is the token whose counterexample is delivered in place of every exploration, None if none was given.
    """

    base_seed: int
    seed: int | str | None
    secret: SecretLike = field(repr=False)
    target: TargetLike = field(repr=False)
    event_types: tuple[EventType, ...]
    event_options: dict[str, Any]
    delivery_options: dict[str, Any]
    explore_options: dict[str, Any]
    config: pytest.Config = field(repr=False)
    replay: str | None
    progress: Progress = field(repr=False)
    scenario_files: tuple[Path, ...]

    @property
    def access(self) -> AccessOptions:
        """What gets through access control; read where the target is a URL: only there its variables must be set."""
        return access_of(self.config)


class _MaskedUrl(str):
    """A URL whose repr masks its secrets, because pytest prints the reprs of the arguments of a failed test."""

    __slots__ = ()

    def __repr__(self) -> str:
        from steppay_mock.wire.shown_url import shown_url

        return repr(shown_url(str(self)))


OPTIONS: pytest.StashKey[Options] = pytest.StashKey()


def options_of(item: pytest.Item) -> Options:
    """The settings of this test, resolved once; a marker that came too late for collection to see fails the test."""
    if OPTIONS not in item.stash:
        try:
            item.stash[OPTIONS] = _resolve(item)
        except SteppayMockError as error:
            pytest.fail(str(error), pytrace=False)
    return item.stash[OPTIONS]


def masked(secret: object) -> Any:
    """The same secret or secrets, with reprs that do not tell them; what is none is left for signing to refuse."""
    if isinstance(secret, str):
        return Secret(secret)
    if isinstance(secret, tuple | list | set | frozenset):
        return tuple(masked(one) for one in secret)
    return secret


def _resolve(item: pytest.Item) -> Options:
    config, marked = item.config, read_markers(item)
    keywords = marked.keywords
    locale = config.getini("steppay_locale")
    delivery: dict[str, Any] = {"allow_hosts": tuple(config.getini("steppay_allow_hosts"))}
    if path := keywords.get("path", config.getini("steppay_path")):
        delivery["path"] = path
    budget = keywords.get("budget") or config.stash[BUDGET]
    return Options(
        base_seed=config.stash[BASE_SEED],
        seed=keywords.get("seed"),
        secret=masked(keywords["secret"] if "secret" in keywords else _secret(config)),
        target=keywords["target"] if "target" in keywords else _target(config),
        event_types=marked.event_types,
        event_options=({"locale": locale} if locale else {}) | _body(config) | marked.event_options,
        delivery_options=delivery,
        explore_options={} if budget is None else {"budget": budget},
        config=config,
        replay=config.getoption("steppay_replay"),
        progress=progress_of(item),
        scenario_files=tuple(config.getini("steppay_scenarios")),
    )


def _secret(config: pytest.Config) -> str:
    # The environment is read late: an app under test may load its .env file when it is imported.
    return _given(config, "steppay_secret") or os.environ.get("STEPPAY_WEBHOOK_SECRET") or DEFAULT_SECRET


def _body(config: pytest.Config) -> dict[str, str]:
    given = _given(config, "steppay_body")
    if given is None:
        return {}
    check_form("steppay_body", given)
    return {"body": given}


def _target(config: pytest.Config) -> str | None:
    given = _given(config, "steppay_target")
    return None if given is None else _MaskedUrl(given)


def _given(config: pytest.Config, name: str) -> str | None:
    given: str | None = config.getoption(name) or config.getini(name)
    return given or None
