"""How the SDK's requests reach an emulator: trusting its certificate, past any proxy."""

import ssl
from typing import Any

from requests import Session
from requests.adapters import HTTPAdapter


class _Trusting(HTTPAdapter):
    """Connections that trust what a context trusts."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._context, **options)


def transport(context: ssl.SSLContext) -> Any:
    """Give a transport for all of a client's pipelines; it needs azure-core."""
    from azure.core.pipeline.transport import RequestsTransport

    session = Session()
    session.trust_env = False
    session.mount("https://", _Trusting(context))
    return RequestsTransport(session=session, session_owner=False)
