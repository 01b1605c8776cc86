"""Hugging Face's TGI at `/`, where Hugging Face's own client calls: a list with one answer, or a stream."""

from azureml_emulator.inference_servers import TGI_SERVER
from azureml_emulator.schema import Reading, Schema, Scoring
from azureml_emulator.schemas import tgi


class Request(tgi.Request):
    """The whole body."""

    stream: bool = False


Response = list[tgi.Response]


def read(body: Request) -> Reading:
    """One prompt."""
    return tgi.read(body)._replace(stream=body.stream)


def write(scoring: Scoring) -> Response:
    """The text, in a list."""
    return [tgi.write(scoring)]


SCHEMA = Schema(
    name="tgi-root",
    about="Hugging Face's text-generation-inference as Hugging Face's client calls it, plain or streamed",
    server=TGI_SERVER,
    paths=("/",),
    request=Request,
    response=Response,
    read=read,
    write=write,
    stream=tgi.stream,
    framing=tgi.FRAMING,
    example={"inputs": "My name is Ada and I like to", "parameters": {"max_new_tokens": 20}, "stream": False},
    evidence="documented: TGI's OpenAPI file; the client is the one of Microsoft's streaming notebook",
)
