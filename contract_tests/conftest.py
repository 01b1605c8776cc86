"""What all contract tests share: the loopback is never proxied."""

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="session")
def _no_proxy() -> Iterator[None]:
    """Every client here asks the environment for proxies; a request to the emulator must not go through one."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("no_proxy", "NO_PROXY"):
            patch.setenv(name, "127.0.0.1,localhost,.localhost")
        yield
