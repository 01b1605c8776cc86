"""Our client, LangChain's and a bare `requests.Session` in one process, by turns.

Runs where both packages are installed; the server is another process. Certificates are trusted by way of
REQUESTS_CA_BUNDLE and SSL_CERT_FILE, which is how all three find them.
"""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from typing import Any

import langchain_community.llms.azureml_endpoint as langchain
import requests

import azureml_endpoint
from ratios.comparison import Comparison, calls, in_turn, ratios, timed
from ratios.data import KEY, PARAMETERS, PROMPT, SEVERAL
from ratios.processes import answer

GROUP = "client"
SESSION_PAIRS, SESSION_CALLS = 60, 12
LANGCHAIN_PAIRS, LANGCHAIN_CALLS = 20, 6
BATCH_PAIRS, BATCH_SIZE = 5, 32
SESSION_TARGETS = {"http": None, "https": 1.15}
BATCH_TARGET = 8.0


def endpoint(package: Any, url: str) -> Any:
    """The same arguments for both packages."""
    return package.AzureMLOnlineEndpoint(
        endpoint_url=url,
        endpoint_api_type="dedicated",
        endpoint_api_key=KEY,
        content_formatter=package.GPT2ContentFormatter(),
        model_kwargs=dict(PARAMETERS),
    )


def session_call(url: str) -> Callable[[], bytes]:
    """A bare pooled Session with the headers and the body that our client sends."""
    ours = endpoint(azureml_endpoint, url)
    body, types = ours.request_payload(PROMPT), {"Content-Type": "application/json", "Accept": "application/json"}
    headers = {"User-Agent": "azureml-endpoint", "Accept-Encoding": "gzip, deflate", **types}
    headers["Authorization"] = f"Bearer {KEY}"
    session = requests.Session()

    def call() -> bytes:
        response = session.post(url, data=body, headers=headers)
        response.raise_for_status()
        return response.content

    return call


def compare_calls(scheme: str, url: str) -> Iterator[Comparison]:
    """Ours against a Session, a Session against another one (which shows the noise), ours against LangChain's."""
    ours = partial(endpoint(azureml_endpoint, url).invoke, PROMPT)
    theirs = partial(endpoint(langchain, url).invoke, PROMPT)
    several = {"ours": ours, "Session": session_call(url), "control": session_call(url)}
    for call in (*several.values(), theirs):
        call(), call()
    taken = in_turn({name: calls(call, SESSION_CALLS) for name, call in several.items()}, SESSION_PAIRS)
    for name, target in (("ours", SESSION_TARGETS[scheme]), ("control", None)):
        what = {"ours": "ours / requests.Session", "control": "a second Session / the first (noise)"}[name]
        yield Comparison(
            GROUP,
            f"call over {scheme}: {what}",
            ratios(taken[name], taken["Session"]),
            at_most=target,
            context=timed(taken[name], taken["Session"]),
        )
    pair = {"ours": calls(ours, LANGCHAIN_CALLS), "theirs": calls(theirs, LANGCHAIN_CALLS)}
    taken = in_turn(pair, LANGCHAIN_PAIRS)
    what = f"call over {scheme}: ours / LangChain's"
    context = timed(taken["ours"], taken["theirs"])
    yield Comparison(GROUP, what, ratios(taken["ours"], taken["theirs"]), context=context)


def compare_batches(url: str) -> Iterator[Comparison]:
    """A list of prompts at an endpoint that takes 50 ms."""
    prompts = SEVERAL[:BATCH_SIZE]
    ours, theirs = endpoint(azureml_endpoint, url), endpoint(langchain, url)
    ours.batch(prompts), theirs.invoke(PROMPT)
    sides = {"ours": calls(partial(ours.batch, prompts), 1), "theirs": calls(partial(theirs.batch, prompts), 1)}
    taken = in_turn(sides, BATCH_PAIRS)
    yield Comparison(
        "batch",
        f"batch of {BATCH_SIZE} at 50 ms: LangChain's / ours",
        ratios(taken["theirs"], taken["ours"]),
        at_least=BATCH_TARGET,
        context=timed(taken["theirs"], taken["ours"]),
    )


def main() -> None:
    """Answer the one line that is asked."""
    question = json.loads(sys.stdin.readline())
    urls = question["urls"]
    if question["what"] == "batch":
        rows = list(compare_batches(urls["slow"]))
    else:
        rows = [row for scheme in ("http", "https") for row in compare_calls(scheme, urls[scheme])]
    answer([asdict(row) for row in rows])


if __name__ == "__main__":
    main()
