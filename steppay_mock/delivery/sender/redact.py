"""What if a receiver answers with the secret? A page that shows its settings must not carry it into a journal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from steppay_mock.delivery.transport import Answer

_INSTEAD = "********"
_SHORTEST = 4  # what is shorter is a letter or two, and stands in every answer


class Redaction:
    """Strikes secrets out of answers."""

    __slots__ = ("_forms",)

    def __init__(self, secrets: Iterable[str] | None) -> None:
        contents = [one.encode() for one in secrets or () if len(one) >= _SHORTEST]
        # Headers are read as Latin-1.
        self._forms = [(form, one) for one in contents for form in {one.decode(), one.decode("latin-1")}]

    def __repr__(self) -> str:
        return "<Redaction>"

    def __call__(self, answer: Answer) -> Answer:
        """The answer, without the secrets that are in it; the answer itself if there are none."""
        for text, content in self._forms:
            told = "\n".join(answer.headers.values())
            if content in answer.body or text in told or (answer.error is not None and text in answer.error):
                answer = _without(text, content, answer)
        return answer


def _without(text: str, content: bytes, answer: Answer) -> Answer:
    return replace(
        answer,
        body=answer.body.replace(content, _INSTEAD.encode()),
        error=None if answer.error is None else answer.error.replace(text, _INSTEAD),
        headers={name: value.replace(text, _INSTEAD) for name, value in answer.headers.items()},
    )
