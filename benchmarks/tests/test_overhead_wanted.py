"""Reading which clients somebody asked for."""

import sys
from pathlib import Path

import pytest

from azureml_bench.overhead.wanted import common_schema, floor, speaks, wanted
from azureml_bench.usage import WrongUsage


def test_without_names_it_is_all_that_are_known_and_a_session_first() -> None:
    labels = [one.label for one in wanted([], [])]
    assert labels[0] == "requests-session"
    assert {"aiohttp", "openai", "langchain", "azureml-endpoint"} <= set(labels)
    assert floor().label not in labels


def test_the_same_client_twice_has_two_names() -> None:
    assert [one.label for one in wanted(["requests", "a:b", "requests"], [])] == ["requests", "a:b", "requests (2)"]


def test_interpreters_for_one_and_for_all(tmp_path: Path) -> None:
    other = tmp_path / "python"
    other.touch()
    found = wanted(["requests", "langchain"], [f"langchain={other}"])
    assert [one.python for one in found] == [sys.executable, str(other)]
    found = wanted(["requests", "langchain"], [str(other), f"requests={sys.executable}"])
    assert [one.python for one in found] == [sys.executable, str(other)]


@pytest.mark.parametrize(
    ("names", "pythons", "formatter", "said"),
    [
        (["request"], [], "", r"expected MODULE:FACTORY or one of .*did you mean 'requests'"),
        (["http://127.0.0.1:9/score"], [], "", "expected MODULE:FACTORY or one of"),
        (["requests"], ["nothing/python"], "", "expected an interpreter"),
        (["requests"], ["openai=python"], "", "expected PATH or CLIENT=PATH with one of requests"),
        (["a:b"], [], "Formatter", "--formatter 'Formatter': expected MODULE:NAME"),
    ],
)
def test_what_was_typed_wrong(names: list[str], pythons: list[str], formatter: str, said: str) -> None:
    with pytest.raises(WrongUsage, match=said):
        wanted(names, pythons, formatter)


@pytest.mark.parametrize(
    ("names", "schema"),
    [
        (["requests", "a:b"], "gpt2"),
        (["requests", "langchain", "azureml_endpoint"], "gpt2"),
        (["requests", "openai"], "chat"),
        (["openai"], "chat"),
    ],
)
def test_a_schema_is_chosen_that_all_of_them_speak(names: list[str], schema: str) -> None:
    assert common_schema(wanted(names, [])) == schema


def test_whoever_speaks_anything_says_nothing() -> None:
    assert speaks("requests") == speaks("a:b") == frozenset()
    assert speaks("openai") == {"chat", "completions"}
