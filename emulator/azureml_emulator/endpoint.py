"""What a person says about an endpoint: its settings, checked where they enter."""

from collections.abc import Iterable
from dataclasses import field, fields, replace
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from azureml_emulator.answers import Echo
from azureml_emulator.api_type import DEDICATED, REPLAYED, SERVERLESS
from azureml_emulator.faults import Fault
from azureml_emulator.latency import Distribution, Latency
from azureml_emulator.rate_limit import RateLimit
from azureml_emulator.recording.replay import ReplaySetting
from azureml_emulator.schemas import all_schemas
from azureml_emulator.setting_types import (
    AnswerSetting,
    ApiTypeSetting,
    AuthMode,
    DeploymentName,
    FilterSetting,
    HeaderName,
    Key,
    Name,
    Percent,
    Port,
    Positive,
    SchemaSetting,
    ServerSetting,
    State,
    Whole,
)
from azureml_emulator.spelling import in_words

DEVELOPMENT_KEY = "azureml-emulator-development-key"
"""The key of every endpoint that is given none. It is public, like Azurite's, and opens nothing but emulators."""

_LASTING = ("name", "port", "schema", "api_type", "deployments", "replay")
"""What a running endpoint keeps: how callers know it."""

_STRICT = ConfigDict(extra="forbid", hide_input_in_errors=True)


@dataclass(frozen=True, config=_STRICT)
class RequestSettings:
    """Azure's `request_settings` of a deployment; what is left out is not limited, though Azure has defaults."""

    max_concurrent_requests_per_instance: Positive | None = None
    """Requests that an instance works on at once (Azure: 1); as many again may wait, one more is refused with 429."""
    request_timeout_ms: Annotated[Whole, Field(ge=1, le=180_000)] | None = None
    """Milliseconds from arrival until the caller gets a 408 (Azure: 5000); three minutes at most."""
    max_pending: Annotated[Positive | Literal["unlimited"], in_words("a number from 1 on, or unlimited")] | None = (
        None
    )
    """Requests in flight, waiting or worked on, above which one more gets a 429; or `unlimited`. Not Azure's."""
    max_queue_wait_ms: Annotated[Whole, Field(ge=0)] | None = None
    """Accepted and without effect, as Azure documents: the wait in the queue counts for `request_timeout_ms`."""


@dataclass(frozen=True, config=_STRICT)
class Deployment:
    """One deployment of an endpoint; what is left out is taken from the endpoint."""

    name: DeploymentName = "default"
    """Its name, by which the header `azureml-model-deployment` chooses it."""
    schema: SchemaSetting | None = None
    """The wire shape it speaks."""
    answer: AnswerSetting | None = None
    """Where its answers come from."""
    latency: Latency | None = None
    """How long it takes."""
    faults: tuple[Fault, ...] | None = None
    """What goes wrong here, and when."""
    model: str | None = None
    """The model's name that serverless answers report."""
    server: ServerSetting | None = None
    """The web server that its container runs; the schema's own if left out."""
    content_filter: FilterSetting | None = None
    """What triggers its content filter."""
    not_supported: tuple[str, ...] = ()
    """Parameters that the model does not support, such as `response_format`: they are refused."""
    request_settings: RequestSettings | None = None
    """How many requests at once, and for how long; taken from the endpoint as a whole."""
    instance_count: Positive | None = None
    """How many instances share the work."""
    state: State | None = None
    """Whether its instances can answer: `ready`, or a reason for 424, `not_ready` or `too_few_instances`."""
    scoring_timeout_ms: Positive | None = None
    """The container's `SCORING_TIMEOUT_MS`: an answer that takes longer is a 500 of the container."""


