"""Our own client against the live emulator: every formatter on every api type, text and chat, plain and streamed.

What the model sees is what the caller wrote, for any text, and the journal has nothing to remark. The same table
with LangChain's classes is in `community/`, where the journal remarks on every prompt.
"""

import asyncio

import pytest

import azureml_endpoint as client
from azureml_emulator import Deployment, Fixed

pytestmark = pytest.mark.filterwarnings("ignore:.*ContentFormatter.*deprecated")

TEXTS = {
    "plain": "What is a prompt",
    "nasty": 'She said "so",\nand wrote C:\\new\tand more',
    "unicode": "👩‍👩‍👧 汉字 \u2028 \x85 é",
    "controls": "nul \x00 and \x7f",
    "surrogate": "half \ud83d of a pair",
}
each_text = pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in TEXTS.items()])

COMPLETION = [
    ("GPT2ContentFormatter", "dedicated", "gpt2"),
    ("OSSContentFormatter", "dedicated", "gpt2"),
    ("HFContentFormatter", "dedicated", "huggingface"),
    ("DollyContentFormatter", "dedicated", "dolly"),
    ("CustomOpenAIContentFormatter", "dedicated", "llama"),
    ("CustomOpenAIContentFormatter", "serverless", "completions"),
    ("LlamaContentFormatter", "dedicated", "llama"),
    ("LlamaContentFormatter", "serverless", "completions"),
]
CHAT = [
    ("CustomOpenAIChatContentFormatter", "dedicated", "llama-chat"),
    ("CustomOpenAIChatContentFormatter", "serverless", "chat"),
    ("LlamaChatContentFormatter", "dedicated", "llama-chat"),
    ("LlamaChatContentFormatter", "serverless", "chat"),
    ("MistralChatContentFormatter", "serverless", "chat"),
]
each_completion = pytest.mark.parametrize(("formatter", "api_type", "schema"), COMPLETION)
each_chat = pytest.mark.parametrize(("formatter", "api_type", "schema"), CHAT)
each_serverless_chat = pytest.mark.parametrize(
    ("formatter", "api_type", "schema"), [row for row in CHAT if row[1] == "serverless"]
)


def model(endpoint, formatter, api_type, **settings):
    kind = client.AzureMLChatOnlineEndpoint if "Chat" in formatter else client.AzureMLOnlineEndpoint
    return kind(
        endpoint_url=endpoint.url,
        endpoint_api_type=api_type,
        endpoint_api_key=settings.pop("key", endpoint.key),
        content_formatter=getattr(client, formatter)(),
        **settings,
    )


@each_text
@each_completion
def test_prompt_arrives_as_written(azureml_emulator, formatter, api_type, schema, text):
    endpoint = azureml_emulator.endpoint(schema)
    answer = model(endpoint, formatter, api_type).invoke(text)
    (call,) = endpoint.calls
    assert (call.prompts, call.notes) == ([text], [])
    assert answer == text


@each_completion
def test_quotes_of_the_callers_own_arrive(azureml_emulator, formatter, api_type, schema):
    """The journal cannot tell them from LangChain's and may remark on them; they arrive all the same."""
    endpoint = azureml_emulator.endpoint(schema)
    assert model(endpoint, formatter, api_type).invoke('"all of it"') == '"all of it"'
    assert endpoint.calls[-1].prompts == ['"all of it"']


@each_text
@each_chat
def test_message_arrives_as_written(azureml_emulator, formatter, api_type, schema, text):
    endpoint = azureml_emulator.endpoint(schema)
    answer = model(endpoint, formatter, api_type).invoke([("user", text)])
    (call,) = endpoint.calls
    assert (call.messages, call.notes) == ([{"role": "user", "content": text}], [])
    assert answer.content == text


@each_text
@each_serverless_chat
def test_stream_arrives_as_written(azureml_emulator, formatter, api_type, schema, text):
    endpoint = azureml_emulator.endpoint(schema)
    pieces = [chunk.content for chunk in model(endpoint, formatter, api_type).stream([("user", text)])]
    (call,) = endpoint.calls
    assert (call.stream, call.prompts, call.notes) == (True, [text], [])
    assert "".join(pieces) == text
    assert len(pieces) > 1


@each_text
def test_completion_stream_arrives_as_written(azureml_emulator, text):
    endpoint = azureml_emulator.endpoint("completions")
    pieces = list(model(endpoint, "CustomOpenAIContentFormatter", "serverless").stream(text))
    (call,) = endpoint.calls
    assert (call.stream, call.prompts) == (True, [text])
    assert "".join(pieces) == text


def test_usage_and_finish_reason_of_a_stream(azureml_emulator):
    endpoint = azureml_emulator.endpoint("chat")
    chunks = list(model(endpoint, "CustomOpenAIChatContentFormatter", "serverless").stream([("user", "a b c")]))
    usage = [chunk.usage_metadata for chunk in chunks if chunk.usage_metadata]
    assert len(usage) == 1
    assert usage[0]["output_tokens"] == 3
    assert "stop" in [chunk.response_metadata.get("finish_reason") for chunk in chunks]


@each_completion
def test_awaited_batch(azureml_emulator, formatter, api_type, schema):
    endpoint = azureml_emulator.endpoint(schema)
    prompts = [f"number {n}" for n in range(8)]
    assert asyncio.run(model(endpoint, formatter, api_type).abatch(prompts)) == prompts
    assert sorted(call.prompts[0] for call in endpoint.calls) == prompts


@each_completion
def test_parameters_end_with_the_call(azureml_emulator, formatter, api_type, schema):
    endpoint = azureml_emulator.endpoint(schema)
    llm = model(endpoint, formatter, api_type, model_kwargs={"temperature": 0.8})
    llm.invoke("x", stop=["END"], temperature=0.5)
    llm.invoke("x")
    assert [call.parameters for call in endpoint.calls] == [
        {"temperature": 0.5, "stop": ["END"]},
        {"temperature": 0.8},
    ]


@each_completion
def test_deployment_by_header(azureml_emulator, formatter, api_type, schema):
    deployments = (Deployment("blue"), Deployment("green", answer=Fixed("from green")))
    endpoint = azureml_emulator.endpoint(schema, deployments=deployments, traffic={"blue": 100})
    assert model(endpoint, formatter, api_type, deployment_name="green").invoke("x") == "from green"
    assert endpoint.calls[-1].deployment == "green"


@each_completion
def test_errors_are_typed(azureml_emulator, formatter, api_type, schema):
    endpoint = azureml_emulator.endpoint(schema)
    with pytest.raises(client.AuthenticationError) as caught:
        model(endpoint, formatter, api_type, key="wrong").invoke("x")
    assert caught.value.status == 401
    with pytest.raises(client.NotFoundError, match="Specified deployment could not be found"):
        model(endpoint, formatter, api_type, deployment_name="red").invoke("x")


def test_wrong_formatter_says_what_the_model_said(azureml_emulator):
    endpoint = azureml_emulator.endpoint("gpt2")
    with pytest.raises(client.ModelError, match="inputs") as caught:
        model(endpoint, "LlamaContentFormatter", "dedicated").invoke("x")
    assert caught.value.status == 424
    assert caught.value.model_status in (400, "400")
