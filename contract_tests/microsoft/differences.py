"""Where the emulator's azmlinfsrv is not Microsoft's, each with its reason; the comparison finds no others.

This is data alone, so that the documentation can be written from it without Microsoft's packages.
"""

from typing import NamedTuple


class Difference(NamedTuple):
    """Something that differs: the cases in which it does (none: all), in which aspects, and what each server does."""

    cases: tuple[str, ...]
    aspects: tuple[str, ...]
    microsoft: str
    emulator: str
    reason: str


DIFFERENCES = (
    Difference(
        (),
        ("connection",),
        "closes the connection after each answer",
        "keeps it open, unless the caller wants it closed",
        "On Azure the front door stands between, and keeps connections open.",
    ),
    Difference(
        ("decorated, another shape inside", "decorated, a wrong type inside"),
        ("status", "body", "x-ms-run-function-failed"),
        "lets run() raise on a value of another shape: 500, see the logs",
        "answers 400 and names the field and what is wrong with it",
        "There are no logs of a score.py to look into. Behind the front door both are a 424.",
    ),
    Difference(
        ("decorated, 500 levels",),
        ("status", "body", "x-ms-run-fn-exec-ms"),
        "takes JSON as deep as Python's parser does, almost a thousand levels",
        "takes 200 levels",
        "What looks at the value later, such as the journal, must be able to follow it.",
    ),
)

_INPUT = "*/ServiceInput"
_OUTPUT = "*/ServiceOutput/items"

DOCUMENTS = (
    Difference(
        (),
        ("/paths/~1score/post/description",),
        "says the same of every model",
        "says what the wire shape is",
        "It helps who reads it.",
    ),
    Difference(
        (),
        (
            "/paths/~1/get/responses/200/content/text~1html/schema/type",
            "/paths/~1swagger.json/get/responses/200/content/application~1json/schema/type",
            "/paths/~1swagger.json/get/responses/200/schema/type",
            "/produces",
        ),
        "is wrong about its own pages: the probe is text/html, the document no text",
        "names what they really are as well",
        "Whatever checks answers against the document finds them as described.",
    ),
    Difference(
        (),
        (f"{_INPUT}/required", f"{_INPUT}/properties/parameters/default"),
        "says of no value that it must be there",
        "says which must, and what stands for those that need not",
        "The server does refuse a body without them.",
    ),
    Difference(
        (),
        (
            f"{_INPUT}/properties/parameters/required",
            f"{_INPUT}/properties/parameters/additionalProperties",
            f"{_INPUT}/properties/parameters/properties/*",
        ),
        "takes the sample's parameters for the only ones, and for needed",
        "says which are known, and that any others pass",
        "The document is made from a sample there, from the types here.",
    ),
    Difference(
        (),
        (
            f"{_OUTPUT}/required",
            f"{_OUTPUT}/properties/0/type",
            f"{_OUTPUT}/additionalProperties/type",
            f"{_OUTPUT}/propertyNames/const",
        ),
        "takes the sample's column for needed",
        "says that any column is text, and what they are called",
        "The document is made from a sample there, from the types here.",
    ),
)
"""The same for `/swagger.json`; the aspects are places in the document, with `*` for any characters."""
