"""Any settings that a member of a family takes, made up from the JSON Schema that a configuration is held to."""

from functools import cache, partial

from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from azureml_emulator.answers.template import GAPS
from azureml_emulator.schemas import all_schemas
from emulator.tests.damage import ODD_TEXTS, VALUES

TEXTS = st.text(max_size=8) | st.sampled_from(ODD_TEXTS)
SHORT = 5
"""Milliseconds that lengths of time are tried up to, where somebody may wait for them."""
DEEPEST = 4
"""How deep members stand within members."""
SAID = ["", "hello", "weather", "\ud83d", "ß" * 70]
"""What conditions look for, and callers say."""

_ROLES = ["system", "user", "assistant", "tool", "developer"]
_GAPS = [*(f"${{{name}}}" for name in GAPS), "${header.x-team}", "${parameters.temperature}", "$$", "plain "]
_SHARES = st.floats(0, 100).map(lambda one: f"p{one:.4f}")
OF_MEMBERS = {
    "template": {"text": st.lists(st.sampled_from(_GAPS), max_size=3).map("".join)},
    "faker": {"locale": st.sampled_from(["en_US", "de_DE", "ja_JP"])},
    "schema": {"names": st.lists(st.sampled_from(list(all_schemas())), min_size=1, max_size=2)},
    "role": {"names": st.lists(st.sampled_from(_ROLES), min_size=1, max_size=2)},
    "header": {
        "values": st.dictionaries(st.sampled_from(["x-team", "authorization"]), st.none() | TEXTS, min_size=1)
    },
    "empirical": {"percentiles": st.dictionaries(_SHARES, st.integers(0, 5000), min_size=1, max_size=4)},
    "prompt": {"regex": st.sampled_from(["^$", "a+", "(a|b)*$"]), "equals": st.sampled_from(SAID)},
    "parameters": {"values": st.dictionaries(st.sampled_from(["temperature", "a"]), VALUES, min_size=1, max_size=2)},
}
"""Settings of which the JSON Schema does not say all."""


def members(family, but=(), longest=SHORT):
    """Any member with any settings, as a configuration has them; some break rules that no JSON Schema tells."""
    known = [one for one in family.members().values() if one.kind not in but]
    return st.sampled_from(known).flatmap(partial(settings_of, longest=longest))


def valid(family, but=(), longest=SHORT):
    """Any member, checked, with any settings that it may have."""
    return valid_of(family, members(family, but, longest))


def valid_of(kind, given):
    """Values of a type, made of those of the given settings that are allowed."""
    taken = TypeAdapter(kind)

    def made(settings):
        try:
            return taken.validate_python(settings)
        except ValidationError:
            return None

    return given.map(made).filter(lambda one: one is not None)


@cache
def settings_of(member, longest=SHORT):
    """Any settings of one member, or of any other type that has a JSON Schema of its own."""
    described = TypeAdapter(member).json_schema()
    given = _Maker(described.get("$defs", {}), longest).value(described)
    own = OF_MEMBERS.get(kind := getattr(member, "kind", ""), {})
    given = st.builds(lambda one, more: {**one, **more}, given, st.fixed_dictionaries({}, optional=own))
    return given.map(lambda one: {**one, "type": kind}) if kind else given


class _Maker:
    """Makes up what JSON Schemas describe; what they do not limit, stays small."""

    def __init__(self, within, longest):
        self._within = within
        self._longest = longest
        self._known = {}

    def value(self, described, depth=0):
        if "$ref" in described:
            name = described["$ref"].rpartition("/")[2]
            if (name, depth) not in self._known:
                self._known[name, depth] = self.value(self._within[name], depth + 1)
            return self._known[name, depth]
        if "anyOf" in described:
            shallow = [one for one in described["anyOf"] if "$ref" not in one]
            chosen = shallow if depth > DEEPEST and shallow else described["anyOf"]
            return st.one_of([self.value(one, depth) for one in chosen])
        if "enum" in described or "const" in described:
            return st.sampled_from(described.get("enum", [described.get("const")]))
        if "type" not in described:
            return VALUES
        return getattr(self, f"_{described['type']}")(described, depth)

    def _object(self, described, depth):
        if "propertyNames" in described:
            return st.just({})
        if "properties" not in described:
            return st.dictionaries(TEXTS, self.value(described["additionalProperties"], depth), max_size=2)
        given = {
            name: self._duration(one) if name == "ms" or name.endswith("_ms") else self.value(one, depth)
            for name, one in described["properties"].items()
        }
        needed = {name: given.pop(name) for name in described.get("required", ())}
        own = OF_MEMBERS.get(described["properties"].get("type", {}).get("const"), {})
        return st.fixed_dictionaries(needed | {name: own[name] for name in needed if name in own}, optional=given)

    def _duration(self, described):
        if "$ref" in described or "anyOf" in described:
            return self.value(described, DEEPEST)
        least, most = max(0, _bound(described, "minimum", "ge", 0)), min(self._longest, 1e9)
        return st.sampled_from([least, min(most, 1.0), most]) | st.floats(least, most)

    def _array(self, described, depth):
        return st.lists(self.value(described["items"], depth), max_size=3)

    def _integer(self, described, depth):
        least, most = _bounds(described)
        return st.integers(least, min(most, least + 3)) | st.integers(least, most)

    def _number(self, described, depth):
        return st.floats(*_bounds(described), exclude_max="exclusiveMaximum" in described)

    def _string(self, described, depth):
        return TEXTS

    def _boolean(self, described, depth):
        return st.booleans()

    def _null(self, described, depth):
        return st.none()


def _bound(described, name, short, otherwise):
    return described.get(name, described.get(short, otherwise))


def _bounds(described):
    least = _bound(described, "minimum", "ge", -20)
    return least, described.get("exclusiveMaximum", _bound(described, "maximum", "le", max(600, least)))
