"""Chat on Microsoft's LLM server at `/score`; the OpenAI-style routes are beside it."""

from azureml_emulator.inference_servers import LLM_SERVER
from azureml_emulator.schema import Schema
from azureml_emulator.schemas.llama_chat import Request, Response, read, write

SCHEMA = Schema(
    name="chat-completion",
    about="Chat on the LLM server: Llama 3 instruct, Mistral and Mixtral instruct, Phi-3, ALLaM, Arctic",
    server=LLM_SERVER,
    request=Request,
    response=Response,
    read=read,
    write=write,
    example={
        "input_data": {
            "input_string": [
                {"role": "system", "content": "You are a helpful assistant."},
                {"role": "user", "content": "Which instruments are in a string quartet?"},
            ],
            "parameters": {"temperature": 0.6, "top_p": 0.9, "do_sample": True, "max_new_tokens": 200},
        }
    },
    models=(
        "*Mistral-7B-Instruct-v*",
        "*Mixtral-8x*-Instruct-v*",
        "Meta-Llama-3*-Instruct",
        "Phi-3-mini-*",
        "Phi-3-small-*",
        "Phi-3-medium-*",
        "Phi-3.5-mini-*",
        "Phi-3.5-MoE-*",
        "Phi-4",
        "ALLaM-2-7b-instruct",
        "snowflake-arctic-instruct",
        "snowflake-artic*",
    ),
    task="chat-completion",
    beside=("llm-chat",),
    evidence="measured: Microsoft's LLM server; documented: model cards of Mistral-7B-Instruct, Phi-3 and others",
)
