"""What `make run` starts: a Redis server, `chalice local`, and every second the drain, until Ctrl-C.

With EVENT_BUS the publisher runs every second too; it wants boto3, which is not installed by itself.

Environment: PORT (8080), REDIS_ADDR (that server instead of one of our own), FRESH (1 empties the data),
REDIS_SERVER (a server on PATH instead of the embedded one), DATA_DIR (.data).
"""

from __future__ import annotations

import contextlib
import http.client
import os
import resource
import shutil
import signal
import socket
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from chalicelib.settings import Settings
from infra import demo, embedded, issue, keyring
from infra.child import Child, StartError, end_leftover, try_lock
from infra.embedded import Server
from infra.options import ROOT, Options
from infra.schedule import Scheduled

_STAGE = "dev"
_HOST = "127.0.0.1"
_CHALICE_CLI = """
import sys
from chalice.cli import main
sys.stdout.reconfigure(line_buffering=True)
sys.exit(main())
"""
_OF_ANOTHER_SERVER = ("REDIS_USERNAME", "REDIS_PASSWORD", "REDIS_DB", "REDIS_TLS", "REDIS_CLUSTER")
_OPEN_FILES = 16_384
_END_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_CONNECT_S = 2.0
_HEALTHY_S = 20.0
_POLL_S = 0.02
_TICK_EVERY_S = 1.0
_WATCH_EVERY_S = 0.1

# Python drops what a signal raises inside some callbacks (a finalizer, a weak reference): the wish must outlive that.
_stop_asked = threading.Event()


class StopRequested(BaseException):
    """Somebody asks the run to end.

    Not KeyboardInterrupt: one that passes through `exec`, as in the making of a dataclass, has Python end by the signal
    although it was caught. Not an Exception: the code that it interrupts must not take it for an error of its own.
    """


def _stop(*_: object) -> NoReturn:
    _stop_asked.set()
    raise StopRequested


def main() -> int:
    """Run until Ctrl-C, SIGTERM or SIGHUP, then stop everything and return 0; after a failure one line and 1."""
    for number in _END_SIGNALS:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # as it is under nohup
            signal.signal(number, _stop)
    running: list[Child | Server] = []
    failure = None
    try:
        _run(Options.from_environ(os.environ), running)
    except StopRequested:
        print("\nStopping.", flush=True)
    except StartError as error:
        failure = error
    finally:
        for number in _END_SIGNALS:
            signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave half of it running
        for child in reversed(running):
            child.stop()
    if failure:
        print(f"make run: {failure}", file=sys.stderr)
    return 1 if failure else 0


def _run(options: Options, running: list[Child | Server]) -> None:
    """Start everything, adding each process to `running`, and work until one of them ends. Raises StartError."""
    began = time.monotonic()
    _raise_open_files()
    options.data_dir.mkdir(parents=True, exist_ok=True)
    keyring.provide(os.environ, options.data_dir)
    service_file = options.data_dir / f"service-{options.port}"
    pid_file, log_file = service_file.with_suffix(".pid"), service_file.with_suffix(".log")
    _lock(service_file.with_suffix(".lock"), f"port {options.port}", "PORT")
    end_leftover(pid_file)
    _check_port_free(options.port)
    if options.redis_addr:
        _check_reachable()
    else:
        _lock(options.data_dir / "run.lock", str(options.data_dir), "DATA_DIR")
        server = _start_server(options)
        running.append(server)
        _point_environ_at(server)
    log_file.write_bytes(b"")
    service = Child("chalice local", _chalice_local(options.port), pid_file=pid_file, log_file=log_file)
    running.append(service)
    _wait_until_healthy(service, options.port)
    healthy_s = time.monotonic() - began

    seeded = demo.seed(options.port, issue.token({**os.environ, "ROLE": "organiser", "SUB": "demo"}))
    _print_banner(options, healthy_s, log_file, seeded=seeded)
    names = ["drain", "publish"] if Settings.from_environ().event_bus else ["drain"]
    functions = [Scheduled(name, ROOT, _STAGE, log_file) for name in names]
    while True:
        next_tick = time.monotonic() + _TICK_EVERY_S
        for function in functions:
            function.tick()
            _check_running(running)
        while (left_s := next_tick - time.monotonic()) > 0:
            time.sleep(min(left_s, _WATCH_EVERY_S))
            _check_running(running)


