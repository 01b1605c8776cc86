"""Calling: parameters of one call stay in it, batches are concurrent, custom formatters and clients are used."""

import asyncio
import json
import socket
import threading
import time
import traceback
from types import SimpleNamespace
from typing import Any

import pytest

from azureml_endpoint import (
    AIMessage,
    AzureMLEndpointClient,
    ContentFormatterBase,
    EndpointError,
    GPT2ContentFormatter,
    HumanMessage,
    LLMResult,
    MistralChatContentFormatter,
    ModelError,
    ResponseFormatError,
)

from .conftest import KEY, STREAM, Answer, MakeChat, MakeLLM, Seen, Server, delta_event, echo, sse


class BartFormatter(ContentFormatterBase):
    """A formatter as the documentation writes them: two arguments, text out."""

    content_type = "application/x-json"
    accepts = "text/plain"

    def format_request_payload(self, prompt: str, model_kwargs: dict) -> bytes:
        return json.dumps({"inputs": [prompt], "parameters": model_kwargs}).encode()

    def format_response_payload(self, output: bytes) -> str:
        return json.loads(output)[0]["summary_text"]


def fail_on(*prompts: str) -> Any:
    def answer(seen: Seen) -> Answer:
        return Answer(424, "boom") if seen.json["input_data"]["input_string"][0] in prompts else echo(seen)

    return answer


def parameters(server: Server) -> Any:
    return server.last.json["input_data"]["parameters"]


def test_parameters_of_a_call_stay_in_it(server: Server, llm: MakeLLM) -> None:
    server.answer_with(echo)
    mine: dict[str, Any] = {"temperature": 0.8, "nested": {"a": [1]}}
    endpoint = llm(model_kwargs=mine)
    before = json.dumps(endpoint.model_kwargs)
    stop = ["END"]
    endpoint.invoke("x", temperature=0, stop=stop, top_p=1)
    assert parameters(server) == {"temperature": 0, "nested": {"a": [1]}, "top_p": 1, "stop": ["END"]}
    asyncio.run(endpoint.ainvoke("x", stop="END"))
    assert parameters(server) == {**mine, "stop": "END"}
    server.answer(Answer(424))
    with pytest.raises(ModelError):
        endpoint.invoke("x", temperature=1)
    server.answer_with(echo)
    endpoint.invoke("x")
    assert parameters(server) == mine
    assert json.dumps(endpoint.model_kwargs) == before == json.dumps(mine)
    assert stop == ["END"]


@pytest.mark.parametrize("stop", [None, [], ""])
def test_no_stop_sends_nothing(server: Server, llm: MakeLLM, stop: Any) -> None:
    server.answer_with(echo)
    llm().invoke("x", stop=stop)
    assert parameters(server) == {}
    llm(model_kwargs={"stop": ["A"]}).invoke("x", stop=["B"])
    assert parameters(server) == {"stop": ["B"]}


def test_parameters_do_not_cross_between_threads(server: Server, llm: MakeLLM) -> None:
    server.answer_with(lambda seen: Answer(body=[{"0": json.dumps(seen.json["input_data"]["parameters"])}]))
    endpoint = llm(model_kwargs={"top_p": 1})
    other: list[str] = []
    thread = threading.Thread(target=lambda: other.extend(endpoint.batch(["o"] * 20, temperature=9)))
    thread.start()
    answers = endpoint.batch(["b"] * 20, temperature=0)
    thread.join()
    assert {*answers} == {'{"top_p": 1, "temperature": 0}'}
    assert {*other} == {'{"top_p": 1, "temperature": 9}'}


def test_langchains_config_is_accepted(server: Server, llm: MakeLLM) -> None:
    server.answer_with(echo)
    config = {"tags": ["t"], "max_concurrency": 2}
    endpoint = llm()
    assert endpoint.invoke("x", config) == "x"
    assert endpoint.invoke(input="x", config=None) == "x"
    assert list(endpoint.stream("x", config)) == ["x"]
    assert endpoint.batch(["a", "b"], config) == ["a", "b"]
    assert server.seen
    assert parameters(server) == {}


@pytest.mark.parametrize("how", ["batch", "abatch"])
def test_a_batch_is_concurrent_and_in_order(server: Server, llm: MakeLLM, how: str) -> None:
    four = threading.Barrier(4)

    def together(seen: Seen) -> Answer:
        four.wait(timeout=20)
        return echo(seen)

    server.answer_with(together)
    endpoint, prompts = llm(), [str(number) for number in range(32)]
    answers = endpoint.batch(prompts) if how == "batch" else asyncio.run(endpoint.abatch(prompts))
    assert answers == prompts


