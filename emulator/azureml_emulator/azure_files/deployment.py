"""What a deployment's file may say.

Sources: Microsoft's references of the managed and the Kubernetes online deployment YAML (documented), and the
command's own code (azure-ai-ml 1.35). Durations of probes are in seconds.
"""

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag
from pydantic.dataclasses import dataclass

from azureml_emulator.azure_files.values import (
    ANY_CASE,
    STRICT,
    Anything,
    DeploymentName,
    EndpointName,
    Flag,
    Text,
)

Count = Annotated[int, Field(ge=1)]
Whole = Annotated[int, Field(ge=0)]
REFERENCE, INLINE = "reference", "inline"


def _form(value: Any) -> str:
    return REFERENCE if isinstance(value, str) else INLINE


@dataclass(frozen=True, config=STRICT)
class Model:
    """A model that is written out in the deployment's file."""

    path: str | None = None
    name: Text | None = None
    version: Text | None = None
    type: Annotated[Literal["custom_model", "mlflow_model", "triton_model"], ANY_CASE] | None = None
    description: str | None = None
    tags: Anything | None = None
    properties: Anything | None = None
    flavors: Anything | None = None
    stage: str | None = None
    datastore: str | None = None
    system_metadata: Anything | None = None
    default_deployment_template: Any = None
    allowed_deployment_templates: list[Any] | None = None


@dataclass(frozen=True, config=STRICT)
class Route:
    """Where a custom container answers."""

    path: str
    port: Annotated[int, Field(ge=1, le=65535)]


@dataclass(frozen=True, config=STRICT)
class InferenceConfig:
    """`environment.inference_config`: the routes of a custom container, all three required."""

    scoring_route: Route
    liveness_route: Route
    readiness_route: Route


@dataclass(frozen=True, config=STRICT)
class Environment:
    """An environment that is written out in the deployment's file."""

    name: Text | None = None
    version: Text | None = None
    image: str | None = None
    conda_file: Any = None
    build: Anything | None = None
    inference_config: InferenceConfig | None = None
    description: str | None = None
    tags: Anything | None = None
    properties: Anything | None = None
    datastore: str | None = None
    os_type: str | None = None
    id: Text | None = None


@dataclass(frozen=True, config=STRICT)
class CodeConfiguration:
    """`code_configuration`."""

    scoring_script: str | None = None
    code: str | None = None


@dataclass(frozen=True, config=STRICT)
class RequestSettings:
    """`request_settings`, with Azure's defaults (documented)."""

    max_concurrent_requests_per_instance: Count = 1
    request_timeout_ms: Annotated[int, Field(ge=1, le=300_000)] = 5000
    max_queue_wait_ms: Whole = 500


@dataclass(frozen=True, config=STRICT)
class ScaleSettings:
    """`scale_settings`; only Kubernetes knows `target_utilization`."""

    type: Annotated[Literal["default", "target_utilization"], ANY_CASE]
    min_instances: Whole | None = None
    max_instances: Whole | None = None
    polling_interval: Whole | None = None
    target_utilization_percentage: Annotated[int, Field(ge=0, le=100)] | None = None


@dataclass(frozen=True, config=STRICT)
class Probe:
    """A probe of the container's health."""

    initial_delay: Whole | None = None
    period: Whole | None = None
    timeout: Whole | None = None
    success_threshold: Whole | None = None
    failure_threshold: Whole | None = None


@dataclass(frozen=True, config=STRICT)
class DataCollector:
    """`data_collector`."""

    collections: dict[str, Any] | None = None
    rolling_rate: Annotated[Literal["year", "month", "day", "hour", "minute"], ANY_CASE] | None = None
    sampling_rate: Annotated[float, Field(ge=0, le=1)] | None = None
    request_logging: Anything | None = None


ModelSetting = Annotated[
    Annotated[str, Tag(REFERENCE)] | Annotated[Model, Tag(INLINE)],
    Discriminator(_form),
]
EnvironmentSetting = Annotated[
    Annotated[str, Tag(REFERENCE)] | Annotated[Environment, Tag(INLINE)],
    Discriminator(_form),
]


@dataclass(frozen=True, config=STRICT)
class OnlineDeployment:
    """`az ml online-deployment create -f`, managed or on Kubernetes.

    `endpoint_name` may be left out here, as Microsoft's examples do that give it on the command line.
    """

    name: DeploymentName
    endpoint_name: EndpointName | None = None
    model: ModelSetting | None = None
    model_mount_path: str | None = None
    code_configuration: CodeConfiguration | None = None
    environment: EnvironmentSetting | None = None
    environment_variables: Anything | None = None
    instance_type: str | None = None
    instance_count: Whole = 1
    request_settings: RequestSettings = Field(default_factory=RequestSettings)
    scale_settings: ScaleSettings | None = None
    liveness_probe: Probe | None = None
    readiness_probe: Probe | None = None
    startup_probe: Probe | None = None
    app_insights_enabled: bool | None = None
    data_collector: DataCollector | None = None
    egress_public_network_access: Flag | None = None
    private_network_connection: bool | None = None
    resources: Anything | None = None
    type: Annotated[Literal["managed", "kubernetes"], ANY_CASE] | None = None
    compute: str | None = None
    tags: Anything | None = None
    description: str | None = None
    properties: Anything | None = None
    id: Text | None = None
    provisioning_state: str | None = None
