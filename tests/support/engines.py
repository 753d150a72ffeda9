"""Readers' browsers by their engine, driven by WebDriver: Chromium, Firefox, and WebKit, on which Safari is built.

What is sent is the W3C's protocol. Chromium and WebKit have a driver that takes it over HTTP. Firefox takes the same
commands over a socket of its own (Marionette), so no driver is installed for it.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import requests

ENGINES = ("chromium", "firefox", "webkit")
#: Engines whose drivers can print; WebKit's has no command for it.
PRINTING = ("chromium", "firefox")
#: Seconds; a server with two cores may take this long to draw a page for the first time.
PATIENCE = 60.0
KEYS = {
    "ArrowLeft": "\ue012", "ArrowRight": "\ue014", "End": "\ue010", "Enter": "\ue007", "Escape": "\ue00c",
    "Home": "\ue011", "Space": " ", "Tab": "\ue004",
}  # fmt: skip
#: Chromium as in tests/browser: no address but this machine's resolves, and nothing is fetched in the background.
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
# What Playwright turns off, whose list this one takes the place of; and, in the last two lines, pages of the browser's
# own window, at which nobody looks here, and a process for a page that might come: a third of what a visit took. A
# script is not read in a thread of its own while it arrives: the one that was compiled for a page before is at hand,
# and reading it again took a sixth of a visit.
FEATURES_OFF = "--disable-features=" + ",".join((
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints", "NetworkTimeServiceQuerying",
    "PreloadTopChromeWebUI", "WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIReloadButton",
    "SpareRendererForSitePerProcess", "ScriptStreaming",
))  # fmt: skip
_CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
_WINDOWLESS = "chromium-headless-shell"
_FIREFOXES = ("firefox-esr", "firefox")
# A closed door for all that is not this machine's; and what Firefox does of its own accord.
_FIREFOX_SETTINGS: dict[str, int | bool | str] = {
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.disabledForTesting": True,
    # A page of its own to begin with, processes for pages that might come, and one for extensions.
    "browser.startup.page": 0,
    "browser.newtab.preload": False,
    "dom.ipc.processPrelaunch.enabled": False,
    "extensions.webextensions.remote": False,
}
_HTTP = {
    "Navigate": ("POST", "/url"),
    "ExecuteScript": ("POST", "/execute/sync"),
    "PerformActions": ("POST", "/actions"),
    "SwitchToFrame": ("POST", "/frame"),
    "SetWindowRect": ("POST", "/window/rect"),
    "Print": ("POST", "/print"),
}
#: The first script of a page: notes what a console would show in red, which WebKit's driver does not tell.
NOTES_FAULTS = """
window.wrong = [];
addEventListener('error', ({ message, target }) => {
  wrong.push(message || `not loaded: ${target.src || target.href}`);
}, true);
addEventListener('unhandledrejection', event => wrong.push(String(event.reason)));
document.addEventListener(
  'securitypolicyviolation', event => wrong.push(event.violatedDirective + ' ' + event.blockedURI));
console.error = (...said) => wrong.push(said.join(' '));
"""

# Where the pointer last was, as the page was told.
_FOLLOW = """
document.documentElement.dataset.pointer = '';
addEventListener(
  'mousemove', event => { document.documentElement.dataset.pointer = `${event.clientX} ${event.clientY}`; }, true);
