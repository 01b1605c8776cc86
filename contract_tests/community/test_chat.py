"""langchain-community's `AzureMLChatOnlineEndpoint`, unmodified: each formatter, plain and streamed.

Its formatters escape every message by hand, unquoted. Streaming goes through the `openai` SDK, which sends nulls
for model and stop, and works on the one URL that ends in `/models/chat/completions`.
"""

import asyncio
import gc
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError

import openai
import pytest
from langchain_community.chat_models import azureml_endpoint
from langchain_community.chat_models.azureml_endpoint import (
    AzureMLChatOnlineEndpoint,
    CustomOpenAIChatContentFormatter,
    LlamaChatContentFormatter,
    MistralChatContentFormatter,
)
from langchain_community.llms.azureml_endpoint import ContentFormatterBase
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

from azureml_emulator import Deployment, Fixed

PLAIN = "What is a message"


def escaped(text: str) -> str:
    """LangChain's escaping by hand."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


@dataclass(frozen=True)
class Case:
    """A formatter on an api type, and the wire shape it speaks."""

    formatter: type[ContentFormatterBase]
    api_type: str
    schema: str
    deprecated: bool = False

    def __str__(self) -> str:
        return f"{self.formatter.__name__}-{self.api_type}"

    def model(self, endpoint: Any, **settings: Any) -> AzureMLChatOnlineEndpoint:
        return AzureMLChatOnlineEndpoint(
            endpoint_url=endpoint.url,
            endpoint_api_type=self.api_type,
            endpoint_api_key=settings.pop("key", endpoint.key),
            content_formatter=self.made(),
            **settings,
        )

    def made(self) -> ContentFormatterBase:
        if not self.deprecated:
            return self.formatter()
        with pytest.warns(UserWarning, match="deprecated"):
            return self.formatter()


CASES = [
    Case(CustomOpenAIChatContentFormatter, "dedicated", "llama-chat"),
    Case(CustomOpenAIChatContentFormatter, "serverless", "chat"),
    Case(LlamaChatContentFormatter, "dedicated", "llama-chat", deprecated=True),
    Case(LlamaChatContentFormatter, "serverless", "chat", deprecated=True),
    Case(MistralChatContentFormatter, "serverless", "chat", deprecated=True),
]
each = pytest.mark.parametrize("case", CASES, ids=str)
each_serverless = pytest.mark.parametrize("case", [case for case in CASES if case.api_type == "serverless"], ids=str)


def streaming(test: Any) -> Any:
    """Tolerate what LangChain does to stream: a method that pydantic deprecated, and SDK clients never closed."""
    for ignored in ("The `dict` method:pydantic.warnings.PydanticDeprecatedSince20", "unclosed:ResourceWarning"):
        test = pytest.mark.filterwarnings(f"ignore:{ignored}")(test)
    return pytest.mark.usefixtures("_leftovers")(test)


@pytest.fixture
def _leftovers() -> Iterator[None]:
    """Collect the unclosed clients within the test that made them."""
    yield
    gc.collect()


@pytest.mark.filterwarnings("ignore:.*deprecated:UserWarning")
def test_no_formatter_is_left_out():
    """Mistral's says that it supports dedicated endpoints too, and then refuses every call to one."""
    chat = [
        one
        for one in vars(azureml_endpoint).values()
        if isinstance(one, type) and issubclass(one, ContentFormatterBase) and "Chat" in one.__name__
    ]
    supported = {(one, api_type.value) for one in chat for api_type in one().supported_api_types}
    assert supported - {(MistralChatContentFormatter, "dedicated")} == {
        (case.formatter, case.api_type) for case in CASES
    }


@each
def test_answer_comes_back(azureml_emulator, case):
    endpoint = azureml_emulator.endpoint(case.schema)
    answer = case.model(endpoint).invoke([HumanMessage(PLAIN)])
    assert isinstance(answer, AIMessage)
    assert answer.content == PLAIN
    if case.api_type == "serverless":
        assert answer.response_metadata["finish_reason"] == "stop"
    (call,) = endpoint.calls
    assert call.messages == [{"role": "user", "content": PLAIN}]
    assert call.notes == []


@each
def test_conversation(azureml_emulator, case):
    endpoint = azureml_emulator.endpoint(case.schema)
    said = [SystemMessage("Be brief."), HumanMessage("One?"), AIMessage("Two."), HumanMessage(PLAIN)]
    assert case.model(endpoint).invoke(said).content == PLAIN
    roles = [("system", "Be brief."), ("user", "One?"), ("assistant", "Two."), ("user", PLAIN)]
    if case.formatter is MistralChatContentFormatter:
        roles = [("user", "Be brief.\n\nOne?"), *roles[2:]]
    (call,) = endpoint.calls
    assert [(one["role"], one["content"]) for one in call.messages] == roles


