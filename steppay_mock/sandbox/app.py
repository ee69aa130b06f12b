"""The WSGI application of a sandbox: one port for REST API, control API and pages behind one guard, and the inbox."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request

from steppay_mock.sandbox.control.answers import error_answer
from steppay_mock.sandbox.control.routes import answer_control
from steppay_mock.sandbox.inbox.settings import PREFIX
from steppay_mock.sandbox.taking import take_webhook

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

    from steppay_mock.sandbox.core import SandboxCore
    from steppay_mock.sandbox.guard import Guard


def _place_of(error: BaseException) -> str:
    """What was raised, and where. Its text is not told: it may have a secret in it."""
    last = extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(last.filename).name}, line {last.lineno}"


class SandboxApp:
    """Answers all requests to a sandbox."""

    def __init__(self, sandbox: SandboxCore, guard: Guard) -> None:
        self._sandbox = sandbox
        self._guard = guard

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer as a WSGI application."""
        request = Request(environ)
        try:
            return self._app_for(request)(environ, start_response)
        except OSError:  # of the connection; the server knows it
            raise
        except Exception as error:  # noqa: BLE001 - a fault of ours: it is told, and the sandbox goes on
            text = f"{_place_of(error)}. That is a fault of steppay-mock: report it, with what you did before."
            self._sandbox.remarks.add(f"{request.method} {request.path}", status=500, text=text)
            return error_answer(500, text)(environ, start_response)

    def _app_for(self, request: Request) -> WSGIApplication:
        if request.path.startswith(PREFIX):  # the only one that the guard does not see
            return take_webhook(self._sandbox.inbox, request)
        is_rest = request.path.startswith("/api/")
        is_control = request.path.startswith("/_mock")
        refusal = self._guard.refusal(request, forms=not is_rest)
        if refusal is not None and (is_rest or is_control):
            return error_answer(403, refusal)
        if is_control:
            return answer_control(self._sandbox, request)
        # Here and not above: who asks for no page needs no template engine.
        from steppay_mock.sandbox.pages.payment.links import leads_to_payment, send_to_payment

        if leads_to_payment(request):
            return send_to_payment(self._sandbox, request)
        if is_rest:
            return self._sandbox.api
        from steppay_mock.sandbox.pages.routes import answer_page, refuse_page

        return answer_page(self._sandbox, request) if refusal is None else refuse_page(request, refusal)
