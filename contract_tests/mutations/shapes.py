"""Wire shapes that are not what their model sends; the ways to add one, broken in a copy of the package."""

import shutil
from pathlib import Path

import pytest

from azureml_emulator import model_catalog, schema
from azureml_emulator.generations import rows
from azureml_emulator.schemas import all_schemas
from contract_tests.breaking import (
    CHAT,
    CLIENT,
    COMPLETION,
    CURL,
    EVERY,
    LABELS,
    NEW,
    NOTEBOOK,
    PAGE,
    SAMPLES,
    mutation,
    writing,
)


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
    in_the_copy(patch, "setting_types.py", '"enum": list(all_schemas())', f'"enum": {sorted(all_schemas())}')


@mutation(
    "question answering answers today's requests in the form of its first generation",
    {SAMPLES: "question-answering", LABELS: "test_each_generation"},
)
def answers_of_the_first_generation(patch):
    writing(patch, "question-answering", lambda scoring: rows(scoring.texts))


@mutation("the catalog takes a chat model for one of text generation", {SAMPLES: "test_a_sample"})
def chat_model_generates_text(patch):
    patterns = model_catalog._patterns
    other = all_schemas()["text-generation"]

    def confused(kind):
        return tuple((name, other if one.name == "chat-completion" else one) for name, one in patterns(kind))

    patch.setattr(model_catalog, "_patterns", confused)