@pytest.mark.parametrize("how", ["batch", "abatch"])
def test_concurrency_is_bounded(server: Server, llm: MakeLLM, how: str) -> None:
    now, most, lock = 0, 0, threading.Lock()

    def count(seen: Seen) -> Answer:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.02)
        with lock:
            now -= 1
        return echo(seen)

    server.answer_with(count)
    endpoint = llm()
    if how == "batch":
        endpoint.batch(["x"] * 9, max_concurrency=3)
    else:
        asyncio.run(endpoint.abatch(["x"] * 9, {"max_concurrency": 3}))
    assert most == 3


@pytest.mark.parametrize("how", ["batch", "abatch"])
def test_one_failure_of_a_batch(server: Server, llm: MakeLLM, how: str) -> None:
    server.answer_with(fail_on("b"))
    endpoint, prompts = llm(), ["a", "b", "c"]

    def run(**kwargs: Any) -> list[Any]:
        return (
            endpoint.batch(prompts, **kwargs) if how == "batch" else asyncio.run(endpoint.abatch(prompts, **kwargs))
        )

    answers = run(return_exceptions=True)
    assert (answers[0], answers[2]) == ("a", "c")
    assert isinstance(answers[1], ModelError)
    with pytest.raises(ModelError):
        run()


def test_a_failure_ends_a_batch_early(server: Server, llm: MakeLLM) -> None:
    server.answer_with(fail_on("0"))
    with pytest.raises(ModelError):
        llm().batch([str(number) for number in range(100)], max_concurrency=1)
    assert len(server.seen) == 1


def test_what_is_no_batch_is_refused(llm: MakeLLM) -> None:
    with pytest.raises(TypeError, match=r"invoke\(\)"):
        llm().batch("x")
    with pytest.raises(ValueError, match="max_concurrency"):
        llm().batch(["x"], max_concurrency=0)
    assert llm().batch([]) == []
    assert asyncio.run(llm().abatch([])) == []


def test_generate(server: Server, llm: MakeLLM) -> None:
    answer = {"choices": [{"text": "x", "finish_reason": "stop"}], "usage": {"total_tokens": 3}}
    server.answer(Answer(body=answer))
    endpoint = llm("/v1/completions")
    for result in (endpoint.generate(["a", "b"], stop=["E"]), asyncio.run(endpoint.agenerate(["a", "b"]))):
        assert isinstance(result, LLMResult)
        assert [each[0].text for each in result.generations] == ["x", "x"]
        assert result.generations[0][0].generation_info == {
            "finish_reason": "stop",
            "logprobs": None,
            "usage": {"total_tokens": 3},
        }


def test_without_a_formatter_only_calling_fails(llm: MakeLLM) -> None:
    endpoint = llm(content_formatter=None)
    with pytest.raises(ValueError, match="calling needs a content_formatter; built in are CustomOpenAI"):
        endpoint.invoke("x")


@pytest.mark.parametrize("prompt", [None, 3, b"x", ["x"], {"role": "user", "content": "x"}])
def test_a_prompt_is_a_text(llm: MakeLLM, prompt: Any) -> None:
    with pytest.raises(TypeError, match="prompt must be a str"):
        llm().invoke(prompt)


def test_a_langchain_prompt_is_a_text(server: Server, llm: MakeLLM) -> None:
    server.answer_with(echo)
    assert llm().invoke(SimpleNamespace(to_string=lambda: "x")) == "x"  # type: ignore[arg-type]


def test_stream_is_a_method_not_a_parameter(llm: MakeLLM) -> None:
    with pytest.raises(ValueError, match=r"call stream\(\)"):
        llm("/v1/completions").invoke("x", stream=True)
    with pytest.raises(ValueError, match=r"call stream\(\)"):
        llm("/v1/completions", model_kwargs={"stream": True}).invoke("x")


def test_the_documentations_formatter_runs_unchanged(server: Server, llm: MakeLLM) -> None:
    server.answer(Answer(body=[{"summary_text": "short"}]))
    endpoint = llm(content_formatter=BartFormatter())
    assert endpoint.invoke("long", temperature=0) == "short"
    assert server.last.json == {"inputs": ["long"], "parameters": {"temperature": 0}}
    assert server.last.headers["content-type"] == "application/x-json"
    assert server.last.headers["accept"] == "text/plain"
    server.answer(Answer(body={"detail": "not bart"}, headers={"x-request-id": "r1"}))
    with pytest.raises(ResponseFormatError, match="not bart") as caught:
        endpoint.invoke("long")
    assert (caught.value.status, caught.value.request_id) == (200, "r1")


