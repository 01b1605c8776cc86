"""A wire shape as a measurement sees it: how to write a body that asks something, and where the text of an answer is.

All of it is read off the emulator's own schemas, so whatever it serves can be measured.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from azureml_bench.usage import WrongUsage
from azureml_emulator.errors import ContainerError
from azureml_emulator.places import Place, all_places, parse, place_of, shown, value_at, with_value
from azureml_emulator.schema import Answer, Framing, Schema, Scoring

_SENTENCE = "azureml bench looks for this text"
_SSE = Framing(b"data: ", end=b"data: [DONE]\n\n")
_ENDINGS = {"/chat/completions": "chat", "/completions": "completions", "/embeddings": "embeddings"}
_USAGE = ("prompt_tokens", "completion_tokens"), ("input_tokens", "output_tokens")


@dataclass(frozen=True)
class Shape:
    """One wire shape.

    `document` is a request, `prompt_at` where its first prompt stands (None: it has no text, and is sent as it is).
    `text_at` is where an answer has its text, `delta_at` where an event of a stream has its part; None where there is
    none. `streaming` is what is added to a request for a stream. `framing` frames the events.
    """

    name: str
    api_type: str
    path: str
    document: Any
    prompt_at: Place | None = None
    text_at: Place | None = None
    delta_at: Place | None = None
    streaming: Mapping[str, Any] = field(default_factory=dict)
    framing: Framing = _SSE

    @property
    def streams(self) -> bool:
        """Whether an answer can be had piece by piece."""
        return self.delta_at is not None

    @property
    def only_streams(self) -> bool:
        """Whether it is a stream in any case: nothing need be added to have one."""
        return self.streams and not self.streaming

    @property
    def ending(self) -> bytes:
        """The bytes that end a stream, such as OpenAI's `data: [DONE]`; empty where it just ends."""
        return self.framing.end.strip()

    def body(self, prompt: str, *, stream: bool = False, parameters: Mapping[str, Any] | None = None) -> bytes:
        """Write a request. `parameters` are laid over those of the shape's example, where they stand there."""
        asked: Any = self.document if self.prompt_at is None else with_value(self.document, self.prompt_at, prompt)
        if parameters:
            asked = _with_parameters(asked, parameters)
        return json.dumps({**asked, **self.streaming} if stream and self.streaming else asked).encode()


def of(schema: Schema[Any]) -> Shape:
    """Make the shape of one of the emulator's schemas."""
    document = _with_one_prompt(schema)
    reading = schema.parse(document)
    reading = reading._replace(prompts=reading.prompts[:1], choices=1)
    prompt_at = _prompt_at(schema, document, reading.prompts[0].text if reading.prompts else "")
    text_at = delta_at = None
    streaming: Mapping[str, Any] = {}
    if schema.speaks:
        scoring = Scoring(reading, [Answer(_SENTENCE)], model="model")
        text_at = place_of(_SENTENCE, schema.write(scoring))
        asking = _asks_for_stream(schema, document)
        if schema.stream and asking is not None:
            streaming = asking
            delta_at = _delta_at([value for value, _ in schema.stream(scoring)])
    path, framing = schema.paths[0], schema.framing or _SSE
    return Shape(schema.name, schema.api_type.name, path, document, prompt_at, text_at, delta_at, streaming, framing)


def known(name: str) -> Shape:
    """Give the shape of a name. Raises `WrongUsage` that lists what there is and guesses what was meant."""
    from azureml_emulator.schemas import find

    try:
        return of(find(name))
    except ValueError as error:
        raise WrongUsage(f"--schema {name!r}: {error}") from None


def own(document: Any, places: Mapping[str, str], known: Shape | None = None) -> Shape:
    """Make a shape of somebody's own request.

    `places` are by the options that say them, `--prompt-at`, `--text-at` and `--delta-at`, empty where nobody did;
    what they do not say is as in `known`. A request of no known shape is streamed if it asks for that by itself.
    Raises `WrongUsage`.
    """
    said = {name: _place(name, text) for name, text in places.items() if text}
    like = known or Shape("own", "own", "", document, framing=Framing(b"data: "))
    prompt_at = said.get("--prompt-at", like.prompt_at)
    if prompt_at is not None:
        try:
            asked = value_at(document, prompt_at)
        except LookupError as error:
            raise WrongUsage(f"--body: {error} for the prompt; say where it stands with --prompt-at") from None
        if not isinstance(asked, str):
            raise WrongUsage(f"--body: expected a text at {shown(prompt_at)}, where the prompt is to stand")
    text_at, delta_at = said.get("--text-at", like.text_at), said.get("--delta-at", like.delta_at)
    streaming = like.streaming if isinstance(document, dict) else {}
    return replace(
        like, document=document, prompt_at=prompt_at, text_at=text_at, delta_at=delta_at, streaming=streaming
    )


