"""The sandbox of a test: its seed follows from the test's, and it sends to the URL under test."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from steppay_mock.delivery.address import DEFAULT_PATH, parse_address
from steppay_mock.delivery.address.access import read_access
from steppay_mock.delivery.address.safety import allowed_names
from steppay_mock.payload.chance import derive_seed
from steppay_mock.sandbox.sandbox import Sandbox
from steppay_mock.wire.signature import as_secrets

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_steppay.options import Options, SecretLike, TargetLike
    from pytest_steppay.record import ItemRecord


def open_sandbox(
    target: TargetLike,
    *,
    secret: SecretLike,
    token: str,
    seed: int | str,
    options: Options,
    data: Path,
    record: ItemRecord,
) -> Sandbox:
    """A sandbox with the target as its endpoint, if that is a URL. Its deliveries are noted in the record."""
    for one in (secret, token):
        record.add_secret(one)
    settings = options.delivery_options
    allowed = allowed_names(settings["allow_hosts"])
    url = None
    if isinstance(target, str) and "://" in target:
        path = settings.get("path", DEFAULT_PATH)
        url = parse_address(target, path=path, allowed=allowed, access=read_access(options.access)).url
    return Sandbox(
        forward_to=url,
        secret=as_secrets(secret)[0],
        token=token,
        seed=derive_seed(seed, "sandbox"),
        allow_hosts=allowed,
        data=data,
        sender={"speed": 0.0},
        told=partial(record.add_sent, journal=data),
    )
