"""How a process lives: logs set up, stopped by SIGTERM or Ctrl-C, and no longer than ten seconds about it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable

import structlog

from bot.kit.logs import configure_logs
from bot.kit.settings import Settings

_log = structlog.get_logger(__name__)
STOP_SECONDS = 9.5
Process = Callable[[asyncio.Event], Awaitable[None]]


def run_process(name: str, settings: Settings, process: Process, *, log_level: str | None = None) -> None:
    """Run `process` until it ends or SIGTERM or SIGINT sets the event it is given; 9.5 s later it is cancelled."""
    configure_logs(log_level or settings.log_level, process=name)
    with asyncio.Runner(loop_factory=_fast_loop() if name != "up" else None) as runner:
        runner.run(_run(name, process))


def _fast_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return uvloop, which rasa-sdk brings: a tenth of a turn less. `up` starts programs by means that it has not."""
    try:
        import uvloop
    except ImportError:  # Windows has none
        return None
    return uvloop.new_event_loop


async def _run(name: str, process: Process) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    _log.info("process_started", name=name)
    work = asyncio.ensure_future(process(stop))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({work, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    _, late = await asyncio.wait({work}, timeout=STOP_SECONDS)
    for task in late:
        _log.warning("process_cancelled", name=name)
        task.cancel()
    result = (await asyncio.gather(work, return_exceptions=True))[0]
    if isinstance(result, Exception):
        raise result
    _log.info("process_stopped", name=name)


async def sleep_or_stop(stop: asyncio.Event, seconds: float) -> bool:
    """Sleep, unless `stop` is set meanwhile; return whether it is."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return False
    return True