def _raise_open_files() -> None:
    """Allow a thousand buyers at once: each is an open file, and many shells allow 1,024 or fewer."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(_OPEN_FILES, hard)
    with contextlib.suppress(ValueError, OSError):  # macOS has a lower limit that it does not tell
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _check_reachable() -> None:
    """Raise StartError when nobody listens where the settings say that Redis is."""
    try:
        settings = Settings.from_environ()
        socket.create_connection((settings.redis_host, settings.redis_port), timeout=_CONNECT_S).close()
    except ValueError as error:
        raise StartError(str(error)) from None
    except OSError as error:
        raise StartError(f"no Redis at {os.environ['REDIS_ADDR']}: {error.strerror or error}") from None


def _lock(lock_file: Path, thing: str, variable: str) -> None:
    """Keep other runs off this thing for as long as this process lives. Raises StartError."""
    lock = try_lock(lock_file)
    if lock is None:
        raise StartError(f"another run (process {lock_file.read_text()}) has {thing}; {variable}= names another")
    os.write(lock, str(os.getpid()).encode())


def _check_port_free(port: int) -> None:
    """Raise StartError where the service could not listen, or localhost would lead to somebody else's."""
    with contextlib.suppress(OSError):
        socket.create_connection(("localhost", port), timeout=_CONNECT_S).close()
        raise StartError(f"port {port} is taken; PORT= names another")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError as error:
            raise StartError(f"cannot listen on port {port}: {error.strerror}; PORT= names another") from None


def _start_server(options: Options) -> Server:
    home = options.server_dir
    if options.fresh:
        end_leftover(home / "server.pid")
        shutil.rmtree(home, ignore_errors=True)
    return embedded.start(home, binary=options.redis_server or None)


def _point_environ_at(server: Server) -> None:
    for name in _OF_ANOTHER_SERVER:
        os.environ.pop(name, None)
    os.environ["REDIS_ADDR"] = server.addr


def _chalice_local(port: int) -> list[str]:
    # Not .venv/bin/chalice: its first line names the folder where .venv was made, and a moved checkout would not
    # start. By the line, so that the log is complete when the service is killed.
    command = [sys.executable, "-c", _CHALICE_CLI, "local", "--no-autoreload"]
    return [*command, "--host", _HOST, "--port", str(port), "--stage", _STAGE]


def _wait_until_healthy(service: Child, port: int) -> None:
    deadline = time.monotonic() + _HEALTHY_S
    answer = "no answer"
    while True:
        _check_running([service])
        with contextlib.suppress(OSError, http.client.HTTPException):
            status, text = demo.request(port, "/health")
            if status == http.HTTPStatus.OK:
                return
            answer = f"{status} {' '.join(text.split())}"
        if time.monotonic() > deadline:
            raise StartError(f"not healthy after {_HEALTHY_S:g} s ({answer}); see {service.log_file}")
        time.sleep(_POLL_S)


def _check_running(children: Sequence[Child | Server]) -> None:
    if _stop_asked.is_set():
        raise StopRequested
    for child in children:
        ended = child.ended()
        if ended:
            raise StartError(ended)


def _print_banner(options: Options, healthy_s: float, log_file: Path, *, seeded: bool) -> None:
    base_url = f"http://localhost:{options.port}"
    with_tokens = Settings.from_environ().auth_mode == "jwt"
    redis = options.redis_addr or f"data in {options.server_dir}, on disk before a request is answered"
    lines = [
        f"Ticketing is up after {healthy_s:.1f} s{', with two demo events' if seeded else ''}.",
        "",
        f"  Shop     {base_url}/",
        f"  Desk     {base_url}/desk",
        f"  API      {base_url}/api/v1/events",
        f"  OpenAPI  {base_url}/openapi.json",
        f"  Health   {base_url}/health",
        f"  Redis    {redis}",
        f"  Log      {log_file}",
        f"  Tokens   {'make token ROLE=organiser prints one' if with_tokens else 'none needed: AUTH_MODE is open'}",
        "",
        "Look, join and buy; paste one line after another:",
        "",
        *(f"  {line}" for line in demo.examples(options.port, with_tokens=with_tokens)),
        "",
        "Ctrl-C stops everything.",
    ]
    print("\n".join(lines), flush=True)


if __name__ == "__main__":
    sys.exit(main())
