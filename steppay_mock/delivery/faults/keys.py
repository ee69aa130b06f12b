"""Which keys does a signature hold that does not prove what it should?"""

from __future__ import annotations

import hmac
from base64 import b64encode
from typing import TYPE_CHECKING

from steppay_mock.delivery.faults.draft import as_drafted, with_header
from steppay_mock.delivery.request import Request

if TYPE_CHECKING:
    from collections.abc import Iterable

    from steppay_mock.delivery.faults.draft import RequestDraft

SIGNATURE = "steppay-signature"


def keys_of(draft: RequestDraft, secrets: Iterable[str], *, moment: object = None) -> str:
    """The keys that these secrets make over the draft's body, joined by ``;`` (fact 18).

    Unlike :func:`~steppay_mock.wire.signature.sign` it takes any text for a moment. None is the draft's.
    """
    text = str(draft.timestamp if moment is None else moment)
    signed = b"%b.%b" % (text.encode(), draft.body)
    return ";".join(b64encode(hmac.digest(one.encode(), signed, "sha256")).decode() for one in secrets)


def strangers(draft: RequestDraft, count: int) -> list[str]:
    """So many secrets that the draft does not know."""
    found: list[str] = []
    number = 0
    while len(found) < count:
        number += 1
        secret = f"the secret of somebody else, number {number}"
        if secret not in draft.signers:
            found.append(secret)
    return found


def saying(draft: RequestDraft, *values: str) -> Request:
    """The draft with these signature headers: none, one or two."""
    return as_drafted(draft, headers=with_header(draft.headers, SIGNATURE, *values))