"""
_PLACE = """
const found = [...document.querySelectorAll(arguments[0])].find(one => one.getClientRects().length);
if (!found) return null;
found.scrollIntoView({block: 'center', behavior: 'instant'});
const box = found.getBoundingClientRect();
const place = [Math.round(box.left + box.width * arguments[1]), Math.round(box.top + box.height / 2)];
return found.contains(document.elementFromPoint(...place)) ? place : null;
"""

Send = Callable[..., Any]


class Reader:
    """One window of one engine."""

    def __init__(self, engine: str, send: Send) -> None:
        self.engine = engine
        self._send = send

    def open(self, address: str) -> None:
        """Go there, and wait until the page is loaded."""
        self._send("Navigate", url=address)

    def run(self, script: str, *arguments: object) -> Any:
        """The value of a script's `return` in the page, or in the frame that was entered."""
        return self._send("ExecuteScript", script=script, args=list(arguments))

    def comes_to(self, script: str, expected: object, *arguments: object) -> None:
        """Read again until this is what is found."""
        self.holds(lambda: self.run(script, *arguments) == expected, f"{script.strip()[:160]} is {expected}")

    def holds(self, fact: Callable[[], bool], words: str) -> None:
        """Look again until a fact holds."""
        deadline = time.monotonic() + PATIENCE
        while not (found := fact()) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert found, f"{self.engine}: {words}"

    def enter(self, number: int) -> None:
        """Read and act within this frame of the page."""
        self._send("SwitchToFrame", id=number)

    def leave(self) -> None:
        """Read and act within the page again."""
        self._send("SwitchToFrame", id=None)

    def resize(self, width: int, height: int) -> None:
        """Make the window so large on the outside; Firefox and WebKit have no window narrower than 450 or 500 px."""
        self._send("SetWindowRect", width=width, height=height)

    def press(self, *keys: str) -> None:
        """Press keys by name, one after the other."""
        strokes = [{"type": way, "value": KEYS.get(key, key)} for key in keys for way in ("keyDown", "keyUp")]
        self._send("PerformActions", actions=[{"type": "key", "id": "keyboard", "actions": strokes}])

    def click(self, selector: str) -> None:
        """Click in the middle of the first element in sight that a selector finds."""
        self._point(self._place(selector, 0.5), up=True)

    def drag(self, selector: str, start: float, end: float) -> None:
        """Hold the button from one share of an element's width to another, halfway down."""
        first, last = self._place(selector, start), self._place(selector, end)
        self._move(first)
        between = [(round(first[0] + (last[0] - first[0]) * step / 8), first[1]) for step in range(1, 9)]
        self._point(first, *between, up=True)

    def printed(self) -> bytes:
        """The page on paper, as a PDF."""
        return b64decode(self._send("Print"))

    def _place(self, selector: str, share: float) -> tuple[int, int]:
        """Where an element in sight stands once it has stopped moving and nothing lies over it."""
        places: list[list[int] | None] = [None]

        def stands() -> bool:
            places.append(self.run(_PLACE, selector, share))
            time.sleep(0.1)
            return places[-1] is not None and places[-1] == places[-2]

        self.holds(stands, f"{selector} stands still")
        across, down = places[-1] or (0, 0)
        return across, down

    def _move(self, place: tuple[int, int]) -> None:
        """Bring the pointer there by itself: WebKit may press the button while it is still on its way."""
        self.run(_FOLLOW)
        across, down = place
        self._act(_moved((across + 9, down)), _moved(place))
        self.comes_to("return document.documentElement.dataset.pointer", f"{across} {down}")

    def _point(self, place: tuple[int, int], *more: tuple[int, int], up: bool) -> None:
        down, up_again = ({"type": way, "button": 0} for way in ("pointerDown", "pointerUp"))
        self._act(_moved(place), down, *map(_moved, more), up_again)

    def _act(self, *actions: Mapping[str, object]) -> None:
        mouse = {"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": list(actions)}
        self._send("PerformActions", actions=[mouse])


def _moved(to: tuple[int, int]) -> dict[str, object]:
    return {"type": "pointerMove", "x": to[0], "y": to[1], "duration": 30, "origin": "viewport"}


@contextmanager
def reading(engine: str, *, dark: bool = False) -> Iterator[Reader]:
    """A window of this engine, as dark as its reader's desktop; it and its driver end with the block."""
    with ExitStack() as ends:
        start = {"chromium": _chromium, "firefox": _firefox, "webkit": _webkit}[engine]
        reader = Reader(engine, start(ends, dark))
        reader.resize(1280, 1000)
        yield reader


def _chromium(ends: ExitStack, dark: bool) -> Send:
    flags = ["--headless", *CHROMIUM_FLAGS, FEATURES_OFF, f"--blink-settings=preferredColorScheme={int(not dark)}"]
    options = {"binary": chromium_path(), "args": flags}
    return _over_http(ends, [_path("chromedriver", "chromium-driver")], {"goog:chromeOptions": options})


def _webkit(ends: ExitStack, dark: bool) -> Send:
    flags = ["--automation", "--proxy=http://127.0.0.1:9", "--ignore-host=127.0.0.1"]
    options = {"args": [*flags, *(["--dark-mode"] if dark else [])]}
    driver = [_path("WebKitWebDriver", "webkit2gtk-driver"), "--host=127.0.0.1"]
    return _over_http(ends, driver, {"webkitgtk:browserOptions": options}, DISPLAY=_display(ends))


