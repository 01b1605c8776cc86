"""What a wire shape is: a value that says how a model's requests are read and its answers written."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, FailFast, TypeAdapter, ValidationError
from typing_extensions import TypedDict  # pydantic asks for this one before Python 3.12

from azureml_emulator import tokens
from azureml_emulator.api_type import DEDICATED, ApiType
from azureml_emulator.draw import Draw, canonical
from azureml_emulator.errors import Details, WrongShape
from azureml_emulator.inference_servers import AZMLINFSRV, InferenceServer

Body = TypeVar("Body")

Message = Mapping[str, Any]
"""A chat message: `role`, `content` (text, a list of parts, or null) and what else came with it."""

Chunk = tuple[Any, int]
"""One event of a streamed answer: its JSON value, and how many of the answer's tokens it carries."""


class Framing(NamedTuple):
    """What stands before and after the JSON of each event of a stream, and what ends the stream."""

    before: bytes
    after: bytes = b"\n\n"
    end: bytes = b""

    def of(self, event: bytes) -> bytes:
        """Frame one event."""
        return self.before + event + self.after

    def events(self, stream: bytes) -> "Iterator[Any]":
        """Read a stream that is framed so."""
        for event in stream.removesuffix(self.end).split(self.after):
            if event:
                yield json.loads(event.removeprefix(self.before))


class Fields(BaseModel):
    """A JSON object of a request. Fields it does not name are accepted and ignored, as the real servers do.

    It is built when it is first needed: most runs need few of the shapes.
    """

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)


class Turn(Fields, extra="allow"):
    """One message of a conversation; content is a text, a list of parts, or null beside tool calls.

    The roles are those of Microsoft's LLM server (measured).
    """

    role: Literal["system", "user", "assistant", "tool"]
    content: str | list[dict[str, Any]] | None = None


Turns = Annotated[list[Turn], FailFast()]
"""A conversation; the first message that is none is the one reported."""


class Prompt(NamedTuple):
    """What the model is asked: a text, and for chat the messages it came from.

    For chat, `text` is the content of the last message, its text parts joined.
    """

    text: str
    messages: tuple[Message, ...] = ()

    @staticmethod
    def chat(turns: Sequence[Turn]) -> "Prompt":
        """Read the prompt out of a conversation."""
        messages = tuple(turn.model_dump(exclude_unset=True) for turn in turns)
        return Prompt(text_of(messages[-1].get("content")) if messages else "", messages)

    @property
    def tokens(self) -> int:
        """How many tokens the model reads, approximately."""
        if not self.messages:
            return tokens.count(self.text)
        return sum([tokens.count(text_of(message.get("content"))) for message in self.messages])


def text_of(content: Any) -> str:
    """Give the text of a message's content: a string, or the text parts of a list."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "".join(part["text"] for part in parts if isinstance(part, dict) and isinstance(part.get("text"), str))


class Reading(NamedTuple):
    """A request as the model's container understands it: its prompts, and the parameters as they were sent.

    `full_text` and `max_tokens` are what holds when the parameters do not say: whether the answer repeats the
    prompt, and the length limit in tokens (None: up to the model). `choices` is how many answers to each prompt
    are wanted, `form` which of the shape's request forms this was, where the answer's form depends on it.
    """

    prompts: tuple[Prompt, ...]
    parameters: Mapping[str, Any] = MappingProxyType({})
    stream: bool = False
    full_text: bool = False
    max_tokens: int | None = None
    choices: int = 1
    form: str = ""

    @property
    def token_limit(self) -> int | None:
        """How many tokens each answer may have at most, None if nothing says so."""
        for name in ("max_new_tokens", "max_tokens", "max_completion_tokens", "max_gen_len", "max_length"):
            limit = self.parameters.get(name)
            if isinstance(limit, int) and not isinstance(limit, bool):
                return limit
        return self.max_tokens


class ToolCall(NamedTuple):
    """A call that the model asks for: the tool's name, and its arguments as JSON text."""

    name: str
    arguments: str


class Answer(NamedTuple):
    """One answer of the model: a text, or calls of tools.

    `finish_reason` is `stop`, `length` when the token limit cut it, `content_filter` when that did, `tool_calls`.
    """

    text: str
    finish_reason: str = "stop"
    calls: tuple[ToolCall, ...] = ()

    @property
    def tokens(self) -> int:
        """How many tokens the model wrote, approximately."""
        count = tokens.count(self.text)
        return count + sum(tokens.count(part) for call in self.calls for part in call) if self.calls else count


