"""A front door that lets in whom it should not, and passes on what it should not."""

from dataclasses import replace
from typing import Any

import pytest

from azureml_emulator import access, container, live, request, server
from azureml_emulator.api_type import Dedicated, Serverless
from azureml_emulator.directory import Directory
from azureml_emulator.errors import TooManyPending, UpstreamTimeout
from contract_tests.breaking import (
    ACCESS,
    ADMISSION,
    CHAT,
    CLIENT,
    COMPLETION,
    CURL,
    LIVE,
    ML_CLIENT,
    OPENAI,
    mutation,
)


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
    patch.setattr(request.Request, "deployment", property(lambda self: "", lambda self, chosen: None))


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


@mutation(
    "the secondary key opens nothing", {ACCESS: "test_both_keys_open", ML_CLIENT: "test_a_regenerated_key_opens"}
)
def one_key(patch):
    patch.setattr(access.Keys, "__init__", lambda self, *keys: setattr(self, "_keys", keys[:1]))


@mutation("a token opens after its time", {ACCESS: "test_a_minted_token"})
def expired_token(patch):
    patch.setattr(access.Tokens, "check", lambda self, credential, at: self._claims(credential))


@mutation("a 408 says nothing", {ADMISSION: "test_a_container_that_is_too_slow"})
def silent_timeout(patch):
    patch.setattr(UpstreamTimeout, "text", "")


@mutation("a 429 has a body", {ADMISSION: "test_more_than_twice_as_many"})
def talkative_refusal(patch):
    patch.setattr(TooManyPending, "text", "too many requests")


@mutation("callers get the answer of the deployment that is sent copies", {LIVE: "test_the_copys_answer"})
def copy_answers(patch):
    def mirrored(self, request, reply):
        shadow = self._containers[self._shadow]
        return self._delivery.reply(request, shadow, *self._served(request, shadow))

    patch.setattr(live.LiveEndpoint, "_mirrored", mirrored)
