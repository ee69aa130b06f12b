"""A StepPay receiver in FastAPI.

Run it: ``STEPPAY_WEBHOOK_SECRET=... uvicorn --app-dir examples/receivers --factory fastapi_app:from_environment``
"""

import os

from fastapi import FastAPI, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from sqlite_store import create_tables, save
from steppay_webhook import parse, verify


def create_app(database: str, secret: str) -> FastAPI:
    """The application: POST /webhooks/steppay, rows in the SQLite file ``database``."""
    app = FastAPI()
    create_tables(database)

    # No body model: it would parse the JSON before the signature is checked, and refuse what is new with a 422.
    @app.post("/webhooks/steppay")
    async def steppay(request: Request) -> None:
        body = await request.body()  # the raw bytes are what was signed
        if not verify(request.headers.get("Steppay-Signature", ""), body, secret):
            raise HTTPException(401, "the signature does not match")
        envelope = parse(body)
        if envelope is None:
            raise HTTPException(400, "the body is not a JSON object")
        # SQLite blocks, so it runs in a thread; the event loop goes on taking deliveries.
        await run_in_threadpool(save, database, envelope)

    return app


def from_environment() -> FastAPI:
    """The application as a server starts it: settings come from the environment."""
    return create_app(os.environ.get("STEPPAY_DATABASE", "steppay.sqlite3"), os.environ["STEPPAY_WEBHOOK_SECRET"])
