"""What the contract kit finds in langchain-community's classes that call endpoints: each check that does not hold."""

import gc
import warnings
from collections.abc import Iterator

import pytest
from langchain_community.chat_models import azureml_endpoint as chats
from langchain_community.llms import azureml_endpoint as llms

from azureml_contract import factory, wire
from azureml_contract.check import all_checks
from azureml_contract.client import Clients
from azureml_contract.inspection import Inspection
from azureml_contract.stage import staged

FAILS = {
    "C02": "Accept is not what the formatter says in accepts.",
    "C03": "What was passed to batch() shows in the next call.",
    "C05": "The error does not show what the endpoint says.",
    "C06": "An endpoint that answers 408 is called once with max_retries=1.",
    "C07": "timeout=0.9 is refused.",
    "C08": "Without a content formatter, the error does not say so: AttributeError.",
    "C09": "The http_client that was passed is not used: the request went to the endpoint by another way.",
    "C11": "The key stands in clear in a pickle of the client.",
    "C12": "A redirect (301) to another host took the key there.",
}
ROWS = [
    (llms.AzureMLOnlineEndpoint, llms.GPT2ContentFormatter, "gpt2"),
    (llms.AzureMLOnlineEndpoint, llms.CustomOpenAIContentFormatter, "completions"),
    (chats.AzureMLChatOnlineEndpoint, chats.CustomOpenAIChatContentFormatter, "llama-chat"),
]


@pytest.fixture(autouse=True)
def left_open() -> Iterator[None]:
    """Collect the connections that these clients leave open, before another test is blamed for them."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("kind", "formatter", "schema"), ROWS, ids=lambda value: getattr(value, "__name__", value))
def test_what_does_not_hold(kind, formatter, schema):
    known = wire.known(schema)
    asked = [id_ for id_ in all_checks() if id_.startswith("C")]
    with warnings.catch_warnings(), staged(known) as stage:
        warnings.simplefilter("ignore")
        clients = Clients(factory.of(kind), factory.of(formatter), known, stage)
        verdicts = list(Inspection(clients, known, only=asked).run())
    assert {one.check.id: one.broken.summary for one in verdicts if one.broken} == FAILS
