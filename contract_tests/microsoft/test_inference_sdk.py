"""Microsoft's own azure-ai-inference SDK, unmodified, gets along with the serverless endpoints.

Completions, plain and streamed, sync and async; tools there and back; JSON under a schema; embeddings of texts and
images; what the model is; and extra parameters, refused and passed through.
"""

import asyncio
import base64
import json
from struct import unpack

import jsonschema
import pytest
from azure.ai.inference import ChatCompletionsClient, EmbeddingsClient, ImageEmbeddingsClient, load_client
from azure.ai.inference.aio import ChatCompletionsClient as AsyncChatCompletionsClient
from azure.ai.inference.models import (
    AssistantMessage,
    ChatCompletionsNamedToolChoice,
    ChatCompletionsNamedToolChoiceFunction,
    ChatCompletionsToolDefinition,
    FunctionDefinition,
    ImageEmbeddingInput,
    JsonSchemaFormat,
    SystemMessage,
    ToolMessage,
    UserMessage,
)
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

ASKED = 'Say "hi",\nthen C:\\bye 👋'
MESSAGES = [SystemMessage("Be brief."), UserMessage(ASKED)]
FERRY = ChatCompletionsToolDefinition(
    function=FunctionDefinition(
        name="ferry_times",
        description="Lists the ferries between two harbours on a day",
        parameters={
            "type": "object",
            "properties": {
                "origin": {"type": "string"},
                "destination": {"type": "string"},
                "class": {"enum": ["deck", "cabin"]},
                "passengers": {"type": "integer", "minimum": 1},
            },
            "required": ["origin", "destination", "class", "passengers"],
            "additionalProperties": False,
        },
    )
)
MENU = ChatCompletionsToolDefinition(
    function=FunctionDefinition(name="menu", description="Shows what there is to eat")
)
PIXEL = (
    "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture(params=["", "/models"])
def base(request):
    return request.param


def client_of(kind, endpoint, base="", **settings):
    return kind(endpoint.base_url + base, AzureKeyCredential(endpoint.key), retry_total=0, **settings)


@pytest.fixture
def chat(azureml_emulator):
    return azureml_emulator.endpoint("chat", model="Phi-3.5-mini-instruct")


@pytest.fixture
def chatting(chat):
    with client_of(ChatCompletionsClient, chat) as client:
        yield client


def test_complete(chat, base):
    with client_of(ChatCompletionsClient, chat, base) as client:
        answer = client.complete(
            messages=MESSAGES, temperature=0.5, max_tokens=200, seed=7, stop=["END"], model="any"
        )
    (choice,) = answer.choices
    assert (choice.message.role, choice.message.content, choice.finish_reason) == ("assistant", ASKED, "stop")
    assert choice.message.tool_calls is None
    assert answer.model == "Phi-3.5-mini-instruct"
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 2
    (call,) = chat.calls
    assert call.path == base + "/chat/completions"
    assert call.parameters == {"temperature": 0.5, "max_tokens": 200, "seed": 7, "stop": ["END"]}
    assert call.client_request_id


def test_stream(chatting):
    updates = list(chatting.complete(messages=MESSAGES, stream=True))
    assert "".join(one.choices[0].delta.content for one in updates) == ASKED
    assert len(updates) > 3
    assert updates[0].choices[0].delta.role == "assistant"
    assert updates[-1].choices[0].finish_reason == "stop"
    assert updates[-1].usage.completion_tokens == len(updates) - 2


def test_stream_with_a_chunk_of_its_own_for_usage(chatting):
    extras = {"stream_options": {"include_usage": True}}
    *updates, last = chatting.complete(messages=MESSAGES, stream=True, model_extras=extras)
    assert "".join(one.choices[0].delta.content for one in updates) == ASKED
    assert last.choices == []
    assert last.usage.completion_tokens == len(updates) - 2


def test_complete_async(chat):
    async def ask():
        async with client_of(AsyncChatCompletionsClient, chat) as client:
            answer = await client.complete(messages=MESSAGES)
            stream = await client.complete(messages=MESSAGES, stream=True)
            return answer.choices[0].message.content, [one.choices[0].delta.content async for one in stream]

    whole, pieces = asyncio.run(ask())
    assert (whole, "".join(pieces)) == (ASKED, ASKED)


def test_tools_there_and_back(chatting):
    asked = [UserMessage("Which ferries go from 'Oban' to 'Craignure' for 3 passengers in a cabin?")]
    answer = chatting.complete(messages=asked, tools=[MENU, FERRY])
    (choice,) = answer.choices
    assert (choice.finish_reason, choice.message.content) == ("tool_calls", "")
    (call,) = choice.message.tool_calls
    assert call.function.name == "ferry_times"
    arguments = json.loads(call.function.arguments)
    jsonschema.validate(arguments, FERRY.function.parameters)
    assert {arguments["origin"], arguments["destination"]} == {"Oban", "Craignure"}
    assert (arguments["class"], arguments["passengers"]) == ("cabin", 3)
    said = [*asked, AssistantMessage(tool_calls=[call]), ToolMessage("at 9 and at 11", tool_call_id=call.id)]
    then = chatting.complete(messages=said, tools=[MENU, FERRY])
    assert (then.choices[0].finish_reason, then.choices[0].message.content) == ("stop", "at 9 and at 11")
    assert then.choices[0].message.tool_calls is None


def test_tool_choice(chatting):
    def chosen(choice):
        answer = chatting.complete(messages=[UserMessage("ferry")], tools=[FERRY, MENU], tool_choice=choice)
        return [one.function.name for one in answer.choices[0].message.tool_calls or []]

    menu = ChatCompletionsNamedToolChoice(function=ChatCompletionsNamedToolChoiceFunction(name="menu"))
    assert [chosen(one) for one in ("none", "auto", "required", menu)] == [
        [],
        ["ferry_times"],
        ["ferry_times"],
        ["menu"],
    ]


def test_streamed_tool_call(chatting):
    updates = chatting.complete(messages=[UserMessage("ferry from 'Oban'")], tools=[FERRY], stream=True)
    deltas = [one.choices[0] for one in updates]
    calls = [call for one in deltas for call in one.delta.tool_calls or []]
    assert calls[0].id
    assert calls[0].function.name == "ferry_times"
    arguments = json.loads("".join(call.function.arguments for call in calls))
    jsonschema.validate(arguments, FERRY.function.parameters)
    assert deltas[-1].finish_reason == "tool_calls"


def test_json_under_a_schema(chatting):
    schema = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "stars": {"type": "integer", "minimum": 1, "maximum": 5}},
        "required": ["name", "stars"],
        "additionalProperties": False,
    }
    form = JsonSchemaFormat(name="review", schema=schema, strict=True)
    answer = chatting.complete(messages=[UserMessage("Review 'The Lobster' with 4 stars")], response_format=form)
    review = json.loads(answer.choices[0].message.content)
    jsonschema.validate(review, schema)
    assert review == {"name": "The Lobster", "stars": 4}


