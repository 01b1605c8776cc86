"""Messages: what becomes of a conversation."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from copy import deepcopy
from itertools import product
from typing import Any

from hypothesis import strategies as st

from azureml_contract.broken import UNSAID, Broken, Raised, Refused
from azureml_contract.check import check
from azureml_contract.conversation import around, carried, turns
from azureml_contract.corpus import TEXTS
from azureml_contract.difference import shown
from azureml_contract.formatter import TO_MESSAGES_BODY, Formatter
from azureml_contract.generators import texts
from azureml_contract.messages import Said
from azureml_contract.search import Search
from azureml_contract.wire import Wire

_ROLES = ("user", "system", "assistant")
_PROBE = "a text without anything special"
_LABELS = ("you passed", "server decodes")


@check("M01", "text-roundtrip", chat=True)
def text_roundtrip(subject: Any, wire: Wire, search: Search) -> None:
    """The text of a message that the endpoint decodes is the text you passed, whoever says it.

    It is with messages as with prompts: a text that is escaped by hand arrives with backslashes that nobody wrote, as
    it does with langchain-community's formatters for chat. Hand each text to `json.dumps` as it is, those of system
    and assistant too. A formatter for models without a system role may put the system's text into the next user's
    message, or into a field of its own: there it has to be whole. That a message arrives at all is said by M02.
    """
    formatter = subject()
    frames = {role: frame for role in _ROLES if (frame := _frame(formatter, wire, role)) is not None}
    if not frames:
        return

    def holds(case: tuple[str, str]) -> None:
        role, text = case
        at, before, after = frames[role]
        body = formatter.messages_body(around(role, text))
        try:
            decoded = turns(wire, body)[at].text
        except (Refused, IndexError):
            raise Broken(f"The endpoint finds no such message of the {role}.", text, text, body=body) from None
        if decoded != before + text + after:
            inner = decoded[len(before) : len(decoded) - len(after)]
            whole = decoded.startswith(before) and decoded.endswith(after)
            summary = f"The {role}'s message that the endpoint decodes is not the one you passed."
            raise Broken(summary, text, text, inner if whole else decoded, body, _LABELS)

    cases = [(role, text) for role in frames for text in filter(None, TEXTS)]
    search(holds, cases, st.tuples(st.sampled_from(sorted(frames)), texts().filter(bool)))


def _frame(formatter: Formatter, wire: Wire, role: str) -> tuple[int, str, str] | None:
    """Tell in which message a role's text arrives, and what stands before and after it; None if it does not.

    Only a system's text that goes into a user's message has anything around it.
    """
    try:
        decoded = turns(wire, formatter.messages_body(around(role, _PROBE)))
    except (Broken, Raised, Refused):
        return None
    for at, turn in enumerate(decoded):
        if turn.role == role and (turn.text or "").strip():
            if _PROBE in turn.text:
                return at, "", ""
        elif role == "system" and turn.role == "user" and turn.text.count(_PROBE) == 1:
            before, _, after = turn.text.partition(_PROBE)
            return at, before, after
    return None


@check("M02", "order-and-roles", chat=True)
def order_and_roles(subject: Any, wire: Wire, search: Search) -> None:
    """The endpoint decodes the messages you passed, in their order, each with its role, none merged or lost.

    A model that reads its own words as the user's, or the user's before the question was asked, answers something
    else. Send one message for each that you are given. One thing is right beside it, for models without a system
    role: the system's text goes in front of the next user's, or into a field of its own, or a `ValueError` says that
    the system role is not supported. Conversations in which nobody takes turns may be refused with a `ValueError`.
    """
    formatter = subject()

    def holds(roles: tuple[str, ...]) -> None:
        said = [Said(role, f"message {number} by the {role}") for number, role in enumerate(roles, 1)]
        passed = [(one.role, one.content) for one in said]
        try:
            body = formatter.messages_body(said)
        except Raised as raised:
            if isinstance(raised.error, ValueError) and _may_refuse(roles, str(raised.error)):
                return
            raise raised.broken(passed, f"A conversation of {', '.join(roles)} raised {raised.name}.") from None
        try:
            decoded = turns(wire, body)
        except Refused as refused:
            raise Broken(f"The endpoint finds no conversation: {refused}.", passed, body=body) from None
        if lost := carried(said, decoded, body):
            summary = f"Of {len(said)} messages, {lost}."
            raise Broken(summary, passed, passed, [tuple(one) for one in decoded], body, _LABELS)

    search(holds, _conversations())


def _conversations() -> Iterator[tuple[str, ...]]:
    """Give all conversations of up to four messages that a user ends, and ordinary ones of five and six."""
    for length in range(4):
        for before in product(_ROLES, repeat=length):
            yield (*before, "user")
    yield ("user", "assistant", "user", "assistant", "user")
    yield ("system", "user", "assistant", "user", "assistant", "user")


def _may_refuse(roles: Sequence[str], error: str) -> bool:
    """Tell whether a formatter may refuse a conversation: nobody takes turns, or it knows no system role."""
    others = [role for role in roles if role != "system"]
    in_turn = all(role == ("user", "assistant")[at % 2] for at, role in enumerate(others))
    ordinary = in_turn and "system" not in roles[1:]
    return not ordinary or ("system" in roles and "system" in error.lower())


@check("M05", "degenerate-lists", chat=True)
def degenerate_lists(subject: Any, wire: Wire, search: Search) -> None:
    """A conversation without a user, or without anybody, gives a body or raises a ValueError, and nothing else.

    Code that takes the first message, or the one after the system's, meets lists that have none: with
    langchain-community's formatter for Mistral, a system's message alone is an `IndexError`. Look before you index.
    """
    formatter = subject()

    def holds(roles: tuple[str, ...]) -> None:
        said = [Said(role, f"by the {role}") for role in roles]
        try:
            formatter.messages_request(said)
        except Raised as raised:
            if not isinstance(raised.error, ValueError):
                summary = f"[{', '.join(roles)}] raised {raised.name}, where a body or a ValueError is due."
                raise raised.broken([(one.role, one.content) for one in said], summary) from None

    search(holds, _DEGENERATE)


_DEGENERATE = (
    (),
    ("system",),
    ("system", "system"),
    ("assistant",),
    ("system", "assistant"),
    ("assistant", "user"),
    ("user", "user"),
)


@check("M06", "no-mutation", chat=True)
def no_mutation(subject: Any, wire: Wire, search: Search) -> None:
    """The messages you pass are the same afterwards, and so is their list.

    A conversation is kept by its caller, who adds to it and sends it again: what is popped, renamed or merged in
    place is missing from the next call, or is there twice (langchain#36564, instructor#2418). Build new messages.
    """
    formatter = subject()

    def holds(said: list[Said]) -> None:
        passed = formatter.spoken(said)
        before = deepcopy(passed)
        with suppress(Raised):  # whether that is right is said by other checks; nothing changes by failures either
            formatter.spoken_request(passed)
        if passed != before:
            told = _difference(before, passed)
            raise Broken(f"{TO_MESSAGES_BODY} changed {told}.", before, before, passed, UNSAID, ("before", "after"))

    search(holds, _kept())


def _kept() -> Iterator[list[Said]]:
    part = {"type": "text", "text": "Hello"}
    yield [Said("user", " Hello ")]
    yield [Said("system", "Be brief"), Said("user", "Hello")]
    yield [*around("assistant", ' "Yes"\n'), Said("assistant", "")]
    yield [Said("user", [dict(part), {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}])]
    yield [Said("system", "Be brief"), Said("user", [dict(part)])]
    yield [Said("user", "Hello"), Said("tool", "4 degrees", (("tool_call_id", "call_1"),))]


def _difference(before: list[Any], after: list[Any]) -> str:
    if len(before) != len(after):
        return f"your list of messages: there were {len(before)}, and there are {len(after)}"
    at = next(at for at, pair in enumerate(zip(before, after, strict=True)) if pair[0] != pair[1])
    return f"message {at + 1} of yours: {shown(after[at])}"
