"""Speech recognition by Whisper: recordings as URLs or base64, a language for each; what was said comes back."""

from typing import Annotated, Any, Literal

from pydantic import model_validator

from azureml_emulator.generations import chosen, keys_of
from azureml_emulator.schema import Fields, Parameters, Prompt, Reading, Schema, Scoring, Texts


class Recordings(Fields):
    """Recordings and their languages, as codes such as `en`."""

    audio: Texts
    language: Texts = []

    @model_validator(mode="after")
    def _as_many(self) -> "Recordings":
        if self.language and len(self.language) != len(self.audio):
            raise ValueError(f"{len(self.audio)} recordings, but {len(self.language)} languages")
        return self


class First(Fields):
    """The whole body in the first generation."""

    inputs: Recordings
    parameters: Parameters = {}


class Later(Fields):
    """The whole body since."""

    input_data: Recordings
    params: Parameters = {}


Form = First | Later
Request: Any = Annotated[Form, chosen(lambda body: First if keys_of(body)[0] else Later)]
Response = list[dict[Literal["text"], str]]


def read(body: Form) -> Reading:
    """A recording for each prompt; its text is the recording's URL or base64."""
    found, parameters = (body.inputs, body.parameters) if isinstance(body, First) else (body.input_data, body.params)
    return Reading(tuple(map(Prompt, found.audio)), {**parameters, "language": found.language})


def write(scoring: Scoring) -> Response:
    """A transcript for each recording."""
    return [{"text": text} for text in scoring.texts]


SCHEMA = Schema(
    name="automatic-speech-recognition",
    about="Speech recognition: Whisper of the catalog",
    request=Request,
    response=Response,
    read=read,
    write=write,
    example={"input_data": {"audio": ["https://example.com/weather-report.wav"], "language": ["en"]}},
    variants=(
        {"inputs": {"audio": ["https://example.com/a.mp3", "UklGRiQAAABXQVZF"], "language": ["en", "fr"]}},
        {"input_data": {"audio": ["https://example.com/a.mp3"]}},
    ),
    models=("openai-whisper-*",),
    evidence="documented: model cards of openai-whisper-large and openai-whisper-large-v3; Microsoft's examples",
)
