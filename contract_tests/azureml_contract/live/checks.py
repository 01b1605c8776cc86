"""The checks that are asked of a running endpoint; beside the 61 others, since not every endpoint can be asked."""

from collections.abc import Callable
from dataclasses import dataclass
from inspect import cleandoc
from typing import Any, Literal

from azureml_contract.broken import UNSAID, Broken, Raised
from azureml_contract.check import Check
from azureml_contract.corpus import TEXTS
from azureml_contract.live.contact import PLAIN, Contact, LiveClients
from azureml_contract.live.shape import differences
from azureml_contract.search import Search
from azureml_contract.wire import Wire

ECHOED = tuple(text for text in TEXTS if text and len(text) < 20 and "\x00" not in text)[:12]
"""The prompts that are sent to an endpoint that echoes."""
WRONG_KEY = "a-key-that-opens-nothing-0123456789"
_SAID = ("expected", "it said")
_HERE, _THERE = "at the endpoint", "at the emulator's"


@dataclass(frozen=True)
class Live:
    """A check, who it is about, how many requests it sends at most, and what it needs before it can be asked."""

    check: Check
    about: Literal["formatter", "client"]
    requests: int
    needs: Literal["", "answer", "echo", "key", "emulator", "stream"]


LIVE: dict[str, Live] = {}


