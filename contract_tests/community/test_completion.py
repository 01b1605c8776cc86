"""langchain-community's `AzureMLOnlineEndpoint`, unmodified, against every shape its formatters speak.

Its formatters escape a prompt by hand before JSON does it again, and most wrap it in quotes. The emulator must take
that as Azure does: the model sees the mangled text, and the journal says so.
"""

import asyncio
import json
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError

import pytest
from langchain_community.llms import azureml_endpoint
from langchain_community.llms.azureml_endpoint import (
    AzureMLOnlineEndpoint,
    ContentFormatterBase,
    CustomOpenAIContentFormatter,
    DollyContentFormatter,
    GPT2ContentFormatter,
    HFContentFormatter,
    LlamaContentFormatter,
    OSSContentFormatter,
)

from azureml_emulator import Deployment, Fixed
from contract_tests.community.referee import KNOWN, VERSION

PLAIN = "What is a prompt"


def escaped(text: str) -> str:
    """LangChain's escaping by hand."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


def quoted(text: str) -> str:
    return f'"{text}"'


@dataclass(frozen=True)
class Case:
    """A formatter on an api type, the wire shape it speaks, and what it makes of a prompt."""

    formatter: type[ContentFormatterBase]
    api_type: str
    schema: str
    mangled: Any
    note: str
    deprecated: bool = False

    def __str__(self) -> str:
        return f"{self.formatter.__name__}-{self.api_type}"

    def model(self, endpoint: Any, **settings: Any) -> AzureMLOnlineEndpoint:
        return AzureMLOnlineEndpoint(
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


def quoted_and_escaped(text: str) -> str:
    return quoted(escaped(text))


TWICE = "arrived quoted and escaped twice"
WRAPPED = "arrived wrapped in literal quotes"
PERHAPS = "looks escaped twice"

CASES = [
    Case(GPT2ContentFormatter, "dedicated", "gpt2", quoted_and_escaped, TWICE),
    Case(OSSContentFormatter, "dedicated", "gpt2", quoted_and_escaped, TWICE, deprecated=True),
    Case(HFContentFormatter, "dedicated", "huggingface", quoted, WRAPPED),
    Case(DollyContentFormatter, "dedicated", "dolly", quoted_and_escaped, TWICE),
    Case(CustomOpenAIContentFormatter, "dedicated", "llama", quoted_and_escaped, TWICE),
    Case(CustomOpenAIContentFormatter, "serverless", "completions", escaped, PERHAPS),
    Case(LlamaContentFormatter, "dedicated", "llama", quoted_and_escaped, TWICE, deprecated=True),
    Case(LlamaContentFormatter, "serverless", "completions", escaped, PERHAPS, deprecated=True),
]
each = pytest.mark.parametrize("case", CASES, ids=str)


def test_this_is_a_referee():
    assert VERSION in KNOWN


@pytest.mark.filterwarnings("ignore:.*deprecated:UserWarning")
def test_no_formatter_is_left_out():
    """Every formatter of the module, on every api type it says it supports, is a case here."""
    formatters = [
        one
        for one in vars(azureml_endpoint).values()
        if isinstance(one, type) and issubclass(one, ContentFormatterBase) and one is not ContentFormatterBase
    ]
    supported = {(one, api_type.value) for one in formatters for api_type in one().supported_api_types}
    assert supported == {(case.formatter, case.api_type) for case in CASES}


@each
def test_answer_comes_back(azureml_emulator, case):
    endpoint = azureml_emulator.endpoint(case.schema)
    assert case.model(endpoint).invoke(PLAIN) == case.mangled(PLAIN)
    (call,) = endpoint.calls
    assert (call.status, call.deployment, call.stream) == (200, "default", False)
    assert call.prompts == [case.mangled(PLAIN)]


@each
def test_journal_tells_that_the_prompt_was_mangled(azureml_emulator, case, nasty):
    endpoint = azureml_emulator.endpoint(case.schema)
    seen = case.mangled(nasty)
    assert case.model(endpoint).invoke(nasty) == seen
    (call,) = endpoint.calls
    assert call.prompts == [seen]
    assert seen != nasty
    (note,) = call.notes
    assert case.note in note
    assert (repr(nasty) in note) == (case.note != WRAPPED)


@each
def test_parameters(azureml_emulator, case):
    endpoint = azureml_emulator.endpoint(case.schema)
    limit = "max_tokens" if case.schema == "completions" else "max_new_tokens"  # else it is extra
    model = case.model(endpoint, model_kwargs={"temperature": 0.8, limit: 400})
    model.invoke(PLAIN, stop=["END"], temperature=0.5)
    (call,) = endpoint.calls
    assert call.parameters == {"temperature": 0.5, limit: 400, "stop": ["END"]}


@each
def test_batch(azureml_emulator, case):
    endpoint = azureml_emulator.endpoint(case.schema)
    prompts = [f"number {n}" for n in range(4)]
    assert case.model(endpoint).batch(prompts) == [case.mangled(one) for one in prompts]
    assert [call.prompts for call in endpoint.calls] == [[case.mangled(one)] for one in prompts]


@each
def test_awaited(azureml_emulator, case):
    endpoint = azureml_emulator.endpoint(case.schema)
    model = case.model(endpoint)

    async def ask() -> list[str]:
        return await asyncio.gather(*(model.ainvoke(f"number {n}") for n in range(4)))

    assert asyncio.run(ask()) == [case.mangled(f"number {n}") for n in range(4)]


@each
def test_stream_is_one_chunk(azureml_emulator, case):
    endpoint = azureml_emulator.endpoint(case.schema)
    assert list(case.model(endpoint).stream(PLAIN)) == [case.mangled(PLAIN)]


@each
def test_deployment_by_header(azureml_emulator, case):
    endpoint = azureml_emulator.endpoint(
        case.schema,
        deployments=(Deployment("blue"), Deployment("green", answer=Fixed("from green"))),
        traffic={"blue": 100},
    )
    assert case.model(endpoint).invoke(PLAIN) == case.mangled(PLAIN)
    assert case.model(endpoint, deployment_name="green").invoke(PLAIN) == "from green"
    assert [call.deployment for call in endpoint.calls] == ["blue", "green"]


def failing(model: AzureMLOnlineEndpoint) -> tuple[int, str, dict[str, str]]:
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
    assert endpoint.calls[-1].prompts == []


@each
def test_unknown_deployment(azureml_emulator, case):
    endpoint = azureml_emulator.endpoint(case.schema)
    status, body, _ = failing(case.model(endpoint, deployment_name="red"))
    assert (status, body) == (404, "Specified deployment could not be found")


@pytest.mark.parametrize("case", [case for case in CASES if case.api_type == "dedicated"], ids=str)
def test_wrong_formatter_for_a_dedicated_model(azureml_emulator, case):
    """The container refuses the body, and Azure's front door makes a 424 of it."""
    endpoint = azureml_emulator.endpoint("summarization" if case.schema != "huggingface" else "gpt2")
    status, body, headers = failing(case.model(endpoint))
    assert status == 424
    assert "inputs" in json.loads(body)["message"]
    assert headers["ms-azureml-model-error-reason"] == "model_error"
    assert headers["ms-azureml-model-error-statuscode"] == "400"
    assert "inputs" in endpoint.calls[-1].notes[0]


@pytest.mark.parametrize("case", [case for case in CASES if case.api_type == "serverless"], ids=str)
def test_chat_route_for_a_text_formatter(azureml_emulator, case):
    """LangChain's text class sends a `prompt` to the chat route too; a serverless model refuses as itself."""
    endpoint = azureml_emulator.endpoint("chat")
    status, body, headers = failing(case.model(endpoint))
    assert status == 422
    assert json.loads(body)["error"]["details"][0]["loc"] == ["body", "messages"]
    assert "ms-azureml-model-error-statuscode" not in headers
