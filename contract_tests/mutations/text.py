"""Text that does not arrive, or is not what the journal says."""

import json

from azureml_emulator import answers, journal, schema
from azureml_emulator.inference_servers.llm_server import LlmServer
from azureml_emulator.schemas import all_schemas
from contract_tests.breaking import (
    CHAT,
    CLIENT,
    COMPLETION,
    EVERY,
    NOTEBOOK,
    OPENAI,
    PAGE,
    SHAPE_CHAT,
    mutation,
    reshape,
)


@mutation("echo strips blanks", {EVERY: "test_text_survives", NOTEBOOK: "test_custom_formatter"})
def echo_strips(patch):
    patch.setattr(answers.Echo, "answer", lambda self, ask: answers.Answer(ask.prompt.text.strip()))


@mutation("serverless JSON loses halves of surrogate pairs", {EVERY: "test_text_survives"})
def surrogates_lost(patch):
    def dump(self, value):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")

    patch.setattr(LlmServer, "dump", dump)


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


@mutation("chat answers are as long as the model likes", {SHAPE_CHAT: "test_answers_have_a_limit"})
def unlimited(patch):
    read = all_schemas()["chat"].read
    reshape(patch, "chat", read=lambda body: read(body)._replace(max_tokens=None))
