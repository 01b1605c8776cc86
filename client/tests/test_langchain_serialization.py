"""LangChain's models written by `langchain_core.load.dumps` and read again."""

import json
from typing import Any

import pytest
from langchain_core.load import dumpd, dumps, loads
from langchain_core.prompts import PromptTemplate
from langchain_core.runnables import RunnableSequence

from azureml_endpoint.langchain import (
    AzureMLChatOnlineEndpoint,
    AzureMLOnlineEndpoint,
    ContentFormatterBase,
    CustomOpenAIChatContentFormatter,
    CustomOpenAIContentFormatter,
    GPT2ContentFormatter,
    Timeout,
)

from .conftest import KEY

URL = "https://e.r.inference.ml.azure.com/score"
pytestmark = pytest.mark.filterwarnings("ignore::langchain_core._api.beta_decorator.LangChainBetaWarning")


def llm(**settings: Any) -> AzureMLOnlineEndpoint:
    defaults = {"endpoint_url": URL, "endpoint_api_key": KEY, "content_formatter": CustomOpenAIContentFormatter()}
    return AzureMLOnlineEndpoint(**{**defaults, **settings})


def chat(**settings: Any) -> AzureMLChatOnlineEndpoint:
    defaults = {"endpoint_url": URL, "endpoint_api_key": KEY, "content_formatter": CustomOpenAIChatContentFormatter()}
    return AzureMLChatOnlineEndpoint(**{**defaults, **settings})


def again(model: Any, **settings: Any) -> Any:
    written = dumps(model)
    assert KEY not in written
    return loads(written, allowed_objects=[type(model)], valid_namespaces=["azureml_endpoint"], **settings)


@pytest.mark.parametrize("make", [llm, chat])
@pytest.mark.parametrize("timeout", [7.5, (1, 2), Timeout(connect=1, total=9)])
def test_there_and_back(make: Any, timeout: Any) -> None:
    model = make(deployment_name="blue", timeout=timeout, max_retries=3, model_kwargs={"temperature": 0.5}, name="n")
    read = again(model, secrets_map={"AZUREML_ENDPOINT_API_KEY": "another"})
    assert read.endpoint_api_key.get_secret_value() == "another"
    read.endpoint_api_key = KEY
    assert read == model
    assert read.name == "n"


def test_a_formatter_with_settings() -> None:
    compatible = llm(content_formatter=GPT2ContentFormatter(langchain_compatible=True))
    read = again(compatible, secrets_map={"AZUREML_ENDPOINT_API_KEY": KEY})
    assert read.content_formatter == GPT2ContentFormatter(langchain_compatible=True)


def test_the_key_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AZUREML_ENDPOINT_API_KEY", raising=False)
    with pytest.raises(ValueError, match="Did not find endpoint_api_key"):
        again(chat())
    monkeypatch.setenv("AZUREML_ENDPOINT_API_KEY", KEY)
    assert again(chat()) == chat()


def test_nothing_else_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    model = chat()
    monkeypatch.setenv("AZUREML_DEPLOYMENT_NAME", "blue")
    monkeypatch.setenv("AZUREML_ENDPOINT_API_KEY", KEY)
    assert again(model) == model


def test_a_chain_is_written_too() -> None:
    chain = PromptTemplate.from_template("{x}") | llm()
    written = dumps(chain)
    assert '"not_implemented"' not in written
    allowed: list[Any] = [RunnableSequence, PromptTemplate, AzureMLOnlineEndpoint]
    namespaces = ["azureml_endpoint"]
    read = loads(written, allowed_objects=allowed, valid_namespaces=namespaces, secrets_map={
        "AZUREML_ENDPOINT_API_KEY": KEY,
    })  # fmt: skip
    assert read.last == llm()


def test_an_assignment_is_written() -> None:
    model = llm()
    before = model._serialized
    model.deployment_name = "green"
    assert model._serialized != before
    assert model._serialized["kwargs"]["deployment_name"] == "green"


class Foreign(ContentFormatterBase):
    """A formatter that cannot be made again."""

    def __init__(self, separator: object) -> None:
        self.parts = [separator]


def test_what_cannot_be_made_again_is_named_only() -> None:
    written = dumpd(llm(content_formatter=Foreign(object())))
    assert written["type"] == "not_implemented"
    assert KEY not in json.dumps(written)


def test_a_written_formatter_must_be_one_of_ours() -> None:
    with pytest.raises(ValueError, match="is not one of ours and is not imported"):
        llm(content_formatter={"class": "os.system", "settings": {}})


class TestKeyUnderLangChainsName:
    @pytest.mark.parametrize("make", [llm, chat])
    def test_it_is_the_key(self, make: Any) -> None:
        model = make(endpoint_api_key=None, api_key=KEY)
        assert model.endpoint_api_key.get_secret_value() == KEY
        assert make(api_key=None) == model

    def test_not_beside_ours(self) -> None:
        with pytest.raises(ValueError, match="api_key is LangChain's name for endpoint_api_key: pass one"):
            llm(api_key="another")
