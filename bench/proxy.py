"""The nginx of deploy/ before servers on this machine: its configuration as it is, with other places in it."""

from __future__ import annotations

import getpass
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DEPLOY = Path(__file__).resolve().parents[1] / "deploy"
MODULE = Path("/usr/lib/nginx/modules/ngx_http_js_module.so")
MISSING = "nginx with its JavaScript module is wanted (Debian: apt-get install nginx libnginx-mod-http-js)"
_START_SECONDS = 20

_MAIN = """daemon off;
worker_processes 2;
user {user};
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
load_module {module};
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/nightdesk.conf;
}}
"""


def installed() -> bool:
    """Whether nginx can be started as deploy/ wants it."""
    return shutil.which("nginx", path=_PATH) is not None and MODULE.exists()


#: Debian keeps nginx where only root looks.
_PATH = "/usr/sbin:/usr/local/sbin:/usr/local/bin:/usr/bin"


@contextmanager
def nginx(first: int, second: int, folder: Path, *, desk: int = 0, own_session: bool = False) -> Iterator[str]:
    """The address of an nginx before two replicas on these ports, all its files below `folder`.

    With the port of a `desk` the address is the desk's. RuntimeError where nginx is not installed or does not start.
    In a session of its own, as services of systemd are, it has its share of processors beside all of ours.
    """
    program = shutil.which("nginx", path=_PATH)
    if not program or not MODULE.exists():
        raise RuntimeError(MISSING)
    port = _configure(folder, first, second)
    if desk:
        port = _add_desk(folder, desk)
    command = [program, "-e", "stderr", "-p", str(folder), "-c", str(folder / "nginx.conf")]
    server = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=own_session
    )
    try:
        _wait_for(port, server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.communicate(timeout=20)


def _configure(folder: Path, first: int, second: int) -> int:
    """Write what nginx reads; the port on which it will listen."""
    port = _free_port()
    folder.mkdir(parents=True, exist_ok=True)
    text = (DEPLOY / "nightdesk.conf").read_text(encoding="utf-8")
    places = {
        "listen 80;": f"listen 127.0.0.1:{port};",
        "127.0.0.1:8501": f"127.0.0.1:{first}",
        "127.0.0.1:8502": f"127.0.0.1:{second}",
        r"127\.0\.0\.1:8501": rf"127\.0\.0\.1:{first}",
        r"127\.0\.0\.1:8502": rf"127\.0\.0\.1:{second}",
        "/var/cache/nginx-nightdesk": f"{folder}/cache",
    }
    for before, after in places.items():
        if before not in text:
            raise RuntimeError(f"deploy/nightdesk.conf has no {before} any more")
        text = text.replace(before, after)
    (folder / "nightdesk.conf").write_text(text, encoding="utf-8")
    shutil.copy(DEPLOY / "nightdesk.js", folder)
    main = _MAIN.format(user=getpass.getuser(), folder=folder, module=MODULE)
    (folder / "nginx.conf").write_text(main, encoding="utf-8")
    return port


def _add_desk(folder: Path, app: int) -> int:
    """Write the desk's server beside the readers'; the port on which it will listen."""
    port = _free_port()
    text = (DEPLOY / "nightdesk-desk.conf").read_text(encoding="utf-8")
    for before, after in {"listen 80;": f"listen 127.0.0.1:{port};", "127.0.0.1:8511": f"127.0.0.1:{app}"}.items():
        if before not in text:
            raise RuntimeError(f"deploy/nightdesk-desk.conf has no {before} any more")
        text = text.replace(before, after)
    with (folder / "nightdesk.conf").open("a", encoding="utf-8") as configuration:
        configuration.write(text)
    return port


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, server: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError(f"nginx ended at once:\n{server.communicate()[1]}")
        with socket.socket() as asked:
            if asked.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"nginx does not listen after {_START_SECONDS} s")
