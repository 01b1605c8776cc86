"""Text completions on a dedicated endpoint: what Microsoft's LLM server has beside `/score`.

As on serverless endpoints, but `temperature` goes up to 1, and streams tell no usage.
"""

from collections.abc import Iterator

from azureml_emulator.inference_servers import LLM_SERVER
from azureml_emulator.schema import Chunk, Schema, Scoring
from azureml_emulator.schemas import completions
from azureml_emulator.serverless.envelope import quiet
from azureml_emulator.serverless.sampling import Share, standard


class Request(completions.Request):
    """The whole body."""

    temperature: Share | None = None


def stream(scoring: Scoring) -> Iterator[Chunk]:
    """The answer token by token, then the finish reason."""
    return quiet(completions.stream(scoring), scoring)


SCHEMA = Schema(
    name="llm-completions",
    about="Text completions on a dedicated endpoint's LLM server, plain or streamed",
    server=LLM_SERVER,
    paths=("/completions", "/v1/completions"),
    others=("/chat/completions", "/v1/chat/completions"),
    request=Request,
    response=completions.Response,
    read=completions.read,
    write=completions.write,
    stream=stream,
    standard=standard(Request),
    task="text-generation",
    example={"prompt": "Once upon a time, a lighthouse", "max_tokens": 30},
    evidence="measured: Microsoft's LLM server, llm-optimized-inference 0.2.58",
)
