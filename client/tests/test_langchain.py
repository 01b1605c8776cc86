"""The endpoints as LangChain's LLM and chat model."""

import asyncio
import copy
import json
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.caches import InMemoryCache
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.load import dumps
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    ChatMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate, PromptTemplate
from langchain_core.rate_limiters import InMemoryRateLimiter
from langchain_core.tools import tool
from pydantic import BaseModel, SecretStr, ValidationError

import azureml_endpoint.langchain
from azureml_endpoint import EndpointError, ResponseFormatError, StreamCutError
from azureml_endpoint.langchain import (
    AzureMLChatOnlineEndpoint,
    AzureMLEndpointApiType,
    AzureMLOnlineEndpoint,
    ContentFormatterBase,
    CustomOpenAIChatContentFormatter,
    CustomOpenAIContentFormatter,
    GPT2ContentFormatter,
    load_llm,
)

from .conftest import KEY, STREAM, Answer, Seen, Server, delta_event, echo, sse, text_event

USAGE = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
COMPLETION = {"id": "c1", "model": "m", "usage": USAGE, "choices": [{"text": "hi", "finish_reason": "stop"}]}

MakeLLM = Callable[..., AzureMLOnlineEndpoint]
MakeChat = Callable[..., AzureMLChatOnlineEndpoint]


def reply(content: str | None = "hi", reason: str = "stop", **message: Any) -> dict[str, Any]:
    choice = {"message": {"role": "assistant", "content": content, **message}, "finish_reason": reason}
    return {"id": "c1", "model": "m", "usage": USAGE, "choices": [choice]}


def wire_call(name: str, arguments: str, call_id: str = "t1") -> dict[str, Any]:
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


@pytest.fixture(autouse=True)
def _no_tracing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2"):
        monkeypatch.setenv(name, "false")


@pytest.fixture
def llm(server: Server) -> Iterator[MakeLLM]:
    made: list[AzureMLOnlineEndpoint] = []

    def make(path: str = "/score", **settings: Any) -> AzureMLOnlineEndpoint:
        defaults: dict[str, Any] = {"endpoint_api_key": KEY, "content_formatter": CustomOpenAIContentFormatter()}
        if "completions" in path:
            defaults["endpoint_api_type"] = "serverless"
        made.append(AzureMLOnlineEndpoint(**{"endpoint_url": server.origin + path, **defaults, **settings}))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def chat(server: Server) -> Iterator[MakeChat]:
    made: list[AzureMLChatOnlineEndpoint] = []

    def make(path: str = "/v1/chat/completions", **settings: Any) -> AzureMLChatOnlineEndpoint:
        defaults: dict[str, Any] = {"endpoint_api_key": KEY, "content_formatter": CustomOpenAIChatContentFormatter()}
        if "completions" in path:
            defaults["endpoint_api_type"] = "serverless"
        made.append(AzureMLChatOnlineEndpoint(**{"endpoint_url": server.origin + path, **defaults, **settings}))
        return made[-1]

    yield make
    for each in made:
        each.close()


