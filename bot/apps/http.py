"""The HTTP process: Telegram's webhook, health, metrics; and on its own loopback port, Rasa's custom actions."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
from collections.abc import Iterator

import procrastinate
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from bot.apps.ingress import webhook_router
from bot.apps.metrics import render_metrics
from bot.apps.readiness import read_readiness
from bot.conversation.actions import actions_app
from bot.db.service import Sessions, open_engine, sessions_of, transaction
from bot.kit.clock import Clock, utc_now
from bot.kit.settings import Settings
from bot.migrations.service import newest_revision
from bot.queue.service import open_queue

_GRACE_SECONDS = 5
# What proxies and tunnels add, besides X-Forwarded-*.
_RELAYED = frozenset({"forwarded", "via", "x-real-ip", "cf-connecting-ip", "true-client-ip"})


class _Server(uvicorn.Server):
    """A uvicorn that leaves the signals to the process, which runs two of them."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve_http(stop: asyncio.Event, settings: Settings, database_url: str, *, clock: Clock = utc_now) -> None:
    """Serve until `stop` is set."""
    engine = open_engine(database_url)
    try:
        app = http_app(sessions_of(engine), open_queue(database_url), settings, clock=clock)
        await asyncio.gather(
            serve(stop, app, settings.http_host, settings.http_port),
            serve_actions(stop, settings.secret_for_rasa(), settings.actions_port),
        )
    finally:
        await engine.dispose()


async def serve_actions(stop: asyncio.Event, secret: str, port: int) -> None:
    """Serve Rasa's custom actions on 127.0.0.1, to whoever has the secret, until `stop` is set."""
    await serve(stop, actions_app(secret), "127.0.0.1", port)


async def serve(stop: asyncio.Event, app: FastAPI, host: str, port: int) -> None:
    """Serve `app` until `stop` is set, then finish the requests under way, for 5 s at the most."""
    server = _Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
            proxy_headers=False,
        )
    )
    serving = asyncio.create_task(server.serve())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    server.should_exit = True
    await serving


def http_app(sessions: Sessions, queue: procrastinate.App, settings: Settings, *, clock: Clock) -> FastAPI:
    """Return the application: /healthz, /readyz, /metrics, and /telegram/webhook when there is a bot."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    revision = newest_revision()
    if settings.has_telegram or settings.telegram_webhook_secret.get_secret_value():
        app.include_router(webhook_router(sessions, queue, secret=settings.secret_for_webhook(), clock=clock))

    @app.get("/healthz")
    async def tell_alive() -> Response:
        return PlainTextResponse("ok\n")

    @app.get("/readyz")
    async def tell_readiness(request: Request) -> Response:
        readiness = await read_readiness(sessions, settings, newest_revision=revision, clock=clock)
        parts = {name: {"state": part.state, "detail": part.detail} for name, part in readiness.parts.items()}
        # Names of errors, versions and times are for whoever runs the machine.
        told = {"status": readiness.summary, "parts": parts} if _is_local(request) else {"status": readiness.summary}
        return JSONResponse(told, status_code=200 if readiness.is_ready else 503)

    @app.get("/metrics")
    async def tell_metrics(request: Request) -> Response:
        if not _is_local(request):
            return Response(status_code=403)
        try:
            async with asyncio.timeout(3.0), transaction(sessions) as session:
                body = await render_metrics(session, now=clock())
        except Exception:
            return PlainTextResponse("database away\n", status_code=503)
        return Response(body, media_type="text/plain; version=0.0.4; charset=utf-8")

    return app


def _is_local(request: Request) -> bool:
    """Whether the request came from this machine and through no proxy."""
    is_relayed = any(name in _RELAYED or name.startswith("x-forwarded-") for name in request.headers)
    if is_relayed or request.client is None:
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
