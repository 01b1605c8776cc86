"""Everything that can go wrong with a call, as one tree.

EndpointError
├── UnreachableError           also a ConnectionError: no connection, or it broke before the answer was whole
│   └── CertificateError       the endpoint's certificate is not trusted
├── EndpointTimeoutError       also a TimeoutError: the connect, read or total time was up
├── RedirectError              the endpoint points elsewhere, and the key does not go there
├── ResponseFormatError        also a ValueError: a success whose body the content formatter cannot read
├── StreamError                carries the text that had arrived as `partial`
│   ├── StreamCutError         the stream ended before it was complete
│   └── StreamEventError       the model reported an error in mid-stream
└── StatusError                any answer that is not a success
    ├── BadRequestError               400
    ├── AuthenticationError           401
    ├── AccessDeniedError             403
    ├── NotFoundError                 404
    ├── ScoringTimeoutError           408
    ├── BodyTooLargeError             413
    ├── UnprocessableError            422
    ├── ModelError                    424
    ├── TooManyRequestsError          429
    └── ServerError                   5xx
        ├── InternalServerError       500
        ├── BadGatewayError           502
        ├── ServiceUnavailableError   503
        └── GatewayTimeoutError       504
"""

from collections.abc import Mapping
from typing import ClassVar, Self

from azureml_endpoint.excerpts import excerpt, shown, title_of_page
from azureml_endpoint.masks import without

SHORTEST_SECRET = 8
"""Characters a key must have to be looked for in texts; Azure's have at least 32."""


class EndpointError(Exception):
    """A call did not give an answer; the root of the tree.

    `status` is the HTTP status or None when no answer came, `body` the beginning of the answer's body,
    `headers` the answer's headers by lower-case name, `request_id` what Azure's logs know the call by.
    `model_status` and `model_reason` are what Azure says of the model's own answer when it replaces the
    status by 424 (headers ms-azureml-model-error-statuscode and -reason; documented). `partial` is the text of a
    stream that had arrived before it failed. `attempts` counts the tries that were made, the last of which failed so.
    """

    partial = ""
    attempts = 1

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        body: bytes | bytearray | str = b"",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = excerpt(body)
        self.headers = dict(headers or {})

    def without(self, secret: str) -> Self:
        """Return this error with `secret`, should the endpoint have echoed it, masked in all that it carries."""
        if len(secret) >= SHORTEST_SECRET:
            self.args = tuple(without(each, secret) for each in self.args)
            for name, value in vars(self).items():
                setattr(self, name, without(value, secret))
        return self

    def __str__(self) -> str:
        """Say what happened, and what to quote: the request's id, and how many tries there were if not one."""
        notes = [f"request id: {self.request_id}"] * bool(self.request_id)
        notes += [f"{self.attempts} tries"] * (self.attempts != 1)
        return f"{super().__str__()} ({'; '.join(notes)})" if notes else super().__str__()

    @property
    def request_id(self) -> str | None:
        """The id to quote to Azure's support, or None when the answer had none."""
        return self.headers.get("x-request-id") or self.headers.get("x-ms-request-id")

    @property
    def model_status(self) -> int | None:
        """The status the model's container answered with, or None when Azure does not say."""
        value = self.headers.get("ms-azureml-model-error-statuscode", "")
        return int(value) if value.isascii() and value.isdigit() and len(value) <= 9 else None

    @property
    def model_reason(self) -> str | None:
        """Azure's word for why the model failed, such as `model_error` or `model_not_ready`."""
        return self.headers.get("ms-azureml-model-error-reason") or None


class UnreachableError(EndpointError, ConnectionError):
    """No connection could be made, or it broke before the answer was whole."""


class CertificateError(UnreachableError):
    """The endpoint's TLS certificate is not trusted.

    Trusted are certifi's and the system's authorities, or only those of the file or folder that
    REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE or SSL_CERT_FILE names.
    """


class EndpointTimeoutError(EndpointError, TimeoutError):
    """The connect, read or total time of the call was up; `phase` says which."""

    phase = "read"


class RedirectError(EndpointError):
    """The endpoint answered with a redirect that is not followed; `location` is where it points."""

    location = ""


class ResponseFormatError(EndpointError, ValueError):
    """The endpoint answered, but not in the shape that the content formatter reads."""

    @classmethod
    def of(cls, reader: str, expected: str, body: bytes | bytearray | str) -> "ResponseFormatError":
        """Say what `reader` expected and show a piece of what came."""
        advice = "Is it the right content formatter for this model and endpoint type?"
        if title_of_page(body) is not None:
            advice = "Does endpoint_url lead to the endpoint, and not to a proxy or a page to sign in?"
        return cls(f"{reader} expected {expected}. {advice} The endpoint answered: {shown(body)}", body=body)


class StreamError(EndpointError):
    """A stream failed after it had begun; `partial` is the text that had arrived."""


class StreamCutError(StreamError):
    """The stream ended without `[DONE]` and without a finish reason: the text is not whole."""