def _firefox(ends: ExitStack, dark: bool) -> Send:
    port, profile = _free_port(), Path(ends.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
    chosen = _FIREFOX_SETTINGS | {"marionette.port": port, "ui.systemUsesDarkTheme": int(dark)}
    lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in chosen.items())
    (profile / "user.js").write_text("".join(lines), encoding="utf-8")
    command = [firefox_path(), "--headless", "--marionette", "--no-remote", "--profile"]
    _started(ends, [*command, str(profile)])
    wire = ends.enter_context(_connected(port)).makefile("rwb")
    _received(wire)
    numbers = iter(range(1, 1_000_000))

    def send(name: str, **parameters: object) -> Any:
        command = name if ":" in name else f"WebDriver:{name}"
        message = json.dumps([0, next(numbers), command, parameters]).encode()
        wire.write(b"%d:%s" % (len(message), message))
        wire.flush()
        _, _, error, answer = _received(wire)
        if error:
            raise RuntimeError(f"firefox: {name}: {error['message']}")
        return answer.get("value")

    send("NewSession", capabilities={"alwaysMatch": {}})
    ends.callback(send, "Marionette:Quit", flags=["eForceQuit"])
    return send


def _received(wire: Any) -> Any:
    """One message of Marionette: its length in bytes, a colon, JSON."""
    length = b""
    while (digit := wire.read(1)) != b":":
        if not digit:
            raise RuntimeError("firefox has gone")
        length += digit
    return json.loads(wire.read(int(length)))


def _over_http(ends: ExitStack, driver: Sequence[str], options: dict[str, object], **environ: str) -> Send:
    port = _free_port()
    _started(ends, [*driver, f"--port={port}"], environ)
    _connected(port).close()
    session = ends.enter_context(requests.Session())
    session.trust_env = False

    def ask(method: str, path: str, said: dict[str, Any]) -> Any:
        address, body = f"http://127.0.0.1:{port}{path}", said if method == "POST" else None
        answer = session.request(method, address, json=body, timeout=2 * PATIENCE).json()["value"]
        if isinstance(answer, dict) and "error" in answer:
            raise RuntimeError(f"{driver[0]}: {path}: {answer['error']}: {answer['message']}")
        return answer

    opened = ask("POST", "/session", {"capabilities": {"alwaysMatch": options}})
    path = f"/session/{opened['sessionId']}"
    ends.callback(ask, "DELETE", path, {})
    return lambda name, **said: ask(_HTTP[name][0], path + _HTTP[name][1], said)


def _display(ends: ExitStack) -> str:
    """A screen that nobody sees."""
    command = [_path("Xvfb", "xvfb"), "-displayfd", "1", "-screen", "0", "1600x1200x24", "-nolisten", "tcp"]
    screen = _started(ends, command, stdout=subprocess.PIPE)
    assert screen.stdout
    return f":{screen.stdout.readline().decode().strip()}"


def _started(
    ends: ExitStack,
    command: Sequence[str],
    environ: Mapping[str, str] | None = None,
    *,
    stdout: int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(command, env={**os.environ, **(environ or {})}, stdout=stdout, stderr=subprocess.DEVNULL)

    def end() -> None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    ends.callback(end)
    return process


def _connected(port: int) -> socket.socket:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=2 * PATIENCE)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def chromium_path() -> str:
    """This machine's Chromium, or the one that CHROMIUM names."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _CHROMIUMS)), None)
    if not found:
        raise RuntimeError("browser tests want Chromium: install it, or set CHROMIUM to its path")
    return found


def windowless_chromium_path() -> str:
    """This machine's Chromium without a window of its own; `chromium_path` where there is none.

    It is the same engine, and takes a third less of a processor for a page.
    """
    return os.environ.get("CHROMIUM") or shutil.which(_WINDOWLESS) or chromium_path()


def firefox_path() -> str:
    """This machine's Firefox."""
    found = next(filter(None, map(shutil.which, _FIREFOXES)), None)
    if not found:
        raise RuntimeError("the tests in three engines want Firefox: install firefox-esr")
    return found


def _path(command: str, package: str) -> str:
    if found := shutil.which(command):
        return found
    raise RuntimeError(f"the tests in three engines want {command}: install {package}")
