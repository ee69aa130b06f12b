"""``Trace``: one request of a check and its answer, as a command for curl and as a line."""

from __future__ import annotations

import hmac
import re
import shlex
from base64 import b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from steppay_mock.delivery.excerpt import excerpt
from steppay_mock.wire.shown_url import MASK, shown_url

if TYPE_CHECKING:
    from steppay_mock.delivery.answer import Answer
    from steppay_mock.delivery.request import Request

SECRET = "STEPPAY_WEBHOOK_SECRET"  # noqa: S105 - it names the variable (fact 32)
SIGNATURE = "steppay-signature"

_TIME = re.compile(r"timestamp=(\d{1,15})(?!\d)")
_A_KEY = re.compile("=[^,;=]{2,}")
_TITLE = re.compile(rb"<title>\s*([^<]*?)\s*</title>", re.IGNORECASE)
_LONGEST = 6_000  # bytes of a body that a command shows
_SHOWN = 160  # characters of an answer
_FIXED = {"accept", "te", "content-length", "x-b3-traceid", "x-b3-spanid", "x-b3-parentspanid"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One request and its answer. ``sent_at`` is the time of the clock that signs, ``url`` where it was sent."""

    request: Request
    answer: Answer
    what: str
    """What was sent, in words, such as ``payment.completed``."""
    url: str = field(repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    sent_at: int = 0

    def told(self) -> str:
        """The answer in one line, such as ``401, the signature does not match``."""
        answer = self.answer
        status = "no answer" if answer.status is None else str(answer.status)
        text = excerpt(answer.error or "", limit=_SHOWN) or excerpt(_said(answer.body), limit=_SHOWN)
        return f"{status}, {text}" if text else status

    def as_curl(self) -> str:
        """The request as commands for a POSIX shell. They sign when they run, and hold no secret."""
        lines = [f"body={_quoted(self.request.body)}"]
        options = []
        for name, value in self.request.headers:
            if name.lower() in _FIXED:
                continue
            if name.lower() == SIGNATURE:
                before, text = self._signature(value)
                lines += before
                options.append(f'--header "{SIGNATURE}: {text}"')
            else:
                options.append(f"--header {shlex.quote(f'{name}: {value}')}")
        shown = shown_url(self.url)
        if shown != self.url:
            lines.insert(0, f"# put the secret of the URL in the place of {MASK}")
        if self.request.needs_socket:
            lines.insert(0, "# curl cannot send it as it was sent here: " + _writing(self.request))
        send = f"curl --include --request {self.request.method} {shlex.quote(shown)}"
        command = " \\\n  ".join([send, *options, '--data-binary "$body"'])
        return "\n".join([*lines, command])

    def _signature(self, value: str) -> tuple[list[str], str]:
        """The lines that compute what the header needs, and the header's value, for use within double quotes."""
        found = _TIME.search(value)
        text = _within_quotes(value)
        if found is None:
            return [], text
        keys = [
            (number, key)
            for number, secret in enumerate(self.secrets)
            if (key := _key(secret, found[1], self.request.body)) in value
        ]
        if not keys and _A_KEY.search(_TIME.sub("", value, count=1)) is None:
            return [], _TIME.sub("timestamp=$(date +%s)", text, count=1)
        if not keys:
            return ["# its timestamp is fixed: run it within five minutes, else it is too old"], text
        offset = int(found[1]) - self.sent_at
        moment = f"$(($(date +%s) {'-' if offset < 0 else '+'} {abs(offset)}))" if offset else "$(date +%s)"
        lines = [f"time={moment}"]
        text = text.replace(f"timestamp={found[1]}", "timestamp=$time")
        for number, key in keys:
            name = "key" if not number else f"key{number + 1}"
            variable = SECRET if not number else f"{SECRET}_{number + 1}"
            lines.append(
                f'{name}=$(printf %s "$time.$body" | openssl dgst -sha256 -hmac "${variable}" -binary | base64)'
            )
            text = text.replace(key, f"${name}")
        return lines, text


def _said(body: bytes) -> bytes:
    """The body; of a page of HTML its title, which says what there is to say."""
    title = _TITLE.search(body) if body.lstrip().startswith(b"<") else None
    return title[1] if title else body.strip()


def _key(secret: str, moment: str, body: bytes) -> str:
    return b64encode(hmac.digest(secret.encode(), b"%b.%b" % (moment.encode(), body), "sha256")).decode()


def _quoted(body: bytes) -> str:
    if len(body) > _LONGEST:
        return f"''  # {len(body):,} bytes, too many to be shown"
    try:
        return shlex.quote(body.decode())
    except UnicodeDecodeError:
        octal = "".join(chr(one) if 0x20 <= one < 0x7F and one not in b"\\%'" else f"\\{one:03o}" for one in body)
        return f"\"$(printf '{octal}')\""


def _within_quotes(text: str) -> str:
    return "".join(f"\\{one}" if one in '"$`\\' else one for one in text)


def _writing(request: Request) -> str:
    writing = request.writing
    if writing is None:
        return ""
    parts = []
    if writing.truncate_to is not None:
        parts.append(f"only {writing.truncate_to} bytes of the body")
    if writing.framing != "length":
        parts.append("in chunks" if writing.framing == "chunked" else "without a length")
    if writing.drip:
        parts.append(f"in {writing.pieces} pieces, {writing.drip:g} s before each")
    if writing.reset:
        parts.append("the connection is reset")
    if writing.http_version != "1.1":
        parts.append(f"by HTTP/{writing.http_version}")
    return ", ".join(parts) or "the names of its headers in Title-Case"