class Ear(BaseCallbackHandler):
    """Hears everything."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.tokens: list[str] = []
        self.result: Any = None
        self.parameters: Any = None

    def on_llm_start(self, *_: Any, invocation_params: Any = None, **__: Any) -> None:
        self.heard.append("start")
        self.parameters = invocation_params

    def on_chat_model_start(self, *_: Any, invocation_params: Any = None, **__: Any) -> None:
        self.heard.append("start")
        self.parameters = invocation_params

    def on_llm_new_token(self, token: Any, **_: Any) -> None:
        self.tokens.append(token)

    def on_llm_end(self, response: Any, **_: Any) -> None:
        self.heard.append("end")
        self.result = response

    def on_llm_error(self, error: BaseException, **_: Any) -> None:
        self.heard.append("error")


class TestImport:
    def test_without_langchain_core_one_line_says_what_to_install(self) -> None:
        code = "import sys; sys.modules['langchain_core'] = None; import azureml_endpoint.langchain"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        last = done.stderr.strip().splitlines()[-1]
        assert last.startswith("ImportError: ")
        assert "pip install 'azureml-emulator[langchain]'" in last

    def test_only_the_adapter_loads_langchain(self) -> None:
        code = "import sys, azureml_endpoint as a; a.AzureMLOnlineEndpoint; print('langchain_core' in sys.modules)"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout == "False\n"

    @pytest.mark.slow
    def test_nothing_but_langchain_core_is_needed(self) -> None:
        code = "import sys, azureml_endpoint.langchain; print(sorted({n.split('.')[0] for n in sys.modules}))"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert not {"langchain", "langchain_community", "langchain_classic", "openai"} & set(eval(done.stdout))


class TestSettings:
    def test_the_environment_completes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AZUREML_ENDPOINT_URL", "https://e.r.inference.ml.azure.com/score")
        monkeypatch.setenv("AZUREML_ENDPOINT_API_KEY", KEY)
        monkeypatch.setenv("AZUREML_TIMEOUT", "7.5")
        made = AzureMLOnlineEndpoint()
        assert made.endpoint_url == "https://e.r.inference.ml.azure.com/score"
        assert made.endpoint_api_key.get_secret_value() == KEY
        assert made.timeout == 7.5

    @pytest.mark.parametrize("api_type", ["dedicated", "Dedicated", AzureMLEndpointApiType.dedicated])
    @pytest.mark.parametrize("key", [KEY, SecretStr(KEY)])
    def test_enum_and_string_str_and_secret(self, llm: MakeLLM, server: Server, api_type: Any, key: Any) -> None:
        server.answer_with(echo)
        assert llm(endpoint_api_type=api_type, endpoint_api_key=key).invoke("x") == "x"
        assert server.last.headers["authorization"] == f"Bearer {KEY}"

    @pytest.mark.parametrize(
        ("name", "nearest"), [("endpoint_type", "endpoint_api_type"), ("callback", "callbacks"), ("token", "key")]
    )
    def test_an_unknown_argument_is_an_error(self, llm: MakeLLM, chat: MakeChat, name: str, nearest: str) -> None:
        for make in (llm, chat):
            with pytest.raises(ValueError, match=f"unknown argument '{name}': did you mean .*{nearest}"):
                make(**{name: "x"})

    def test_what_is_refused_is_not_shown(self, llm: MakeLLM) -> None:
        with pytest.raises(ValidationError, match="endpoint_url") as caught:
            llm(endpoint_url="https://h/wrong")
        assert KEY not in str(caught.value)
        with pytest.raises(ValidationError) as caught:
            llm(tags=KEY)
        assert KEY not in str(caught.value)

    def test_langchains_own_arguments(self, llm: MakeLLM, chat: MakeChat, server: Server) -> None:
        ear = Ear()
        own = {"callbacks": [ear], "tags": ["t"], "metadata": {"a": 1}, "name": "n", "verbose": False, "cache": False}
        server.answer_with(echo)
        assert llm(**own).invoke("x") == "x"
        server.answer(Answer(body=reply()))
        limiter = InMemoryRateLimiter(requests_per_second=1000)
        assert chat(**own, rate_limiter=limiter, disable_streaming=True).invoke("x").content == "hi"
        assert ear.heard == ["start", "end"] * 2

    def test_standard_parameters_go_into_model_kwargs(self, chat: MakeChat, server: Server) -> None:
        server.answer(Answer(body=reply()))
        made = chat(temperature=0, max_tokens=5, stop=["x"], model_kwargs={"top_p": 1})
        assert made.model_kwargs == {"top_p": 1, "temperature": 0, "max_tokens": 5, "stop": ["x"]}
        made.invoke("x", temperature=1)
        sent = server.last.json
        del sent["messages"]
        assert sent == {"top_p": 1, "temperature": 1, "max_tokens": 5, "stop": ["x"]}

    def test_assigning_takes_effect_or_changes_nothing(self, llm: MakeLLM, server: Server) -> None:
        server.answer_with(echo)
        made = llm()
        made.endpoint_api_key = "another-key-0123456789"
        made.deployment_name = "blue"
        made.invoke("x")
        assert server.last.headers["authorization"] == "Bearer another-key-0123456789"
        assert server.last.headers["azureml-model-deployment"] == "blue"
        with pytest.raises(ValidationError):
            made.endpoint_api_type = "serverless"
        assert made.endpoint_api_type == "dedicated"
        with pytest.raises(ValueError, match="foo"):
            made.foo = 1
        made.tags = ["t"]
        assert made.tags == ["t"]

    def test_the_key_is_nowhere(self, llm: MakeLLM, chat: MakeChat, tmp_path: Path) -> None:
        for made in (llm(), chat()):
            made.save(tmp_path / "e.json")
            texts = [repr(made), str(made), dumps(made), str(made._identifying_params), made._serialized]
            texts += [pickle.dumps(made), (tmp_path / "e.json").read_text(), made._get_ls_params()]
            assert not [each for each in texts if KEY in str(each)]


class TestCopies:
    @pytest.mark.parametrize(
        "how", [copy.copy, copy.deepcopy, lambda e: e.model_copy(), lambda e: e.model_copy(deep=True)]
    )
    def test_a_copy_calls_by_itself(self, llm: MakeLLM, server: Server, how: Any) -> None:
        server.answer_with(echo)
        made = llm(tags=["t"], model_kwargs={"a": 1})
        copied = how(made)
        assert copied == made
        assert copied.tags == ["t"]
        copied.deployment_name = "blue"
        assert copied.invoke("x") == "x"
        made.invoke("y")
        assert "azureml-model-deployment" not in server.last.headers
        copied.close()

    def test_an_update_takes_effect(self, llm: MakeLLM, server: Server) -> None:
        made = llm()
        copied = made.model_copy(
            update={
                "endpoint_url": server.origin + "/v1/completions",
                "endpoint_api_type": "serverless",
                "tags": ["u"],
            }
        )
        server.answer(Answer(body=COMPLETION))
        assert copied.invoke("x") == "hi"
        assert (server.last.path, copied.tags, made.tags) == ("/v1/completions", ["u"], None)
        with pytest.raises(ValidationError):
            made.model_copy(update={"endpoint_api_type": "serverless"})
        copied.close()

    def test_a_pickle_wants_a_key(self, llm: MakeLLM, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
        server.answer_with(echo)
        pickled = pickle.dumps(llm(tags=["t"]))
        restored = pickle.loads(pickled)
        with pytest.raises(ValueError, match="AZUREML_ENDPOINT_API_KEY"):
            restored.invoke("x")
        restored.endpoint_api_key = KEY
        assert (restored.invoke("x"), restored.tags) == ("x", ["t"])
        monkeypatch.setenv("AZUREML_ENDPOINT_API_KEY", KEY)
        assert pickle.loads(pickled) == restored
        restored.close()

    def test_configurable_fields(self, llm: MakeLLM, server: Server) -> None:
        from langchain_core.runnables import ConfigurableField

        server.answer_with(echo)
        made = llm().configurable_fields(deployment_name=ConfigurableField(id="d"))
        assert made.invoke("x", {"configurable": {"d": "green"}}) == "x"
        assert server.last.headers["azureml-model-deployment"] == "green"

    @pytest.mark.parametrize("suffix", ["json", "yaml"])
    def test_saved_and_loaded(self, llm: MakeLLM, chat: MakeChat, tmp_path: Path, suffix: str) -> None:
        for made in (llm(model_kwargs={"a": [1]}, timeout=3.5), chat(deployment_name="blue")):
            made.save(file_path=tmp_path / f"e.{suffix}")
            loaded = load_llm(tmp_path / f"e.{suffix}", endpoint_api_key=KEY)
            assert type(loaded) is type(made)
            assert loaded._identifying_params == made._identifying_params
            assert loaded.timeout == made.timeout


class TestLLM:
    def test_a_chain(self, llm: MakeLLM, server: Server) -> None:
        server.answer_with(echo)
        chain = PromptTemplate.from_template("say {it}") | llm() | StrOutputParser()
        assert chain.invoke({"it": '"\\\n'}) == 'say "\\\n'
        assert asyncio.run(chain.ainvoke({"it": "é"})) == "say é"
        assert chain.batch([{"it": str(n)} for n in range(3)]) == ["say 0", "say 1", "say 2"]
        assert list(chain.stream({"it": "x"})) == ["say x"]

    def test_parameters_last_for_one_call(self, llm: MakeLLM, server: Server) -> None:
        server.answer_with(echo)
        made = llm(model_kwargs={"temperature": 0.8})
        made.invoke("x", temperature=0.5, stop=["END"], timeout=3)
        assert server.last.json["input_data"]["parameters"] == {"temperature": 0.5, "stop": ["END"]}
        made.invoke("x")
        assert server.last.json["input_data"]["parameters"] == {"temperature": 0.8}
        assert made.model_kwargs == {"temperature": 0.8}

    def test_what_comes_beside_the_text(self, llm: MakeLLM, server: Server) -> None:
        server.answer(Answer(body=COMPLETION))
        ear = Ear()
        result = llm("/v1/completions").generate(["a", "b"], callbacks=[ear])
        assert [each[0].text for each in result.generations] == ["hi", "hi"]
        info = result.generations[0][0].generation_info
        assert info is not None
        assert (info["finish_reason"], info["token_usage"], info["model_name"]) == ("stop", USAGE, "m")
        doubled = {name: 2 * count for name, count in USAGE.items()}
        assert result.llm_output == {"token_usage": doubled, "model_name": "m"}

    @pytest.mark.parametrize("how", ["generate", "batch", "agenerate", "abatch"])
    def test_many_prompts_are_sent_at_once(self, llm: MakeLLM, server: Server, how: str) -> None:
        four = threading.Barrier(4)

        def together(seen: Seen) -> Answer:
            four.wait(timeout=20)
            return echo(seen)

        server.answer_with(together)
        prompts = [str(n) for n in range(32)]
        call = getattr(llm(), how)
        result = asyncio.run(call(prompts)) if how.startswith("a") else call(prompts)
        texts = result if "batch" in how else [each[0].text for each in result.generations]
        assert texts == prompts

    @pytest.mark.parametrize("limit", [1, 3])
    def test_max_concurrency(self, llm: MakeLLM, server: Server, limit: int) -> None:
        running, most = 0, 0

        def count(seen: Seen) -> Answer:
            nonlocal running, most
            running += 1
            most = max(most, running)
            time.sleep(0.03)
            running -= 1
            return echo(seen)

        server.answer_with(count)
        made = llm()
        assert made.batch(["a", "b", "c", "d", "e", "f"], {"max_concurrency": limit}) == list("abcdef")
        assert most == limit

    def test_a_failure_is_its_own(self, llm: MakeLLM, server: Server) -> None:
        server.answer_with(lambda seen: Answer(400) if b"bad" in seen.body else echo(seen))
        for make in (llm().batch, lambda *a, **k: asyncio.run(llm().abatch(*a, **k))):
            good, bad, also = make(["a", "bad", "b"], return_exceptions=True)
            assert (good, also) == ("a", "b")
            assert isinstance(bad, EndpointError)
            with pytest.raises(EndpointError):
                make(["a", "bad", "b"])
        assert llm().batch([]) == []

    def test_a_stream(self, llm: MakeLLM, server: Server) -> None:
        events = [text_event("a") | {"usage": USAGE}, text_event("b", "stop"), {"choices": [], "usage": USAGE}]
        server.answer(Answer(chunks=sse(*events), headers=STREAM))
        made, ear = llm("/v1/completions"), Ear()
        assert "".join(made.stream("x", {"callbacks": [ear]})) == "ab"
        assert server.last.json["stream"] is True
        assert (ear.tokens, ear.heard) == (["a", "b"], ["start", "end"])
        (generation,) = ear.result.generations[0]
        assert generation.text == "ab"
        assert generation.generation_info == {"finish_reason": "stop", "token_usage": USAGE}

        async def collect() -> list[str]:
            return [each async for each in made.astream("x", {"callbacks": [ear]})]

        assert asyncio.run(collect()) == ["a", "b", ""]
        assert ear.tokens == ["a", "b"] * 2

    def test_dedicated_endpoints_give_one_piece(self, llm: MakeLLM, server: Server) -> None:
        server.answer_with(echo)
        ear = Ear()
        assert list(llm().stream("x", {"callbacks": [ear]})) == ["x"]
        assert ear.tokens == ["x"]

    def test_a_stream_that_breaks_off(self, llm: MakeLLM, server: Server) -> None:
        server.answer(Answer(chunks=sse(text_event("a"), done=False), headers=STREAM))
        ear = Ear()
        with pytest.raises(StreamCutError):
            list(llm("/v1/completions").stream("x", {"callbacks": [ear]}))
        assert ear.heard == ["start", "error"]

    def test_events(self, llm: MakeLLM, server: Server) -> None:
        server.answer(Answer(chunks=sse(text_event("a"), text_event("b", "stop")), headers=STREAM))
        chain = PromptTemplate.from_template("{x}") | llm("/v1/completions")

        async def collect() -> list[str]:
            events = chain.astream_events({"x": "1"}, version="v2")
            return [each["event"] async for each in events if "llm" in each["event"]]

        events = asyncio.run(collect())
        assert (events[0], events[-1]) == ("on_llm_start", "on_llm_end")
        assert events.count("on_llm_stream") >= 2

    def test_caches_keep_endpoints_and_parameters_apart(self, llm: MakeLLM, server: Server) -> None:
        server.answer_with(lambda seen: Answer(body=[{"0": f"{len(server.seen)}"}]))
        cache = InMemoryCache()

        class Own(GPT2ContentFormatter):
            """Another formatter."""

        makers = [
            llm(cache=cache),
            llm(cache=cache, deployment_name="blue"),
            llm("/api/v1/service/x/score", cache=cache),
            llm(cache=cache, content_formatter=GPT2ContentFormatter()),
            llm(cache=cache, content_formatter=Own()),
            llm(cache=cache, content_formatter=GPT2ContentFormatter(langchain_compatible=True)),
            llm(cache=cache, model_kwargs={"a": 1}),
        ]
        for turn in (1, 2):
            assert [each.invoke("x") for each in makers] == [str(n) for n in range(1, 8)], turn
        first = makers[0]
        assert first.invoke("x", temperature=0.1) == "8"
        assert asyncio.run(first.ainvoke("x", temperature=0.9)) == "9"
        assert first.invoke("x", temperature=0.1, config={"tags": ["t"]}) == "8"
        assert first.invoke("x", stop=["."]) == "10"
        assert first.invoke("x") == "1"
        assert first.generate(["x", "y"]).generations[1][0].text == "11"

    def test_a_formatter_of_ones_own_needs_no_address(self) -> None:
        class Plain:
            def format_request_payload(self, prompt: str, model_kwargs: Any) -> bytes:
                return json.dumps({"p": prompt}).encode()

            def format_response_payload(self, output: bytes) -> str:
                return str(json.loads(output)["t"])

        made = AzureMLOnlineEndpoint(endpoint_url="http://h/score", endpoint_api_key=KEY, content_formatter=Plain())
        assert " at 0x" not in str(made._identifying_params)

    def test_retries_and_config(self, llm: MakeLLM, server: Server) -> None:
        server.answer(Answer(400), Answer(body=[{"0": "late"}]))
        ear = Ear()
        made = llm().with_config(callbacks=[ear]).with_retry(wait_exponential_jitter=False, stop_after_attempt=2)
        assert made.invoke("x") == "late"
        assert ear.heard == ["start", "error", "start", "end"]

    def test_the_documentations_formatter(self, llm: MakeLLM, server: Server) -> None:
        class CustomFormatter(ContentFormatterBase):
            content_type = "application/json"

            def format_request_payload(self, prompt: str, model_kwargs: dict[str, Any]) -> bytes:  # type: ignore[override]
                return json.dumps({"inputs": prompt, "parameters": model_kwargs}).encode()

            def format_response_payload(self, output: bytes) -> str:  # type: ignore[override]
                return str(json.loads(output)[0]["summary_text"])

        server.answer(Answer(body=[{"summary_text": "short"}]))
        assert llm(content_formatter=CustomFormatter()).invoke("long") == "short"

    def test_a_body_that_is_not_an_answer(self, llm: MakeLLM, server: Server) -> None:
        server.answer(Answer(body={"error": "boom"}))
        with pytest.raises(ResponseFormatError, match="boom"):
            llm().invoke("x")


CONVERSATION: list[Any] = [
    SystemMessage("s"),
    HumanMessage("h", name="bob"),
    AIMessage("", tool_calls=[{"name": "f", "args": {"a": 1}, "id": "t1"}]),
    ToolMessage("42", tool_call_id="t1"),
    ChatMessage("c", role="assistant"),
    AIMessageChunk("d"),
]


class TestChat:
    def test_messages_arrive_as_they_are(self, chat: MakeChat, server: Server) -> None:
        server.answer(Answer(body=reply()))
        chat().invoke(CONVERSATION)
        assert server.last.json["messages"] == [
            {"role": "system", "content": "s"},
            {"role": "user", "content": "h", "name": "bob"},
            {"role": "assistant", "content": "", "tool_calls": [wire_call("f", '{"a": 1}')]},
            {"role": "tool", "content": "42", "tool_call_id": "t1"},
            {"role": "assistant", "content": "c"},
            {"role": "assistant", "content": "d"},
        ]

    @pytest.mark.parametrize(
        ("block", "part"),
        [
            ("t", {"type": "text", "text": "t"}),
            ({"type": "text", "text": "t", "index": 0, "annotations": []}, {"type": "text", "text": "t"}),
            ({"type": "text-plain", "text": "t", "mime_type": "text/plain"}, {"type": "text", "text": "t"}),
            (
                {"type": "image", "url": "https://h/i.png"},
                {"type": "image_url", "image_url": {"url": "https://h/i.png"}},
            ),
            (
                {"type": "image", "base64": "AA==", "mime_type": "image/png"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}},
            ),
            (
                {"type": "image_url", "image_url": {"url": "https://h/i.png", "detail": "low"}},
                {"type": "image_url", "image_url": {"url": "https://h/i.png", "detail": "low"}},
            ),
            (
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA=="}},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}},
            ),
            (
                {"type": "image", "source": {"type": "url", "url": "https://h/i.png"}},
                {"type": "image_url", "image_url": {"url": "https://h/i.png"}},
            ),
            (
                {"type": "audio", "base64": "AA==", "mime_type": "audio/wav"},
                {"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}},
            ),
            (
                {"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}},
                {"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}},
            ),
            (
                {"type": "file", "base64": "AA==", "mime_type": "application/pdf", "filename": "f.pdf"},
                {"type": "file", "file": {"file_data": "data:application/pdf;base64,AA==", "filename": "f.pdf"}},
            ),
            ({"type": "non_standard", "value": {"type": "x", "y": 1}}, {"type": "x", "y": 1}),
        ],
    )
    def test_content_blocks(self, chat: MakeChat, server: Server, block: Any, part: Any) -> None:
        server.answer(Answer(body=reply()))
        message = HumanMessage([block])
        before = copy.deepcopy(message)
        chat().invoke([message])
        assert server.last.json["messages"][0]["content"] == [part]
        assert message == before

    def test_the_models_own_blocks_are_text_again(self, chat: MakeChat, server: Server) -> None:
        server.answer(Answer(body=reply()))
        call = {"type": "tool_call", "name": "f", "args": {}, "id": "t1"}
        blocks = [{"type": "reasoning", "reasoning": "hm"}, {"type": "text", "text": "a"}, call]
        chat().invoke([AIMessage(content_blocks=blocks), ToolMessage("r", tool_call_id="t1")])
        sent = server.last.json["messages"][0]
        assert sent == {"role": "assistant", "content": "a", "tool_calls": [wire_call("f", "{}")]}

    def test_an_answer(self, chat: MakeChat, server: Server) -> None:
        server.answer(Answer(body=reply(" hi\n")))
        message = chat().invoke("x")
        assert isinstance(message, AIMessage)
        assert message.content == " hi\n"
        assert message.usage_metadata == {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7}
        assert message.response_metadata == {
            "finish_reason": "stop", "model_name": "m", "id": "c1", "token_usage": USAGE, "model_provider": "azureml",
        }  # fmt: skip
        assert asyncio.run(chat().ainvoke("x")).usage_metadata == message.usage_metadata

    def test_tool_calls_good_and_bad(self, chat: MakeChat, server: Server) -> None:
        calls = [wire_call("f", '{"a": 1}', "t1"), wire_call("g", "{oops", "t2")]
        server.answer(Answer(body=reply(None, "tool_calls", tool_calls=calls)))
        message = chat().invoke("x")
        assert message.content == ""
        assert message.tool_calls == [{"name": "f", "args": {"a": 1}, "id": "t1", "type": "tool_call"}]
        assert message.invalid_tool_calls[0]["args"] == "{oops"
        server.answer(Answer(body=reply()))
        chat().invoke([message, ToolMessage("1", tool_call_id="t1")])
        sent = server.last.json["messages"][0]["tool_calls"]
        assert [json.loads(sent[0]["function"]["arguments"]), sent[1]["function"]["arguments"]] == [{"a": 1}, "{oops"]

    def test_dedicated(self, chat: MakeChat, server: Server) -> None:
        server.answer(Answer(body={"output": "hi"}))
        made = chat("/score")
        message = made.invoke([("system", "s"), ("human", "h")], temperature=1)
        assert message.content == "hi"
        body = server.last.json["input_data"]
        assert [each["role"] for each in body["input_string"]] == ["system", "user"]
        assert body["parameters"] == {"temperature": 1}
        chunks = list(made.stream("x", stream=True))
        assert [each.content for each in chunks] == ["hi", ""]
        assert server.last.json["input_data"]["parameters"] == {}

    def test_parameters_last_for_one_call(self, chat: MakeChat, server: Server) -> None:
        server.answer(Answer(body=reply()))
        made = chat(model_kwargs={"temperature": 0.8})
        made.bind(stop=["END"]).invoke("x", temperature=0.5, timeout=3)
        made.invoke("x")
        assert [each.json.get("temperature") for each in server.seen] == [0.5, 0.8]
        assert [each.json.get("stop") for each in server.seen] == [["END"], None]
        assert all("timeout" not in each.json for each in server.seen)

    @pytest.mark.parametrize("awaited", [False, True])
    def test_a_stream(self, chat: MakeChat, server: Server, awaited: bool) -> None:
        events = [
            delta_event(role="assistant", content=""),
            delta_event(content="a") | {"usage": USAGE},
            delta_event(content="b"),
            delta_event("stop"),
            {"choices": [], "usage": USAGE},
        ]
        server.answer(Answer(chunks=sse(*events), headers=STREAM))
        ear, made = Ear(), chat()

        async def collect() -> list[AIMessageChunk]:
            return [each async for each in made.astream("x", {"callbacks": [ear]})]

        chunks = asyncio.run(collect()) if awaited else list(made.stream("x", {"callbacks": [ear]}))
        assert [each.content for each in chunks] == ["a", "b", ""]
        assert [each.chunk_position for each in chunks] == [None, None, "last"]
        assert [each.usage_metadata is not None for each in chunks] == [False, False, True]
        whole = sum(chunks[1:], chunks[0])
        assert whole.content == "ab"
        assert whole.usage_metadata == {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7}
        assert whole.response_metadata == {
            "finish_reason": "stop", "model_name": "m", "id": "c1", "model_provider": "azureml",
        }  # fmt: skip
        assert "".join(ear.tokens) == "ab"
        assert ear.heard == ["start", "end"]

    def test_streamed_tool_calls(self, chat: MakeChat, server: Server) -> None:
        pieces = ['{"a"', ": 1}"]
        first = {"index": 0, "id": "t1", "type": "function", "function": {"name": "f", "arguments": ""}}
        events = [delta_event(tool_calls=[first])]
        events += [delta_event(tool_calls=[{"index": 0, "function": {"arguments": each}}]) for each in pieces]
        server.answer(Answer(chunks=sse(*events, delta_event("tool_calls")), headers=STREAM))
        chunks = list(chat().stream("x"))
        assert chunks[0].tool_call_chunks[0]["name"] == "f"
        whole = sum(chunks[1:], chunks[0])
        assert whole.tool_calls == [{"name": "f", "args": {"a": 1}, "id": "t1", "type": "tool_call"}]

    def test_a_stream_answered_whole(self, chat: MakeChat, server: Server) -> None:
        server.answer(Answer(body=reply("x", tool_calls=[wire_call("f", '{"a": 1}'), wire_call("g", "[1]", "t2")])))
        chunks = list(chat().stream("x"))
        whole = sum(chunks[1:], chunks[0])
        assert whole.content == "x"
        assert whole.tool_calls[0]["args"] == {"a": 1}
        assert whole.invalid_tool_calls[0]["name"] == "g"
        assert whole.usage_metadata is not None

    def test_streaming_inside_invoke(self, chat: MakeChat, server: Server) -> None:
        server.answer(Answer(chunks=sse(delta_event(content="a"), delta_event("stop")), headers=STREAM))
        ear = Ear()
        assert chat(streaming=True).invoke("x", {"callbacks": [ear]}).content == "a"
        assert "".join(ear.tokens) == "a"
        assert chat().invoke("x", stream=True).content == "a"

    def test_events_and_a_chain(self, chat: MakeChat, server: Server) -> None:
        chunks = sse(delta_event(content="a"), delta_event(content="b"), delta_event("stop"))
        server.answer(Answer(chunks=chunks, headers=STREAM))
        chain = ChatPromptTemplate.from_messages([("system", "s"), ("human", "{x}")]) | chat() | StrOutputParser()
        assert [each for each in chain.stream({"x": "1"}) if each] == ["a", "b"]

        async def collect() -> list[Any]:
            events = chain.astream_events({"x": "1"}, version="v2")
            return [each async for each in events if each["event"] == "on_chat_model_stream"]

        assert [each["data"]["chunk"].content for each in asyncio.run(collect())][:2] == ["a", "b"]

    def test_a_batch_is_sent_at_once(self, chat: MakeChat, server: Server) -> None:
        four = threading.Barrier(4)

        def together(seen: Seen) -> Answer:
            four.wait(timeout=20)
            text = seen.json["messages"][0]["content"]
            return Answer(400) if text == "7" else Answer(body=reply(text))

        server.answer_with(together)
        answers = chat().batch([str(n) for n in range(32)], return_exceptions=True)
        assert isinstance(answers.pop(7), EndpointError)
        assert [each.content for each in answers] == [str(n) for n in range(32) if n != 7]

    def test_tokens_of_several_conversations(self, chat: MakeChat, server: Server) -> None:
        server.answer(Answer(body=reply()))
        result = chat().generate([[HumanMessage("a")], [HumanMessage("b")]])
        assert result.llm_output is not None
        assert result.llm_output["token_usage"]["total_tokens"] == 14

    def test_caches_keep_endpoints_apart(self, chat: MakeChat, server: Server) -> None:
        server.answer_with(lambda seen: Answer(body=reply(str(len(server.seen)))))
        cache = InMemoryCache()
        makers = [chat(cache=cache), chat(cache=cache, deployment_name="b"), chat("/v1/x/completions", cache=cache)]
        for _ in range(2):
            assert [each.invoke("x").content for each in makers] == ["1", "2", "3"]
        assert makers[0].invoke("x", temperature=1).content == "4"
        assert chat(cache=cache, timeout=9, max_retries=0).invoke("x").content == "1"

    def test_an_error_of_the_input(self, chat: MakeChat) -> None:
        with pytest.raises(ValueError, match="role 'wizard' is not supported"):
            chat().invoke([ChatMessage("x", role="wizard")])
        with pytest.raises(ValueError, match="URL"):
            chat().invoke([HumanMessage([{"type": "file", "url": "https://h/f.pdf"}])])


class Weather(BaseModel):
    """The weather in a city."""

    city: str


@tool
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


class TestTools:
    @pytest.mark.parametrize(
        ("choice", "wire"),
        [
            ("auto", "auto"),
            ("none", "none"),
            ("any", "required"),
            ("required", "required"),
            (True, "required"),
            ("Weather", {"type": "function", "function": {"name": "Weather"}}),
            ({"type": "function", "function": {"name": "add"}}, {"type": "function", "function": {"name": "add"}}),
            (None, None),
            (False, None),
        ],
    )
    def test_tools_and_choice(self, chat: MakeChat, server: Server, choice: Any, wire: Any) -> None:
        server.answer(Answer(body=reply()))
        chat().bind_tools([Weather, add], tool_choice=choice, parallel_tool_calls=False).invoke("x")
        sent = server.last.json
        assert [each["function"]["name"] for each in sent["tools"]] == ["Weather", "add"]
        assert (sent.get("tool_choice"), sent["parallel_tool_calls"]) == (wire, False)

    def test_a_choice_that_is_none(self, chat: MakeChat) -> None:
        with pytest.raises(ValueError, match=r"\(add\), not 'ad'"):
            chat().bind_tools([add], tool_choice="ad")

    @pytest.mark.parametrize("include_raw", [False, True])
    @pytest.mark.parametrize("schema", [Weather, Weather.model_json_schema()])
    def test_structured_output(self, chat: MakeChat, server: Server, schema: Any, include_raw: bool) -> None:
        expected: Any = Weather(city="Graz") if schema is Weather else {"city": "Graz"}
        call = wire_call("Weather", '{"city": "Graz"}')
        answers = {
            "function_calling": reply(None, "tool_calls", tool_calls=[call]),
            "json_schema": reply('{"city": "Graz"}'),
            "json_mode": reply('```json\n{"city": "Graz"}\n```'),
        }
        for method, answer in answers.items():
            server.answer(Answer(body=answer))
            structured = chat().with_structured_output(schema, method=method, include_raw=include_raw, strict=True)
            found = structured.invoke("x")
            assert (found["parsed"] if include_raw else found) == expected
            assert "ls_structured_output_format" not in server.last.json
        assert server.seen[0].json["tool_choice"] == "required"
        assert server.seen[0].json["tools"][0]["function"]["strict"] is True
        described = server.seen[1].json["response_format"]["json_schema"]
        assert (described["name"], described["strict"]) == ("Weather", True)
        assert server.seen[2].json["response_format"] == {"type": "json_object"}

    def test_an_answer_that_does_not_fit(self, chat: MakeChat, server: Server) -> None:
        server.answer(Answer(body=reply("no json")))
        found = chat().with_structured_output(Weather, method="json_schema", include_raw=True).invoke("x")
        assert found["parsed"] is None
        assert found["parsing_error"] is not None
        with pytest.raises(ValueError, match="method must be"):
            chat().with_structured_output(Weather, method="magic")  # type: ignore[arg-type]


class TestTracing:
    def test_parameters_for_langsmith(self, llm: MakeLLM, chat: MakeChat) -> None:
        assert llm()._get_ls_params() == {
            "ls_provider": "azureml", "ls_model_type": "llm", "ls_model_name": "127.0.0.1",
        }  # fmt: skip
        url = "https://name.region.inference.ml.azure.com/v1/chat/completions"
        made = chat(endpoint_url=url, model_kwargs={"temperature": 0.5, "stop": "x"})
        params = made._get_ls_params(max_new_tokens=9)
        assert params == {
            "ls_provider": "azureml", "ls_model_type": "chat", "ls_model_name": "name",
            "ls_temperature": 0.5, "ls_max_tokens": 9, "ls_stop": ["x"],
        }  # fmt: skip
        assert made._get_ls_params(stop=["y"])["ls_stop"] == ["y"]
        assert made._get_ls_params(model="m")["ls_model_name"] == "m"
        assert chat(deployment_name="blue")._get_ls_params()["ls_model_name"] == "blue"

    def test_the_types(self, llm: MakeLLM, chat: MakeChat) -> None:
        assert (llm()._llm_type, chat()._llm_type) == ("azureml_endpoint", "azureml_chat_endpoint")

    def test_callbacks_know_the_parameters(self, llm: MakeLLM, server: Server) -> None:
        server.answer_with(echo)
        ear = Ear()
        llm().invoke("x", {"callbacks": [ear]}, temperature=0.5)
        assert ear.parameters["model_kwargs"] == {"temperature": 0.5}
        assert os.environ["LANGSMITH_TRACING"] == "false"


def test_copies_and_files_do_not_read_the_environment_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings: dict[str, Any] = {"endpoint_url": "http://h/score", "endpoint_api_key": KEY}
    llm = AzureMLOnlineEndpoint(**settings)
    llm.save(tmp_path / "a.json")
    state = pickle.dumps(llm)
    monkeypatch.setenv("AZUREML_DEPLOYMENT_NAME", "blue")
    monkeypatch.setenv("AZUREML_ENDPOINT_API_KEY", KEY)
    copies = [copy.copy(llm), copy.deepcopy(llm), llm.model_copy(update={"timeout": 3}), pickle.loads(state)]
    copies.append(load_llm(tmp_path / "a.json"))
    assert [each.deployment_name for each in copies] == [""] * 5
    assert [each._endpoint.deployment_name for each in copies] == [""] * 5


def test_the_same_names_are_exported_as_by_langchain() -> None:
    assert azureml_endpoint.langchain.AzureMLEndpointClient is azureml_endpoint.AzureMLEndpointClient
    assert azureml_endpoint.langchain.AzureMLBaseEndpoint is azureml_endpoint.AzureMLBaseEndpoint
