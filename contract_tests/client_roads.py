"""Every way to call with our own client: plain or streamed, awaited or not, text or chat, with LangChain or not."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import azureml_endpoint as client
from azureml_endpoint import langchain
from azureml_endpoint.client import Caller
from contract_tests.faults import SAID

FORMATTERS = {
    "gpt2": "GPT2ContentFormatter",
    "llama-chat": "CustomOpenAIChatContentFormatter",
    "completions": "CustomOpenAIContentFormatter",
    "chat": "CustomOpenAIChatContentFormatter",
}
SERVERLESS = ("completions", "chat")


@dataclass
class Got:
    """What a caller has in hand in the end: the pieces that came, and the error."""

    pieces: list[str] = field(default_factory=list)
    error: BaseException | None = None

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def take(self, answer: Any) -> None:
        self.pieces.append(answer if isinstance(answer, str) else answer.content)

    async def drain(self, stream: Any) -> None:
        async for piece in stream:
            self.take(piece)


@dataclass(frozen=True)
class Road:
    """A way to call: which method of which package's classes, at an endpoint of which wire shape."""

    method: str
    schema: str
    package: Any = client

    def __str__(self) -> str:
        return f"{self.package.__name__.rpartition('.')[2]}-{self.method}-{self.schema}"

    @property
    def streams(self) -> bool:
        return self.method.endswith("stream")

    @property
    def dedicated(self) -> bool:
        return self.schema not in SERVERLESS

    def model(self, endpoint: Any, **settings: Any) -> tuple[Any, list[float]]:
        """Give a model that calls `endpoint`, and the pauses that it makes, which it notes instead of sleeping."""
        kind = "AzureMLChatOnlineEndpoint" if "chat" in self.schema else "AzureMLOnlineEndpoint"
        model = getattr(self.package, kind)(
            endpoint_url=endpoint.url,
            endpoint_api_type="dedicated" if self.dedicated else "serverless",
            endpoint_api_key=endpoint.key,
            content_formatter=getattr(client, FORMATTERS[self.schema])(),
            **{"timeout": 10, **settings},
        )
        pauses: list[float] = []

        async def note(seconds: float) -> None:
            pauses.append(seconds)

        getattr(model, "_endpoint", model)._caller = Caller(sleep=pauses.append, async_sleep=note)
        return model, pauses

    def walk(self, model: Any, **options: Any) -> Got:
        got = Got()
        call = getattr(model, self.method)
        try:
            match self.method:
                case "invoke":
                    got.take(call(SAID, **options))
                case "stream":
                    for piece in call(SAID, **options):
                        got.take(piece)
                case "ainvoke":
                    got.take(asyncio.run(call(SAID, **options)))
                case "astream":
                    asyncio.run(got.drain(call(SAID, **options)))
        except Exception as error:  # noqa: BLE001  # whatever it is: its type is what is tested
            got.error = error
        return got


ROADS = (
    *(Road(method, schema) for schema in FORMATTERS for method in ("invoke", "ainvoke")),
    *(Road(method, schema) for schema in SERVERLESS for method in ("stream", "astream")),
    *(Road("invoke", schema, langchain) for schema in FORMATTERS),
    *(Road("stream", schema, langchain) for schema in SERVERLESS),
    *(Road(method, "chat", langchain) for method in ("ainvoke", "astream")),
)
