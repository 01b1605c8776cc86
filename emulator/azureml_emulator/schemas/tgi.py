"""Hugging Face's TGI at `/generate`: one prompt, one text; its streaming routes are beside it."""

from collections.abc import Iterator
from typing import Annotated, Any, NotRequired

from pydantic import AfterValidator, StrictFloat, StrictInt
from typing_extensions import TypedDict  # pydantic asks for this one before Python 3.12

from azureml_emulator import tokens
from azureml_emulator.draw import Draw
from azureml_emulator.inference_servers import TGI_SERVER
from azureml_emulator.schema import Chunk, Fields, Framing, Parameters, Prompt, Reading, Schema, Scoring

FRAMING = Framing(b"data:")
"""Events as TGI sends them: no blank after the colon, nothing after the last one (captured)."""

_VOCABULARY = 32_000


def _above_zero(name: str) -> Any:
    def check(value: StrictInt | StrictFloat | None) -> StrictInt | StrictFloat | None:
        if value is not None and value <= 0:
            raise ValueError(f"`{name}` must be strictly positive")
        return value

    return AfterValidator(check)


def _share(name: str) -> Any:
    def check(value: StrictInt | StrictFloat | None) -> StrictInt | StrictFloat | None:
        if value is not None and not 0 < value < 1:
            raise ValueError(f"`{name}` must be > 0.0 and < 1.0")
        return value

    return AfterValidator(check)


Number = StrictInt | StrictFloat | None


class TgiParameters(Parameters, total=False):
    """Generation parameters with TGI's own ranges."""

    temperature: Annotated[Number, _above_zero("temperature")]
    repetition_penalty: Annotated[Number, _above_zero("repetition_penalty")]
    top_k: Annotated[StrictInt | None, _above_zero("top_k")]
    top_p: Annotated[Number, _share("top_p")]
    typical_p: Annotated[Number, _share("typical_p")]
    details: bool
    decoder_input_details: bool


class Request(Fields):
    """The whole body."""

    inputs: str
    parameters: TgiParameters = {}


class Token(TypedDict):
    """A token; the first one of a prompt has no probability."""

    id: int
    text: str
    logprob: float | None
    special: NotRequired[bool]


_END = Token(id=2, text="</s>", logprob=-0.125, special=True)


class Details(TypedDict):
    """How a generation went; unless it was streamed, token by token."""

    finish_reason: str
    generated_tokens: int
    seed: int | None
    prefill: NotRequired[list[Token]]
    tokens: NotRequired[list[Token]]


class Response(TypedDict):
    """The whole answer."""

    generated_text: str
    details: NotRequired[Details]


def read(body: Request) -> Reading:
    """One prompt; 100 tokens unless the caller says otherwise, and no prompt in the answer (documented)."""
    return Reading((Prompt(body.inputs),), body.parameters, max_tokens=100)


def _tokens(text: str, draw: Draw) -> list[Token]:
    return [_token(piece, draw) for piece in tokens.split(text)]


def _token(text: str, draw: Draw) -> Token:
    key = text.encode("utf-8", "surrogatepass")
    logprob = round(-4 * draw.unit(b"logprob" + key) ** 3, 7)
    return Token(id=draw.integer(b"id" + key) % _VOCABULARY, text=text, logprob=logprob, special=False)


def written(scoring: Scoring) -> list[Token]:
    """Give the tokens that the model wrote, without a prompt before them, the end of the text included."""
    answer, prompt = scoring.answers[0], scoring.reading.prompts[0].text
    text = answer.text.removeprefix(prompt) if scoring.reading.parameters.get("return_full_text") else answer.text
    found = _tokens(text, scoring.draw_of(0))
    return found if found and answer.finish_reason == "length" else [*found, _END]


def outline(scoring: Scoring, count: int) -> Details:
    """Tell how a generation of so many tokens went."""
    reason = "length" if scoring.answers[0].finish_reason == "length" else "eos_token"
    return Details(finish_reason=reason, generated_tokens=count, seed=scoring.reading.parameters.get("seed"))


def write(scoring: Scoring) -> Response:
    """The text, and with `details` its tokens."""
    parameters = scoring.reading.parameters
    response = Response(generated_text=scoring.answers[0].text)
    prefill = bool(parameters.get("decoder_input_details"))
    if prefill or parameters.get("details"):
        wrote = written(scoring)
        response["details"] = outline(scoring, len(wrote))
        response["details"] |= {"prefill": _prefill(scoring) if prefill else [], "tokens": wrote}
    return response


def _prefill(scoring: Scoring) -> list[Token]:
    pieces = _tokens(scoring.reading.prompts[0].text, scoring.draw_of(0))
    return [
        Token(id=one["id"], text=one["text"], logprob=one["logprob"] if at else None) for at, one in enumerate(pieces)
    ]


def stream(scoring: Scoring) -> Iterator[Chunk]:
    """An event for each token; the last one has the whole text, and with `details` how it went (captured)."""
    wrote = written(scoring)
    for number, one in enumerate(wrote, start=1):
        event = {"index": number, "token": one, "generated_text": None, "details": None}
        if number == len(wrote):
            event["generated_text"] = scoring.answers[0].text
            if scoring.reading.parameters.get("details"):
                event["details"] = outline(scoring, number)
        yield event, 0 if one.get("special") else 1


SCHEMA = Schema(
    name="tgi",
    about="Hugging Face's text-generation-inference, plain, with its streaming routes beside",
    server=TGI_SERVER,
    paths=("/generate",),
    request=Request,
    response=Response,
    read=read,
    write=write,
    example={"inputs": "My name is Ada and I like to", "parameters": {"max_new_tokens": 20}},
    variants=(
        {"inputs": "My name is Ada", "parameters": {"details": True, "decoder_input_details": True, "seed": 4}},
    ),
    models=("HuggingFace/tiiuae-falcon-*",),
    beside=("tgi-stream", "tgi-root"),
    evidence="documented: TGI's OpenAPI file; request file and notebook in Microsoft's examples",
)
