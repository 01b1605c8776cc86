"""What else the `openai` SDK, unmodified, can ask serverless endpoints for.

Several choices, log probabilities, tools, structured outputs by its own helpers, streams accumulated by them, and
embeddings.
"""

import asyncio
import json
from contextlib import contextmanager
from typing import Literal

import openai
import pytest
from pydantic import BaseModel

ASKED = 'Say "hi",\nthen C:\\bye 👋'


class Ferry(BaseModel):
    """A ticket."""

    harbour: str
    passengers: int
    place: Literal["deck", "cabin"]


@pytest.fixture
def ask(azureml_emulator):
    """Make a client of an endpoint; the last one's calls are in `ask.endpoint`."""
    clients = []

    def client(schema="chat", prefix="/v1", **settings):
        client.endpoint = endpoint = azureml_emulator.endpoint(schema, **settings)
        plain = openai.DefaultHttpxClient(verify=False)  # to load certificates takes longer than to call
        url = endpoint.base_url + prefix
        clients.append(openai.OpenAI(api_key=endpoint.key, base_url=url, max_retries=0, http_client=plain))
        return clients[-1]

    yield client
    for one in clients:
        one.close()


@contextmanager
def refused(kind, text):
    with pytest.raises(kind) as caught:
        yield
    assert text in caught.value.response.text


def user(text: str = ASKED) -> list[dict[str, str]]:
    return [{"role": "user", "content": text}]


