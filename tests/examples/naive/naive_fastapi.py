"""The shop of examples/apps/fastapi_points.py without an inbox: what comes twice gives points twice."""

from __future__ import annotations

from fastapi import BackgroundTasks, FastAPI, Request
from fastapi_points import engine, give_points, keep, lifespan
from steppay_webhook import parse

app = FastAPI(lifespan=lifespan)


@app.post("/webhooks/steppay")
async def steppay(request: Request, tasks: BackgroundTasks) -> None:
    envelope = parse(await request.body()) or {}
    async with engine.begin() as connection:
        await keep(connection, envelope)
    if envelope["event"] == "payment.completed":
        tasks.add_task(give_points, envelope["data"])
