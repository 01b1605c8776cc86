"""Walks down a JSON Schema and makes a value on the way."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Any, NamedTuple

from azureml_emulator.draw import Draw
from azureml_emulator.json_sample.hints import Hints
from azureml_emulator.json_sample.merging import merged
from azureml_emulator.json_sample.pattern import matching
from azureml_emulator.json_sample.rules import JsonSchema, Malformed, Schemas, is_a, property_schemas, same
from azureml_emulator.json_sample.scalars import number, text

_SHALLOW = 4
"""Levels down to which optional things are put in."""
_DEEPEST = 30
_TRIES = 6
_MOST = 1000
"""Items or properties that are made in one place."""

_COMBINATIONS = frozenset(("$ref", "allOf", "anyOf", "oneOf", "if", "then", "else"))
_KINDS = {
    "object": ("properties", "required", "additionalProperties", "patternProperties", "minProperties"),
    "array": ("items", "prefixItems", "minItems", "contains", "uniqueItems"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}


class Impossible(ValueError):
    """Nothing valid was found at a place; where that is optional, or one of several, there is another way."""


class _Place(NamedTuple):
    """Where a value goes: its path, how deep that is, and whether what is optional is left out."""

    path: str = "$"
    depth: int = 0
    bare: bool = False

    def impossible(self, reason: object) -> Impossible:
        return Impossible(f"{self.path}: {reason}")

    def inner(self, step: str | int) -> "_Place":
        return _Place(f"{self.path}[{step}]" if isinstance(step, int) else f"{self.path}.{step}", self.depth + 1)


class Sampler:
    """Makes values for the parts of one schema; where a first try is not valid, it makes others."""

    def __init__(self, root: JsonSchema, hints: Sequence[Any]) -> None:
        self._schemas = Schemas(root)
        self._hints = Hints(hints)

    def value(self, schema: Any, draw: Draw, place: _Place = _Place()) -> Any:  # noqa: B008  a tuple
        """Give a value for a place: of the first alternative and the first try that comes out valid."""
        error = place.impossible("nothing is valid here")
        if place.depth > _DEEPEST:
            raise place.impossible(f"nested deeper than {_DEEPEST} levels")
        try:
            for rules in self._alternatives([schema], [], draw, place.depth):
                for attempt in range(_TRIES):
                    self._schemas.step()
                    unused = self._hints.left
                    bare = place.depth >= _SHALLOW or attempt >= _TRIES // 2
                    try:
                        found = self._made(rules, draw.within(b"%d" % attempt), place._replace(bare=bare))
                        if self._schemas.fits(schema, found):
                            return found
                    except Impossible as one:
                        error = one
                        self._hints.left = unused
                        break
                    self._hints.left = unused
        except Malformed as wrong:
            raise wrong.at(place.path) from None
        except RecursionError:
            raise Malformed("the schema refers to itself without end").at(place.path) from None
        raise error

    def _alternatives(self, parts: list[Any], choices: list[Any], draw: Draw, depth: int) -> Iterator[JsonSchema]:
        """Work out references and combinations: what is given has none, and a single type or a list of values."""
        rules: JsonSchema = {}
        parts, choices = list(parts), list(choices)
        seen: dict[int, JsonSchema] = {}
        while parts:
            part = self._schemas.checked(parts.pop(0))
            if id(part) in seen:
                continue
            seen[id(part)] = part
            if "$ref" in part:
                parts.append(self._schemas.target(part["$ref"]))
            parts += part.get("allOf", ())
            choices += [part[name] for name in ("anyOf", "oneOf") if name in part]
            if "if" in part:
                met = {"allOf": [part["if"], part.get("then", True)]}
                choices.append([met, part["else"]] if "else" in part else [met, {}])
            rules = merged(rules, {name: value for name, value in part.items() if name not in _COMBINATIONS})
        if choices:
            for option in self._ordered(choices[0], draw.within(b"option %d" % len(choices)), depth):
                yield from self._alternatives([rules, option], choices[1:], draw, depth)
        elif "enum" in rules or "const" in rules:
            yield rules
        else:
            kinds = rules.get("type") or next((kind for kind, of in _KINDS.items() if rules.keys() & of), "string")
            kinds = [kinds] if isinstance(kinds, str) else list(dict.fromkeys(kinds))
            for kind in self._ordered(kinds, draw.within(b"type"), depth):
                yield {**rules, "type": kind}

    def _ordered(self, options: Sequence[Any], draw: Draw, depth: int) -> list[Any]:
        """Begin anywhere; null comes last, but deep down what ends soonest comes first."""
        start = draw.integer(b"start") % max(len(options), 1)
        turned = [*options[start:], *options[:start]]
        return sorted(turned, key=_length if depth >= _SHALLOW else lambda one: _length(one) == 0)

    def _made(self, rules: JsonSchema, draw: Draw, place: _Place) -> Any:
        if "enum" in rules or "const" in rules:
            return self._chosen(rules, draw, place)
        kind = rules["type"]
        hint = self._hints.take(kind, rules, lambda one: self._schemas.fits(rules, one))
        said = [rules.get("default"), rules.get("example"), rules.get("examples")]
        said = [hint, *said[:2], *(said[2] if isinstance(said[2], list) else ())]
        for one in said:
            if one is not None and is_a(kind, one) and self._schemas.fits(rules, one):
                return one
        if kind == "object":
            return self._object(rules, draw, place)
        return self._array(rules, draw, place) if kind == "array" else self._scalar(kind, rules, draw, place)

    def _scalar(self, kind: str, rules: JsonSchema, draw: Draw, place: _Place) -> Any:
        try:
            if kind == "string":
                return text(rules, draw, lambda one: self._schemas.fits(rules, one))
            if kind in ("integer", "number"):
                return number(rules, draw, kind == "integer")
        except Malformed:
            raise
        except (ValueError, OverflowError) as error:
            raise place.impossible(error) from None
        return None if kind == "null" else draw.unit(b"true") < 0.5

    def _chosen(self, rules: JsonSchema, draw: Draw, place: _Place) -> Any:
        options = [rules["const"]] if "const" in rules else rules["enum"]
        rest = rules if "const" in rules else {name: value for name, value in rules.items() if name != "enum"}
        valid = [one for one in options if self._schemas.fits(rest, one)]
        if not valid:
            raise place.impossible("no value is one of 'enum' or 'const' and valid under the rest")
        mentioned = self._hints.mentioned(valid)
        return (mentioned or [draw.one_of(b"enum", [one for one in valid if one is not None] or valid)])[0]

    def _object(self, rules: JsonSchema, draw: Draw, place: _Place) -> dict[str, Any]:
        required = dict.fromkeys(rules.get("required", ()))
        for name in required:
            required = {**required, **dict.fromkeys(rules.get("dependentRequired", {}).get(name, ()))}
        names = {name: name in required for name in rules.get("properties", ()) if not place.bare or name in required}
        names.update(dict.fromkeys(required, True))
        most = rules.get("maxProperties", _MOST)
        made: dict[str, Any] = {}
        for name in sorted(names, key=lambda one: not names[one]) if len(names) > most else names:
            if len(made) < most or names[name]:
                self._put(made, name, rules, draw, place, needed=names[name])
        least = rules.get("minProperties", 0)
        if least > _MOST:
            raise place.impossible(f"more than {_MOST} properties are not made")
        if not made and not place.bare and isinstance(rules.get("additionalProperties"), Mapping) and most:
            least = max(least, 1)
        for name in self._new_names(rules, draw):
            if len(made) >= least:
                break
            if name not in made:
                self._put(made, name, rules, draw, place, needed=True)
        return made

    def _put(
        self, made: dict[str, Any], name: str, rules: JsonSchema, draw: Draw, place: _Place, *, needed: bool
    ) -> None:
        schemas = property_schemas(rules, name)
        schema = schemas[0] if len(schemas) == 1 else {"allOf": schemas}
        try:
            made[name] = self.value(schema, draw.within(name.encode("utf-8", "surrogatepass")), place.inner(name))
        except Impossible:
            if needed:
                raise

    def _new_names(self, rules: JsonSchema, draw: Draw) -> Iterator[str]:
        """Give names for properties that the schema wants but does not name."""
        yield from rules.get("properties", ())
        for at in range(1, 2 * _MOST):
            if "propertyNames" in rules:
                names = {"allOf": [rules["propertyNames"], {"type": "string"}]}
                yield self.value(names, draw.within(b"name %d" % at))
            elif rules.get("patternProperties"):
                yield matching(draw.one_of(b"which %d" % at, [*rules["patternProperties"]]), draw.within(b"%d" % at))
            else:
                yield f"key{at}"

    def _array(self, rules: JsonSchema, draw: Draw, place: _Place) -> list[Any]:
        first, rest = rules.get("prefixItems", ()), rules.get("items", True)
        if isinstance(rest, list):
            first, rest = rest, rules.get("additionalItems", True)
        containing = rules.get("minContains", 1) if "contains" in rules else 0
        least = max(rules.get("minItems", 0), containing)
        if least > _MOST:
            raise place.impossible(f"more than {_MOST} items are not made")
        wanted = least if place.bare else max(least, len(first) or 1 + draw.integer(b"items") % 3)
        if rest is False:
            wanted = min(wanted, len(first))
        made: list[Any] = []
        for at in range(min(wanted, rules.get("maxItems", wanted))):
            schema = first[at] if at < len(first) else rest
            if at < containing:
                schema = {"allOf": [schema, rules["contains"]]}
            try:
                made.append(
                    self._item(schema, made if rules.get("uniqueItems") is True else [], draw, place.inner(at))
                )
            except Impossible:
                if at < least:
                    raise
                break
        return made

    def _item(self, schema: Any, others: list[Any], draw: Draw, place: _Place) -> Any:
        for at in count():
            found = self.value(schema, draw.within(b"%s %d" % (place.path.encode(), at)), place)
            if not any(same(found, other) for other in others):
                return found
            if at > 10 * _TRIES:
                raise place.impossible("no item was found that is not in the list already")
        raise AssertionError


def _length(option: Any) -> int:
    """Guess how much follows: nothing for null, most where a schema refers to another."""
    if isinstance(option, Mapping):
        option = "$ref" if "$ref" in option else "null" if option.get("const", 0) is None else option.get("type")
    return {"null": 0, "array": 2, "object": 3, "$ref": 4}.get(option if isinstance(option, str) else "", 1)
