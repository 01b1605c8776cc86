"""`ml_client(emulator)`: Microsoft's own `MLClient`, unmodified, wired to an emulator."""

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from time import time
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from azureml_emulator.access import AAD_AUDIENCE, signed
from azureml_emulator.endpoint import DEVELOPMENT_KEY
from azureml_emulator.errors import ConfigError

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

    from azureml_emulator.arm.port import Address

_CLOUD = "AZUREML_CURRENT_CLOUD"


class Running(Protocol):
    """A running emulator."""

    def control_plane(self) -> "Address":
        """Open the control plane, if it is not open yet."""


def ml_client(
    emulator: Running,
    *,
    subscription_id: str = "00000000-0000-0000-0000-000000000000",
    resource_group_name: str = "emulator",
    workspace_name: str = "emulator",
    signing_key: str = DEVELOPMENT_KEY,
    ca_file: str | None = None,
    **options: Any,
) -> "MLClient":
    """Give an `MLClient` whose Azure is this running emulator; it opens the control plane's own https port.

    The names may be any: an emulator is one workspace. The credential is made up; its tokens for endpoints of
    auth_mode aad_token are signed with `signing_key`. `ca_file` is who to trust, where the emulator itself speaks
    https. `options` are handed to `MLClient`. Only this client trusts the emulator's certificate, and nothing of the
    process is changed: what `MLClient` writes into the environment is put back. Raises `ConfigError` without the
    extra `arm`.
    """
    try:
        from azure.ai.ml import MLClient
    except ModuleNotFoundError:
        raise ConfigError("ml_client needs azure-ai-ml: pip install 'azureml-emulator[arm]'") from None
    from azureml_emulator.arm.transport import transport

    address = emulator.control_plane()
    context = ssl.create_default_context()
    context.load_verify_locations(cafile=ca_file, cadata=address.ca)
    with _environment_kept():
        return MLClient(
            Credential(address.url, signing_key),
            subscription_id,
            resource_group_name,
            workspace_name,
            cloud=f"azureml-emulator-{urlsplit(address.url).port}",
            cloud_metadata=_cloud(address.url),
            transport=transport(context),
            **{"enable_telemetry": False, **options},
        )


def _cloud(url: str) -> dict[str, str]:
    """Describe the emulator as a cloud of its own."""
    return {
        "azure_portal": url,
        "resource_manager": url,
        "active_directory": url,
        "aml_resource_id": AAD_AUDIENCE,
        "storage_endpoint": "localhost",
        "registry_discovery_endpoint": url + "/",
    }


@contextmanager
def _environment_kept() -> Iterator[None]:
    """Put back the name of the present cloud, which every `MLClient` writes into the environment (measured)."""
    former = os.environ.get(_CLOUD)
    try:
        yield
    finally:
        if former is None:
            os.environ.pop(_CLOUD, None)
        else:
            os.environ[_CLOUD] = former


class Credential:
    """A made-up credential: its tokens are for one emulator, and it hands none out for any other service.

    `MLClient` looks at a registry model's template by a client of its own, to which neither cloud nor certificate are
    passed on; that check may fail (measured), and here it does so before anything is sent.
    """

    def __init__(self, url: str, signing_key: str) -> None:
        self._scope = url + "/.default"
        self._signing_key = signing_key

    def get_token(self, *scopes: str, **_: Any) -> Any:
        """Give a token: for scoring, or for the control plane. Raises `ClientAuthenticationError` for any other."""
        from azure.core.credentials import AccessToken

        ends = int(time()) + 3600
        if scopes and scopes[0].startswith(AAD_AUDIENCE):
            return AccessToken(signed(AAD_AUDIENCE, self._signing_key, time(), 3600.0), ends)
        self._check(scopes)
        return AccessToken("azureml-emulator", ends)

    def get_token_info(self, *scopes: str, **_: Any) -> Any:
        """Give what the SDK's clients send along: a token for the control plane, and for nothing else."""
        from azure.core.credentials import AccessTokenInfo

        self._check(scopes)
        return AccessTokenInfo("azureml-emulator", int(time()) + 3600)

    def _check(self, scopes: tuple[str, ...]) -> None:
        from azure.core.exceptions import ClientAuthenticationError

        if scopes != (self._scope,):
            raise ClientAuthenticationError(f"this credential is for an emulator alone, not for {', '.join(scopes)}")
