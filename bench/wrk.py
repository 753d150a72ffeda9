"""Requests per second as wrk counts them: a load generator that is not ours."""

from __future__ import annotations

import re
import shutil
import subprocess

CONNECTIONS, SECONDS = 8, 4
MISSING = "not measured: wrk is not installed (Debian: apt-get install wrk)"


def installed() -> bool:
    return shutil.which("wrk") is not None


def requests_a_second(address: str) -> float:
    """What this address answers to a browser's kind of request. RuntimeError when any answer is not a good one."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-H", "Accept-Encoding: gzip, br", address]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=SECONDS + 30).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(f"wrk at {address}: {said}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert found, said
    return float(found[1])
