"""Requests: what the body is, whatever is in it."""

import re
from typing import Any

from azureml_contract.attempts import body_or_none
from azureml_contract.broken import Broken, Refused, Told
from azureml_contract.check import check
from azureml_contract.corpus import PARAMETERS, TEXTS
from azureml_contract.formatter import TO_BODY, TO_MESSAGES_BODY
from azureml_contract.generators import texts
from azureml_contract.placement import Placement
from azureml_contract.search import Search
from azureml_contract.strictness import flaw
from azureml_contract.wire import Wire

_PROMPT = "What is it?"


@check("R01", "body-is-bytes")
def body_is_bytes(subject: Any, wire: Wire, search: Search) -> None:
    """The body is `bytes`.

    HTTP libraries encode a `str` as they like, or refuse it, and send a `bytearray` piece by piece. Older examples of
    LangChain's return `str(json.dumps(...))` (langchain#5594); add `.encode("utf-8")`.
    """
    formatter = subject()
    name = TO_MESSAGES_BODY if wire.chat and hasattr(formatter.made, TO_MESSAGES_BODY) else TO_BODY

    def holds(prompt: str) -> None:
        body = formatter.request(prompt)
        if not isinstance(body, bytes):
            kind = "None" if body is None else f"a {type(body).__name__}"
            raise Broken(f"{name} returned {kind}, not bytes.", prompt, Told("bytes"), body)

    search(holds, ("a", ""))


@check("R02", "strict-json")
def strict_json(subject: Any, wire: Wire, search: Search) -> None:
    """The body is JSON as RFC 8259 has it: UTF-8, no byte order mark, no key twice.

    A body that is glued together breaks with the first quote in a prompt, and what one server takes another refuses.
    Let `json.dumps` write all of it.
    """
    formatter = subject()

    def holds(case: tuple[str, dict[str, Any]]) -> None:
        body = body_or_none(formatter, *case)
        if body is not None and (wrong := flaw(body)):
            prompt, passed = case
            raise Broken(f"The body is not JSON: {wrong}.", (prompt, passed) if passed else prompt, body=body)

    cases: list[tuple[str, dict[str, Any]]] = [(text, {}) for text in TEXTS]
    cases += [(_PROMPT, {"stop": [text], "custom": {text: text}}) for text in TEXTS]
    cases += [(_PROMPT, one) for one in PARAMETERS if one]
    search(holds, cases, texts().map(lambda text: (text, {"stop": [text]})))


_MIME = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+", re.ASCII)
_RANGE = re.compile(r"\*/\*|[\w!#$&^.+-]+/(\*|[\w!#$&^.+-]+)", re.ASCII)
_CHARSET = re.compile(r';\s*charset\s*=\s*"?([^";\s]*)', re.IGNORECASE)


@check("R13", "mime")
def mime(subject: Any, wire: Wire, search: Search) -> None:
    """The types that you declare in `content_type` and `accepts` are MIME types, and those of JSON.

    They become the headers Content-Type and Accept. A scoring server that is told of anything but JSON does not read
    it as JSON. A formatter that declares neither leaves them to the client, and has nothing to be wrong about.
    """
    made = subject().made
    if hasattr(made, "content_type"):
        _content_type(made.content_type)
    if getattr(made, "accepts", None) is not None:
        _accepts(made.accepts)


def _content_type(declared: Any) -> None:
    if not isinstance(declared, str):
        raise Broken(f"content_type is {declared!r}, but the body is JSON.", declared, "application/json", declared)
    kind, *_ = declared.split(";")
    if not _MIME.fullmatch(kind.strip()):
        raise Broken("content_type is no MIME type.", declared, "application/json", declared)
    if not kind.strip().lower().endswith(("/json", "+json")):
        raise Broken("content_type is not that of JSON, which the body is.", declared, "application/json", declared)
    charset = _CHARSET.search(declared)
    if charset and charset[1].lower().replace("_", "-") not in ("utf-8", "utf8", "us-ascii", "ascii"):
        raise Broken("content_type names a charset that is not UTF-8.", declared, "utf-8", charset[1])


def _accepts(declared: Any) -> None:
    if not isinstance(declared, str):
        raise Broken(f"accepts is a {type(declared).__name__}, not a text.", declared, "application/json", declared)
    ranges = [one.split(";")[0].strip().lower() for one in declared.split(",")]
    if not all(map(_RANGE.fullmatch, ranges)):
        raise Broken("accepts is no MIME type.", declared, "application/json", declared)
    if not any(one in ("*/*", "application/*") or one.endswith(("/json", "+json")) for one in ranges):
        raise Broken("accepts leaves out JSON, which the answer is.", declared, "application/json", declared)


_DOCUMENTED: tuple[dict[str, Any], ...] = (
    {},
    {"temperature": 0.7},
    {"temperature": 1},
    {"top_p": 0.9},
    {"max_tokens": 64},
    {"max_new_tokens": 64},
    {"stop": ["\n"]},
    {"do_sample": True},
    {"temperature": 0.7, "top_p": 0.9, "max_tokens": 64},
)
"""Parameters of model cards and references; those that a wire does not take are not tried on it."""


@check("R17", "schema-accepts")
def schema_accepts(subject: Any, wire: Wire, search: Search) -> None:
    """The endpoint takes the body, with the parameters that are documented for it.

    An endpoint answers 400 to a body that lacks a field, or has one of another type, and shows its own code's
    stack instead of the field (langchain#26680, azureml-examples#3385: no `input_data`). The report says which field
    it is. Perhaps the formatter is right and the schema another one: `azureml-contract infer` tells.
    """
    formatter = subject()
    placement = Placement(wire)

    def holds(passed: dict[str, Any]) -> None:
        if not placement.takes(passed) or (body := body_or_none(formatter, _PROMPT, passed)) is None:
            return
        try:
            wire.asked(body)
        except Refused as refused:
            raise Broken(f"The endpoint would answer 400: {_told(refused)}.", passed, body=body) from None

    search(holds, _DOCUMENTED)


def _told(refused: Refused) -> str:
    return str(refused).removeprefix("the endpoint would refuse it: ").rstrip(".")
