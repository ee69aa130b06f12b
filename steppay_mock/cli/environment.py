"""The environment variables that commands read, beside those of the settings."""

from __future__ import annotations

SECRET = "STEPPAY_WEBHOOK_SECRET"  # noqa: S105 - the name of a variable
"""The secret that signs, where many receivers keep it (fact 32)."""
TOKEN = "STEPPAY_SECRET_TOKEN"  # noqa: S105 - the name of a variable
"""The token of the REST API."""
HEADER = "STEPPAY_MOCK_HEADER"
"""A header that passes the access control in front of a receiver. A variable shows in no process list."""
STATE_HEADER = "STEPPAY_MOCK_STATE_HEADER"
"""The same for the URLs that read and reset the state."""
BASIC_AUTH = "STEPPAY_MOCK_BASIC_AUTH"
PROXY = "STEPPAY_MOCK_PROXY"
TRACEBACK = "STEPPAY_MOCK_TRACEBACK"
"""Set to 1, it adds the traceback to the message of a failure of steppay-mock itself."""