@each
def test_journal_tells_that_the_message_was_mangled(azureml_emulator, case, nasty):
    endpoint = azureml_emulator.endpoint(case.schema)
    assert case.model(endpoint).invoke([HumanMessage(nasty)]).content == escaped(nasty)
    (call,) = endpoint.calls
    assert call.prompts == [escaped(nasty)]
    (note,) = call.notes
    assert "looks escaped twice" in note
    assert repr(nasty) in note


@each
def test_parameters(azureml_emulator, case):
    endpoint = azureml_emulator.endpoint(case.schema)
    model = case.model(endpoint, model_kwargs={"temperature": 0.8, "max_tokens": 40})
    model.invoke(PLAIN, stop=["END"], temperature=0.5)
    (call,) = endpoint.calls
    assert call.parameters == {"temperature": 0.5, "max_tokens": 40, "stop": ["END"]}


@each
def test_batch_and_awaited(azureml_emulator, case):
    endpoint = azureml_emulator.endpoint(case.schema)
    model = case.model(endpoint)
    prompts = [f"number {n}" for n in range(4)]
    assert [one.content for one in model.batch(prompts)] == prompts

    async def ask() -> list[str]:
        return [one.content for one in await asyncio.gather(*map(model.ainvoke, prompts))]

    assert asyncio.run(ask()) == prompts
    assert sorted(call.prompts[0] for call in endpoint.calls) == sorted(prompts * 2)


@each
def test_deployment_by_header(azureml_emulator, case):
    endpoint = azureml_emulator.endpoint(
        case.schema,
        deployments=(Deployment("blue"), Deployment("green", answer=Fixed("from green"))),
        traffic={"blue": 100},
    )
    assert case.model(endpoint).invoke(PLAIN).content == PLAIN
    assert case.model(endpoint, deployment_name="green").invoke(PLAIN).content == "from green"
    assert [call.deployment for call in endpoint.calls] == ["blue", "green"]


def failing(model: AzureMLChatOnlineEndpoint) -> tuple[int, str, dict[str, str]]:
    """Invoke, and give status, body and headers of the error that urllib raises."""
    with pytest.raises(HTTPError) as caught:
        model.invoke(PLAIN)
    with caught.value as error:
        return error.code, error.read().decode(), dict(error.headers)


@each
def test_wrong_key(azureml_emulator, case):
    endpoint = azureml_emulator.endpoint(case.schema)
    status, body, _ = failing(case.model(endpoint, key="wrong"))
    assert status == 401
    assert body == "key_auth_access_denied" or json.loads(body)["error"]["code"] == "401"


@each
def test_unknown_deployment(azureml_emulator, case):
    endpoint = azureml_emulator.endpoint(case.schema)
    found = failing(case.model(endpoint, deployment_name="red"))[:2]
    assert found == (404, "Specified deployment could not be found")


@pytest.mark.parametrize("case", [case for case in CASES if case.api_type == "dedicated"], ids=str)
def test_chat_formatter_for_a_text_model(azureml_emulator, case):
    endpoint = azureml_emulator.endpoint("llama")
    status, body, headers = failing(case.model(endpoint))
    assert status == 424
    assert "input_data.input_string[0]" in json.loads(body)["message"]
    assert headers["ms-azureml-model-error-statuscode"] == "400"


@streaming
@each_serverless
def test_stream(azureml_emulator, case, nasty):
    endpoint = azureml_emulator.endpoint(case.schema)
    chunks = list(case.model(endpoint).stream([SystemMessage("Be brief."), HumanMessage(nasty)]))
    assert len(chunks) > 3
    whole = sum(chunks[1:], chunks[0])
    assert whole.content == escaped(nasty)
    assert whole.response_metadata["finish_reason"] == "stop"
    (call,) = endpoint.calls
    assert call.stream
    assert call.path == "/models/chat/completions"
    assert [one["role"] for one in call.messages] == ["system", "user"]
    assert call.prompts == [escaped(nasty)]
    assert "looks escaped twice" in call.notes[0]


@streaming
@each_serverless
def test_stream_awaited(azureml_emulator, case):
    endpoint = azureml_emulator.endpoint(case.schema)
    model = case.model(endpoint)

    async def ask() -> str:
        return "".join([chunk.content async for chunk in model.astream(PLAIN)])

    assert asyncio.run(ask()) == PLAIN


@streaming
@each_serverless
def test_stream_with_a_wrong_key(azureml_emulator, case):
    endpoint = azureml_emulator.endpoint(case.schema)
    with pytest.raises(openai.AuthenticationError) as caught:
        list(case.model(endpoint, key="wrong").stream(PLAIN))
    assert "Access denied due to invalid subscription key" in caught.value.response.text
