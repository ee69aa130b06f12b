"""The files that pages load: their style and script."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from werkzeug.wrappers import Response

from steppay_mock.sandbox.pages.frame import secure

ASSETS = {"style.css": "text/css", "portal.css": "text/css", "live.js": "text/javascript", "copy.js": "text/javascript"}
"""Each file with its type. Nothing else is given out."""


def asset_answer(name: str) -> Response | None:
    """The file; None if there is none of this name."""
    if name not in ASSETS:
        return None
    answer = Response(_content(name), mimetype=ASSETS[name])
    secure(answer)
    return answer


@cache
def _content(name: str) -> bytes:
    return files(__package__).joinpath("assets", name).read_bytes()
