"""A wire schema as a contract sees it: what an endpoint reads out of a request, and where its answer has the text.

For the models that Azure ML deploys it is made of the emulator's own shape: what is checked is what is served.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from azureml_contract.broken import Refused
from azureml_emulator.places import Place, all_places, place_of, shown, value_at

_MARK = "azureml-contract looks for this text"
_CHOICES = "choices"


class Asked(NamedTuple):
    """What a model is asked, as its endpoint reads it: prompts, for chat the messages, and the parameters."""

    prompts: tuple[str, ...]
    messages: tuple[Mapping[str, Any], ...] = ()
    parameters: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Wire:
    """One wire schema.

    `read` gives what a request's JSON value asks, and raises `Refused` for one that an endpoint would refuse; `write`
    gives the JSON value that answers a prompt with a text; `text_at` is where that text stands. `reserved` names what
    a request calls its own fields, so that no parameter can be called so. `api_type` is `dedicated` or `serverless`,
    `chat` whether a request is a conversation.
    """

    name: str
    api_type: str
    read: Callable[[Any], Asked]
    write: Callable[[str], Any]
    text_at: Place
    example: Any
    chat: bool = False
    reserved: tuple[str, ...] = ()
    path: str = "/score"
    stream: Callable[[str], Sequence[Any]] | None = None

    @property
    def streams(self) -> bool:
        """Whether an answer can be had piece by piece."""
        return self.stream is not None

    def asked(self, body: bytes) -> Asked:
        """Read a request's body. Raises `Refused`."""
        try:
            document = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise Refused(f"the body is not JSON: {error}") from None
        return self.read(document)

    def prompt(self, body: bytes) -> str:
        """Read the one prompt of a request's body. Raises `Refused`, also where there is not just one."""
        prompts = self.asked(body).prompts
        if len(prompts) != 1:
            raise Refused(f"the endpoint finds {len(prompts)} prompts")
        (prompt,) = prompts
        return prompt

    def answer(self, text: str, **form: Any) -> bytes:
        """Write the body that answers with a text; `form` is as in `json.dumps`."""
        return json.dumps(self.write(text), **form).encode("utf-8", "surrogatepass")

    def text(self, document: Any) -> str:
        """Find the text in an answer's JSON value. Raises `Refused`."""
        try:
            found = value_at(document, self.text_at)
        except LookupError as error:
            raise Refused(str(error)) from None
        if not isinstance(found, str):
            raise Refused(f"{shown(self.text_at)} is no text")
        return found

    @property
    def choices_at(self) -> Place | None:
        """Where the list `choices` stands, which has an entry for each of several answers, or None.

        Lists by any other name are of something else, such as the parts of one message.
        """
        steps = enumerate(self.text_at)
        return next(
            (self.text_at[:at] for at, step in steps if step == 0 and self.text_at[:at][-1:] == (_CHOICES,)), None
        )

    @property
    def parts_at(self) -> Place | None:
        """Where the list stands whose objects are the parts of one message, of which the text is one; or None."""
        steps = list(enumerate(self.text_at))[1:-1]
        places = (self.text_at[:at] for at, step in steps if step == 0)
        return next((place for place in places if place != self.choices_at), None)


def known(name: str, api_type: str = "") -> Wire:
    """Give the wire of one of the emulator's shapes. Raises `ValueError`: there is none, or it does not speak."""
    from azureml_emulator.schemas import find

    return of(find(name), api_type)


def of(schema: Any, api_type: str = "") -> Wire:
    """Make the wire of a shape of the emulator. Raises `ValueError` for one that answers with anything but text."""
    from azureml_emulator.schema import Answer, Scoring

    if not schema.speaks:
        raise ValueError(f"the schema {schema.name!r} answers with no text, so that there is no prompt to follow")
    example = schema.parse(schema.example)
    reading = example._replace(prompts=example.prompts[:1], choices=1)

    def write(text: str) -> Any:
        return schema.write(Scoring(reading, [Answer(text)]))

    return Wire(
        schema.name,
        api_type or schema.api_type.name,
        _reader(schema),
        write,
        place_of(_MARK, write(_MARK)),
        schema.example,
        _converses(schema),
        _reserved(schema.example, [one.text for one in example.prompts]),
        schema.paths[0],
        _stream(schema, reading) if schema.stream and schema.framing is None else None,
    )


def _stream(schema: Any, reading: Any) -> Callable[[str], Sequence[Any]]:
    from azureml_emulator.schema import Answer, Scoring

    def stream(text: str) -> Sequence[Any]:
        return [value for value, _ in schema.stream(Scoring(reading, [Answer(text)], model="model"))]

    return stream


def _converses(schema: Any) -> bool:
    """Tell whether requests are conversations: roles stand in them, or what the model said before.

    A question beside its context, or beside an image, is none, though the emulator hands both on as messages.
    """
    asked = (schema.example, *schema.variants)
    if any(place[-1:] == ("role",) for one in asked for place in all_places(one)):
        return True
    said = (message for one in asked for prompt in schema.parse(one).prompts for message in prompt.messages)
    return any(message["role"] == "assistant" for message in said)


def _reader(schema: Any) -> Callable[[Any], Asked]:
    from azureml_emulator.errors import ContainerError

    def read(document: Any) -> Asked:
        try:
            reading = schema.parse(document)
        except ContainerError as error:
            raise Refused(f"the endpoint would refuse it: {error.message}") from None
        prompts = tuple(one.text for one in reading.prompts)
        messages = tuple(message for one in reading.prompts for message in one.messages)
        return Asked(prompts, messages, dict(reading.parameters))

    return read


def _reserved(example: Any, prompts: Sequence[str]) -> tuple[str, ...]:
    """Name the keys that lead to the prompts."""
    names: dict[str, None] = {}
    for place in all_places(example):
        value = value_at(example, place)
        if isinstance(value, str) and value in prompts:
            names.update(dict.fromkeys(step for step in place if isinstance(step, str)))
    return tuple(names)