@pytest.mark.parametrize("made", [
    "x", {"text": "x"}, SimpleNamespace(text="x", generation_info={"a": 1}),
    SimpleNamespace(text="x", message=AIMessage("x")),
])  # fmt: skip
def test_a_formatter_may_return_many_things(server: Server, llm: MakeLLM, chat: MakeChat, made: Any) -> None:
    class Returning(ContentFormatterBase):
        def format_request_payload(self, prompt: str, model_kwargs: Any, api_type: Any) -> str:  # type: ignore[override]
            return json.dumps({"p": prompt, "t": api_type})

        format_messages_request_payload = format_request_payload

        def format_response_payload(self, output: bytes, *rest: Any) -> Any:
            return made

    server.answer(Answer(body="x"))
    assert llm(content_formatter=Returning()).invoke("x") == "x"
    assert server.last.json == {"p": "x", "t": "dedicated"}
    if not isinstance(made, dict):
        assert chat("/score", content_formatter=Returning()).invoke([]).content == "x"


@pytest.mark.parametrize("made", [None, 3, b"x", {"txt": "x"}])
def test_a_formatter_may_not_return_anything(server: Server, llm: MakeLLM, chat: MakeChat, made: Any) -> None:
    formatter = SimpleNamespace(
        format_request_payload=lambda prompt, parameters, api_type: b"{}",
        format_messages_request_payload=lambda messages, parameters, api_type: b"{}",
        format_response_payload=lambda output, api_type: made,
    )
    server.answer(Answer(body="x"))
    for endpoint in (llm(content_formatter=formatter), chat("/score", content_formatter=formatter)):
        with pytest.raises(ResponseFormatError, match=r"must return a (str|ChatGeneration)"):
            endpoint.invoke("x")
    formatter.format_request_payload = lambda prompt, parameters: {"a": 1}
    with pytest.raises(TypeError, match="must be bytes"):
        llm(content_formatter=formatter).invoke("x")


def test_a_client_of_ones_own_is_used(llm: MakeLLM, chat: MakeChat) -> None:
    told: list[Any] = []

    class Mine:
        def call(self, body: bytes, run_manager: Any = None, **kwargs: Any) -> bytes:
            told.append((body, kwargs))
            return b'[{"0": "mine"}]'

    class Small:
        def call(self, body: bytes) -> str:
            return '[{"0": "small"}]'

    class Awaited(Small):
        async def acall(self, body: bytes) -> bytes:
            return b'[{"0": "awaited"}]'

    endpoint = llm(http_client=Mine(), content_formatter=GPT2ContentFormatter())
    assert endpoint.invoke("x", timeout=3) == "mine"
    assert told == [(
        b'{"inputs":{"input_string":["x"]},"parameters":{}}',
        {"content_type": "application/json", "accepts": "application/json", "timeout": 3},
    )]  # fmt: skip
    assert asyncio.run(endpoint.ainvoke("x")) == "mine"
    assert list(endpoint.stream("x")) == ["mine"]
    assert llm(http_client=Small()).invoke("x", timeout=3) == "small"
    assert asyncio.run(llm(http_client=Awaited()).ainvoke("x")) == "awaited"
    with pytest.raises(ResponseFormatError, match="must return bytes"):
        llm(http_client=SimpleNamespace(call=lambda body: None)).invoke("x")


def test_the_client_stands_alone(server: Server) -> None:
    server.answer_with(echo)
    client = AzureMLEndpointClient(f"{server.origin}/score", KEY, "blue", timeout=5)
    body = b'{"input_data": {"input_string": ["x"]}}'
    assert client.call(body, run_manager=None, timeout=3, content_type="a/b") == b'[{"0": "x"}]'
    assert asyncio.run(client.acall(body=body)) == b'[{"0": "x"}]'
    assert server.seen[0].headers["azureml-model-deployment"] == "blue"
    assert server.seen[0].headers["content-type"] == "a/b"
    assert KEY not in repr(client)
    client.close()
    with pytest.raises(TypeError, match="body must be bytes"):
        client.call("text")  # type: ignore[arg-type]
    for url, key in (("", KEY), (server.origin, ""), (server.origin, None)):
        with pytest.raises(ValueError, match="URL and a key"):
            AzureMLEndpointClient(url, key)


