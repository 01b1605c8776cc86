"""Streams that are not as Azure sends them."""

from azureml_emulator import tokens, writer
from azureml_emulator.schemas import all_schemas
from contract_tests.breaking import (
    CHAT,
    CLIENT,
    CURL,
    EVERY,
    FEATURES,
    INFERENCE,
    OPENAI,
    STANDARD_CHAT,
    mutation,
    reshape,
)


@mutation(
    "tokens of a stream lose their leading blanks",
    {CLIENT: "test_stream", EVERY: "test_text_survives_streaming", OPENAI: "stream"},
)
def stream_strips(patch):
    split = tokens.split
    patch.setattr(tokens, "split", lambda text: [piece.lstrip() for piece in split(text)])


@mutation("events end in CRLF", {CURL: "test_stream", EVERY: "test_text_survives_streaming"})
def stream_crlf(patch):
    patch.setattr(writer, "server_sent", lambda event: b"data: " + event + b"\r\n\r\n")


@mutation("a comment keeps the stream alive", {CURL: "test_stream", EVERY: "test_text_survives_streaming"})
def stream_comment(patch):
    patch.setattr(writer, "server_sent", lambda event: b": ping\n\ndata: " + event + b"\n\n")


@mutation("events are named", {CURL: "test_stream"})
def stream_event_lines(patch):
    patch.setattr(writer, "server_sent", lambda event: b"event: message\ndata: " + event + b"\n\n")


@mutation("[DONE] is missing", {CURL: "test_stream", EVERY: "test_text_survives_streaming"})
def stream_without_done(patch):
    patch.setattr(writer, "END_OF_STREAM", b"")


@mutation("the stream is declared as JSON", {CURL: "test_stream"})
def stream_as_json(patch):
    patch.setattr(writer, "EVENTS", writer.JSON)


@mutation(
    "a request to stream is answered whole",
    {CLIENT: "test_stream", OPENAI: "test_chat_stream", CHAT: "test_stream", CURL: "stream"},
)
def never_streams(patch):
    reshape(patch, "chat", stream=None)


@mutation(
    "the last chunk of a stream has no usage",
    {
        CLIENT: "test_usage",
        OPENAI: "test_chat_stream",
        CURL: "test_stream_byte_for_byte",
        FEATURES: "test_usage_in_a_chunk",
        INFERENCE: "test_stream",
        STANDARD_CHAT: "test_usage_metadata_streaming",
    },
)
def stream_without_usage(patch):
    stream = all_schemas()["chat"].stream

    def unaccounted(scoring):
        for document, carried in stream(scoring):
            document.pop("usage", None)
            yield document, carried

    reshape(patch, "chat", stream=unaccounted)
