"""Requests gone wrong, for the fuzz tests: examples of every shape with parts replaced, lost, repeated or retyped,
written down in odd ways, and sent with odd headers to odd paths.
"""

import json
import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from azureml_emulator.endpoint import DEVELOPMENT_KEY
from azureml_emulator.schemas import all_schemas
from azureml_emulator.wire import Call

HUNT = int(os.environ.get("HUNT", "0"))
"""How many requests `make hunt` makes up in all; the everyday tests repeat the same few."""

FUZZING = settings(deadline=None, derandomize=not HUNT, database=None, suppress_health_check=list(HealthCheck))

EXAMPLES = {name: [one.example, *one.variants] for name, one in all_schemas().items()}


def nodes(document, path=()):
    """Every value below a document, with the path of keys and indices that leads to it."""
    inner = document.items() if isinstance(document, dict) else enumerate(document)
    for key, value in inner if isinstance(document, dict | list) else ():
        yield (*path, key), value
        if isinstance(value, dict | list):
            yield from nodes(value, (*path, key))


def keys_of(documents):
    return {key for document in documents for path, _ in nodes(document) for key in path if isinstance(key, str)}


KEYS = sorted(keys_of([one for examples in EXAMPLES.values() for one in examples]))
ODD_NUMBERS = [-1, 0, 1, 2, 7.0, -0.0, 1e-320, 1e308, 2**31, 2**53 + 1, -(2**63), 2**64, 10**30, 10**400]
ODD_NUMBERS += [float("nan"), float("inf"), float("-inf")]
ODD_TEXTS = [
    "",
    " ",
    "0",
    "true",
    "null",
    "NaN",
    "\x00",
    "\ud800",
    "\udfff\ud800",
    "\u2028",
    "é",
    "😀",
    "\\ud83d",
    '"',
]
ODD_TEXTS += [
    "a" * 5000,
    "%s",
    "{}",
    "../..",
    "data:image/png;base64,AAAA",
    "data:,",
    "aGVsbG8=",
    "http://x.test/",
    "\r\n",
]
SCALARS = (
    st.none()
    | st.booleans()
    | st.sampled_from(ODD_NUMBERS)
    | st.sampled_from(ODD_TEXTS)
    | st.integers(-3, 300)
    | st.floats()
    | st.text(st.characters(), max_size=8)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=8,
)