def test_chat(server: Server, chat: MakeChat) -> None:
    server.answer(
        Answer(
            body={
                "choices": [{"message": {"role": "assistant", "content": "hello"}, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
            }
        )
    )
    message = chat(model_kwargs={"temperature": 0}).invoke([("system", "s"), HumanMessage('"u"\n')])
    assert (message.content, message.finish_reason) == ("hello", "stop")
    assert message.usage_metadata == {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}
    assert server.last.json == {
        "messages": [{"role": "system", "content": "s"}, {"role": "user", "content": '"u"\n'}],
        "temperature": 0,
    }
    assert chat().read_response(server.answer_to(server.last).content).text == "hello"


def test_chat_streams_what_it_would_answer(server: Server, chat: MakeChat) -> None:
    events = [delta_event(role="assistant", content=""), delta_event(content="he"), delta_event("stop", content="y")]
    server.answer(Answer(headers=STREAM, chunks=sse(*events)))
    endpoint = chat("/models/chat/completions?api-version=1", model_kwargs={"temperature": 0}, deployment_name="blue")
    pieces = list(endpoint.stream("x", stop=["E"]))
    assert "".join(piece.text for piece in pieces) == "hey"
    assert server.last.path == "/models/chat/completions?api-version=1"
    assert server.last.json == {
        "messages": [{"role": "user", "content": "x"}],
        "temperature": 0,
        "stop": ["E"],
        "stream": True,
    }
    assert server.last.headers["azureml-model-deployment"] == "blue"


def test_chat_on_a_dedicated_endpoint(server: Server, chat: MakeChat) -> None:
    server.answer(Answer(body={"output": " hi"}))
    endpoint = chat("/score", content_formatter=MistralChatContentFormatter())
    assert endpoint.invoke("x").content == " hi"
    assert [piece.content for piece in endpoint.stream("x")] == [" hi"]
    assert asyncio.run(endpoint.abatch(["x"]))[0].content == " hi"
    assert server.last.json["input_data"]["input_string"] == [{"role": "user", "content": "x"}]


def test_foreign_messages_reach_a_custom_chat_formatter_as_they_are(server: Server, chat: MakeChat) -> None:
    foreign, got = SimpleNamespace(type="human", content="x"), []
    formatter = SimpleNamespace(
        format_messages_request_payload=lambda messages, parameters, api_type: got.extend(messages) or b"{}",
        format_response_payload=lambda output, api_type: "x",
    )
    server.answer(Answer(body="x"))
    chat("/score", content_formatter=formatter).invoke([foreign, ("ai", "y")])
    assert got[0] is foreign
    assert (got[1].type, got[1].role, got[1].content) == ("chat", "assistant", "y")


def test_the_formatter_can_be_exchanged(server: Server, llm: MakeLLM) -> None:
    server.answer(Answer(body=[{"0": "x"}]))
    endpoint = llm()
    endpoint.invoke("x")
    endpoint.content_formatter = GPT2ContentFormatter()
    endpoint.invoke("x")
    assert server.last.json == {"inputs": {"input_string": ["x"]}, "parameters": {}}


def test_nothing_leaks_into_the_log(server: Server, llm: MakeLLM, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    server.answer(Answer(401, f"bad {KEY}"))
    with pytest.raises(EndpointError):
        llm().invoke("x")
    assert KEY not in caplog.text


def test_a_parameter_may_have_any_name(server: Server, llm: MakeLLM) -> None:
    server.answer_with(echo)
    llm().invoke("p", value=1, prompts=2, prompt=3)
    assert parameters(server) == {"value": 1, "prompts": 2, "prompt": 3}


def test_a_prompt_may_be_a_list_of_messages(server: Server, llm: MakeLLM) -> None:
    server.answer_with(echo)
    assert llm().invoke([HumanMessage("x"), AIMessage("y")]) == "Human: x\nAI: y"  # type: ignore[arg-type]


def test_what_is_langchains_is_not_sent_by_generate(server: Server, llm: MakeLLM) -> None:
    server.answer_with(echo)
    endpoint = llm()
    endpoint.generate(["a"], callbacks=None, tags=None, metadata=None, run_name="r", run_id=None, temperature=0.5)
    assert server.last.json["input_data"]["parameters"] == {"temperature": 0.5}
    asyncio.run(endpoint.agenerate(["a"], None, None, tags=["t"]))
    assert server.last.json["input_data"]["parameters"] == {}


def test_no_stop_at_all_beats_the_one_of_the_constructor(server: Server, llm: MakeLLM) -> None:
    server.answer_with(echo)
    endpoint = llm(model_kwargs={"stop": ["A"]})
    for stop, sent in ((None, {"stop": ["A"]}), ([], {}), ("B", {"stop": "B"})):
        endpoint.invoke("x", stop=stop)
        assert parameters(server) == sent


@pytest.mark.parametrize("awaited", [False, True])
def test_a_key_in_a_status_line_is_in_no_traceback(llm: MakeLLM, awaited: bool) -> None:
    key = "a-key-of-many-characters"
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(f"HTTP/1.1 oops Bearer {key}\r\n\r\n".encode())

        thread = threading.Thread(target=answer)
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/score"
        endpoint = llm(endpoint_url=url, endpoint_api_key=key, max_retries=0)
        with pytest.raises(EndpointError) as error:
            asyncio.run(endpoint.ainvoke("x")) if awaited else endpoint.invoke("x")
        thread.join()
    assert key not in "".join(traceback.format_exception(error.value))
