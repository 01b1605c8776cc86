"""Formatters and wires by which the commands are tried."""

import json
from dataclasses import dataclass

from azureml_contract import wire
from contract_tests.zoo.reference import Reference

GPT2 = wire.known("gpt2")
NO_WIRE = {"inputs": "text"}


class Escaping(Reference):
    """Escapes by hand what json.dumps escapes."""

    def document(self, prompt, parameters):
        return super().document(json.dumps(prompt), parameters)


class Stripping(Reference):
    """Strips the answer."""

    def text(self, document, output):
        return super().text(document, output).strip()


class Old:
    """LangChain's first signature: no api type, texts instead of bytes and objects."""

    def format_request_payload(self, prompt, model_kwargs):
        return json.dumps({"inputs": {"input_string": [prompt]}, "parameters": model_kwargs})

    def format_response_payload(self, output):
        return json.loads(output)[0]["0"]


class Async(Reference):
    """Awaits before it answers."""

    async def format_response_payload(self, output, api_type="dedicated"):
        return super().format_response_payload(output, api_type)


class Exiting(Reference):
    """Ends the program."""

    def document(self, prompt, parameters):
        raise SystemExit(7)


class Choosy(Reference):
    """Cannot be made without arguments."""

    def __init__(self, model):
        self.model = model


class Unheard(Reference):
    """Speaks no schema that is known."""

    def document(self, prompt, parameters):
        return {"question of mine": prompt}

    def text(self, document, output):
        return document["answer of mine"]


class Summary(Reference):
    """Speaks a wire that is drawn from an example: parameters around the prompt, the answer two levels down."""

    def document(self, prompt, parameters):
        return {"input": {"ask": prompt}, "options": parameters}

    def text(self, document, output):
        match document:
            case {"result": [{"said": str(text)}, *_]}:
                return text
        raise ValueError(f"expected a result, got {output[:200]!r}")


@dataclass
class Client:
    """Asks an endpoint by itself."""

    endpoint_url: str
    endpoint_api_key: str
    endpoint_api_type: str
    content_formatter: object
    deployment_name: str = ""

    def invoke(self, prompt):
        import requests

        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.endpoint_api_key}"}
        if self.deployment_name:
            headers["azureml-model-deployment"] = self.deployment_name
        body = self.content_formatter.format_request_payload(prompt, {})
        said = requests.post(self.endpoint_url, body, headers=headers, timeout=10)
        if said.status_code != 200:
            raise ValueError(f"{said.status_code} {said.text}")
        return self.content_formatter.format_response_payload(said.content).text


class KeyInUrl(Client):
    """Puts its key where everybody on the way writes it down."""

    def invoke(self, prompt):
        self.endpoint_url += f"?key={self.endpoint_api_key}"
        return super().invoke(prompt)


class Telling(Client):
    """Tells its key when it is refused."""

    def invoke(self, prompt):
        try:
            return super().invoke(prompt)
        except ValueError:
            raise ValueError(f"was not let in with {self.endpoint_api_key}") from None
