"""Finding and making the client that somebody named."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from azureml_bench import clients, shape
from azureml_bench.endpoint_class import CHAT, FORMATTERS, called, is_endpoint_class
from azureml_bench.overhead.named import factory, imported
from azureml_bench.overhead.theirs import NotMade
from azureml_bench.overhead.wanted import wire

URL, KEY = "http://127.0.0.1:9/score", "a-key-that-nobody-may-see"
SOURCE = """
from types import SimpleNamespace

def plain(url, key):
    return lambda prompt: f"{url} {prompt}"

class GPT2ContentFormatter: ...
class Other: ...

class Endpoint:
    def __init__(self, *, endpoint_url, endpoint_api_key, endpoint_api_type, content_formatter):
        self.told = [endpoint_url, endpoint_api_key, endpoint_api_type, type(content_formatter).__name__]

    def invoke(self, prompt):
        return " ".join([*self.told, prompt])

number = 7
"""


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "somebodys.py").write_text(SOURCE, encoding="utf-8")
    (tmp_path / "broken.py").write_text("raise ValueError('no,\\nnot today')", encoding="utf-8")
    (tmp_path / "leaving.py").write_text("import sys\nsys.exit(3)", encoding="utf-8")
    (tmp_path / "hungry.py").write_text("import no_such_library_of_anybody", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    sys.modules.pop("somebodys", None)


@pytest.mark.usefixtures("there")
def test_a_factory_is_given_the_url_and_the_key() -> None:
    call = factory("somebodys:plain")(URL, KEY, wire("gpt2", False))
    assert call("What?") == f"{URL} What?"


@pytest.mark.usefixtures("there")
@pytest.mark.parametrize(("formatter", "used"), [("", "GPT2ContentFormatter"), ("somebodys:Other", "Other")])
def test_a_class_like_langchains_is_made_with_its_fields(formatter: str, used: str) -> None:
    call = factory("somebodys:Endpoint", formatter)(URL, KEY, wire("gpt2", False))
    assert call("What?") == f"{URL} {KEY} dedicated {used} What?"


@pytest.mark.usefixtures("there")
def test_a_class_for_which_no_formatter_is_known() -> None:
    with pytest.raises(LookupError, match="'dolly': say --formatter MODULE:NAME"):
        factory("somebodys:Endpoint")(URL, KEY, wire("dolly", False))


@pytest.mark.usefixtures("there")
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("somebodys:nothing", "somebodys has no 'nothing'"),
        ("somebodys:number", "found a int"),
        ("nowhere:plain", "there is no module 'nowhere'"),
        ("hungry:plain", "there is no module 'no_such_library_of_anybody'"),
        ("broken:plain", "broken cannot be imported: ValueError: no, not today"),
        ("leaving:plain", "leaving cannot be imported: SystemExit: 3"),
        (":plain", "expected MODULE:NAME"),
        ("request", "expected MODULE:FACTORY or one of .*requests-session"),
    ],
)
def test_what_cannot_be_made_says_why(name: str, said: str) -> None:
    with pytest.raises(NotMade, match=said):
        factory(name)


def test_a_library_that_is_missing_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "langchain_community", None)
    monkeypatch.delitem(sys.modules, "langchain_community.llms.azureml_endpoint", raising=False)
    with pytest.raises(NotMade, match="pip install langchain-community"):
        factory("langchain")(URL, KEY, wire("gpt2", False))


def test_every_known_client_says_what_it_is_and_loads_nothing_before_it_is_made() -> None:
    assert {"requests", "requests-session", "aiohttp", "openai", "langchain", "azureml-endpoint"} <= set(
        clients.names()
    )
    for name in clients.names():
        module = clients.module(name)
        assert isinstance(module, ModuleType)
        assert module.__doc__
        assert isinstance(module.SPEAKS, frozenset)
        assert isinstance(module.NEEDS, str)
        assert callable(module.factory)
        assert not {"requests", "aiohttp", "openai"} & vars(module).keys()
    assert clients.module("azureml_endpoint") is clients.module("azureml-endpoint")
    assert clients.module("nobody") is None


def test_our_endpoints_have_langchains_fields_and_its_formatters_names() -> None:
    ours: Any = imported("azureml_endpoint:AzureMLOnlineEndpoint")
    chat: Any = imported("azureml_endpoint:AzureMLChatOnlineEndpoint")
    assert is_endpoint_class(ours)
    assert not is_endpoint_class(str)
    assert not is_endpoint_class(factory)
    for schema in FORMATTERS:
        url = f"http://127.0.0.1:9{shape.known(schema).path}"
        made = chat if schema in CHAT else ours
        assert callable(called(made, None, url, KEY, wire(schema, False)))
