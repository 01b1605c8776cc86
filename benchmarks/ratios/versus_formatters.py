"""Formatters of ours and of LangChain in one process, by turns. Runs where both packages are installed."""

import sys
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from typing import Any

import langchain_community.chat_models.azureml_endpoint as langchain_chat
import langchain_community.llms.azureml_endpoint as langchain
from langchain_core import messages as langchain_messages

import azureml_endpoint
from ratios.comparison import Comparison, Measure, in_turn, loop, ratios, timed
from ratios.data import CASES, CONVERSATION, PARAMETERS, PROMPT, Case
from ratios.processes import answer

GROUP = "formatters"
PAIRS = 25
CALLS = 200

_CLASSES = {"system": "SystemMessage", "user": "HumanMessage", "assistant": "AIMessage"}


def measures(case: Case, package: Any, messages: Any, api_types: Any) -> tuple[Measure, Measure]:
    """How one side encodes and decodes a case."""
    formatter, api_type = getattr(package, case.formatter)(), getattr(api_types, case.api_type)
    if case.is_chat:
        asked: Any = [getattr(messages, _CLASSES[role])(content=content) for role, content in CONVERSATION]
        encode = partial(formatter.format_messages_request_payload, asked, PARAMETERS, api_type)
    else:
        encode = partial(formatter.format_request_payload, PROMPT, PARAMETERS, api_type)
    return loop(encode, CALLS), loop(partial(formatter.format_response_payload, case.output, api_type), CALLS)


def compare(case: Case) -> Iterator[Comparison]:
    """Both directions of one case."""
    ours = measures(case, azureml_endpoint, azureml_endpoint, azureml_endpoint.AzureMLEndpointApiType)
    package = langchain_chat if case.is_chat else langchain
    theirs = measures(case, package, langchain_messages, langchain.AzureMLEndpointApiType)
    for direction, our, their in zip(("encode", "decode"), ours, theirs, strict=True):
        our(), their()
        taken = in_turn({"ours": our, "theirs": their}, PAIRS)
        yield Comparison(
            GROUP,
            f"{direction} {case}: ours / LangChain's",
            ratios(taken["ours"], taken["theirs"]),
            context=timed(taken["ours"], taken["theirs"]),
        )


if __name__ == "__main__":
    sys.stdin.readline()
    answer([asdict(row) for case in CASES for row in compare(case)])
