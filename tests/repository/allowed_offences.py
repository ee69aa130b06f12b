"""Compares the offences against a rule with those that are still allowed, one a line in ``allowed/<rule>.txt``.

A list only shrinks. An offence that is not in it fails, and so does a line that is no offence any more.
``SHRINK_ALLOWED=1 pytest tests/repository`` removes such lines; nothing adds one. A list without lines has no file.
"""

import os
from collections.abc import Mapping
from pathlib import Path

ALLOWED = Path(__file__).parent / "allowed"


def check_offences(rule: str, found: Mapping[str, str], *, folder: Path = ALLOWED) -> None:
    """Fail for each offence that is not allowed, with its message, and for each line of the list that is stale.

    ``found`` has the message of each offence, by the text that names it in the list.
    """
    path = folder / f"{rule}.txt"
    allowed = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    if os.environ.get("SHRINK_ALLOWED"):
        allowed = [line for line in allowed if line in found]
        if allowed:
            path.write_text("".join(f"{line}\n" for line in allowed), encoding="utf-8")
        else:
            path.unlink(missing_ok=True)
    messages = [message for name, message in found.items() if name not in allowed]
    assert not messages, "\n".join([f"{len(messages)} offences against the rule {rule}:", *dict.fromkeys(messages)])
    stale = [line for line in allowed if line not in found]
    assert not stale, "\n".join(
        [
            f"These lines of {path} are no offences any more. Remove them: SHRINK_ALLOWED=1 pytest tests/repository",
            *stale,
        ]
    )
    assert allowed == sorted(set(allowed)), f"Sort {path}, each line once"