def test_json_mode(chatting):
    answer = chatting.complete(messages=[UserMessage("Tell")], response_format="json_object")
    assert json.loads(answer.choices[0].message.content) == {"answer": "Tell"}


def test_what_the_model_is(chat, chatting):
    told = chatting.get_model_info()
    assert told == {
        "model_type": "chat-completion",
        "model_provider_name": "Microsoft",
        "model_name": "Phi-3.5-mini-instruct",
    }


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ("chat", ChatCompletionsClient),
        ("embeddings", EmbeddingsClient),
        ("serverless-image-embeddings", ImageEmbeddingsClient),
    ],
)
def test_load_client(azureml_emulator, schema, kind):
    endpoint = azureml_emulator.endpoint(schema)
    with client_of(load_client, endpoint) as client:
        assert type(client) is kind


def test_load_client_where_the_model_does_not_tell(azureml_emulator):
    endpoint = azureml_emulator.endpoint("cohere-rerank")
    with pytest.raises(ResourceNotFoundError) as caught:
        client_of(load_client, endpoint)
    assert "`/info` route not supported" in caught.value.message


def test_extra_parameters_are_refused(chat):
    with client_of(ChatCompletionsClient, chat) as client, pytest.raises(HttpResponseError) as caught:
        client.complete(body={"messages": [{"role": "user", "content": "x"}], "n": 2, "top_k": 3})
    assert caught.value.status_code == 400
    assert json.loads(caught.value.response.text()) == {
        "detail": "Extra parameters ['n', 'top_k'] are not allowed when extra-parameters is not set or set to be "
        "'error'. Set extra-parameters to 'pass-through' to pass to the model."
    }


