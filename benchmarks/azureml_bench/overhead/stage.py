"""The endpoint that clients are measured on: an emulator in a process of its own, and its journal of calls."""

import json
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

from azureml_bench.overhead import certificate
from azureml_bench.overhead.added import Served, marker
from azureml_bench.overhead.process import Process, ProcessLost
from azureml_bench.overhead.surroundings import surroundings
from azureml_bench.usage import WrongUsage

KEY = "the-key-of-a-benchmark-on-this-machine"
_PATIENCE = 2.0
_TOKENS_MS = 2.0
"""Between the tokens of a stream, in milliseconds."""


@dataclass(frozen=True)
class Place:
    """One endpoint of a stage: over http or https, and after how many seconds it answers (None: as it likes)."""

    name: str
    url: str
    over: str
    latency: float | None
    key: str = field(default=KEY, repr=False)


@dataclass
class Stage:
    """A running emulator.

    `admin` has the address of its main port, for http and for https, `env` is the environment that its callers need.
    `processor` gives the processor time that it has used, in seconds, or None. `bundle` has the authorities to trust.
    `echoes` says that the answer to a prompt is the prompt.
    """

    places: Sequence[Place]
    admin: Mapping[str, str]
    env: Mapping[str, str]
    processor: Callable[[], float | None] = lambda: None
    bundle: str = ""
    echoes: bool = True

    def served(self, place: Place, prompts: Sequence[str]) -> dict[str, list[Served]]:
        """Read in the journal how each of these prompts was served, as soon as all that arrived is out."""
        until = time.monotonic() + _PATIENCE
        wanted = {marker(prompt) for prompt in prompts}
        while True:
            calls = self._journal(place, 2 * len(prompts) + 50)
            mine = [(mark, call) for call in calls for mark in _marks(call) if mark in wanted]
            if all(call["served_ms"] is not None for _, call in mine) or time.monotonic() > until:
                break
            time.sleep(0.01)
        found: dict[str, list[Served]] = {}
        for mark, call in mine:
            if call["served_ms"] is not None:
                first = (call["punctuality"] or {}).get("first_ms", call["served_ms"])
                found.setdefault(mark, []).append(Served(call["served_ms"] / 1e3, first / 1e3, call["status"]))
        return found

    def _journal(self, place: Place, count: int) -> list[Any]:
        asked = f"/_emulator/calls?endpoint={quote(place.name)}&limit={count}"
        found: list[Any] = fetched(self.admin[place.over] + asked, self.bundle)
        return found


def _marks(call: Mapping[str, Any]) -> Iterable[str]:
    return filter(None, map(marker, call["prompts"]))


def fetched(url: str, bundle: str = "") -> Any:
    """Get JSON of an emulator. Raises `WrongUsage` where there is none."""
    context = ssl.create_default_context(cafile=bundle) if bundle else None
    handlers: list[Any] = [urllib.request.ProxyHandler({})]
    if context:
        handlers.append(urllib.request.HTTPSHandler(context=context))
    try:
        with urllib.request.build_opener(*handlers).open(url, timeout=10) as answer:
            return json.loads(answer.read())
    except (urllib.error.URLError, OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        place = url.partition("/_emulator/")[0]
        raise WrongUsage(
            f"{place}: expected the main port of a running emulator, which has a journal: {reason}"
        ) from None


@contextmanager
def started(
    schema: str, latencies: Sequence[float], over: Sequence[str], stream: bool, block: int
) -> Iterator[Stage]:
    """Start an emulator that echoes prompts, with an endpoint for each latency, in seconds. Raises `WrongUsage`.

    Its journal has room for several times `block` calls.
    """
    with TemporaryDirectory() as folder:
        made = certificate.made(Path(folder)) if "https" in over else None
        env = surroundings(made.bundle if made else "")
        endpoints = [_endpoint(schema, latency, stream) for latency in latencies]
        settings: dict[str, Any] = {
            "over": list(over),
            "endpoints": endpoints,
            "journal": 3 * block + 1000,
            "certificate": made and made[:2],
        }
        with Process("overhead.served", env) as process:
            try:
                admin = process.ask(**settings)
            except ProcessLost as error:
                raise WrongUsage(f"the emulator did not start: {error}") from None
            stage = Stage([], admin, env, lambda: float(process.ask(what="cpu")["cpu"]), made.bundle if made else "")
            named = dict(zip((one["name"] for one in endpoints), latencies, strict=True))
            stage.places = [
                Place(one["name"], one["url"], way, named[one["name"]])
                for way in over
                for one in _endpoints(admin[way], stage.bundle)
            ]
            yield stage


def _endpoint(schema: str, latency: float, stream: bool) -> dict[str, Any]:
    ms = latency * 1000
    pace: Any = {"type": "tokens", "first_ms": ms, "gap_ms": _TOKENS_MS} if stream else {"type": "constant", "ms": ms}
    return {
        "name": f"in-{ms:g}-ms".replace(".", "-"),
        "schema": schema,
        "key": KEY,
        "answer": "echo",
        "latency": pace,
    }


@contextmanager
def attached(url: str, endpoint: str, schema: str, key: str, authority: str) -> Iterator[Stage]:
    """Use an emulator that runs already, by the address of its main port. Raises `WrongUsage`."""
    with TemporaryDirectory() as folder:
        bundle = certificate.bundle(Path(folder), Path(authority).read_bytes()) if authority else ""
        main = url.rstrip("/")
        known = _endpoints(main, bundle)
        found = [one for one in known if (one["name"] == endpoint if endpoint else one["schema"] == schema)]
        if not found:
            names = ", ".join(f"{one['name']} ({one['schema']})" for one in known)
            wanted = f"--endpoint {endpoint}" if endpoint else f"an endpoint with the schema {schema!r}"
            raise WrongUsage(f"{url}: expected {wanted}; it has {names or 'no endpoints'}")
        way = url.partition(":")[0]
        place = Place(found[0]["name"], found[0]["url"], way, None, key)
        answer = fetched(f"{main}/_emulator/endpoints/{quote(place.name)}", bundle)["settings"].get("answer", {})
        yield Stage([place], {way: main}, surroundings(bundle), bundle=bundle, echoes=answer.get("type") == "echo")


def _endpoints(main: str, bundle: str) -> list[Any]:
    found: list[Any] = fetched(f"{main}/_emulator/endpoints", bundle)
    return found
