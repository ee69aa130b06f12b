"""Writes the same JSON in other bytes.

It changes the text and parses nothing: a number keeps its digits, and bytes that are not JSON pass too.
"""

from __future__ import annotations

import json
import re
import struct
import zlib

_BLANK = b" \t\r\n"
_STRING = rb'"[^"\\]*(?:\\.[^"\\]*)*"'
_SPACED = re.compile(_STRING + rb"|[:,]", re.DOTALL)
_STRUCTURE = re.compile(_STRING + rb"|[\[\]{},]", re.DOTALL)
_LINE_END = re.compile(rb"\r?\n")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"  # deflate, no name, no time, no system


def spaced(body: bytes) -> bytes:
    """A space behind each colon and comma outside of strings, and a line break at the end: never the same bytes."""
    return _SPACED.sub(lambda token: token[0] if len(token[0]) > 1 else token[0] + b" ", body) + b"\n"


def in_lines(body: bytes) -> bytes:
    """The body with CR LF for each line end; one without lines gets a line for each member, and a line end."""
    if b"\n" not in body:
        body = _SPACED.sub(lambda token: token[0] + b"\n" if token[0] == b"," else token[0], body) + b"\n"
    return _LINE_END.sub(b"\r\n", body)


def escaped(body: bytes) -> bytes:
    r"""Each character beyond ASCII as ``\uXXXX``; bytes that are not UTF-8 stay."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return body
    return _BEYOND_ASCII.sub(lambda character: json.dumps(character[0])[1:-1], text).encode()


def reordered(body: bytes) -> bytes:
    """The members of the outermost object, the last one first; white space, and JSON that is no object, stay."""
    inner = _inside(body)
    if inner is None:
        return body
    members = _members(inner)
    bare = [one.strip(_BLANK) for one in members]
    moved = (one.replace(old, new, 1) for one, old, new in zip(members, bare, reversed(bare), strict=True))
    return b"{" + b",".join(moved) + b"}"


def padded(body: bytes, length: int) -> bytes:
    """As many bytes as that, by one more field at the end of the object, or by spaces where there is none."""
    inner = _inside(body)
    begin = b'"padding":"' if inner is None or not inner.strip() else b',"padding":"'
    missing = length - len(b"{" + (inner or b"") + begin + b'"}')
    if inner is None or missing < 0:
        return body.ljust(length)
    return b"{" + inner + begin + b"x" * missing + b'"}'


def gzipped(body: bytes) -> bytes:
    """The body as gzip, stored and not pressed, so that the bytes are the same with every version of zlib."""
    squeeze = zlib.compressobj(0, zlib.DEFLATED, -zlib.MAX_WBITS)
    stored = squeeze.compress(body) + squeeze.flush()
    return _GZIP_HEAD + stored + struct.pack("<II", zlib.crc32(body), len(body) & 0xFFFFFFFF)


def _inside(body: bytes) -> bytes | None:
    bare = body.strip(_BLANK)
    return bare[1:-1] if len(bare) > 1 and bare.startswith(b"{") and bare.endswith(b"}") else None


def _members(inner: bytes) -> list[bytes]:
    depth, begin = 0, 0
    members = []
    for token in _STRUCTURE.finditer(inner):
        if token[0] in {b"{", b"["}:
            depth += 1
        elif token[0] in {b"}", b"]"}:
            depth -= 1
        elif token[0] == b"," and not depth:
            members.append(inner[begin : token.start()])
            begin = token.end()
    return [*members, inner[begin:]]
