"""The frame of SQLAlchemy in tests: a session that is joined into a transaction of the test's, which never commits.

The session's own events fire. The engine's event ``commit`` does not: its listeners are not called.
"""

from __future__ import annotations

import sys
from typing import Any

_SILENT = (
    "A session of SQLAlchemy is joined into a transaction of the test's, which never commits, so the listeners to the "
    'engine\'s event "commit" were not called. Bind the session to the engine, and begin anew with saving_sqlalchemy().'
)


class SqlalchemyFrame:
    """Notices sessions that are joined into a transaction, where somebody listens to the engine's commits."""

    def __init__(self) -> None:
        self.notes: tuple[str, ...] = ()

    def before(self, *, at_once: bool = False) -> None:
        """Nothing: a session that is joined stays so."""

    def after(self) -> None:
        """Look at all sessions that there are."""
        module = sys.modules.get("sqlalchemy.orm.session")
        if module is None or self.notes:
            return
        sessions = getattr(module, "_sessions", {})  # what close_all_sessions() goes through; there is no other list
        if any(_is_joined(one.bind) for one in list(sessions.values())):
            self.notes = (_SILENT,)

    def abandon(self) -> None:
        """Nothing."""


def _is_joined(bind: Any) -> bool:
    """Whether the bind is a connection that is in a transaction, and its commit would have been listened to."""
    in_transaction = getattr(bind, "in_transaction", None)  # an engine has none
    return in_transaction is not None and in_transaction() and bool(bind.dispatch.commit)
