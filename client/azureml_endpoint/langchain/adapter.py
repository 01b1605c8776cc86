"""What both LangChain classes share: an endpoint of ours underneath, its settings as their fields, batches."""

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

from langchain_core.load.serializable import SerializedConstructor, SerializedNotImplemented
from langchain_core.runnables import RunnableConfig, RunnableSerializable
from langchain_core.runnables.config import get_config_list
from pydantic import BaseModel, ConfigDict, PrivateAttr

from azureml_endpoint.batches import DEFAULT_CONCURRENCY
from azureml_endpoint.calls import Calls
from azureml_endpoint.fields import DEDICATED, NO_KEY, ApiType, Key, unknown_argument
from azureml_endpoint.formatters.states import state
from azureml_endpoint.loading import described_formatter
from azureml_endpoint.saving import UNSAVED, described, import_path, save
from azureml_endpoint.settings import ENVIRONMENT, AzureMLBaseEndpoint

SETTINGS = frozenset(AzureMLBaseEndpoint.model_fields)

STANDARD_PARAMETERS = ("temperature", "max_tokens", "stop")
"""Parameters of the model that LangChain's users pass to the constructor; they go into `model_kwargs`."""

PROVIDER = "azureml"

_KEY, _API_KEY = "endpoint_api_key", "api_key"


