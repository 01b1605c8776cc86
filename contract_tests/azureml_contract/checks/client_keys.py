"""Clients: where the key goes, and where it must not."""

import copy
import os
import pickle
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from inspect import signature
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from azureml_contract.broken import UNSAID, Broken, Raised, Told, theirs
from azureml_contract.check import check
from azureml_contract.client import NOTHING, Client
from azureml_contract.formatter import modules_of
from azureml_contract.search import Search
from azureml_contract.stage import ELSEWHERE, KEY
from azureml_contract.wire import Wire

_DEPLOYMENT = "azureml-model-deployment"
_VARIABLE = "AZUREML_ENDPOINT_API_KEY"
_WORD = "word"
_SENT = ("to be sent", "was sent")
_NO_KEY = Told("no request that holds the key")
_REDIRECTS = (301, 302, 303, 307, 308)


@check("C01", "auth", subject="client")
def auth(subject: Any, wire: Wire, search: Search) -> None:
    """The key goes as `Authorization: Bearer KEY`, not in the address; a deployment is named only if you name it.

    A key in an address ends up in the logs of every proxy on the way, and with it in other people's hands.
    `azureml-model-deployment` goes past the traffic split: sent without need, it undoes a rollout.
    """
    stage = subject.stage
    for name in ("", stage.deployment):
        client = subject(**{"deployment_name": name} if name else {})
        subject.asked_by(lambda client=client: client.invoke(_WORD))
        call = stage.came[0]
        sent = call.headers.get("authorization", "")
        scheme, _, rest = sent.partition(" ")
        if (scheme.lower(), rest) != ("bearer", KEY):
            summary = "The key does not arrive as `Authorization: Bearer KEY`."
            raise Broken(summary, UNSAID, Told(f"Bearer {KEY}"), Told(sent or "(nothing)"), labels=_SENT)
        target = f"{call.path}?{call.query}"
        if KEY in target:
            raise Broken("The key stands in the address.", UNSAID, got=target, labels=_SENT)
        if KEY.encode() in call.body:
            raise Broken("The key stands in the request's body.", body=call.body)
        deployment = call.headers.get(_DEPLOYMENT, "")
        if deployment != name:
            summary = f"The header {_DEPLOYMENT} does not say what deployment_name says."
            expected, got = (Told(one) if one else NOTHING for one in (name, deployment))
            raise Broken(summary, {"deployment_name": name}, expected, got, labels=_SENT)


@check("C11", "lasting", subject="client")
def lasting(subject: Any, wire: Wire, search: Search) -> None:
    """Pickle, deepcopy and save give a client that asks the same, and neither a pickle nor a file holds the key.

    Clients are pickled to worker processes and kept in caches and files, where a key in clear lies for anybody to
    read and outlives its rotation. Leave it out of `__getstate__` and of what `save` writes, and take it from
    AZUREML_ENDPOINT_API_KEY, or have it assigned, before the first call. A deepcopy may keep it.
    """
    client = subject(model_kwargs={"temperature": 0.5})
    expected = subject.request_by(lambda: client.invoke(_WORD))
    for how, again in _ways(client.made):
        with _key_in_environment():
            made = _made_by(how, again)
            if made is None:
                continue
            got = subject.request_by(lambda made=made: made.invoke(_WORD))
        if got != expected:
            summary = f"After {how} the client asks something else."
            raise Broken(summary, how, expected, got, labels=("was asked before", "is asked after"))


def _made_by(how: str, again: Callable[[], Any]) -> Client | None:
    """Make the client again, and give it the key again if it has lost it. Raises `Raised` and `Broken`."""
    with theirs(how):
        made = again()
        key = getattr(made, "endpoint_api_key", KEY)
        plain = key.get_secret_value() if hasattr(key, "get_secret_value") else key
        if made is not None and not plain:
            made.endpoint_api_key = KEY
    return None if made is None else Client(made)


def _ways(made: Any) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Give the ways to make a client last, each with what makes it again, or None where that cannot be tried."""
    yield "deepcopy", lambda: copy.deepcopy(made)
    parts = (made, getattr(made, "content_formatter", None))
    if not any(
        "<locals>" in type(one).__qualname__ for one in parts
    ):  # of a class inside a function no pickle can be made, which is nobody's fault
        yield "pickle", lambda: _pickled(made)
    if callable(getattr(made, "save", None)):
        yield "save", lambda: _saved(made)


def _pickled(made: Any) -> Any:
    data = pickle.dumps(made)
    _clean("a pickle of the client", data)
    return pickle.loads(data)


def _saved(made: Any) -> Any:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "client.json"
        made.save(path)
        _clean("the file that save() wrote", path.read_bytes())
        load = next((one.load_llm for one in _homes(made) if hasattr(one, "load_llm")), None)
        if load is None:
            return None
        takes = signature(load).parameters
        trusted = {"allowed_formatters": [type(made.content_formatter)]} if "allowed_formatters" in takes else {}
        return load(path, **trusted)


def _homes(made: Any) -> Iterator[Any]:
    """Give the modules that a client's class was written in, and the packages around them."""
    for module in modules_of(made):
        name = module.__name__
        while name:
            yield sys.modules[name]
            name = name.rpartition(".")[0]


def _clean(what: str, data: bytes) -> None:
    for encoding in ("utf-8", "utf-16-le"):
        if KEY.encode(encoding) in data:
            at = data.index(KEY.encode(encoding))
            shown = data[max(0, at - 30) : at + 30 + len(KEY)]
            raise Broken(f"The key stands in clear in {what}.", got=shown, labels=("", "it holds"))


@contextmanager
def _key_in_environment() -> Iterator[None]:
    before = os.environ.get(_VARIABLE)
    os.environ[_VARIABLE] = KEY
    try:
        yield
    finally:
        del os.environ[_VARIABLE]
        if before is not None:
            os.environ[_VARIABLE] = before


@check("C12", "redirect", subject="client")
def redirect(subject: Any, wire: Wire, search: Search) -> None:
    """A redirect never takes the key to another host.

    Whoever can answer in the endpoint's place, if only with `302 Found`, would be handed the key. Libraries differ in
    what they drop: urllib sends all headers on, requests drops Authorization for another host but no header of your
    own. Follow a redirect to the same scheme, host and port at most, and raise an error for any other.
    """
    stage = subject.stage
    for status in _REDIRECTS:
        client = subject()
        with stage.redirecting(status):
            with suppress(Raised):
                client.invoke(_WORD)
            for call in stage.came_to(ELSEWHERE):
                told = [f"{name}: {value}" for name, value in call.headers.items() if KEY in value]
                told += [f"{call.path}?{call.query}"] * (KEY in call.path + call.query)
                told += ["its body"] * (KEY.encode() in call.body)
                if told:
                    summary = f"A redirect ({status}) to another host took the key there."
                    raise Broken(summary, status, _NO_KEY, Told(told[0]), labels=("expected", "the other host got"))
