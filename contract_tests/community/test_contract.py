"""What docs/contract-langchain.md says of langchain-community's formatters is what the contract kit finds."""

import re

import pytest
from langchain_community.chat_models import azureml_endpoint as chat_models
from langchain_community.llms import azureml_endpoint as llms
from langchain_community.llms.azureml_endpoint import ContentFormatterBase

from contract_tests.community.contract_facts import CASES, ROOT, verdicts
from contract_tests.community.referee import VERSION

DESCRIBED = "0.4.2"
ROW = re.compile(r"^\| `(\w+)` \| `([\w-]+)` \| (\d+) of (\d+) \| ([A-Z\d, ]*) \|$", re.MULTILINE)


def told():
    """What the page says: the checks that hold, all that were asked, and those that fail, by formatter and schema."""
    page = (ROOT / "docs/contract-langchain.md").read_text(encoding="utf-8")
    return {
        (name, schema): (int(kept), int(asked), failed) for name, schema, kept, asked, failed in ROW.findall(page)
    }


def test_no_formatter_is_left_out():
    found = {
        name
        for module in (llms, chat_models)
        for name, one in vars(module).items()
        if isinstance(one, type) and issubclass(one, ContentFormatterBase) and one.__module__ == module.__name__
    }
    assert found - {"ContentFormatterBase"} == {formatter.rpartition(":")[2] for formatter, _, _ in CASES}


def test_the_page_has_them_all():
    assert list(told()) == [(formatter.rpartition(":")[2], schema) for formatter, schema, _ in CASES]


@pytest.mark.slow
@pytest.mark.skipif(VERSION != DESCRIBED, reason=f"the page is about {DESCRIBED}")
@pytest.mark.parametrize(("formatter", "schema", "api_type"), CASES, ids=str)
def test_the_page_says_what_the_kit_finds(formatter, schema, api_type):
    found = verdicts(formatter, schema, api_type)
    failed = [one.check.id for one in found if one.bad]
    expected = (len(found) - len(failed), len(found), ", ".join(failed))
    assert told()[formatter.rpartition(":")[2], schema] == expected
