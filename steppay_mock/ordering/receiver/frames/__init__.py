"""The frames that a test puts around a receiver in process, and the work that they put off or hide."""

from __future__ import annotations

from steppay_mock.ordering.receiver.frames.frames import Frames

__all__ = ["Frames"]
