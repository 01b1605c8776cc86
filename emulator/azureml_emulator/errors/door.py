"""Answers of Azure's front door itself: plain text, each with its own status."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from azureml_emulator.errors.roots import EmulatorError
from azureml_emulator.wire import Headers

_REASON = "ms-azureml-model-error-reason"
_MODEL_STATUS = "ms-azureml-model-error-statuscode"


class DoorError(EmulatorError):
    """An answer of the front door: `status`, `text`, sent as text/plain, and the `headers` that go with it.

    `serverless` is the JSON that a serverless endpoint says in place of the text, if it does. `after` is when it is
    given, in seconds after the call's arrival. `azures` tells Azure's answers from those of the emulator's own.
    """

    status: int
    text: str
    headers: Headers = ()
    serverless: Mapping[str, Any] | None = None
    azures: ClassVar[bool] = True

    def __init__(self, hint: str = "", after: float = 0.0) -> None:
        super().__init__(hint or self.text)
        self.hint = hint
        self.after = after


class AccessDenied(DoorError):
    """The key or token is missing, wrong, expired, or for somebody else.

    For keys, text and status: reported by users of Azure (azure-docs#98265 and public client code). For tokens the
    status is documented, the text is taken to be the same (unverified). A serverless endpoint's JSON: reported for
    services.ai.azure.com (semantic-kernel#10337); that models.ai.azure.com says so too is unverified.
    """

    status = 401
    text = "key_auth_access_denied"
    serverless = MappingProxyType(
        {
            "error": {
                "code": "401",
                "message": "Access denied due to invalid subscription key or wrong API endpoint. Make sure to "
                "provide a valid key for an active subscription and use a correct regional API endpoint for your "
                "resource.",
            }
        }
    )


class KeyMissing(AccessDenied):
    """There is no key at all.

    A serverless endpoint's JSON: reported for services.ai.azure.com (LibreChat#4767). Public callers of
    models.ai.azure.com report 400 with `{"status": "Auth token must be passed as a header called Authorization"}`.
    """

    serverless = MappingProxyType(
        {
            "statusCode": 401,
            "message": "Unauthorized. Access token is missing, invalid, audience is incorrect "
            "(https://cognitiveservices.azure.com), or have expired.",
        }
    )


class BadAuthorization(DoorError):
    """An Authorization header that is not `Bearer KEY`.

    The text was seen in public client code; its status was not, 403 is inferred from its name (unverified).
    """

    status = 403
    text = "key_auth_bad_header_forbidden"


class DeploymentNotFound(DoorError):
    """`azureml-model-deployment` names a deployment that the endpoint has not.

    Text: documented by a Microsoft repository; status inferred from the text below (unverified).
    """

    status = 404
    text = "Specified deployment could not be found"


class EndpointNotFound(DoorError):
    """No endpoint of that name, or no deployment of it has traffic.

    Text and status: Microsoft's batch-scoring client tests; documented as 404 for "no deployment with traffic".
    """

    status = 404
    text = "Specified traffic group could not be found"


class UpstreamTimeout(DoorError):
    """The answer was not there `request_timeout_ms` after arrival, the wait in the queue included.

    The container is not stopped (reported, azure-sdk-for-python#36296).
    Status: documented; text: reported (azure-docs#94105), it is Envoy's.
    """

    status = 408
    text = "upstream request timeout"


class ModelNotReady(DoorError):
    """The deployment has no instance that is ready.

    Text and headers, the model's status left empty: Microsoft's batch-scoring client and its tests (read in code).
    """

    status = 424
    text = "no healthy upstream"
    headers = ((_REASON, "model_not_ready"), (_MODEL_STATUS, ""))


class TooFewInstances(DoorError):
    """The deployment has fewer instances ready than it should, and none to spare.

    Text and headers, the model's status left empty: Microsoft's batch-scoring client and its tests (read in code).
    """

    status = 424
    text = "no healthy upstream"
    headers = ((_REASON, "too_few_model_instance"), (_MODEL_STATUS, ""))


class TooManyPending(DoorError):
    """More requests in flight than twice what the deployment's instances may work on at once.

    Status and limit: documented; header and emptied body: the front door's filter (read in code).
    """

    status = 429
    text = ""
    headers = ((_REASON, "too_many_pending_request"),)


class TooManyRequests(DoorError):
    """More requests in a second than the endpoint may get.

    Status: documented; that the body is empty and no reason is given: unverified.
    """

    status = 429
    text = ""


def _exceeded(what: str, operation: str, seconds: int) -> str:
    wait = f"{seconds} second{'' if seconds == 1 else 's'}"
    if not operation:
        return f"Rate limit is exceeded. Try again in {wait}."
    return (
        f"Requests to the {operation} have exceeded {what} rate limit of your current AIServices S0 pricing tier. "
        f"Please retry after {wait}. Please contact Azure support service if you would like to further increase the "
        "default rate limit."
    )


class RateLimitExceeded(TooManyRequests):
    """More requests, tokens, or requests at once than a serverless endpoint's rate limit has.

    Status: documented. The JSON: reported for Azure OpenAI and services.ai.azure.com (TinyLLM#17, copilot-camp#551),
    unverified for models.ai.azure.com; the reference has `error`, `message` and `status`, its values are unverified.
    """

    serverless: Mapping[str, Any] = MappingProxyType({"error": {"code": "429", "message": _exceeded("call", "", 1)}})

    def __init__(
        self,
        hint: str = "",
        what: str = "call",
        operation: str = "",
        seconds: int = 1,
        headers: Headers = (),
        plainly: bool = False,
    ) -> None:
        """Refuse what goes beyond the limit of `what`, `call` or `token`, for so many seconds."""
        super().__init__(hint)
        self.headers = headers
        message = _exceeded(what, operation, seconds)
        self.serverless = (
            {"error": "Too Many Requests", "message": message, "status": 429}
            if plainly
            else {"error": {"code": "429", "message": message}}
        )


class ServiceFailed(DoorError):
    """Azure's infrastructure failed. Status: documented; that the body is empty: unverified."""

    status = 500
    text = ""


class BadGateway(DoorError):
    """What the front door heard from behind it was no HTTP.

    Status: documented for Kubernetes endpoints alone; the text is how Envoy words it (unverified).
    """

    status = 502
    text = "upstream connect error or disconnect/reset before headers. reset reason: protocol error"


class NoUpstream(DoorError):
    """The connection to what is behind the front door broke.

    Status: documented for Kubernetes endpoints alone; the text is Envoy's (reported, envoyproxy/envoy#23883 and
    #40094), unverified for Azure.
    """

    status = 503
    text = "upstream connect error or disconnect/reset before headers. reset reason: connection termination"


class GatewayTimeout(DoorError):
    """What is behind the front door took too long.

    Status: documented for Kubernetes endpoints alone; the text is Envoy's, as of the 408 (unverified).
    """

    status = 504
    text = "upstream request timeout"


class ShuttingDown(DoorError):
    """The emulator got its signal to stop and takes no new work. Its own answer, not Azure's."""

    status = 503
    text = "the emulator is shutting down"
    azures = False


class FaultUnreadable(DoorError):
    """A caller asks in a header for a fault that there is not. The emulator's own answer, not Azure's."""

    status = 400
    text = "the header that asks for a fault cannot be read"
    azures = False

    def __init__(self, reason: str = "") -> None:
        self.text = f"{self.text}: {reason}"
        super().__init__()


class NotRecorded(DoorError):
    """A request that a replayed cassette does not hold. The emulator's own answer, not Azure's."""

    status = 404
    text = "the cassette has no such request"
    azures = False

    def __init__(self, cassette: str, nearest: str) -> None:
        self.text = f"{cassette} has no such request; {nearest}"
        super().__init__()


def refusals(status: int) -> list[type[DoorError]]:
    """Give Azure's answers of a status, the likeliest first."""
    return [one for one in _below(DoorError) if getattr(one, "status", None) == status and one.azures]


def _below(kind: type[DoorError]) -> Iterator[type[DoorError]]:
    for one in kind.__subclasses__():
        if not one.__name__.startswith("_"):
            yield one
        yield from _below(one)
