"""Our package against langchain-community's, side by side in a process of the environment that has both."""

from tempfile import TemporaryDirectory
from typing import Any

from ratios.comparison import Comparison
from ratios.processes import Child, environment, langchain_python, module


def formatters() -> list[Comparison]:
    """Encode and decode, each formatter against LangChain's of the same name."""
    return _inside("versus_formatters")


def client() -> list[Comparison]:
    """A call over http and https."""
    return _with_server("call")


def batch() -> list[Comparison]:
    """32 calls at once."""
    return _with_server("batch")


def _with_server(what: str) -> list[Comparison]:
    with TemporaryDirectory() as folder, Child([*module("scoring_server"), folder]) as server:
        ready = server.read()
        trusted = {"REQUESTS_CA_BUNDLE": ready["bundle"], "SSL_CERT_FILE": ready["bundle"]}
        return _inside("versus_client", environment(**trusted), what=what, urls=ready["urls"])


def _inside(name: str, env: dict[str, str] | None = None, **question: Any) -> list[Comparison]:
    with Child(module(name, langchain_python()), env) as child:
        return [Comparison(**row) for row in child.ask(**question)]
