"""A reader in each of three engines, who keeps the window for all tests of a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.engines import ENGINES, Reader, reading
from tests.support.loopback import Loopback, loopback


@pytest.fixture(scope="module", params=ENGINES)
def reader(request: pytest.FixtureRequest) -> Iterator[Reader]:
    with reading(request.param) as found:
        yield found


@pytest.fixture
def site() -> Iterator[Loopback]:
    """A site that serves documents, and somebody else's pages that hold them."""
    with loopback() as there:
        yield there
