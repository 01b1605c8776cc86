"""The `openai` SDK, which is nobody's here, gets along with the serverless endpoints.

Plain and streamed, sync and async, chat and text; its typed errors for a wrong key and a wrong body; both base
URLs; the deployment header; and the nulls that LangChain makes it send.
"""

import asyncio
from collections.abc import Iterator

import openai
import pytest

from azureml_emulator import Deployment, Fixed

ASKED = 'Say "hi",\nthen C:\\bye 👋'


def base_url(endpoint, prefix: str) -> str:
    return endpoint.base_url + prefix


def sdk(endpoint, prefix: str) -> openai.OpenAI:
    plain = openai.DefaultHttpxClient(verify=False)  # to load certificates takes longer than to call
    return openai.OpenAI(api_key=endpoint.key, base_url=base_url(endpoint, prefix), max_retries=0, http_client=plain)


def sdk_async(endpoint, prefix: str) -> openai.AsyncOpenAI:
    plain = openai.DefaultAsyncHttpxClient(verify=False)
    return openai.AsyncOpenAI(
        api_key=endpoint.key, base_url=base_url(endpoint, prefix), max_retries=0, http_client=plain
    )


@pytest.fixture
def chat(azureml_emulator):
    return azureml_emulator.endpoint("chat")


@pytest.fixture
def completions(azureml_emulator):
    return azureml_emulator.endpoint("completions")


@pytest.fixture
def chatting(chat) -> Iterator[openai.OpenAI]:
    with sdk(chat, "/v1") as client:
        yield client


@pytest.fixture
def completing(completions) -> Iterator[openai.OpenAI]:
    with sdk(completions, "/v1") as client:
        yield client


def messages(text: str = ASKED) -> list[dict[str, str]]:
    return [{"role": "system", "content": "Be brief."}, {"role": "user", "content": text}]


def test_chat(chat, chatting):
    answer = chatting.chat.completions.create(model="any", messages=messages(), temperature=0.5, max_tokens=9)
    assert answer.object == "chat.completion"
    (choice,) = answer.choices
    assert (choice.message.role, choice.message.content, choice.finish_reason) == ("assistant", ASKED, "stop")
    assert choice.message.tool_calls is None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 2
    (call,) = chat.calls
    assert call.messages == messages()
    assert call.parameters == {"temperature": 0.5, "max_tokens": 9}
    assert not call.stream


def test_chat_stream(chat, chatting):
    with chatting.chat.completions.create(model="any", messages=messages(), stream=True) as stream:
        first, *middle, last = list(stream)
    assert {one.object for one in (first, *middle, last)} == {"chat.completion.chunk"}
    assert {one.id for one in middle} == {first.id}
    assert (first.choices[0].delta.role, first.choices[0].delta.content) == ("assistant", "")
    assert len(middle) > 1
    assert "".join(one.choices[0].delta.content for one in middle) == ASKED
    assert {one.choices[0].finish_reason for one in middle} == {None}
    assert (last.choices[0].delta.content, last.choices[0].finish_reason) == ("", "stop")
    assert all(one.usage is None for one in (first, *middle))
    assert last.usage.completion_tokens == len(middle)
    (call,) = chat.calls
    assert call.stream


def test_chat_async(chat):
    async def ask() -> list[str]:
        async with sdk_async(chat, "/v1") as client:
            create = client.chat.completions.create
            whole = await asyncio.gather(*(create(model="any", messages=messages(f"{n}")) for n in range(8)))
            return [one.choices[0].message.content for one in whole]

    assert asyncio.run(ask()) == [f"{n}" for n in range(8)]
    assert sorted(call.prompts[0] for call in chat.calls) == [f"{n}" for n in range(8)]


def test_chat_stream_async(chat):
    async def ask() -> tuple[str, int]:
        async with sdk_async(chat, "/v1") as client:
            stream = await client.chat.completions.create(model="any", messages=messages(), stream=True)
            async with stream:
                chunks = [chunk async for chunk in stream]
            text = "".join(chunk.choices[0].delta.content for chunk in chunks)
            return text, chunks[-1].usage.completion_tokens

    text, counted = asyncio.run(ask())
    assert text == ASKED
    assert counted > 1


def test_chat_stream_helper(chatting):
    """The SDK's own accumulator makes one completion of the chunks."""
    with chatting.chat.completions.stream(model="any", messages=messages()) as stream:
        whole = stream.get_final_completion()
    assert whole.choices[0].message.content == ASKED
    assert whole.choices[0].finish_reason == "stop"