class Adapter(RunnableSerializable[Any, Any]):
    """The fields of an endpoint, checked and completed from the environment by the endpoint itself.

    An assignment is checked and takes effect with the next call. Copies call over connections of their own; a
    pickle holds no key, nor does what `langchain_core.load.dumps` makes. The key may be called `api_key`, as in all
    of LangChain. Raises ValueError for an unknown argument, and pydantic's ValidationError, one too.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, arbitrary_types_allowed=True)

    endpoint_class: ClassVar[type[Calls[Any, Any, Any, Any, Any]]]

    endpoint_url: str = ""
    endpoint_api_type: ApiType = DEDICATED
    endpoint_api_key: Key = NO_KEY
    deployment_name: str = ""
    timeout: Any = 50
    http_client: Any = None
    max_retries: int = 1
    content_formatter: Any = None
    model_kwargs: dict[str, Any] | None = None

    _endpoint: Any = PrivateAttr()

    def __init__(self, **kwargs: Any) -> None:
        own = {name: value for name, value in kwargs.items() if name not in SETTINGS}
        settings = {name: value for name, value in kwargs.items() if name in SETTINGS}
        if own.get(_API_KEY) is not None:
            if settings.get(_KEY) is not None:
                raise ValueError(f"{_API_KEY} is LangChain's name for {_KEY}: pass one of them")
            settings[_KEY] = own[_API_KEY]
        own.pop(_API_KEY, None)
        if parameters := {name: own.pop(name) for name in STANDARD_PARAMETERS if name in own}:
            given = {name: value for name, value in parameters.items() if value is not None and value != []}
            settings["model_kwargs"] = {**(settings.get("model_kwargs") or {}), **given}
        if strange := [name for name in own if name not in type(self).model_fields]:
            raise ValueError(unknown_argument(strange[0], type(self).model_fields, type(self)))
        endpoint = self._made(settings)
        super().__init__(**own, **endpoint.settings)
        self._adapt(endpoint)

    @classmethod
    def _made(cls, settings: dict[str, Any]) -> Any:
        """Return the endpoint of these settings; of those that `to_json` wrote none is taken from the environment."""
        formatter = settings.get("content_formatter")
        if not isinstance(formatter, Mapping):
            return cls.endpoint_class(**settings)
        written = {**settings, "content_formatter": described_formatter(formatter)}
        return cls.endpoint_class.settled(written, written.keys() - {_KEY})

    @classmethod
    def around(cls, endpoint: Any) -> Self:
        """Return the model that calls through `endpoint`, settings and all."""
        adapter = cls(**endpoint.settings)
        adapter._adapt(endpoint)
        return adapter

    def _adapt(self, endpoint: Any) -> None:
        self._endpoint = endpoint
        vars(self).update(endpoint.settings)

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in SETTINGS:
            super().__setattr__(name, value)
            return
        setattr(self._endpoint, name, value)
        vars(self).update(self._endpoint.settings)
        vars(self).pop("_serialized", None)

    def __getstate__(self) -> dict[Any, Any]:
        values = {name: value for name, value in vars(self).items() if name in self._own_fields}
        private = {name: value for name, value in (self.__pydantic_private__ or {}).items() if name != "_endpoint"}
        return {
            "endpoint": self._endpoint,
            "values": values,
            "given": set(self.model_fields_set),
            "private": private,
        }

    def __setstate__(self, state: dict[Any, Any]) -> None:
        """Restore a pickle, which holds no key: that comes from the environment, or is assigned before calling."""
        super().__setstate__(
            {
                "__dict__": {**state["values"], **state["endpoint"].settings},
                "__pydantic_fields_set__": state["given"],
                "__pydantic_extra__": None,
                "__pydantic_private__": {**state["private"], "_endpoint": state["endpoint"]},
            }
        )

    def __copy__(self) -> Self:
        return self._restored({**self.__getstate__(), "endpoint": copy.copy(self._endpoint)})

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        return self._restored(copy.deepcopy(self.__getstate__(), memo))

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy; settings in `update` are checked together and take effect."""
        copied = copy.deepcopy(self) if deep else copy.copy(self)
        changes = dict(update or {})
        if settings := {name: changes.pop(name) for name in SETTINGS & changes.keys()}:
            state = copied.__getstate__()
            state["endpoint"] = state["endpoint"].model_copy(update=settings)
            copied = self._restored(state)
        for name, value in changes.items():
            setattr(copied, name, value)
        return copied

    def batch(
        self,
        inputs: list[Any],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[Any]:
        """Return the answers to many inputs, `max_concurrency` of them (32 unless given) under way at once.

        Each input is a run of its own; with `return_exceptions` one that failed has its exception in its place.
        """
        configs = _bounded(config, len(inputs))
        return RunnableSerializable.batch(self, inputs, configs, return_exceptions=return_exceptions, **kwargs)

    async def abatch(
        self,
        inputs: list[Any],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[Any]:
        """Return the answers to many inputs, awaited at once; as `batch`."""
        configs = _bounded(config, len(inputs))
        return await RunnableSerializable.abatch(self, inputs, configs, return_exceptions=return_exceptions, **kwargs)

    def save(self, file_path: Path | str) -> None:
        """Write everything needed to call again, except the key, to a .json, .yaml or .yml file; see `load_llm`."""
        save(self._endpoint, file_path)

    def close(self) -> None:
        """Close the idle connections; calling again opens new ones. Connections of tasks close with their loop."""
        self._endpoint.close()

    async def aclose(self) -> None:
        """Close the idle connections of the running loop, and those of threads."""
        await self._endpoint.aclose()

    @classmethod
    def is_lc_serializable(cls) -> bool:
        """Return that `langchain_core.load` can write and read this model."""
        return True

    @property
    def lc_secrets(self) -> dict[str, str]:
        """What is not written, and the environment variables that `load` reads in its place."""
        return {_KEY: ENVIRONMENT[_KEY]}

    def to_json(self) -> SerializedConstructor | SerializedNotImplemented:
        """Return what the model is made of, for `langchain_core.load`: plain values, as `save` writes them.

        One that `save` refuses, as with a formatter that cannot be made again, is named only.
        """
        try:
            plain = described(self._endpoint)
        except ValueError:
            return self.to_json_not_implemented()
        written = super().to_json()
        if written["type"] == "constructor":
            own = {name: value for name, value in written["kwargs"].items() if name not in SETTINGS - {_KEY}}
            written["kwargs"] = own | {name: value for name, value in plain.items() if name in SETTINGS - UNSAVED}
        return written

    @property
    def _own_fields(self) -> set[str]:
        return type(self).model_fields.keys() - SETTINGS

    @property
    def _identifying_params(self) -> dict[str, Any]:
        """What decides the answers: LangChain's caches keep endpoints apart by it. The key is not in it."""
        return {
            "endpoint_url": self.endpoint_url,
            "endpoint_api_type": self.endpoint_api_type.value,
            "deployment_name": self.deployment_name,
            "content_formatter": _identity(self.content_formatter),
            "model_kwargs": dict(self.model_kwargs or {}),
        }

    @property
    def _llm_type(self) -> str:
        return self.endpoint_class.saved_as

    def _tracing(self, stop: list[str] | None, kwargs: Mapping[str, Any]) -> tuple[list[str] | None, dict[str, Any]]:
        """Return stop sequences and parameters of a call under the names that LangSmith knows."""
        parameters = {**(self.model_kwargs or {}), **kwargs}
        default = parameters.pop("stop", None)
        if "max_new_tokens" in parameters:
            parameters.setdefault("max_tokens", parameters["max_new_tokens"])
        if not isinstance(parameters.get("model"), str):
            parameters["model"] = self.deployment_name or _endpoint_name(self.endpoint_url)
        return stop or ([default] if isinstance(default, str) else default), parameters

    def _restored(self, state: dict[Any, Any]) -> Self:
        restored = type(self).__new__(type(self))
        restored.__setstate__(state)
        return restored

    def _knowing(self, parameters: Mapping[str, Any]) -> Self:
        """Return this very model, over the same connections, whose identity includes a call's parameters."""
        told = {name: value for name, value in parameters.items() if name != "timeout"}
        if not told:
            return self
        knowing = BaseModel.__copy__(self)
        vars(knowing)["model_kwargs"] = {**(self.model_kwargs or {}), **told}
        return knowing


def _bounded(config: RunnableConfig | Sequence[RunnableConfig] | None, count: int) -> list[RunnableConfig]:
    """Return one config per input; LangChain's own limit of threads goes by the number of processors."""
    configs = get_config_list(config, count)
    for each in configs:
        if each.get("max_concurrency") is None:
            each["max_concurrency"] = DEFAULT_CONCURRENCY
    return configs


def _identity(formatter: Any) -> str | None:
    if formatter is None:
        return None
    settings = ", ".join(f"{name}={value!r}" for name, value in sorted(state(formatter).items()))
    return f"{import_path(type(formatter))}({settings})"


def _endpoint_name(url: str) -> str:
    host = urlsplit(url).hostname or ""
    first = host.partition(".")[0]
    return host if first.isdigit() or not first else first
