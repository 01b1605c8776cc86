"""Ways to break the emulator on purpose, each with the tests that must notice; see `breaking.py`."""

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from azureml_emulator import answers, container, journal, live, request, schema, server
from azureml_emulator.api_type import Dedicated, Serverless
from azureml_emulator.directory import Directory
from azureml_emulator.errors import WrongShape
from azureml_emulator.inference_servers.llm_server import LlmServer
from azureml_emulator.schemas import all_schemas
from contract_tests.breaking import (
    CHAT,
    CLIENT,
    COMPLETION,
    CURL,
    EVERY,
    MUTATIONS,
    NEW,
    NOTEBOOK,
    OPENAI,
    PAGE,
    main,
    mutation,
)


def writing(patch: pytest.MonkeyPatch, name: str, write: Callable[[Any], Any]) -> None:
    """Let a wire shape write its answers in another way; schemas are frozen, so go behind their back."""
    reshape(patch, name, write=write)


def reshape(patch: pytest.MonkeyPatch, name: str, **fields: Any) -> None:
    shape = all_schemas()[name]
    for field, value in fields.items():
        patch.setitem(vars(shape), field, value)


# Shapes of the answers


@mutation(
    "gpt2 answers an object instead of a list of rows",
    {CLIENT: "test_prompt", EVERY: "test_example", COMPLETION: "test_answer"},
)
def gpt2_without_list(patch):
    writing(patch, "gpt2", lambda scoring: {"0": scoring.texts[0]})


@mutation(
    "llama numbers its rows from 1",
    {EVERY: "test_example", COMPLETION: "test_answer", NOTEBOOK: "test_completion", PAGE: "test_cells_in_order"},
)
def llama_rows_from_one(patch):
    writing(patch, "llama", lambda scoring: [{"1": text} for text in scoring.texts])


@mutation(
    "dolly wraps its strings in objects",
    {CLIENT: "test_prompt", EVERY: "test_example", COMPLETION: "test_answer", PAGE: "test_chain_with_langchain"},
)
def dolly_in_objects(patch):
    writing(patch, "dolly", lambda scoring: [{"0": text} for text in scoring.texts])


@mutation(
    "huggingface answers flat, as outside Azure ML",
    {EVERY: "test_example", COMPLETION: "test_answer"},
)
def huggingface_flat(patch):
    writing(patch, "huggingface", lambda scoring: [{"generated_text": text} for text in scoring.texts])


@mutation(
    "the summary has another key",
    {EVERY: "test_example", CURL: "test_each_endpoint", NOTEBOOK: "test_custom_formatter"},
)
def summary_renamed(patch):
    writing(patch, "summarization", lambda scoring: [{"summary": text} for text in scoring.texts])


@mutation(
    "dedicated chat answers a bare string", {CLIENT: "test_message", EVERY: "test_example", CHAT: "test_answer"}
)
def llama_chat_bare(patch):
    writing(patch, "llama-chat", lambda scoring: scoring.texts[0])


@mutation(
    "a text completion has its text under another key",
    {CLIENT: "test_prompt", OPENAI: "test_completions", COMPLETION: "test_answer", NOTEBOOK: "test_serverless"},
)
def completion_text_renamed(patch):
    write = all_schemas()["completions"].write

    def renamed(scoring):
        document = write(scoring)
        choice = document["choices"][0]
        choice["output"] = choice.pop("text")
        return document

    writing(patch, "completions", renamed)


@mutation("a chat message has no role", {EVERY: "test_example", OPENAI: "test_chat", CHAT: "test_answer"})
def chat_without_role(patch):
    write = all_schemas()["chat"].write

    def unnamed(scoring):
        document = write(scoring)
        del document["choices"][0]["message"]["role"]
        return document

    writing(patch, "chat", unnamed)


@mutation("chat answers carry no usage", {OPENAI: "test_chat"})
def without_usage(patch):
    patch.setattr(schema.Scoring, "usage", None)


# Text


@mutation("echo strips blanks", {EVERY: "test_text_survives", NOTEBOOK: "test_custom_formatter"})
def echo_strips(patch):
    patch.setattr(answers.Echo, "answer", lambda self, ask: answers.Answer(ask.prompt.text.strip()))


@mutation("serverless JSON loses halves of surrogate pairs", {EVERY: "test_text_survives"})
def surrogates_lost(patch):
    def dump(self, value):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")

    patch.setattr(LlmServer, "dump", dump)