def tool(name: str, description: str, **properties) -> dict:
    schema = {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
    function = {"name": name, "description": description, "parameters": schema, "strict": True}
    return {"type": "function", "function": function}


TOOLS = [
    tool("weather", "Tells the weather of a town", town={"type": "string"}),
    tool("book_ferry", "Books tickets for a ferry", harbour={"type": "string"}, passengers={"type": "integer"}),
]


def test_several_choices_differ_and_count(ask):
    answer = ask(answer="faker").chat.completions.create(model="any", messages=user(), n=3, seed=1, max_tokens=12)
    texts = [one.message.content for one in answer.choices]
    assert [one.index for one in answer.choices] == [0, 1, 2]
    assert len(set(texts)) == 3
    assert answer.usage.completion_tokens == 36
    again = ask(answer="faker").chat.completions.create(model="any", messages=user(), n=1, seed=2, max_tokens=12)
    assert again.choices[0].message.content not in texts


def test_several_choices_streamed_side_by_side(ask):
    whole = ask(answer="faker").chat.completions.create(model="any", messages=user(), n=2)
    with ask(answer="faker").chat.completions.stream(model="any", messages=user(), n=2) as stream:
        events = [one.chunk for one in stream if one.type == "chunk"]
        accumulated = stream.get_final_completion()
    spoken = [one.message.content for one in accumulated.choices]
    assert len(set(spoken)) == len(whole.choices) == 2
    order = [one.choices[0].index for one in events]
    assert order[:4] == [0, 1, 0, 1]
    assert accumulated.usage.completion_tokens > 4
    assert [one.finish_reason for one in accumulated.choices] == ["stop", "stop"]


def test_usage_in_a_chunk_of_its_own(ask):
    create = ask().chat.completions.create
    *chunks, last = create(model="any", messages=user(), stream=True, stream_options={"include_usage": True})
    assert (last.choices, last.usage.completion_tokens) == ([], len(chunks) - 2)
    assert all(one.usage is None for one in chunks)
    chunks = create(model="any", messages=user(), stream=True, stream_options={"include_usage": False})
    assert all(one.usage is None for one in chunks)


def test_logprobs(ask):
    create = ask().chat.completions.create
    answer = create(model="any", messages=user(), logprobs=True, top_logprobs=3)
    tokens = answer.choices[0].logprobs.content
    assert "".join(one.token for one in tokens) == ASKED
    assert b"".join(bytes(one.bytes) for one in tokens).decode() == ASKED
    assert all(0 >= one.top_logprobs[0].logprob == one.logprob for one in tokens)
    for one in tokens:
        assert len({other.token for other in one.top_logprobs}) == 3
        assert sorted(one.top_logprobs, key=lambda other: -other.logprob) == one.top_logprobs
    chunks = list(create(model="any", messages=user(), logprobs=True, top_logprobs=3, stream=True))
    streamed = [one for chunk in chunks if chunk.choices[0].logprobs for one in chunk.choices[0].logprobs.content]
    assert streamed == tokens


def test_top_logprobs_alone_are_refused(ask):
    with refused(openai.UnprocessableEntityError, "only allowed when 'logprobs' is true"):
        ask().chat.completions.create(model="any", messages=user(), top_logprobs=2)


def test_completions_with_everything(ask):
    create = ask("completions", prefix="/openai/v1").completions.create
    answer = create(model="any", prompt="one two", n=2, logprobs=2, echo=True)
    assert [one.text for one in answer.choices] == ["one twoone two"] * 2
    told = answer.choices[0].logprobs
    assert "".join(told.tokens) == "one twoone two"
    assert [told.text_offset[at] + len(one) for at, one in enumerate(told.tokens)] == [*told.text_offset[1:], 14]
    assert all(one <= 0 for one in told.token_logprobs)
    assert all(len(one) == 2 for one in told.top_logprobs)
    chunks = list(create(model="any", prompt="one two", n=2, stream=True))
    texts = ["".join(one.choices[0].text for one in chunks if one.choices[0].index == index) for index in (0, 1)]
    assert texts == ["one two"] * 2


def test_a_tool_is_called_and_its_result_used(ask):
    create = ask(answer="faker").chat.completions.create
    said = user("A ferry from 'Oban' for 4 please")
    choice = create(model="any", messages=said, tools=TOOLS, parallel_tool_calls=True).choices[0]
    (call,) = choice.message.tool_calls
    assert (choice.finish_reason, call.type, call.function.name) == ("tool_calls", "function", "book_ferry")
    assert json.loads(call.function.arguments) == {"harbour": "Oban", "passengers": 4}
    said += [choice.message, {"role": "tool", "tool_call_id": call.id, "content": "ticket 77"}]
    then = create(model="any", messages=said, tools=TOOLS).choices[0]
    assert then.finish_reason == "stop"
    assert "ticket 77" in then.message.content


def test_a_tool_call_streamed_and_accumulated(ask):
    create = ask().chat.completions
    with create.stream(model="any", messages=user("the weather in 'Turin'"), tools=TOOLS) as stream:
        message = stream.get_final_completion().choices[0].message
    (call,) = message.tool_calls
    assert (call.function.name, call.function.parsed_arguments) == ("weather", {"town": "Turin"})


@pytest.mark.parametrize(
    ("choice", "called"),
    [
        ("none", None),
        ("auto", "weather"),
        ("required", "weather"),
        ({"type": "function", "function": {"name": "book_ferry"}}, "book_ferry"),
    ],
)
def test_tool_choice(ask, choice, called):
    answer = ask().chat.completions.create(model="any", messages=user("weather?"), tools=TOOLS, tool_choice=choice)
    calls = answer.choices[0].message.tool_calls
    assert (calls[0].function.name if calls else None) == called


def test_a_tool_that_is_not_there_is_refused(ask):
    choice = {"type": "function", "function": {"name": "nope"}}
    with refused(openai.UnprocessableEntityError, "no tool is called 'nope'"):
        ask().chat.completions.create(model="any", messages=user(), tools=TOOLS, tool_choice=choice)


def test_a_tool_message_says_what_it_answers(ask):
    said = [*user(), {"role": "tool", "content": "x"}]
    with refused(openai.UnprocessableEntityError, "tool_call_id"):
        ask().chat.completions.create(model="any", messages=said)


def test_parsed_into_a_model(ask):
    asked = user("A ticket from 'Oban' for 4 in a cabin")
    parsed = (
        ask().chat.completions.parse(model="any", messages=asked, response_format=Ferry).choices[0].message.parsed
    )
    assert parsed == Ferry(harbour="Oban", passengers=4, place="cabin")
    with ask().chat.completions.stream(model="any", messages=asked, response_format=Ferry) as stream:
        assert stream.get_final_completion().choices[0].message.parsed == parsed


def test_parsed_tool_arguments(ask):
    made = openai.pydantic_function_tool(Ferry, name="book")
    answer = ask().chat.completions.parse(model="any", messages=user("2 from 'Mallaig'"), tools=[made])
    parsed = answer.choices[0].message.tool_calls[0].function.parsed_arguments
    assert (parsed.harbour, parsed.passengers) == ("Mallaig", 2)


def test_an_answer_that_fits_is_kept_and_one_that_does_not_is_replaced(ask):
    fits = json.dumps({"harbour": "Ullapool", "passengers": 9, "place": "deck"})
    for text, kept in ((fits, True), ("no JSON", False)):
        client = ask(answer={"type": "fixed", "text": text})
        found = (
            client.chat.completions.parse(model="any", messages=user("x"), response_format=Ferry).choices[0].message
        )
        assert isinstance(found.parsed, Ferry)
        assert (found.content == fits) is kept


def test_json_cut_by_the_callers_limit(ask):
    with pytest.raises(openai.LengthFinishReasonError):
        ask().chat.completions.parse(model="any", messages=user("x"), response_format=Ferry, max_completion_tokens=2)


def test_a_schema_that_is_none_is_refused(ask):
    form = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "objekt"}}}
    with refused(openai.UnprocessableEntityError, "Invalid schema"):
        ask().chat.completions.create(model="any", messages=user(), response_format=form)


