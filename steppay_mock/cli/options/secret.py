"""With which secret is signed? What ``--secret`` says, else the environment; it is never shown."""

from __future__ import annotations

import os

import click

VARIABLE = "STEPPAY_WEBHOOK_SECRET"


def find_secrets(given: tuple[str, ...]) -> tuple[str, ...]:
    """The secrets of ``--secret``, else the one of the environment (fact 32), else none."""
    if given:
        return given
    # Not click's envvar: with a repeatable option it would split a secret at its spaces.
    found = os.environ.get(VARIABLE)
    return (found,) if found else ()


def need_secrets(given: tuple[str, ...], *, unsigned: str = "") -> tuple[str, ...]:
    """The secrets; without any, a usage error that names every way out. ``unsigned`` is one more, in words."""
    secrets = find_secrets(given)
    if not secrets:
        raise click.UsageError(f"No secret is given. Pass --secret, or set {VARIABLE}{unsigned}.")
    return secrets


def signing_secrets(given: tuple[str, ...], *, unsigned: bool) -> tuple[str, ...] | None:
    """The secrets to sign with, or None where no signature is wanted."""
    if not unsigned:
        return need_secrets(given, unsigned=", or pass --unsigned to send no signature")
    if given:
        raise click.UsageError("--unsigned and --secret contradict each other. Leave one of them out.")
    return None