def live(
    id_: str, name: str, requests: int = 0, needs: Any = "", about: Any = "formatter"
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a function a live check, as `check` makes one a check."""

    def made(run: Callable[..., None]) -> Callable[..., None]:
        statement, _, explanation = cleandoc(run.__doc__ or "").partition("\n\n")
        check = Check(id_, name, " ".join(statement.split()), explanation, run)
        LIVE[id_] = Live(check, about, requests, needs)
        return run

    return made


@live("L01", "accepted", requests=1)
def accepted(contact: Contact, wire: Wire, search: Search) -> None:
    """The endpoint accepts the request that your formatter makes of a plain prompt.

    Anything but 200 means that the endpoint speaks another schema, or that the key or the URL is wrong; what it says
    about it is shown. `azureml-contract infer` says which schema your formatter speaks.
    """
    reply = contact.answer
    if reply.status != 200:
        summary = f"The endpoint answered {reply.status} to a plain prompt."
        raise Broken(summary, PLAIN, UNSAID, reply.body, contact.body, _SAID)


@live("L02", "parameters-accepted", requests=1, needs="answer")
def parameters_accepted(contact: Contact, wire: Wire, search: Search) -> None:
    """The endpoint accepts parameters where your formatter puts them.

    They are those of the schema's example. A 200 does not prove that they had an effect: many a server ignores what
    it does not know. Where parameters belong is proved by R04.
    """
    parameters = dict(wire.read(wire.example).parameters)
    body = contact().body(PLAIN, parameters)
    reply = contact.theirs.post(body)
    if reply.status != 200:
        summary = f"The endpoint answered {reply.status} to a plain prompt with parameters."
        raise Broken(summary, parameters, UNSAID, reply.body, body, _SAID)


@live("L03", "answer-read", needs="answer")
def answer_read(contact: Contact, wire: Wire, search: Search) -> None:
    """Your formatter finds a text in what the endpoint answers.

    The answer is shown where it finds none: either the endpoint answers in another schema, or the formatter reads
    less than the schema allows.
    """
    body = contact.answer.body
    try:
        contact().text(body)
    except Raised as raised:
        told = raised.broken(PLAIN, f"Your formatter raised {raised.name} for what the endpoint answered.")
        told.body = body
        raise told from None


@live("L04", "answer-shape", needs="answer")
def answer_shape(contact: Contact, wire: Wire, search: Search) -> None:
    """The endpoint answers in the shape in which the emulator answers, key for key and type for type.

    What differs is named by its place; null goes with any type. A difference is no mistake of your formatter's, but
    what was proved against the emulator is then not proved for this endpoint: see whether your formatter reads the
    place, and accept the difference with a reason.
    """
    theirs, ours = contact.answer.document, contact.expected
    where = _THERE if contact.ours else "in the example"
    told = differences(theirs, ours, _HERE, where)
    if told:
        more = f", and {len(told) - 3} more" if len(told) > 3 else ""
        summary = f"The answer has another shape than {where}: {'; '.join(told[:3])}{more}."
        raise Broken(summary, PLAIN, ours, theirs, labels=(where.removeprefix("at "), "the endpoint"))


@live("L05", "live-roundtrip", requests=1 + len(ECHOED), needs="echo")
def live_roundtrip(contact: Contact, wire: Wire, search: Search) -> None:
    """An endpoint that says again what it is asked says your prompt again, exactly.

    Only an endpoint that echoes can show what it read; whether it does is found out first, with a body of the kit's
    own. Emulators do, and so does a score.py that returns its input.
    """
    formatter = contact()

    def holds(prompt: str) -> None:
        body = formatter.body(prompt)
        reply = contact.theirs.post(body)
        if reply.status != 200:
            summary = f"The endpoint answered {reply.status} to this prompt."
            raise Broken(summary, prompt, UNSAID, reply.body, body, _SAID)
        got = formatter.text(reply.body)
        if got != prompt:
            raise Broken(
                "The prompt does not come back as it went.", prompt, prompt, got, body, ("you passed", "back")
            )

    search(holds, ECHOED)


@live("L06", "damage-refused", requests=1, needs="answer")
def damage_refused(contact: Contact, wire: Wire, search: Search) -> None:
    """A body that is cut in half is refused as the emulator refuses it, and no answer is found in the refusal.

    What differs from the emulator tells how far tests of your error handling hold for this endpoint.
    """
    body = contact.body[: len(contact.body) // 2]
    reply = contact.theirs.post(body)
    if reply.status < 400:
        summary = f"The endpoint answered {reply.status} to half a body."
        raise Broken(summary, UNSAID, UNSAID, reply.body, body, _SAID)
    try:
        found = contact().text(reply.body)
    except (Raised, Broken):
        found = None
    if found is not None:
        summary = "Your formatter takes what the endpoint says to half a body for an answer."
        raise Broken(summary, UNSAID, "an error", found, reply.body, ("expected", "it found"))
    _as_emulated(contact, body, reply.status)


@live("L07", "wrong-key-refused", requests=1, needs="key")
def wrong_key_refused(contact: Contact, wire: Wire, search: Search) -> None:
    """A wrong key is refused, with the status that the emulator gives.

    An endpoint that lets anybody in has no authentication, or something before it answers in its place.
    """
    reply = contact.theirs.post(contact.body, WRONG_KEY)
    if reply.status < 400:
        summary = f"The endpoint answered {reply.status} to a wrong key."
        raise Broken(summary, got=reply.body, labels=_SAID)
    _as_emulated(contact, contact.body, reply.status, WRONG_KEY)


@live("L11", "client-answers", requests=1, about="client")
def client_answers(clients: LiveClients, wire: Wire, search: Search) -> None:
    """Your client gets a text from the endpoint.

    It is made with LangChain's settings: endpoint_url, endpoint_api_key, endpoint_api_type and content_formatter.
    """
    clients.line.wait()
    _shown_no_key(clients, lambda: clients().invoke(PLAIN))


@live("L12", "client-streams", requests=1, needs="stream", about="client")
def client_streams(clients: LiveClients, wire: Wire, search: Search) -> None:
    """Your client gets a text from the endpoint piece by piece.

    That the pieces are those of the whole answer is proved by T07, against an endpoint that says the same twice.
    """
    clients.line.wait()
    if not "".join(_shown_no_key(clients, lambda: list(clients().stream(PLAIN)))):
        raise Broken("The stream has no text.", PLAIN, "a text", "")


@live("L13", "client-refused", requests=1, needs="key", about="client")
def client_refused(clients: LiveClients, wire: Wire, search: Search) -> None:
    """A wrong key makes your client raise, and its error does not show the key.

    Errors end in logs, which more people can read than may use the endpoint.
    """
    clients.line.wait()
    try:
        answer = clients(endpoint_api_key=WRONG_KEY).invoke(PLAIN)
    except Raised as raised:
        if WRONG_KEY in f"{raised.error} {raised.error!r}":
            summary = "The error of your client shows the key."
            raise Broken(summary, UNSAID, "an error without the key", raised.name) from None
        return
    raise Broken("Your client gave an answer to a wrong key.", PLAIN, "an error", answer)


def _shown_no_key(clients: LiveClients, ask: Callable[[], Any]) -> Any:
    """Ask, and take the key out of what an error says, since it is going to be shown."""
    try:
        return ask()
    except Raised as raised:
        told = clients.line.hide(str(raised.error).encode("utf-8", "replace")).decode()
        summary = f"{raised.call} raised {raised.name}."
        raise Broken(summary, PLAIN, UNSAID, f"{raised.name}: {told}", labels=("expected", "it raised")) from None


def _as_emulated(contact: Contact, body: bytes, status: int, key: str | None = None) -> None:
    """Compare a refusal with the emulator's."""
    if contact.ours is None:
        return
    expected = contact.ours.post(body, key).status
    if status != expected:
        summary = f"The endpoint refuses it with {status}, the emulator with {expected}."
        raise Broken(summary, UNSAID, expected, status, body, ("emulator", "endpoint"))
