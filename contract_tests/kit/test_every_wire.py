"""Every shape of the emulator that answers with text can be contracted for."""

import json
from contextlib import suppress
from typing import Any

import pytest

from azureml_contract import factory, wire
from azureml_contract.broken import Refused
from azureml_contract.corpus import SURROGATES, TEXTS
from azureml_contract.inspection import Formatters, Inspection
from azureml_contract.report.block import block
from azureml_contract.search import Search
from azureml_contract.wire import Asked, Wire
from azureml_emulator import places
from azureml_emulator.schemas import all_schemas

SPEAKING = [name for name, schema in all_schemas().items() if schema.speaks]
SILENT = [name for name in all_schemas() if name not in SPEAKING]
OTHERS: tuple[Any, ...] = (None, True, 0, 1.5, "text", [], {}, [None], {"role": "user"})


@pytest.mark.parametrize("name", SPEAKING)
def test_the_text_of_an_answer_is_the_text_that_was_said(name: str) -> None:
    known = wire.known(name)
    for text in (*TEXTS, *SURROGATES):
        assert known.text(known.write(text)) == text
        assert known.text(json.loads(known.answer(text))) == text


@pytest.mark.parametrize("name", SPEAKING)
def test_an_answer_is_as_the_shape_has_it(name: str) -> None:
    from pydantic import TypeAdapter

    TypeAdapter(all_schemas()[name].response).validate_python(wire.known(name).write("text"))


@pytest.mark.parametrize("name", SPEAKING)
def test_the_example_is_readable(name: str) -> None:
    known = wire.known(name)
    asked = known.asked(json.dumps(known.example).encode())
    assert asked.prompts
    assert all(isinstance(prompt, str) and prompt for prompt in asked.prompts)
    assert not known.chat or asked.messages[-1]["role"] == "user"


@pytest.mark.parametrize("name", SPEAKING)
def test_a_damaged_request_is_read_or_refused(name: str) -> None:
    known = wire.known(name)
    for place in places.all_places(known.example):
        damaged = [places.with_value(known.example, place, value) for value in OTHERS]
        for document in damaged + ([places.without(known.example, place)] if place else []):
            with suppress(Refused):
                known.read(document)


@pytest.mark.parametrize("name", SPEAKING)
def test_what_holds_the_prompt_is_reserved(name: str) -> None:
    reserved = wire.known(name).reserved
    assert reserved
    assert set(reserved) <= {step for place in places.all_places(wire.known(name).example) for step in place}


@pytest.mark.parametrize("name", SILENT)
def test_a_shape_without_text_has_no_wire(name: str) -> None:
    with pytest.raises(ValueError, match=f"the schema '{name}' answers with no text"):
        wire.known(name)


class Reads:
    """Reads the text where the wire has it, and nowhere else."""

    def __init__(self, known: Wire) -> None:
        self.known = known

    def format_response_payload(self, output: bytes) -> str:
        try:
            return self.known.text(json.loads(output))
        except (ValueError, RecursionError, Refused) as error:
            raise ValueError(f"{error}: {bytes(output[:200]).decode('utf-8', 'replace')}") from None


BARE = Wire("bare", "dedicated", lambda document: Asked((str(document),)), lambda text: text, (), {})
NESTED = Wire("nested", "dedicated", lambda document: Asked((str(document),)), lambda text: [[text]], (0, 0), {})
UNUSUAL = Wire("unusual", "dedicated", BARE.read, lambda text: {"choices": [text]}, ("choices", 0), {}, chat=True)
OF_ONES_OWN = (BARE, NESTED, UNUSUAL)


@pytest.mark.slow
@pytest.mark.parametrize("known", [*map(wire.known, SPEAKING), *OF_ONES_OWN], ids=lambda known: known.name)
def test_who_reads_the_text_where_it_stands_passes_the_checks_of_responses(known: Wire) -> None:
    inspection = Inspection(Formatters(factory.of(lambda: Reads(known), "Reads"), known), known, Search(5))
    verdicts = [inspection.judge(one) for one in inspection.checks if one.id[0] == "S"]
    assert [one.check.id for one in verdicts] == [f"S{number:02}" for number in range(1, 15)]
    assert not [block(one, inspection) for one in verdicts if one.bad]
