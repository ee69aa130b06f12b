"""What if a receiver answers with the secret? A page that shows its settings must not carry it into a journal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from steppay_mock.delivery.transport import Answer

_INSTEAD = "********"
_SHORTEST = 4  # what is shorter is a letter or two, and stands in every answer


def redacted(answer: Answer, secrets: Iterable[str] | None) -> Answer:
    """The answer, without the secrets that are in it; the answer itself if there are none."""
    for secret in secrets or ():
        if len(secret) < _SHORTEST:
            continue
        content = secret.encode()
        for form in {secret, content.decode("latin-1")}:  # headers are read as Latin-1
            answer = _without(form, content, answer)
    return answer


def _without(text: str, content: bytes, answer: Answer) -> Answer:
    told = [answer.error or "", *answer.headers.values()]
    if content not in answer.body and not any(text in one for one in told):
        return answer
    return replace(
        answer,
        body=answer.body.replace(content, _INSTEAD.encode()),
        error=None if answer.error is None else answer.error.replace(text, _INSTEAD),
        headers={name: value.replace(text, _INSTEAD) for name, value in answer.headers.items()},
    )
