"""What the contract kit finds in langchain-community's formatters: each on every wire schema that it is for."""

import re
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
HOME = "langchain_community.{}.azureml_endpoint:{}"
CASES = [
    (HOME.format(module, name), schema, api_type)
    for module, name, schema, api_type in (
        ("llms", "GPT2ContentFormatter", "gpt2", "dedicated"),
        ("llms", "OSSContentFormatter", "gpt2", "dedicated"),
        ("llms", "HFContentFormatter", "huggingface", "dedicated"),
        ("llms", "DollyContentFormatter", "dolly", "dedicated"),
        ("llms", "CustomOpenAIContentFormatter", "llama", "dedicated"),
        ("llms", "CustomOpenAIContentFormatter", "completions", "serverless"),
        ("llms", "LlamaContentFormatter", "llama", "dedicated"),
        ("llms", "LlamaContentFormatter", "completions", "serverless"),
        ("chat_models", "CustomOpenAIChatContentFormatter", "llama-chat", "dedicated"),
        ("chat_models", "CustomOpenAIChatContentFormatter", "chat", "serverless"),
        ("chat_models", "LlamaChatContentFormatter", "llama-chat", "dedicated"),
        ("chat_models", "LlamaChatContentFormatter", "chat", "serverless"),
        ("chat_models", "MistralChatContentFormatter", "chat", "serverless"),
    )
]
"""Each formatter, with each schema that it is for."""


def verdicts(formatter: str, schema: str, api_type: str) -> list[Any]:
    """Put every check to one."""
    from azureml_contract import factory, wire
    from azureml_contract.inspection import Formatters, Inspection

    known = wire.known(schema, api_type)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return list(Inspection(Formatters(factory.load(formatter), known), known).run())


def page() -> Iterator[str]:
    """Give the generated part of the page, a line each."""
    found = {case: verdicts(*case) for case in CASES}
    yield "| formatter | schema | checks that hold | checks that fail |"
    yield "| --- | --- | --- | --- |"
    for (formatter, schema, _), each in found.items():
        failed = ", ".join(one.check.id for one in each if one.bad)
        yield f"| `{_name(formatter)}` | `{schema}` | {sum(not one.bad for one in each)} of {len(each)} | {failed} |"
    for (formatter, schema, _), each in found.items():
        yield ""
        yield f"## {_name(formatter)} on {schema}"
        yield ""
        yield "| check | what | smallest input, and what came of it |"
        yield "| --- | --- | --- |"
        for one in each:
            if one.bad:
                yield f"| {one.check.id} `{one.check.name}` | {_cell(one.broken.summary)} | {_facts(one.broken)} |"


def _name(formatter: str) -> str:
    return formatter.rpartition(":")[2]


def _facts(broken: Any) -> str:
    from azureml_contract.report.block import facts

    return "<br>".join(f"{label}: {_code(value)}" for label, value, _ in facts(broken))


def _code(text: str) -> str:
    """Write a value as code in a cell, whatever is in it."""
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{_cell(text)}{pad}{fence}"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    print("\n".join(page()))
