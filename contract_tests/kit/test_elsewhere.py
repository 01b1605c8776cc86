"""Another process: what it can import, and what it gives where it cannot."""

import sys
from pathlib import Path
from textwrap import dedent

import pytest

from azureml_contract import factory, wire
from azureml_contract.elsewhere import bodies_elsewhere
from azureml_contract.factory import Factory
from contract_tests.zoo.reference import Chat, Reference

pytestmark = pytest.mark.slow

GPT2, CHAT = wire.known("gpt2"), wire.known("chat")
BODY = b'{"inputs": {"input_string": ["a"]}, "parameters": {"top_p": 1.0}}'
WRITTEN = """
    print("Who reads this?")

    class Mine:
        def format_request_payload(self, prompt, model_kwargs):
            if not prompt:
                raise ValueError("nothing")
            return hash(prompt).to_bytes(8, "big", signed=True)

    class Tests:
        @staticmethod
        def make_static():
            return Mine()

        def make(self):
            return Mine()
"""


def test_a_class_is_imported_by_its_name() -> None:
    assert bodies_elsewhere(factory.of(Reference), GPT2, [("a", {"top_p": 1.0})]) == [BODY]


def test_a_conversation_is_asked_of_a_formatter_for_chat() -> None:
    (body,) = bodies_elsewhere(factory.of(Chat), CHAT, [("a", {})])
    assert body is not None
    assert CHAT.prompt(body) == "a"


@pytest.mark.parametrize("attribute", ["Mine", "Tests.make", "Tests.make_static"])
def test_a_module_is_imported_by_its_file_and_texts_have_other_hashes(attribute: str, tmp_path: Path) -> None:
    file = tmp_path / "written.py"
    file.write_text(dedent(WRITTEN), "utf-8")
    made = Factory(object, "mine", f"no_such_package.written:{attribute}", str(file))
    body, failed = bodies_elsewhere(made, GPT2, [("a", {}), ("", {})])
    assert body != hash("a").to_bytes(8, "big", signed=True)
    assert failed is None


@pytest.mark.parametrize("origin", ["", "no_such_module:Mine", "json:no_such_name", "json:JSONDecodeError"])
def test_there_is_nothing_where_nothing_can_be_made(origin: str) -> None:
    found = bodies_elsewhere(Factory(object, "mine", origin), GPT2, [("a", {})])
    assert found in ([], [None])


def test_a_local_class_has_no_name_elsewhere() -> None:
    class Local(Reference):
        pass

    assert bodies_elsewhere(factory.of(Local), GPT2, [("a", {})]) == []


def test_the_own_interpreter_runs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "no-such-interpreter")
    assert bodies_elsewhere(factory.of(Reference), GPT2, [("a", {})]) == []