def test_embeddings(ask):
    create = ask("embeddings", model="text-embedding-3-small").embeddings.create
    floats = create(model="any", input=["the cat sat", "a cat sat", "stock prices"], encoding_format="float")
    one, near, far = (item.embedding for item in floats.data)
    assert len(one) == 1536
    assert sum(map(float.__mul__, one, near)) > sum(map(float.__mul__, one, far))
    (by_default,) = create(model="any", input="the cat sat").data
    assert ask.endpoint.calls[-1].parameters == {"encoding_format": "base64"}
    assert by_default.embedding == pytest.approx(one, abs=1e-6)
    short = create(model="any", input=[[1, 2], [3]], dimensions=8).data
    assert [len(item.embedding) for item in short] == [8, 8]


def test_extra_parameters_count_on_the_unversioned_route_only(ask):
    with refused(openai.BadRequestError, "Extra parameters ['n', 'user'] are not allowed"):
        ask(prefix="").chat.completions.create(model="any", messages=user(), n=2, user="me")
    for option, choices in (("drop", 1), ("pass-through", 2)):
        create = ask(prefix="").chat.completions.create
        answer = create(model="any", messages=user(), n=2, extra_headers={"extra-parameters": option})
        assert len(answer.choices) == choices
    with refused(openai.BadRequestError, "Unexpected EXTRA_PARAMETERS option ignore, expected options are"):
        create(model="any", messages=user(), extra_headers={"extra-parameters": "ignore"})


def test_async_structured(azureml_emulator):
    endpoint = azureml_emulator.endpoint("chat")

    async def ask():
        url = endpoint.base_url + "/openai/v1"
        async with openai.AsyncOpenAI(api_key=endpoint.key, base_url=url, max_retries=0) as client:
            asked = user("3 on deck from 'Oban'")
            answer = await client.chat.completions.parse(model="any", messages=asked, response_format=Ferry)
            return answer.choices[0].message.parsed

    assert asyncio.run(ask()) == Ferry(harbour="Oban", passengers=3, place="deck")
