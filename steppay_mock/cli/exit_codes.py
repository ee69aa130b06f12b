"""The exit codes of the commands."""

from __future__ import annotations

WRONG = 1  # the payload or the receiver
MISUSED = 2
UNREACHED = 3
ELSEWHERE = 4  # another process sends it
UNPLANNED = 5  # it ended before its plan was whole
BROKEN = 70  # sysexits.h: EX_SOFTWARE
INTERRUPTED = 130  # as a shell reports the signals SIGINT and SIGPIPE
PIPE_CLOSED = 141
