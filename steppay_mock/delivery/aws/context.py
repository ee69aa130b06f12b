"""The ``context`` that a handler gets beside its event, with the names that Lambda's Python runtime gives it."""

from __future__ import annotations

from steppay_mock.delivery.aws.call import ACCOUNT, REGION, Call
from steppay_mock.wire.real_time import monotonic


class LambdaContext:
    """What a handler may ask about its invocation; ``timeout`` is in seconds from now."""

    function_version = "$LATEST"
    memory_limit_in_mb = "128"  # a text, as the runtime has it
    client_context = None
    identity = None

    def __init__(self, call: Call, *, name: str, timeout: float) -> None:
        self.function_name = name
        self.invoked_function_arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"
        self.aws_request_id = call.request_id
        self.log_group_name = f"/aws/lambda/{name}"
        self.log_stream_name = f"{call.moment:%Y/%m/%d}/[$LATEST]0123456789abcdef0123456789abcdef"
        self._deadline = monotonic() + timeout

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the delivery is given up."""
        return max(int((self._deadline - monotonic()) * 1000), 0)
