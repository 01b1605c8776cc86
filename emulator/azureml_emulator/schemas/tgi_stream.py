"""Hugging Face's TGI at `/generate_stream`: as `/generate`, but whatever is asked is streamed."""

from typing import Any

from azureml_emulator.inference_servers import TGI_SERVER
from azureml_emulator.schema import Reading, Schema
from azureml_emulator.schemas import tgi


def read(body: tgi.Request) -> Reading:
    """One prompt, to be streamed."""
    return tgi.read(body)._replace(stream=True)


SCHEMA = Schema(
    name="tgi-stream",
    about="Hugging Face's text-generation-inference, streamed",
    server=TGI_SERVER,
    paths=("/generate_stream",),
    request=tgi.Request,
    response=Any,
    read=read,
    write=tgi.write,
    stream=tgi.stream,
    framing=tgi.FRAMING,
    example={"inputs": "My name is Ada and I like to", "parameters": {"max_new_tokens": 20, "details": True}},
    evidence="documented: TGI's OpenAPI file",
)
