"""Serverless endpoints that are not what OpenAI's and Microsoft's SDKs get along with."""

from azureml_emulator import schema
from azureml_emulator.errors import ExtraParameters, WrongShape
from azureml_emulator.inference_servers.llm_server import LlmServer
from azureml_emulator.schemas import all_schemas, chat
from azureml_emulator.serverless import embedding_list, response_format, tools, vectors
from contract_tests.breaking import (
    CHAT,
    CLIENT,
    COMPLETION,
    EVERY,
    FEATURES,
    INFERENCE,
    NOTEBOOK,
    OPENAI,
    STANDARD_CHAT,
    STANDARD_LLM,
    mutation,
    reshape,
    writing,
)


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


@mutation("chat answers carry no usage", {OPENAI: "test_chat", STANDARD_LLM: "test_token_usage"})
def without_usage(patch):
    patch.setattr(schema.Scoring, "usage", None)


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


@mutation("embeddings are longer than 1", {INFERENCE: "test_embeddings"})
def long_embeddings(patch):
    vector = embedding_list.vector
    patch.setattr(embedding_list, "vector", lambda *asked: [2 * one for one in vector(*asked)])


@mutation("embeddings in base64 are big-endian", {FEATURES: "test_embeddings", INFERENCE: "test_embeddings"})
def big_endian_embeddings(patch):
    packed = vectors.packed

    def turned(numbers):
        cells = packed(numbers)
        return b"".join(cells[at : at + 4][::-1] for at in range(0, len(cells), 4))

    patch.setattr(vectors, "packed", turned)


@mutation(
    "a tool is called with other arguments than it takes",
    {FEATURES: "test_a_tool_is_called", INFERENCE: "test_tools_there_and_back", STANDARD_CHAT: "test_tool_calling"},
)
def tool_called_wrongly(patch):
    patch.setattr(tools, "sample", lambda described, draw, hints: {"nonsense": 1})


@mutation(
    "tools are called against the caller's choice", {FEATURES: "test_tool_choice", INFERENCE: "test_tool_choice"}
)
def tools_called_all_the_same(patch):
    due = chat.due
    patch.setattr(chat, "due", lambda given, choice, role: due(given, None if choice == "none" else choice, role))


@mutation(
    "JSON is not valid under the caller's schema",
    {
        FEATURES: "test_parsed_into_a_model",
        INFERENCE: "test_json_under_a_schema",
        STANDARD_CHAT: "test_structured_output_pydantic_2_v1",
    },
)
def invalid_json(patch):
    patch.setattr(response_format, "sample", lambda described, draw, hints: {"nonsense": 1})


@mutation("extra parameters are never dropped", {FEATURES: "test_extra_parameters"})
def nothing_dropped(patch):
    read = LlmServer.read

    def keeping(self, document, parse, standard, path, headers):
        if headers.get("extra-parameters") == "drop":
            return parse(document)
        return read(self, document, parse, standard, path, headers)

    patch.setattr(LlmServer, "read", keeping)


@mutation("a letter of the refusal of extra parameters differs", {INFERENCE: "test_extra_parameters_are_refused"})
def refusal_misspelt(patch):
    init = ExtraParameters.__init__

    def misspelt(self, names):
        init(self, names)
        self.message = self.message.replace("Set extra", "set extra")

    patch.setattr(ExtraParameters, "__init__", misspelt)