def test_completions(completions, completing):
    answer = completing.completions.create(model="any", prompt=ASKED, stop=["END"], top_p=0.9)
    assert answer.object == "text_completion"
    assert (answer.choices[0].text, answer.choices[0].finish_reason) == (ASKED, "stop")
    assert answer.usage.completion_tokens > 0
    (call,) = completions.calls
    assert call.prompts == [ASKED]
    assert call.parameters == {"stop": ["END"], "top_p": 0.9}


def test_completions_stream(completing):
    with completing.completions.create(model="any", prompt=ASKED, stream=True) as stream:
        *middle, last = list(stream)
    assert len(middle) > 1
    assert "".join(one.choices[0].text for one in middle) == ASKED
    assert (last.choices[0].text, last.choices[0].finish_reason) == ("", "stop")
    assert last.usage.completion_tokens == len(middle)


@pytest.mark.parametrize("prefix", ["", "/v1", "/models"])
def test_base_urls(chat, prefix):
    with sdk(chat, prefix) as client:
        answer = client.chat.completions.create(model="any", messages=messages())
    assert answer.choices[0].message.content == ASKED
    assert chat.calls[-1].path == f"{prefix}/chat/completions"


def test_api_version_in_the_query(chat):
    query = {"api-version": "2024-05-01-preview"}
    with openai.OpenAI(
        api_key=chat.key, base_url=base_url(chat, "/models"), default_query=query, max_retries=0
    ) as client:
        assert client.chat.completions.create(model="any", messages=messages()).choices[0].message.content == ASKED


@pytest.mark.parametrize("stream", [False, True])
def test_null_model_and_stop(chat, chatting, stream):
    """What LangChain's chat class makes the SDK send."""
    answer = chatting.chat.completions.create(model=None, messages=messages(), stop=None, stream=stream)
    if stream:
        with answer:
            assert "".join(chunk.choices[0].delta.content for chunk in answer) == ASKED
    else:
        assert answer.choices[0].message.content == ASKED
    assert chat.calls[-1].status == 200


def test_wrong_key(chat):
    with (
        openai.OpenAI(api_key="wrong", base_url=base_url(chat, "/v1"), max_retries=0) as client,
        pytest.raises(openai.AuthenticationError) as caught,
    ):
        client.chat.completions.create(model="any", messages=messages())
    assert (caught.value.status_code, caught.value.body["code"]) == (401, "401")
    assert caught.value.body["message"].startswith("Access denied due to invalid subscription key")
    assert caught.value.request_id
    assert caught.value.request_id == chat.calls[-1].request_id


def test_wrong_body_names_the_field(chat, chatting):
    with pytest.raises(openai.UnprocessableEntityError) as caught:
        chatting.chat.completions.create(model="any", messages=messages(), temperature="warm")
    assert caught.value.body["code"] == "Invalid input"
    assert caught.value.body["details"][0]["loc"] == ["body", "temperature"]
    assert "temperature" in chat.calls[-1].notes[0]


def test_wrong_body_is_refused_before_a_stream_begins(chatting):
    with pytest.raises(openai.UnprocessableEntityError) as caught:
        chatting.chat.completions.create(model="any", messages=[{"role": "clown", "content": "x"}], stream=True)
    assert caught.value.body["details"][0]["loc"][:4] == ["body", "messages", 0, "role"]


def test_wrong_route(completing):
    with pytest.raises(openai.NotFoundError) as caught:
        completing.chat.completions.create(model="any", messages=messages())
    assert caught.value.body == {"detail": "Not Found"}


def test_deployment_header(azureml_emulator):
    endpoint = azureml_emulator.endpoint(
        "chat",
        deployments=(Deployment("blue", answer=Fixed("blue")), Deployment("green", answer=Fixed("green"))),
        traffic={"blue": 100},
    )

    def answered(**headers: str) -> str:
        with openai.OpenAI(
            api_key=endpoint.key, base_url=base_url(endpoint, "/v1"), default_headers=headers, max_retries=0
        ) as client:
            raw = client.chat.completions.with_raw_response.create(model="any", messages=messages())
            text = raw.parse().choices[0].message.content
            assert raw.headers["azureml-model-deployment"] == text
            return text

    assert answered() == "blue"
    assert answered(**{"azureml-model-deployment": "green"}) == "green"
    with pytest.raises(openai.NotFoundError) as caught:
        answered(**{"azureml-model-deployment": "red"})
    assert caught.value.response.text == "Specified deployment could not be found"
    assert [call.deployment for call in endpoint.calls] == ["blue", "green", None]


def test_model_is_the_deployments_own(azureml_emulator):
    """A single-model serverless endpoint ignores the caller's `model` and reports its own."""
    endpoint = azureml_emulator.endpoint("chat", model="Llama-3-70b")
    with sdk(endpoint, "/v1") as client:
        assert client.chat.completions.create(model="gpt-4o", messages=messages()).model == "Llama-3-70b"
