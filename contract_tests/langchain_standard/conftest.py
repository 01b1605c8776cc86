"""LangChain's standard tests live in an environment of its own; in any other one this folder is not collected."""

from importlib.util import find_spec

import pytest

if find_spec("langchain_tests") is None:
    collect_ignore_glob = ["*"]


def pytest_configure(config: pytest.Config) -> None:
    """Run coroutines as tests, unmarked, which is what the standard tests count on."""
    if hasattr(config.option, "asyncio_mode"):
        config.option.asyncio_mode = "auto"