class Scoring(NamedTuple):
    """All that is known when the response is written: what was asked, what was answered, and what envelopes need.

    `answers` has `choices` of them for each prompt, in the order of the prompts. `created` is in Unix seconds,
    `model` the name that a serverless answer reports. `draw` differs each time the same request comes, `home` is the
    same for all requests to an endpoint.
    """

    reading: Reading
    answers: Sequence[Answer]
    draw: Draw = Draw.of()
    created: int = 0
    model: str = ""
    home: Draw = Draw.of()

    def draw_of(self, prompt: int) -> Draw:
        """Give randomness that only endpoint, seed, and what the prompt of this number says decide."""
        asked = self.reading.prompts[prompt]
        return self.home.within(canonical([asked.text, list(asked.messages)]))

    @property
    def id(self) -> str:
        """The answer's id: 32 hexadecimal digits."""
        return self.draw.hexadecimal(b"answer")

    @property
    def texts(self) -> list[str]:
        """The answers' texts, in the order of the prompts."""
        return [answer.text for answer in self.answers]

    @property
    def usage(self) -> dict[str, int]:
        """Token counts, approximate: see `tokens.py`."""
        prompt = sum(asked.tokens for asked in self.reading.prompts)
        completion = sum(answer.tokens for answer in self.answers)
        return {"prompt_tokens": prompt, "total_tokens": prompt + completion, "completion_tokens": completion}


@dataclass(frozen=True)
class Schema(Generic[Body]):
    """One wire shape.

    `request` and `response` are pydantic types, `read` and `write` go between them and the model, `stream`
    gives the events of a streamed answer, `framing` frames them if it is not OpenAI's. `paths` are served for POST,
    the first one being the scoring path. `example` is a request that people may copy, `variants` are other forms that
    it takes, `evidence` says how we know the shape. `speaks` tells whether the answer is the text that the answer
    source gives; a shape that answers with labels, numbers or images makes them up from the prompt. `models` are the
    catalog's names for the models of this shape, with `*` for any characters. `beside` names shapes that the same
    container serves at their own paths.

    `others` are paths that it has for models of another task than `task`, and refuses.

    `undecorated` says that run() has no decorator: it gets any body as text and takes it apart by itself, so that it
    raises where others refuse; if the request's type is `str`, it works on the text itself.

    `settle` makes of what the answer source said what the request asks for, such as calls of tools, or JSON.
    `standard` names the fields of a request that every model takes; if it names any, the LLM server calls all others
    extra parameters. `task` is what its `/info` calls the model's type.
    """

    name: str
    about: str
    request: type[Body]
    response: Any
    read: Callable[[Body], Reading]
    write: Callable[[Scoring], Any]
    example: Mapping[str, Any]
    evidence: str
    api_type: ApiType = DEDICATED
    server: InferenceServer = AZMLINFSRV
    paths: tuple[str, ...] = ("/score",)
    variants: tuple[Mapping[str, Any], ...] = ()
    speaks: bool = True
    undecorated: bool = False
    models: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    stream: Callable[[Scoring], Iterator[Chunk]] | None = None
    framing: Framing | None = None
    settle: Callable[[Scoring], Sequence[Answer]] | None = None
    standard: frozenset[str] = frozenset()
    task: str = ""

    @cached_property
    def _validate(self) -> Callable[[Any], Body]:
        return TypeAdapter(self.request).validator.validate_python

    def parse(self, document: Any) -> Reading:
        """Read a request body. Raises `WrongShape`, which names each field that is not as it should be."""
        try:
            return self.read(self._validate(document))
        except ValidationError as error:
            raise wrong_shape(error) from None

    def recall(self, document: Any) -> Reading:
        """Read once more a body that was accepted, be it with all of its fields or the standard ones alone."""
        try:
            return self.parse(document)
        except WrongShape:
            return self.parse({name: value for name, value in document.items() if name in self.standard})


def wrong_shape(error: ValidationError) -> WrongShape:
    """Turn pydantic's report into the refusal of a container."""
    found = error.errors(include_url=False)
    details: Details = [
        {"type": one["type"], "loc": ["body", *one["loc"]], "msg": one["msg"], "input": one["input"]}
        | ({"ctx": {name: _plain(value) for name, value in one["ctx"].items()}} if "ctx" in one else {})
        for one in found
    ]
    lines = [f"{path(one['loc'])}: {one['msg']}" for one in found]
    return WrongShape("; ".join(dict.fromkeys(lines)), details)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Exception) else value


def path(loc: Sequence[str | int]) -> str:
    """Write a location as one would in code: `input_data.input_string[0]`."""
    text = ""
    for step in loc:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text or "body"


Texts = Annotated[list[str], FailFast()]
"""A list of prompts; the first one that is no text is the one reported."""


class Parameters(TypedDict, total=False):
    """Generation parameters, kept exactly as sent: 1 stays apart from 1.0 and true.

    Those named here are refused when they have a type that no generation code takes; anything else passes.
    """

    __pydantic_config__ = ConfigDict(extra="allow", strict=True)  # type: ignore[misc]

    do_sample: bool | None
    max_gen_len: int | None
    max_length: int | None
    max_new_tokens: int | None
    max_tokens: int | None
    min_length: int | None
    return_full_text: bool | None
