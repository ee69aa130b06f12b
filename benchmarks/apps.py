"""The receivers of the benchmarks: the smallest that read the body and answer 200."""

# No postponed annotations: FastAPI reads them when the route is added.
from fastapi import FastAPI
from flask import Flask, request
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from steppay_mock.delivery.address import DEFAULT_PATH


def flask_app() -> Flask:
    """In Flask."""
    app = Flask(__name__)

    @app.post(DEFAULT_PATH)
    def steppay() -> tuple[str, int]:
        assert request.get_data()
        return "", 200

    return app


def starlette_app() -> Starlette:
    """In plain Starlette."""

    async def steppay(request: Request) -> Response:
        assert await request.body()
        return Response()

    return Starlette(routes=[Route(DEFAULT_PATH, steppay, methods=["POST"])])


def fastapi_app() -> FastAPI:
    """In FastAPI."""
    app = FastAPI()

    @app.post(DEFAULT_PATH)
    async def steppay(request: Request) -> None:
        assert await request.body()

    return app