@dataclass(frozen=True, config=_STRICT)
class Endpoint:
    """One endpoint: a name, a key, and what answers.

    Raises pydantic's `ValidationError`, a `ValueError`, for a setting that cannot be.
    """

    name: Name
    """Its name: a letter, then letters, digits and dashes, 32 at most (Azure also wants at least 3)."""
    schema: SchemaSetting | None = None
    """The wire shape of its deployments."""
    api_type: ApiTypeSetting | None = None
    """The kind of endpoint; the schema's own if left out."""
    key: Key = field(default=DEVELOPMENT_KEY, repr=False)
    """The key that callers need: Azure's primary key."""
    secondary_key: Key | None = field(default=None, repr=False)
    """A second key that is as good as the first, so that one can be changed while the other is in use."""
    auth_mode: AuthMode = "key"
    """What callers need: a `key`, or in its stead a token, this endpoint's (`aml_token`) or Entra's (`aad_token`)."""
    signing_key: Key = field(default=DEVELOPMENT_KEY, repr=False)
    """What tokens are signed with; who knows it can mint them."""
    answer: AnswerSetting = field(default_factory=Echo)
    """Where answers come from: a source's name, or a mapping with its name as `type` and its settings."""
    latency: Latency | None = None
    """How long answers take: milliseconds, or a mapping with a model's name as `type`; nothing means no time."""
    replay: ReplaySetting | None = None
    """A cassette that answers in place of a model: its file, or `{cassette: ..., speed: ..., match: ...}`."""
    network: Distribution | None = None
    """How late each piece of an answer arrives: milliseconds or a distribution; the order of pieces is kept."""
    server_timing: bool = False
    """Whether answers say how long they were made to take, in a header `server-timing`."""
    faults: tuple[Fault, ...] = ()
    """What goes wrong, and when: a fault's name, or a mapping with its name as `type` and its settings."""
    fault_header: HeaderName | None = None
    """A header in which callers may ask for faults, by name or as JSON; none by default."""
    model: str | None = None
    """The model's name that serverless answers report; the endpoint's name if left out."""
    deployments: tuple[Deployment, ...] = ()
    """Several deployments; if left out there is one, called `default`."""
    traffic: dict[str, Percent] = field(default_factory=dict)
    """The percentage each deployment gets; they sum to 100, or to 0 if it is reached by header only."""
    mirror_traffic: dict[str, Annotated[Whole, Field(ge=0, le=50)]] = field(default_factory=dict)
    """The percentage of calls that one deployment, without traffic, gets a copy of; its answers are discarded."""
    request_settings: RequestSettings | None = None
    """The `request_settings` of its deployments."""
    instance_count: Positive = 1
    """How many instances each of its deployments has."""
    state: State = "ready"
    """Whether its deployments can answer."""
    requests_per_second: Positive | None = None
    """More calls in any second are refused with 429; Azure's limit is 500."""
    bandwidth_mbps: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    """Megabytes a second, both ways together, above which answers are delayed; Azure's limit is 5."""
    rate_limit: RateLimit | None = None
    """What a serverless endpoint lets its callers have: requests and tokens in a minute, requests at once."""
    default: bool = False
    """Whether it answers at the root of the main port, where several endpoints serve the same path."""
    port: Port | None = None
    """Its own port; if left out, the next one after the main port's."""
    content_filter: FilterSetting | None = None
    """What triggers the content filter: a pattern, a list of words, or `{trigger: ..., body: error|plain}`."""
    not_supported: tuple[str, ...] = ()
    """Parameters that its models do not support, such as `response_format`: they are refused."""
    seed: Whole | None = None
    """Decides what is random here; the emulator's seed if left out."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_given", self.deployments)
        self._check_replay()
        deployments = tuple(self._completed(one) for one in self.deployments or (Deployment(),))
        object.__setattr__(self, "deployments", deployments)
        names = [one.name for one in deployments]
        if len(set(names)) < len(names):
            raise ValueError(f"deployments need names of their own, not {', '.join(names)}")
        kinds = [one.schema.api_type for one in deployments if one.schema]
        if self.api_type is None and len(set(kinds)) > 1:
            raise ValueError("the deployments of one endpoint must all be dedicated or all serverless")
        object.__setattr__(self, "api_type", self.api_type or kinds[0])
        object.__setattr__(self, "traffic", self._split(names))
        self._check_mirror(names)
        if not (self.api_type or kinds[0]).door and len(names) > 1:
            kind = self.api_type or kinds[0]
            raise ValueError(f"a {kind} endpoint has one deployment, not {', '.join(names)}")
        if self.auth_mode != "key" and self.api_type is not DEDICATED:
            raise ValueError(f"auth_mode {self.auth_mode} is for dedicated endpoints; serverless ones take keys")
        if self.rate_limit and self.api_type is not SERVERLESS:
            raise ValueError("rate_limit is for serverless endpoints; others have request_settings")

    def changed(self, deployment: str = "", **settings: Any) -> "Endpoint":
        """Give the same with other settings: those of one deployment, or of the endpoint and all its deployments.

        Raises pydantic's `ValidationError`, and `ValueError` for a deployment that is not there.
        """
        given = self._written(deployment)
        if deployment:
            return replace(
                self, deployments=tuple(replace(one, **settings) if one.name == deployment else one for one in given)
            )
        own: dict[str, Any] = {one.name: one.default for one in fields(Deployment) if one.name in settings}
        return replace(self, **settings, deployments=tuple(replace(one, **own) for one in given))

    def restored(self, former: "Endpoint", names: Iterable[str], deployment: str = "") -> "Endpoint":
        """Give the same with some settings as they were: those of one deployment, or of the endpoint and all of them.

        Raises `ValueError` for a deployment that is not there. One that was not there then stays as it is.
        """
        names = set(names)
        before = {one.name: one for one in former._written()}  # noqa: SLF001  another one of its kind

        def restored(one: Deployment) -> Deployment:
            if deployment not in ("", one.name) or one.name not in before:
                return one
            return replace(one, **_taken(before[one.name], names))

        own = {} if deployment else _taken(former, names)
        return replace(self, **{**own, "deployments": tuple(map(restored, self._written(deployment)))})

    def recovered(self, configured: "Endpoint", deployment: str = "") -> "Endpoint":
        """Give what was configured; or the same, with one deployment as it was configured.

        Raises `ValueError` for a deployment that is not there.
        """
        return self.restored(configured, changeable(Deployment), deployment) if deployment else configured

    def _written(self, deployment: str = "") -> tuple[Deployment, ...]:
        """Give the deployments as they were written, without what they take from here; one of them must be there."""
        given: tuple[Deployment, ...] = self._given or (Deployment(),)  # type: ignore[attr-defined]
        if deployment and deployment not in [one.name for one in given]:
            raise ValueError(f"no deployment {deployment!r}; there are: {', '.join(one.name for one in given)}")
        return given

    def _completed(self, deployment: Deployment) -> Deployment:
        schema = self.replay.schema(self.schema) if self.replay else deployment.schema or self.schema
        if schema is None:
            raise ValueError(f"deployment {deployment.name!r} needs a schema, of its own or of the endpoint")
        return replace(
            deployment,
            schema=schema,
            answer=deployment.answer or self.answer,
            latency=deployment.latency or self.latency,
            faults=self.faults if deployment.faults is None else deployment.faults,
            model=deployment.model or self.model or self.name,
            server=deployment.server or schema.server,
            content_filter=deployment.content_filter or self.content_filter,
            not_supported=deployment.not_supported or self.not_supported,
            request_settings=deployment.request_settings or self.request_settings,
            instance_count=deployment.instance_count or self.instance_count,
            state=deployment.state or self.state,
        )

    def _split(self, names: list[str]) -> dict[str, int]:
        if not self.traffic and len(names) == 1:
            return {names[0]: 100}
        unknown = [name for name in self.traffic if name not in names]
        if unknown:
            raise ValueError(f"traffic names {unknown[0]!r}, which is none of the deployments {', '.join(names)}")
        if not self.traffic:
            raise ValueError(f"traffic must say what percentage goes to each of {', '.join(names)}")
        if sum(self.traffic.values()) not in (0, 100):
            raise ValueError(f"traffic must sum to 100 (or 0), not {sum(self.traffic.values())}")
        return {name: self.traffic.get(name, 0) for name in names}

    def _check_replay(self) -> None:
        """Refuse what a cassette decides by itself."""
        if self.replay is None:
            return
        if self.api_type not in (None, REPLAYED):
            raise ValueError(f"api_type {self.api_type} is not for an endpoint with a replay")
        for name in ("latency", "content_filter", "request_settings", "requests_per_second", "bandwidth_mbps"):
            if getattr(self, name) is not None:
                raise ValueError(f"{name} is not for an endpoint with a replay, which answers as recorded")

    def _check_mirror(self, names: list[str]) -> None:
        """Hold to Azure's rules (documented): one deployment, with no live traffic of its own."""
        if len(self.mirror_traffic) > 1:
            raise ValueError(f"mirror_traffic can name one deployment, not {', '.join(self.mirror_traffic)}")
        for name in self.mirror_traffic:
            if name not in names:
                raise ValueError(
                    f"mirror_traffic names {name!r}, which is none of the deployments {', '.join(names)}"
                )
            if self.traffic[name]:
                raise ValueError(f"mirror_traffic names {name!r}, which has {self.traffic[name]} % of the traffic")

    @property
    def secrets(self) -> tuple[str, ...]:
        """What nobody may read in a journal or a log: both keys, and what tokens are signed with."""
        return tuple(dict.fromkeys((self.key, self.secondary_key or self.key, self.signing_key)))

    @property
    def paths(self) -> tuple[str, ...]:
        """All scoring paths of all deployments, the one to print first."""
        return tuple(dict.fromkeys(path for one in self.deployments if one.schema for path in one.schema.paths))


def changeable(owner: type) -> list[str]:
    """Name the settings of `Endpoint` or `Deployment` that may change while it runs."""
    return [one.name for one in fields(owner) if one.name not in _LASTING]


def _taken(owner: Any, names: Iterable[str]) -> dict[str, Any]:
    """Give those of the named settings that it has."""
    return {one.name: getattr(owner, one.name) for one in fields(owner) if one.name in names}


def built_in() -> list[Endpoint]:
    """One endpoint for each wire shape: what `serve` hosts when it is given no configuration."""
    return [Endpoint(name, schema=schema) for name, schema in all_schemas().items()]