def test_extra_parameters_pass_through(chat, chatting):
    answer = chatting.complete(messages=MESSAGES, model_extras={"n": 2, "logprobs": True, "safe_prompt": True})
    assert [one.index for one in answer.choices] == [0, 1]
    assert len(answer.choices[0]["logprobs"]["content"]) == answer.usage.completion_tokens / 2
    assert chat.calls[-1].parameters == {"n": 2, "logprobs": True, "safe_prompt": True}


def test_a_wrong_key_is_401(chat):
    with (
        ChatCompletionsClient(chat.base_url, AzureKeyCredential("wrong"), retry_total=0) as client,
        pytest.raises(HttpResponseError) as caught,
    ):
        client.complete(messages=MESSAGES)
    assert (caught.value.status_code, caught.value.error.code) == (401, "401")


def test_content_filter(azureml_emulator):
    endpoint = azureml_emulator.endpoint(
        "chat", content_filter=["dynamite"], answer={"type": "fixed", "text": "a dynamite b"}
    )
    with client_of(ChatCompletionsClient, endpoint) as client:
        with pytest.raises(HttpResponseError) as caught:
            client.complete(messages=[UserMessage("Where to buy Dynamite?")])
        assert (caught.value.status_code, caught.value.error.code) == (400, "content_filter")
        (choice,) = client.complete(messages=[UserMessage("hello")]).choices
        assert (choice.message.content, choice.finish_reason) == ("a ", "content_filter")
        *_, last = client.complete(messages=[UserMessage("hello")], stream=True)
        assert last.choices[0].finish_reason == "content_filter"


def test_embeddings(azureml_emulator, base):
    endpoint = azureml_emulator.endpoint("embeddings", model="text-embedding-3-small")
    with client_of(EmbeddingsClient, endpoint, base) as client:
        whole = client.embed(input=["one text", "another"], input_type="query")
        packed = client.embed(input=["one text"], encoding_format="base64", dimensions=64)
    assert [one.index for one in whole.data] == [0, 1]
    assert {len(one.embedding) for one in whole.data} == {1536}
    assert sum(number**2 for number in whole.data[0].embedding) == pytest.approx(1, abs=1e-4)
    assert whole.usage.total_tokens == whole.usage.prompt_tokens == 4
    numbers = unpack("<64f", base64.b64decode(packed.data[0].embedding))
    assert sum(number**2 for number in numbers) == pytest.approx(1, abs=1e-4)


def test_image_embeddings(azureml_emulator):
    endpoint = azureml_emulator.endpoint("cohere-embed", model="Cohere-embed-v3-english")
    with client_of(ImageEmbeddingsClient, endpoint) as client:
        one, other = client.embed(
            input=[ImageEmbeddingInput(image=PIXEL), ImageEmbeddingInput(image=PIXEL, text="a dot")]
        ).data
        assert client.get_model_info().model_provider_name == "Cohere"
    assert len(one.embedding) == len(other.embedding) == 1024
    assert one.embedding != other.embedding
