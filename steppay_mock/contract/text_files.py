"""Reads the text files of users: UTF-8, with or without a byte order mark. Reports any other encoding by its name."""

from __future__ import annotations

from pathlib import Path

from steppay_mock.errors import SteppayMockError

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""The bytes that Notepad on Windows writes before UTF-8. They are not part of the text."""

_MARKS = ((b"\xff\xfe\0\0", "UTF-32"), (b"\0\0\xfe\xff", "UTF-32"), (b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"))


def read_text(path: str | Path, *, next_step: str, what: str | None = None) -> str:
    """The text of a file, without its byte order mark and with LF for each line end.

    ``what`` the file should be, such as "a schedule", is for messages. Raises SteppayMockError for a file that cannot
    be read or is not UTF-8; the error names the encoding, or the line of the first byte that is wrong.
    """
    failed = f"{path} cannot be read{f' as {what}' if what else ''}"
    try:
        data = Path(path).read_bytes()
    except (OSError, ValueError) as error:
        reason = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
        raise SteppayMockError(f"{failed}: {reason}. {next_step}") from None
    other = other_encoding(data)
    if other is not None:
        raise SteppayMockError(f"{failed}: it is {other}. Save it as UTF-8. {next_step}")
    try:
        text = data.removeprefix(BYTE_ORDER_MARK).decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SteppayMockError(
            f"{failed}: it is not UTF-8. Line {line} has the byte 0x{error.object[error.start]:02x}. Save it "
            f"as UTF-8; what Windows calls ANSI is another encoding. {next_step}"
        ) from None
    return text.replace("\r\n", "\n")


def other_encoding(data: bytes) -> str | None:
    """The name of the encoding that the first bytes show, if it is not UTF-8; None if they show none."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name
    # UTF-16 without a mark: every text file of this project begins with an ASCII character, of which UTF-16 makes one
    # zero byte and one other.
    first, second = data[:1], data[1:2]
    return "UTF-16" if b"\0" in {first, second} and first != second and second else None
