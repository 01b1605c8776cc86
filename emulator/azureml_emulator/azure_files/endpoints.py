"""What an endpoint's file may say.

Sources: Microsoft's reference of the online endpoint YAML (documented), and the command's own code
(azure-ai-ml 1.35).
"""

from typing import Annotated, Any, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from azureml_emulator.azure_files.values import ANY_CASE, STRICT, Anything, EndpointName, Flag, Text

Share = Annotated[int, Field(ge=0, le=100)]
MirrorShare = Annotated[int, Field(ge=0, le=50)]


@dataclass(frozen=True, config=STRICT)
class Identity:
    """`identity`."""

    type: Annotated[Literal["system_assigned", "user_assigned", "none"], ANY_CASE]
    user_assigned_identities: list[Any] | None = None
    principal_id: str | None = None
    tenant_id: str | None = None


@dataclass(frozen=True, config=STRICT)
class OnlineEndpoint:
    """`az ml online-endpoint create -f`, managed or on Kubernetes."""

    name: EndpointName
    auth_mode: Annotated[Literal["key", "aml_token", "aad_token"], ANY_CASE] = "key"
    traffic: dict[str, Share] | None = None
    mirror_traffic: dict[str, MirrorShare] | None = None
    tags: Anything | None = None
    description: str | None = None
    properties: Anything | None = None
    compute: str | None = None
    identity: Identity | None = None
    public_network_access: Flag | None = None
    kind: Text | None = None
    id: Text | None = None
    location: str | None = None
    provisioning_state: str | None = None
    scoring_uri: str | None = None
    openapi_uri: str | None = None


@dataclass(frozen=True, config=STRICT)
class ServerlessEndpoint:
    """`az ml serverless-endpoint create -f`."""

    name: EndpointName
    model_id: str
    auth_mode: Literal["key"] = "key"
    tags: Anything | None = None
    description: str | None = None
    properties: Anything | None = None
    id: Text | None = None
    location: str | None = None
    provisioning_state: str | None = None
    scoring_uri: str | None = None
    headers: Anything | None = None
