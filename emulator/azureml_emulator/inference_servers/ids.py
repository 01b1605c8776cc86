"""The ids of a request, as the container hears them."""

from typing import NamedTuple


class Ids(NamedTuple):
    """The ids of a request by the header that carries them; nothing where it was not sent.

    `request` is `x-request-id`, `client` is `x-ms-client-request-id`, `legacy` is `x-ms-request-id`, `trace` is
    `TraceId`. `door` says that a front door stands before the container, which writes the first two into the answer
    by itself.
    """

    request: str
    client: str = ""
    legacy: str = ""
    trace: str = ""
    door: bool = True