def _place(name: str, text: str) -> Place:
    try:
        return parse(text)
    except ValueError as error:
        raise WrongUsage(f"{name}: {error}") from None


def of_path(path: str, api_type: str = "") -> Shape:
    """Tell the shape from a URL's path. Raises `WrongUsage` where the path does not say it."""
    for ending, name in (
        ("/chat/completions", "chat"),
        ("/completions", "completions"),
        ("/embeddings", "embeddings"),
    ):
        if path.rstrip("/").endswith(ending) and api_type != "dedicated":
            return known(name)
    if api_type == "serverless":
        return known("chat")
    raise WrongUsage(f"{path or '/'} may be any model's: name its wire schema with --schema, such as --schema gpt2")


def usage(document: Any) -> tuple[int | None, int | None]:
    """Find the server's own counts of tokens: of the prompt and of the answer."""
    for place in all_places(document) if isinstance(document, dict) else ():
        value = value_at(document, place)
        if isinstance(value, dict):
            for names in _USAGE:
                counts = [value.get(name) for name in names]
                if all(isinstance(count, int) for count in counts):
                    return counts[0], counts[1]
    return None, None


def _with_one_prompt(schema: Schema[Any]) -> Mapping[str, Any]:
    """Leave one prompt of several in a list, where the schema takes it so: one request is then one answer."""
    document: Any = dict(schema.example)
    prompts = [prompt.text for prompt in schema.parse(document).prompts]
    for place in all_places(document) if len(prompts) > 1 else ():
        value = value_at(document, place)
        if value == prompts and isinstance(value, list):
            shorter = with_value(document, place, value[:1])
            try:
                schema.parse(shorter)
            except ContainerError:
                continue
            return dict(shorter)
    return dict(document)


def _prompt_at(schema: Schema[Any], document: Any, prompt: str) -> Place | None:
    """Find where the prompt stands: the last place of its text at which any other text is a prompt as well."""
    for place in reversed(list(all_places(document)) if prompt else []):
        if value_at(document, place) != prompt:
            continue
        try:
            reading = schema.parse(with_value(document, place, _SENTENCE))
        except ContainerError:
            continue
        if reading.prompts and reading.prompts[0].text == _SENTENCE:
            return place
    return None


def _asks_for_stream(schema: Schema[Any], document: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Say what a request needs to be streamed: nothing, or `stream: true`; None if nothing makes it so."""
    for more in ({}, {"stream": True}):
        try:
            if schema.parse({**document, **more}).stream:
                return more
        except ContainerError:
            continue
    return None


def _delta_at(events: Sequence[Any]) -> Place | None:
    """Find where the events of a stream have its text: where parts, joined, are the whole in most pieces."""
    parts: dict[Place, list[str]] = {}
    for event in events:
        for place in all_places(event):
            value = value_at(event, place)
            if isinstance(value, str) and value:
                parts.setdefault(place, []).append(value)
    whole = [place for place, found in parts.items() if _SENTENCE in "".join(found)]
    return max(whole, key=lambda place: len(parts[place]), default=None)


def _with_parameters(document: Any, parameters: Mapping[str, Any]) -> Any:
    for place in all_places(document):
        value = value_at(document, place)
        if place and place[-1] == "parameters" and isinstance(value, dict):
            return with_value(document, place, {**value, **parameters})
    return {**document, **parameters} if isinstance(document, Mapping) else document


def events(framing: Framing, block: bytes) -> Iterator[bytes]:
    """Give the data of one framed block: the JSON of a line, or that of an event's `data:` lines."""
    if not framing.before:
        if block.strip():
            yield block
        return
    lines = [line[5:].strip() for line in block.splitlines() if line.startswith(b"data:")]
    if lines:
        yield b"\n".join(lines)