def other_type(value):
    """The same said with another type."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return list(value.values())
    return {str(at): one for at, one in enumerate(value)} if isinstance(value, list) else str(value)


def nested(value, levels):
    for _ in range(levels):
        value = [value]
    return value


REPLACED = (
    lambda draw, value: draw(VALUES),
    lambda draw, value: other_type(value),
    lambda draw, value: [value],
    lambda draw, value: {draw(st.sampled_from(KEYS)): value},
    lambda draw, value: [value] * draw(st.sampled_from([2, 3, 100])),
    lambda draw, value: nested(value, draw(st.sampled_from([5, 150, 300]))),
    lambda draw, value: value * 3 if isinstance(value, str | list) else None,
)


@st.composite
def damaged(draw, examples):
    """One of the examples with up to three of its parts changed."""
    return changed(draw, json.loads(json.dumps(draw(st.sampled_from(examples)))))


def changed(draw, document):
    for _ in range(draw(st.integers(0, 3))):
        found = list(nodes(document))
        if not found:
            break
        path, value = draw(st.sampled_from(found))
        parent = document
        for key in path[:-1]:
            parent = parent[key]
        change = draw(st.integers(0, len(REPLACED) + 2))
        if change < len(REPLACED):
            parent[path[-1]] = REPLACED[change](draw, value)
        elif change == len(REPLACED):
            del parent[path[-1]]
        elif isinstance(parent, list):
            parent.insert(0, draw(VALUES))
        else:
            parent[draw(st.sampled_from(KEYS) | st.text(max_size=3))] = draw(VALUES)
    return document


PATTERNS = [
    "^(a+)+$",
    "(a|a)*$",
    "a*a*a*a*a*b",
    "^[0-9]{3}-[a-z]+$",
    "(",
    "[[a]",
    "(?=a)b",
    r"(a)\1",
    "a{9999}",
    ".*",
    "",
]
PATTERNS += [
    "((a{1000}){1000}){1000}",
    "[^\x00-\uffff]",
    r"\p{L}",
    "(?i)a",
    "^$",
    r"^\S+@\S+$",
    "(" * 300 + ")" * 300,
]
KEYWORDS = {
    "type": ["string", "integer", "number", "boolean", "object", "array", "null", "any", [], ["null", "string"]],
    "$ref": ["#", "#/$defs/a", "#/properties/a", "#/items", "#/nope", "http://x.test/", "#/%", "a"],
    "pattern": PATTERNS,
    "format": ["date-time", "email", "uuid", "uri", "ipv4", "nope", "regex"],
    "enum": [[], [1, 1.0, True], ["a" * 40 + "!", None], [{"a": []}], list(range(3000))],
    "const": [None, "a" * 40 + "!", [[]]],
    "default": ["a" * 40 + "!", -1, {}],
    "required": [["a"], ["a" * 40 + "!"], [1], "a"],
    "uniqueItems": [True, 1],
    "additionalProperties": [False, True, {"type": "integer"}],
    **dict.fromkeys(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"], ODD_NUMBERS),
    **dict.fromkeys(
        ["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"], ODD_NUMBERS
    ),
    **dict.fromkeys(["minContains", "maxContains"], ODD_NUMBERS),
}
RULES = st.lists(st.sampled_from(sorted(KEYWORDS)), max_size=4, unique=True).flatmap(
    lambda names: st.fixed_dictionaries({name: st.sampled_from(KEYWORDS[name]) for name in names})
)
NAMES = st.sampled_from(["a", "b", "$defs", "a" * 40 + "!", ""])
JSON_SCHEMAS = st.recursive(
    RULES | st.booleans(),
    lambda inner: (
        st.builds(
            lambda rules, name, value: rules | {name: value} if isinstance(rules, dict) else {name: value},
            RULES,
            st.sampled_from(["properties", "patternProperties", "$defs", "dependentSchemas"]),
            st.dictionaries(NAMES | st.sampled_from(PATTERNS), inner, max_size=4),
        )
        | st.builds(
            lambda rules, name, value: {**rules, name: value},
            RULES,
            st.sampled_from(["anyOf", "allOf", "oneOf", "prefixItems", "items"]),
            st.lists(inner, max_size=4),
        )
        | st.builds(
            lambda rules, name, value: {**rules, name: value},
            RULES,
            st.sampled_from(
                ["items", "not", "if", "then", "else", "contains", "propertyNames", "additionalProperties"]
            ),
            inner,
        )
    ),
    max_leaves=6,
)


@st.composite
def constrained(draw):
    """A chat that asks for JSON under an odd schema, or gives a tool with one."""
    schema = {"type": "object", "properties": {"a": draw(JSON_SCHEMAS)}, "required": ["a"], **draw(RULES)}
    schema = changed(draw, json.loads(json.dumps(schema)))
    said = draw(
        st.sampled_from(["hello", "a" * 40 + "!", '{"a": "' + "a" * 40 + '!"}', "word " * 300, "1 2.5 -3 'x'"])
    )
    body = {"messages": [{"role": "user", "content": said}], "max_tokens": draw(st.sampled_from([1, 4096]))}
    if draw(st.booleans()):
        body["response_format"] = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    if "response_format" not in body or draw(st.integers(0, 9)) == 9:
        body["tools"] = [{"type": "function", "function": {"name": "f", "parameters": schema}}]
        body["tool_choice"] = draw(
            st.sampled_from(["auto", "required", {"type": "function", "function": {"name": "f"}}])
        )
    return body | draw(st.sampled_from([{}, {}, {"stream": True}, {"seed": 1}]))


WRITTEN = (
    lambda text: text.encode("utf-16", "surrogatepass"),
    lambda text: text.encode("utf-8-sig", "surrogatepass"),
    lambda text: text.encode("latin-1", "replace"),
    lambda text: b"[" * 1200 + text.encode("utf-8", "surrogatepass"),
    lambda text: text.encode("utf-8", "surrogatepass") + b"\n]",
    lambda text: text.replace(":", ":" + "1" * 5000, 1).encode("utf-8", "surrogatepass"),
    lambda text: (text[:1] + text[1:-1] + "," + text[1:]).encode("utf-8", "surrogatepass"),
    lambda text: b" \r\n\t" + text.encode("utf-8", "surrogatepass"),
)
"""Odd ways to write a JSON text: encodings, too deep, too long, each key twice."""


@st.composite
def written(draw, values):
    """The bytes of a JSON value; one in eight is cut short, or written in another odd way."""
    text = json.dumps(draw(values), ensure_ascii=draw(st.booleans()))
    way = draw(st.integers(0, 63))
    if way < len(WRITTEN):
        return WRITTEN[way](text)
    data = text.encode("utf-8", "surrogatepass")
    return data[: draw(st.integers(0, len(data)))] if way == 63 else data


def bodies(name):
    """Bodies for one shape: nearly right ones, any JSON value, any bytes."""
    near = written(damaged(EXAMPLES[name]))
    return st.one_of(near, near, near, written(VALUES), st.binary(max_size=30))


SERVED = sorted({path for schema in all_schemas().values() for path in schema.paths})
PATHS = [*SERVED, "/", "/nope", "/score/", "//", "", "/swagger.json", "/info", "/_emulator/calls"]
DEPLOYMENTS = ["echo", "faker", "fixed", "python"]
GOOD_KEY = f"Bearer {DEVELOPMENT_KEY}"
HEADERS = st.fixed_dictionaries(
    {
        "authorization": st.sampled_from(
            [GOOD_KEY] * 12 + ["Bearer", "", DEVELOPMENT_KEY, f"Basic {DEVELOPMENT_KEY}"]
        ),
        "content-type": st.sampled_from(["application/json"] * 12 + ["", ";", "text/plain", "Application/JSON; a=b"]),
    },
    optional={
        "azureml-model-deployment": st.sampled_from([*DEPLOYMENTS * 2, "", "nope", "\udcff"]),
        "x-ms-client-request-id": st.text() | st.sampled_from(["a" * 41, "a" * 5000, "ok-1"]),
        "x-request-id": st.text(max_size=50) | st.just("b" * 300),
        "extra-parameters": st.sampled_from(["error", "drop", "pass-through", "DROP", "", "nope"]),
        "api-key": st.sampled_from([DEVELOPMENT_KEY, "", "nope"]),
        "host": st.text(max_size=9)
        | st.sampled_from(["gpt2.localhost", "localhost", "chat.eastus.inference.ml.azure.com"]),
        "origin": st.just("http://x.test"),
        "accept": st.sampled_from(["text/event-stream", "*/*", ""]),
        "x-ms-model-mesh-model-name": st.text(max_size=9),
    },
)
AUTHORISED = {"authorization": GOOD_KEY, "content-type": "application/json"}
METHODS = ["POST"] * 8 + ["GET", "PUT", "HEAD", "OPTIONS", "DELETE", "PATCH", "\udcff"]


@st.composite
def calls(draw, name):
    """Any call, mostly to a shape's own path with a body for it."""
    return Call(
        draw(st.sampled_from(METHODS)),
        draw(st.sampled_from([*all_schemas()[name].paths * 3, *PATHS]) | st.text(max_size=20)),
        draw(HEADERS),
        draw(bodies(name)),
        draw(st.floats(0, 4e9)),
        draw(st.sampled_from([name] * 8 + ["", "gone"])),
        draw(st.integers(0, 30)) == 30,
        draw(
            st.sampled_from(["", "", "api-version=2024-05-01-preview", "version=3", "version=9", "%zz&&=", "\udcff"])
        ),
    )
