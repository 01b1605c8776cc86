"""Requests: what becomes of the prompt."""

from typing import Any

from azureml_contract.broken import Broken, Refused
from azureml_contract.check import check
from azureml_contract.corpus import TEXTS
from azureml_contract.generators import texts
from azureml_contract.search import Search
from azureml_contract.wire import Wire


@check("R03", "prompt-roundtrip")
def prompt_roundtrip(subject: Any, wire: Wire, search: Search) -> None:
    """The prompt that the endpoint decodes is the prompt you passed.

    A model that sees quotes and backslashes which nobody wrote answers something else, and nothing tells you so: the
    status is 200. Hand the text to `json.dumps` as it is, and escape nothing yourself (langchain#16119, #26680).
    """
    formatter = subject()

    def holds(prompt: str) -> None:
        body = formatter.body(prompt)
        try:
            decoded = wire.prompt(body)
        except Refused as refused:
            raise Broken(f"The endpoint finds no prompt in the body: {refused}.", prompt, prompt, body=body) from None
        if decoded != prompt:
            summary = "The prompt that the endpoint decodes is not the prompt you passed."
            raise Broken(summary, prompt, prompt, decoded, body, ("you passed", "server decodes"))

    search(holds, filter(None, TEXTS), texts().filter(bool))  # the empty prompt has a check of its own: R15
