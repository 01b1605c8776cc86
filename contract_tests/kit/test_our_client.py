"""Our own client passes every check of clients, with every formatter at an endpoint of its shape, and no waiver."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from typing import Any

import pytest

import azureml_endpoint as client
from azureml_contract import factory, wire
from azureml_contract.client import Clients
from azureml_contract.inspection import Inspection
from azureml_contract.report.block import block
from azureml_contract.stage import Stage, staged
from azureml_contract.wire import Wire
from azureml_endpoint import langchain

TEXT, CHAT = "AzureMLOnlineEndpoint", "AzureMLChatOnlineEndpoint"
PAIRS = (
    (TEXT, "GPT2ContentFormatter", "gpt2"),
    (TEXT, "HFContentFormatter", "huggingface"),
    (TEXT, "DollyContentFormatter", "dolly"),
    (TEXT, "CustomOpenAIContentFormatter", "llama"),
    (TEXT, "CustomOpenAIContentFormatter", "completions"),
    (CHAT, "CustomOpenAIChatContentFormatter", "llama-chat"),
    (CHAT, "CustomOpenAIChatContentFormatter", "chat"),
    (CHAT, "MistralChatContentFormatter", "chat"),
)
"""Which class of ours calls with which formatter at an endpoint of which shape."""

ROWS = [*((client, *pair) for pair in PAIRS), *((langchain, *PAIRS[at]) for at in (0, 4, 6))]
"""LangChain's classes call with the same formatters: a row for each kind of body is enough."""
EVERYDAY = [(client, *PAIRS[0]), (langchain, *PAIRS[0])]
SLOW = "C06"
"""It waits for as long as endpoints ask, which is a second at least."""


@pytest.fixture(scope="module")
def stage_of() -> Iterator[Callable[[Wire], Stage]]:
    with ExitStack() as stack:
        by_name = cache(lambda name: stack.enter_context(staged(wire.known(name))))
        yield lambda known: by_name(known.name)


def inspection(row: tuple[Any, ...], stage_of: Callable[[Wire], Stage]) -> Inspection:
    package, kind, formatter, schema = row
    known = wire.known(schema)
    made = factory.of(getattr(package, kind)), factory.of(getattr(client, formatter))
    return Inspection(Clients(*made, known, stage_of(known)), known)


def told(row: tuple[Any, ...]) -> str:
    package, _, formatter, schema = row
    return f"{package.__name__.rpartition('.')[2]}-{formatter}-{schema}"


def failures(inspected: Inspection, *left_out: str) -> list[str]:
    verdicts = [inspected.judge(one) for one in inspected.checks if one.id not in left_out]
    return [block(one, inspected) for one in verdicts if one.bad]


@pytest.mark.slow
@pytest.mark.parametrize("row", EVERYDAY, ids=told)
def test_our_client_passes_what_takes_no_time(row, stage_of):
    assert not failures(inspection(row, stage_of), SLOW)


@pytest.mark.slow
@pytest.mark.parametrize("row", ROWS, ids=told)
def test_our_client_passes_every_check(row, stage_of):
    assert not failures(inspection(row, stage_of))
