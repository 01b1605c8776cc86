"""The settings of an endpoint: from arguments and environment, checked as a whole, the key never shown."""

import copy
import os
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails

from azureml_endpoint.addresses import AzureMLEndpointApiType, scoring_url
from azureml_endpoint.client import KEY_VARIABLE, Caller, plain_deployment, plain_key
from azureml_endpoint.fields import DEDICATED, NO_KEY, ApiType, Key, unknown_argument
from azureml_endpoint.formatters.binding import Binding
from azureml_endpoint.payloads import copied
from azureml_endpoint.timeouts import Timeout

ENVIRONMENT: Mapping[str, str] = {
    "endpoint_api_key": KEY_VARIABLE,
    "endpoint_url": "AZUREML_ENDPOINT_URL",
    "deployment_name": "AZUREML_DEPLOYMENT_NAME",
    "endpoint_api_type": "AZUREML_ENDPOINT_API_TYPE",
    "timeout": "AZUREML_TIMEOUT",
}
"""The environment variable that stands in for an argument that is missing or empty, as with LangChain."""

_SETTLED = "settled"


class AzureMLBaseEndpoint(BaseModel):
    """Where an endpoint is and how it is called.

    An argument that is missing or empty is taken from the environment (`ENVIRONMENT`), else it has its default.
    All settings are checked together, at construction and at each assignment, and a refused assignment changes
    nothing. Copies, pickles and assignments do not look at the environment again, but for a pickle's key. An
    assignment takes effect with the next call: assigning `endpoint_api_key` rotates the key.
    Raises pydantic's ValidationError, a ValueError, which never holds a value that was passed.
    """

    model_config = ConfigDict(
        extra="forbid",
        arbitrary_types_allowed=True,
        hide_input_in_errors=True,
        protected_namespaces=(),
        validate_default=True,
    )

    saved_as: ClassVar[str] = ""
    """The `_type` by which a saved endpoint is known."""
    formatter_method: ClassVar[str] = "format_request_payload"
    formatter_examples: ClassVar[str] = (
        "CustomOpenAIContentFormatter (Llama, Mistral, Falcon and most of the catalogue), GPT2ContentFormatter, "
        "HFContentFormatter, DollyContentFormatter"
    )

    endpoint_url: str = ""
    """The full scoring address; see `scoring_url` for what is accepted."""
    endpoint_api_type: ApiType = DEDICATED
    """A member or its name, in any case."""
    endpoint_api_key: Key = NO_KEY
    """Key or token, a str or a SecretStr; surrounding white space is dropped."""
    deployment_name: str = ""
    """The deployment to call past the traffic split; empty lets the split choose."""
    timeout: Any = 50
    """Seconds, a pair (connect, read), or a `Timeout`; see there."""
    http_client: Any = None
    """Anything with `call(body, ...) -> bytes`, used instead of our own connections; `acall` too if it has one."""
    max_retries: int = Field(default=1, ge=0)
    """More tries after a failed one; see `RetryPolicy` for when. LangChain's default too, which it never uses."""
    content_formatter: Any = None
    """An instance of a content formatter; without one, only calling fails."""
    model_kwargs: dict[str, Any] | None = None
    """Parameters of every call; those of a single call come on top and are forgotten after it."""

    _caller: Caller = PrivateAttr(default_factory=Caller)
    _bound: Binding | None = PrivateAttr(default=None)

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, data: Any, info: ValidationInfo) -> Any:
        if not isinstance(data, dict):
            return data
        for name in data.keys() - cls.model_fields.keys():
            raise ValueError(cls._unknown(str(name)))
        given = {name: value for name, value in data.items() if value is not None and value != ""}
        if not given.get("timeout"):
            given.pop("timeout", None)
        settled = (info.context or {}).get(_SETTLED, frozenset())
        for name, variable in ENVIRONMENT.items():
            if name not in settled and not _given(given.get(name)) and os.environ.get(variable):
                given[name] = os.environ[variable]
        return given

    @classmethod
    def _unknown(cls, name: str) -> str:
        return unknown_argument(name, cls.model_fields, cls)

    @classmethod
    def settled(cls, settings: Mapping[str, Any], names: Iterable[str] | None = None) -> Self:
        """Return an endpoint of these settings; the named ones, all unless given, never come from the environment."""
        known = frozenset(cls.model_fields if names is None else names)
        return cls.model_validate(dict(settings), context={_SETTLED: known})

    @field_validator("endpoint_api_type", mode="before")
    @classmethod
    def _api_type(cls, value: Any) -> AzureMLEndpointApiType:
        return AzureMLEndpointApiType.of(value)

    @field_validator("endpoint_api_key", mode="before")
    @classmethod
    def _key(cls, value: Any) -> SecretStr:
        return SecretStr(plain_key(value))

    @field_validator("deployment_name")
    @classmethod
    def _deployment(cls, value: str) -> str:
        return plain_deployment(value)

    @field_validator("timeout", mode="before")
    @classmethod
    def _timeout(cls, value: Any) -> Any:
        limits = Timeout.of(value)
        if isinstance(value, str):
            return limits.total
        return limits if isinstance(value, dict) else tuple(value) if isinstance(value, list) else value

    @field_validator("model_kwargs")
    @classmethod
    def _parameters(cls, value: dict[str, Any] | None) -> dict[str, Any] | None:
        return value if value is None else copied(value)

    @field_validator("http_client")
    @classmethod
    def _client(cls, value: Any) -> Any:
        if value is not None and not callable(getattr(value, "call", None)):
            raise ValueError("http_client must have a method call(body) that returns bytes")
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if not self.endpoint_api_key.get_secret_value():
            raise ValueError(missing("endpoint_api_key"))
        if not self.endpoint_url:
            raise ValueError(missing("endpoint_url"))
        vars(self)["endpoint_url"] = scoring_url(self.endpoint_url, self.endpoint_api_type)
        if self.content_formatter is not None:
            self._check_formatter(self.content_formatter)
        return self

    @model_validator(mode="wrap")
    @classmethod
    def _without_inputs(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Keep what was passed, the key above all, out of the error's `errors()` and `json()` too."""
        try:
            return handler(data)
        except ValidationError as error:
            lines = [
                InitErrorDetails(type=each["type"], loc=each["loc"], input=None, ctx=each.get("ctx", {}))
                for each in error.errors(include_url=False, include_input=False)
            ]
            raise ValidationError.from_exception_data(error.title, lines, hide_input=True) from None

    def _check_formatter(self, formatter: Any) -> None:
        if isinstance(formatter, type):
            raise ValueError(f"content_formatter must be an instance: {formatter.__name__}(), with the parentheses")
        methods = (self.formatter_method, "format_response_payload")
        if not all(callable(getattr(formatter, method, None)) for method in methods):
            raise ValueError(
                f"content_formatter of an {type(self).__name__} must have the methods {' and '.join(methods)}, which "
                f"a {type(formatter).__name__} has not; built in are {self.formatter_examples}"
            )
        supported = getattr(formatter, "supported_api_types", None)
        if supported is None:
            return
        plain = [AzureMLEndpointApiType.of(each).plain for each in supported]
        if self.endpoint_api_type.plain not in plain:
            names = ", ".join(each.value for each in plain) or "no api type"
            kind = self.endpoint_api_type.value
            raise ValueError(f"{type(formatter).__name__} supports {names}, not endpoint_api_type {kind!r}")

    @property
    def settings(self) -> dict[str, Any]:
        """All settings by name, the key as SecretStr; `type(endpoint)(**settings)` is an equal endpoint."""
        return {name: getattr(self, name) for name in type(self).model_fields}

    def __setattr__(self, name: str, value: Any) -> None:
        if name in type(self).model_fields:
            checked = self.settled({**self.settings, name: value})
            vars(self)[name] = getattr(checked, name)
        elif name.startswith("_"):
            super().__setattr__(name, value)
        else:
            raise ValueError(self._unknown(name))

    def __eq__(self, other: object) -> bool:
        return (
            type(self) is type(other) and isinstance(other, AzureMLBaseEndpoint) and self.settings == other.settings
        )

    __hash__ = None  # type: ignore[assignment]  # mutable, as with LangChain

    def __str__(self) -> str:
        shown = {name: value for name, value in self.settings.items() if name != "endpoint_api_key" and value}
        shown["endpoint_api_type"] = self.endpoint_api_type.value
        return f"{type(self).__name__}\nParams: {shown}"

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        shared = {"http_client": self.http_client}
        return self.settled({**copy.deepcopy({**self.settings, "http_client": None}, memo), **shared})

    def __copy__(self) -> Self:
        return self.settled(self.settings)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy; the settings in `update` are checked together, as at construction."""
        copied = copy.deepcopy(self) if deep else self
        return self.settled({**copied.settings, **(update or {})})

    def __getstate__(self) -> dict[Any, Any]:
        return {
            name: value for name, value in self.settings.items() if name not in ("endpoint_api_key", "http_client")
        }

    def __setstate__(self, state: dict[Any, Any]) -> None:
        """Restore a pickle, which holds no key: that comes from the environment, or is assigned before calling."""
        key = SecretStr(plain_key(os.environ.get(ENVIRONMENT["endpoint_api_key"])))
        restored = type(self).model_construct(**state, endpoint_api_key=key, http_client=None)
        super().__setstate__(BaseModel.__getstate__(restored))


def missing(name: str) -> str:
    """Return the message for a setting that neither an argument nor the environment gives."""
    return f"Did not find {name}: pass it as an argument, or set the environment variable {ENVIRONMENT[name]}."


def _given(value: Any) -> bool:
    return value is not None and (not hasattr(value, "__len__") or len(value) > 0)