class StreamEventError(StreamError):
    """An event of the stream says that the model failed, or is not an event at all."""


class StatusError(EndpointError):
    """The endpoint answered with a status that is not a success."""

    meaning: ClassVar[str] = "The endpoint did not accept the call."

    @classmethod
    def of(cls, status: int, headers: Mapping[str, str], body: bytes) -> "StatusError":
        """Return the error of the class that knows this status; `headers` by lower-case name."""
        family = ServerError if status >= 500 else StatusError
        error = _BY_STATUS.get(status, family)("", status=status, headers=headers, body=body)
        error.args = (error.describe(),)
        return error

    def describe(self) -> str:
        """Say what happened, what it means and what to try, and show what the endpoint said."""
        parts = [f"The endpoint answered {self.status}. {self.meaning}"]
        if self.model_status is not None or self.model_reason:
            own = self.model_status if self.model_status is not None else "no status"
            parts.append(f"The model itself: {own} ({self.model_reason or 'no reason given'}).")
        asks = [name for name in ("retry-after", "retry-after-ms") if name in self.headers]
        parts += [f"It asks to wait ({name}: {self.headers[name]})." for name in asks]
        if self.body:
            parts.append(f"It said: {shown(self.body)}")
        return " ".join(parts)


class BadRequestError(StatusError):
    """400: the body or a parameter was refused."""

    meaning = "The body or one of its parameters was refused: check the content formatter and the parameters."


class AuthenticationError(StatusError):
    """401: the key or token was refused."""

    meaning = (
        "The key or token was refused: check endpoint_api_key; tokens expire, and a regenerated key ends the old one."
    )


class AccessDeniedError(StatusError):
    """403: known, but not allowed."""

    meaning = "The caller is not allowed to score: check the role or the network rules of the endpoint, and the key."


class NotFoundError(StatusError):
    """404: no such path, deployment, or no traffic."""

    meaning = (
        "Nothing answers here: check the URL's path, that deployment_name exists, "
        "and that some deployment has traffic."
    )


class ScoringTimeoutError(StatusError):
    """408: the model took longer than the deployment's request timeout."""

    meaning = (
        "The model took longer than the deployment's request_timeout_ms (5 s unless set): "
        "ask for fewer tokens or raise it. Mind that it may still be at work on a request that is tried again."
    )


class BodyTooLargeError(StatusError):
    """413: the body is larger than the endpoint takes."""

    meaning = "The body is larger than the endpoint takes: send a shorter prompt."


class UnprocessableError(StatusError):
    """422: the body is JSON, but not the shape the model takes."""

    meaning = "The model does not know this shape or parameter: check the content formatter and the parameters."


class ModelError(StatusError):
    """424: the model's container answered with an error, or none is ready.

    Azure turns every failure of the container into 424 (documented); `model_status` is the container's own.
    """

    meaning = (
        "The model behind the endpoint failed: most often the content formatter does not fit the model, "
        "else see the deployment's logs."
    )

    @property
    def not_ready(self) -> bool:
        """Whether no model saw the request, so that trying again is safe and may help.

        `model_not_ready`, `too_few_model_instance` and `no healthy upstream` are documented; the reset by
        upstream is Envoy's text for a connection that failed before the model's headers.
        """
        if self.model_reason in ("model_not_ready", "too_few_model_instance"):
            return True
        return self.model_status is None and self.body.lstrip().startswith(
            ("no healthy upstream", "upstream connect error or disconnect/reset before headers")
        )


class TooManyRequestsError(StatusError):
    """429: the rate or the number of pending requests is over the limit."""

    meaning = (
        "Too many requests at once or per minute: lower max_concurrency, raise max_retries, "
        "or give the deployment more instances."
    )


class ServerError(StatusError):
    """5xx: the service, not the model, failed."""

    meaning = "The service failed; trying again later may help."


class InternalServerError(ServerError):
    """500: the service's infrastructure failed."""


class BadGatewayError(ServerError):
    """502: on Kubernetes, the scoring script failed or crashed."""

    meaning = "On a Kubernetes endpoint the scoring script failed or crashed: see the deployment's logs."


class ServiceUnavailableError(ServerError):
    """503: on Kubernetes, a spike of requests."""

    meaning = "More requests than the deployment can take just now; trying again later may help."


class GatewayTimeoutError(ServerError):
    """504: on Kubernetes, the model took longer than the request timeout."""

    meaning = "On a Kubernetes endpoint the model took longer than the request timeout (5 s unless set)."


_BY_STATUS: Mapping[int, type[StatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: AccessDeniedError,
    404: NotFoundError,
    408: ScoringTimeoutError,
    413: BodyTooLargeError,
    422: UnprocessableError,
    424: ModelError,
    429: TooManyRequestsError,
    500: InternalServerError,
    502: BadGatewayError,
    503: ServiceUnavailableError,
    504: GatewayTimeoutError,
}
