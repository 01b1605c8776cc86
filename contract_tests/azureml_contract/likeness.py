"""Which of the known wire schemas a formatter speaks: a plain prompt is put to each, on both kinds of endpoint."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from azureml_contract import wire
from azureml_contract.broken import Broken, Raised, Refused
from azureml_contract.difference import in_words, same, shown
from azureml_contract.factory import Factory
from azureml_contract.formatter import Formatter
from azureml_contract.wire import Wire
from azureml_emulator.places import all_places

PROMPT = "Which rivers meet in Passau"
ANSWER = "The Danube and the Inn and the Ilz"
PARAMETERS = {"temperature": 0.5, "top_p": 0.9}
"""Plain ones, which no formatter escapes, strips or leaves out, so that a careless one is recognised too."""
API_TYPES = ("dedicated", "serverless")


@dataclass(frozen=True)
class Likeness:
    """How well a formatter and an endpoint of a schema understand one another.

    `request`, `parameters` and `answer` say what is wrong with each, nothing where all is well; `changed` says what
    became of a text that did arrive. `own` is whether the schema is served on such endpoints, `alike` how much the
    body looks like the schema's example.
    """

    schema: str
    api_type: str
    request: str = ""
    parameters: str = ""
    answer: str = ""
    changed: str = ""
    own: bool = True
    alike: tuple[Any, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether they understand one another."""
        return not (self.request or self.parameters or self.answer)

    @property
    def points(self) -> int:
        """How much of it works."""
        return 4 * (not self.request) + 3 * (not self.answer) + (not self.request and not self.parameters)

    @property
    def rank(self) -> tuple[Any, ...]:
        """Sorts the most likely one first."""
        return -self.points, not self.own, *self.alike, self.schema


def likenesses(factory: Factory) -> list[Likeness]:
    """Try all schemas that answer with text; the most likely one comes first."""
    return sorted(_tried(factory), key=lambda one: one.rank)


def _tried(factory: Factory) -> Iterator[Likeness]:
    from azureml_emulator.schemas import all_schemas

    for schema in all_schemas().values():
        if schema.speaks:
            for api_type in API_TYPES:
                yield _one(factory, schema, wire.of(schema, api_type))


def _one(factory: Factory, schema: Any, spoken: Wire) -> Likeness:
    found: dict[str, Any] = {"own": schema.api_type.name == spoken.api_type}
    document = None
    try:
        formatter = Formatter(factory, spoken)
        body = formatter.body(PROMPT, PARAMETERS)
        asked = spoken.asked(body)
        document = json.loads(body)
        found |= _request(asked.prompts) | _parameters(asked.parameters)
        found["alike"] = _alike(document, schema)
    except (Broken, Raised, Refused, ValueError) as error:
        found["request"] = _told(error)
    answer = _answer(schema, spoken, None if found.get("request") else document)
    try:
        found |= _answered(Formatter(factory, spoken).text(answer), found.get("changed", ""))
    except (Broken, Raised) as error:
        name = f" ({error.name})" if isinstance(error, Raised) else ""
        found["answer"] = f"it does not read the answer {shown(answer)}{name}"
    return Likeness(schema.name, spoken.api_type, **found)


def _request(prompts: tuple[str, ...]) -> dict[str, str]:
    if len(prompts) != 1 or PROMPT not in prompts[0]:
        return {"request": f"the endpoint reads {', '.join(map(repr, prompts)) or 'no prompt'}"[:200]}
    changed = in_words(PROMPT, prompts[0]) if prompts[0] != PROMPT else ""
    return {"changed": f"the prompt arrives changed: {changed}"} if changed else {}


def _parameters(given: Any) -> dict[str, str]:
    lost = [name for name, value in PARAMETERS.items() if name not in given or not same(given[name], value)]
    return {"parameters": f"the endpoint does not read the parameters {', '.join(lost)}"} if lost else {}


def _answered(given: str, changed: str) -> dict[str, str]:
    if ANSWER not in given:
        return {"answer": f"of the answer it reads {given[:100]!r}"}
    if given == ANSWER:
        return {}
    return {"changed": "; ".join(filter(None, (changed, f"the answer is changed: {in_words(ANSWER, given)}")))}


def _answer(schema: Any, spoken: Wire, document: Any) -> bytes:
    """Write what the endpoint answers to this very body, since some answer each form in another one."""
    if document is None:
        return spoken.answer(ANSWER)
    from azureml_emulator.schema import Answer, Scoring

    reading = schema.parse(document)
    count = max(1, len(reading.prompts) * reading.choices)
    return json.dumps(schema.write(Scoring(reading, [Answer(ANSWER)] * count))).encode()


def _alike(document: Any, schema: Any) -> tuple[Any, ...]:
    """Sort first what looks like the example, then like a variant; a plain container's shape before the LLM server's.

    Some shapes take one another's bodies; the one whose own example looks so is the one that was meant.
    """
    from azureml_emulator.inference_servers import AZMLINFSRV

    mine = _places(document)
    examples = [_places(one) for one in (schema.example, *schema.variants)]
    distances = [len(mine ^ one) for one in examples]
    return distances[0], min(distances), schema.server is not AZMLINFSRV, len(schema.variants)


def _places(document: Any) -> set[tuple[Any, ...]]:
    """Give the places of a document, without the parameters' names, with one entry for a list's many."""
    found = set()
    for place in all_places(document):
        steps = tuple("*" if isinstance(step, int) else step for step in place)
        for number, step in enumerate(steps):
            if step in ("parameters", "params"):
                steps = steps[: number + 1]
                break
        found.add(steps)
    return found


def _told(error: BaseException) -> str:
    if isinstance(error, Raised):
        if isinstance(error.error, SystemExit):
            return f"it called sys.exit({error.error.code!r})"
        return error.broken().summary + (f" ({' '.join(str(error.error).split())[:120]})" if str(error.error) else "")
    return str(error)[:200]