@mutation(
    "tokens of a stream lose their leading blanks",
    {CLIENT: "test_stream", EVERY: "test_text_survives_streaming", OPENAI: "stream"},
)
def stream_strips(patch):
    split = container.tokens.split
    patch.setattr(container.tokens, "split", lambda text: [piece.lstrip() for piece in split(text)])


# Streams


@mutation("events end in CRLF", {CURL: "test_stream", EVERY: "test_text_survives_streaming"})
def stream_crlf(patch):
    patch.setattr(container, "server_sent", lambda event: b"data: " + event + b"\r\n\r\n")


@mutation("a comment keeps the stream alive", {CURL: "test_stream", EVERY: "test_text_survives_streaming"})
def stream_comment(patch):
    patch.setattr(container, "server_sent", lambda event: b": ping\n\ndata: " + event + b"\n\n")


@mutation("events are named", {CURL: "test_stream"})
def stream_event_lines(patch):
    patch.setattr(container, "server_sent", lambda event: b"event: message\ndata: " + event + b"\n\n")


@mutation("[DONE] is missing", {CURL: "test_stream", EVERY: "test_text_survives_streaming"})
def stream_without_done(patch):
    patch.setattr(container, "END_OF_STREAM", b"")


@mutation("the stream is declared as JSON", {CURL: "test_stream"})
def stream_as_json(patch):
    patch.setattr(container, "EVENTS", container.JSON)


@mutation(
    "a request to stream is answered whole",
    {CLIENT: "test_stream", OPENAI: "test_chat_stream", CHAT: "test_stream", CURL: "stream"},
)
def never_streams(patch):
    reshape(patch, "chat", stream=None)


@mutation(
    "the last chunk of a stream has no usage",
    {CLIENT: "test_usage", OPENAI: "test_chat_stream", CURL: "test_stream_byte_for_byte"},
)
def stream_without_usage(patch):
    stream = all_schemas()["chat"].stream

    def unaccounted(scoring):
        for document, tokens in stream(scoring):
            document.pop("usage", None)
            yield document, tokens

    reshape(patch, "chat", stream=unaccounted)


# The front door


@mutation(
    "a container's failure passes as it is",
    {
        CLIENT: "test_wrong_formatter",
        CURL: "test_form_content_type_is_refused_by_a_dedicated",
        COMPLETION: "test_wrong_formatter",
        CHAT: "test_chat_formatter",
    },
)
def no_424(patch):
    patch.setattr(Dedicated, "forward", lambda self, result: result)


@mutation(
    "a 424 does not say what the model's status was",
    {
        CLIENT: "test_wrong_formatter",
        CURL: "test_form_content_type_is_refused_by_a_dedicated",
        COMPLETION: "test_wrong_formatter",
    },
)
def model_error_headers_missing(patch):
    patch.setattr(Dedicated, "forward", lambda self, result: replace_status(result))


def replace_status(result: Any) -> Any:
    return result if result.status == 200 else replace(result, status=424)


@mutation(
    "any key opens",
    {
        CLIENT: "test_errors",
        OPENAI: "test_wrong_key",
        COMPLETION: "test_wrong_key",
        CHAT: "test_wrong_key",
        CURL: "test_keys",
    },
)
def any_key(patch):
    patch.setattr(live.LiveEndpoint, "_refusal", lambda self, call: None)


@mutation("api-key is not looked at", {CURL: "test_keys_of_serverless_endpoints"})
def no_api_key(patch):
    patch.setattr(Serverless, "key_in", Dedicated.key_in)


@mutation(
    "the deployment header is ignored",
    {
        CLIENT: "test_deployment",
        OPENAI: "test_deployment",
        COMPLETION: "deployment",
        CHAT: "deployment",
        CURL: "test_errors_of_the_front_door",
    },
)
def header_ignored(patch):
    patch.setattr(request.Request, "deployment", "")


@mutation("Host names are ignored", {CURL: "test_host_name"})
def host_ignored(patch):
    find = Directory.find
    patch.setattr(
        Directory, "find", lambda self, call: find(self, call._replace(headers={**call.headers, "host": ""}))
    )


