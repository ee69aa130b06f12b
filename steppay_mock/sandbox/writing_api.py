"""The REST API of a sandbox: a call that writes is an act, which the file keeps and the dispatcher delivers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steppay_mock.rest.api import StoreApi
from steppay_mock.rest.exchange import Refusal, RefusedCallError
from steppay_mock.sandbox.acts import WrittenAnswer, data_of_call
from steppay_mock.sandbox.storage import SandboxFileError

if TYPE_CHECKING:
    from steppay_mock.rest.exchange import ApiAnswer, ApiRequest
    from steppay_mock.rest.writing.call import WriteTarget
    from steppay_mock.sandbox.live_store import LiveStore
    from steppay_mock.sandbox.remarks import CallRemarks


class WritingApi(StoreApi):
    """Answers from the store of a sandbox, and writes to it."""

    def __init__(self, live: LiveStore, *, token: str, remarks: CallRemarks) -> None:
        super().__init__(live.store, token=token, writable=True)
        self._live = live
        self._remarks = remarks

    def answer(self, request: ApiRequest) -> ApiAnswer:
        """Answer one request, and tell what its caller should know."""
        answer = super().answer(request)
        self._remarks.look_at(request, answer)
        return answer

    def _write(self, request: ApiRequest, target: WriteTarget, notes: list[str]) -> ApiAnswer:  # noqa: ARG002
        try:
            written: WrittenAnswer = self._live.perform("call", data_of_call(request))
        except SandboxFileError as error:  # such as a full disk: nothing that the caller did
            raise RefusedCallError(Refusal(status=503, code="CANNOT_BE_KEPT", message=str(error))) from error
        notes += written.notes
        return written.answer