@mutation("any content type will do", {CURL: "test_form_content_type"})
def any_content_type(patch):
    read = container.Container._read

    def lenient(self, shape, asked):
        headers = {**asked.call.headers, "content-type": "application/json"}
        asked.call = asked.call._replace(headers=headers)
        return read(self, shape, asked)

    patch.setattr(container.Container, "_read", lenient)


@mutation("a refusal does not name the field", {EVERY: "test_wrong_shape", OPENAI: "test_wrong_body"})
def field_not_named(patch):
    def silent(error):
        return WrongShape("wrong", [{"type": "wrong", "loc": ["body"], "msg": "wrong", "input": None}])

    patch.setattr(schema, "wrong_shape", silent)


@mutation("null for model is refused", {OPENAI: "test_null_model", CHAT: "test_stream"})
def null_refused(patch):
    parse = schema.Schema.parse

    def strict(self, document):
        if document.get("model", "") is None:
            raise WrongShape("model: Input should be a valid string")
        return parse(self, document)

    patch.setattr(schema.Schema, "parse", strict)


@mutation("the /v1 routes are missing", {OPENAI: "test_base_urls", NOTEBOOK: "test_serverless"})
def no_v1(patch):
    for name in ("chat", "completions"):
        paths = all_schemas()[name].paths
        reshape(patch, name, paths=tuple(path for path in paths if not path.startswith("/v1")))


@mutation("nobody says 100 Continue", {CURL: "test_large_body"})
def no_continue(patch):
    call = server.Server._call

    async def mute(self, listener, asked):
        writer = asked.writer
        with pytest.MonkeyPatch.context() as inner:

            async def swallow(*_: Any) -> None:
                return None

            inner.setattr(type(writer), "write", swallow)
            return await call(self, listener, asked)

    patch.setattr(server.Server, "_call", mute)


# The ways to a new schema, broken in the copy of the package that gets one


def in_the_copy(patch: pytest.MonkeyPatch, file: str, old: str, new: str) -> None:
    copytree = shutil.copytree

    def copied(source, target, *more, **options):
        copytree(source, target, *more, **options)
        if not Path(target, file).exists():
            return  # copytree calls itself for each folder
        text = Path(target, file).read_text(encoding="utf-8")
        assert old in text
        Path(target, file).write_text(text.replace(old, new), encoding="utf-8")

    patch.setattr(shutil, "copytree", copied)


@mutation("schemas are a list to be kept by hand", {NEW: "test_listed"})
def schemas_by_hand(patch):
    known = sorted(one.name for one in (Path(schema.__file__).parent / "schemas").glob("[a-z]*.py"))
    listed = f"[one for one in pkgutil.iter_modules(__path__) if one.name + '.py' in {known}]"
    in_the_copy(patch, "schemas/__init__.py", "pkgutil.iter_modules(__path__)", listed)


@mutation("the configuration's JSON Schema lists shapes by hand", {NEW: "test_in_the_json_schema"})
def json_schema_by_hand(patch):
    in_the_copy(patch, "endpoint.py", '"enum": list(all_schemas())', f'"enum": {sorted(all_schemas())}')


# The journal


@mutation(
    "the journal does not note that a prompt is escaped twice",
    {COMPLETION: "test_journal", CHAT: "test_journal", PAGE: "test_chain_with_langchain"},
)
def note_missing(patch):
    patch.setattr(journal, "escaped_twice", lambda text: "")


@mutation(
    "the journal notes it of any prompt with a quote",
    {CLIENT: "test_prompt", NOTEBOOK: "test_completion", PAGE: "test_cells_in_order"},
)
def note_always(patch):
    patch.setattr(journal, "escaped_twice", lambda text: "arrived escaped twice" if '"' in text else "")


@mutation(
    "parameters are not kept",
    {CLIENT: "test_parameters", OPENAI: "test_chat", COMPLETION: "test_parameters", NOTEBOOK: "test_completion"},
)
def parameters_lost(patch):
    patch.setattr(journal.Exchange, "parameters", {})


@mutation("the prompt is not the last message", {CHAT: "test_conversation", OPENAI: "test_chat"})
def first_message(patch):
    def chat(turns):
        prompt = original(turns)
        return schema.Prompt(schema.text_of(prompt.messages[0].get("content")), prompt.messages)

    original = schema.Prompt.chat
    patch.setattr(schema.Prompt, "chat", staticmethod(chat))


__all__ = ["MUTATIONS"]

if __name__ == "__main__":
    main(sys.argv[1:])
