"""Everything that can go wrong, and how it looks from outside.

    EmulatorError
    ├── ConfigError              a setting, a file or a port is not what it should be: one line for a person
    ├── DoorError                Azure's front door answers by itself: plain text, its own status
    │   ├── AccessDenied             401  wrong, missing or unknown key, or a token that does not open this
    │   │   └── KeyMissing               401  no key at all
    │   ├── BadAuthorization         403  an Authorization header that is no bearer
    │   ├── DeploymentNotFound       404  azureml-model-deployment names none
    │   ├── EndpointNotFound         404  no endpoint of that name, or none with traffic
    │   ├── UpstreamTimeout          408  the container took longer than request_timeout_ms
    │   ├── ModelNotReady            424  no instance is ready
    │   ├── TooFewInstances          424  too few instances are
    │   ├── TooManyPending           429  too many requests in flight
    │   ├── TooManyRequests          429  too many requests a second
    │   │   └── RateLimitExceeded        429  more than a serverless endpoint's rate limit
    │   ├── ServiceFailed            500  Azure's infrastructure failed
    │   ├── BadGateway               502  what is behind the door speaks no HTTP
    │   ├── NoUpstream               503  the connection to it broke
    │   ├── GatewayTimeout           504  it took too long
    │   ├── ShuttingDown             503  the emulator is draining
    │   ├── FaultUnreadable          400  a caller asks for a fault that there is not
    │   └── NotRecorded              404  a cassette does not hold the request
    └── ContainerError           the model's container refuses, as its web server words it
        ├── BadBody                  400  not JSON
        │   └── Unreadable               500  nothing that the parser can take
        ├── PathNotFound             404
        ├── MethodNotAllowed         405
        ├── BodyTooLarge             413
        ├── WrongContentType         415
        ├── WrongShape               400  JSON of another shape; names the field
        ├── NotForScoring            405  HEAD at azmlinfsrv's scoring path
        ├── UnknownSwagger           404  azmlinfsrv describes itself in no such version
        ├── OverlongId               431  an id of more characters than azmlinfsrv takes
        ├── ScoringFailed            500  the answer source raised
        ├── NoRuleMatched            404  no rule of strict rules is for the request
        ├── ScoringTimedOut          500  it takes longer than the container allows
        ├── Unserialisable           500  the answer is no JSON
        ├── ExtraParameters          400  fields that are no standard ones, for the LLM server
        ├── ToolsUnsupported         400  tools, for the LLM server of a dedicated endpoint
        ├── UnknownExtraOption       400  a word that the header extra-parameters may not say
        ├── OtherTask                400  a path of the LLM server's for models of another task
        ├── ParameterNotSupported    422  a parameter that the model does not know
        └── ContentFiltered          400  a prompt that triggers the content filter
            ├── ContentFilteredPlainly   400  the same, in the words of the reference
            └── ContentUnsafe            400  the same on a dedicated endpoint

A `ContainerError` knows how Microsoft's inference server (azmlinfsrv) words it as well as its LLM server; the
deployment says which of `inference_servers/` it runs.
"""

from azureml_emulator.errors.container import (
    BadBody,
    BodyTooLarge,
    ContainerError,
    Details,
    MethodNotAllowed,
    NoRuleMatched,
    NotForScoring,
    OverlongId,
    PathNotFound,
    ScoringFailed,
    ScoringTimedOut,
    UnknownSwagger,
    Unreadable,
    Unserialisable,
    WrongContentType,
    WrongShape,
)
from azureml_emulator.errors.door import (
    AccessDenied,
    BadAuthorization,
    BadGateway,
    DeploymentNotFound,
    DoorError,
    EndpointNotFound,
    FaultUnreadable,
    GatewayTimeout,
    KeyMissing,
    ModelNotReady,
    NotRecorded,
    NoUpstream,
    RateLimitExceeded,
    ServiceFailed,
    ShuttingDown,
    TooFewInstances,
    TooManyPending,
    TooManyRequests,
    UpstreamTimeout,
    refusals,
)
from azureml_emulator.errors.inference import (
    ContentFiltered,
    ContentFilteredPlainly,
    ContentUnsafe,
    ExtraParameters,
    OtherTask,
    ParameterNotSupported,
    ToolsUnsupported,
    UnknownExtraOption,
)
from azureml_emulator.errors.roots import ConfigError, EmulatorError

__all__ = [
    "AccessDenied",
    "BadAuthorization",
    "BadBody",
    "BadGateway",
    "BodyTooLarge",
    "ConfigError",
    "ContainerError",
    "ContentFiltered",
    "ContentFilteredPlainly",
    "ContentUnsafe",
    "DeploymentNotFound",
    "Details",
    "DoorError",
    "EmulatorError",
    "EndpointNotFound",
    "ExtraParameters",
    "FaultUnreadable",
    "GatewayTimeout",
    "KeyMissing",
    "MethodNotAllowed",
    "ModelNotReady",
    "NoRuleMatched",
    "NoUpstream",
    "NotForScoring",
    "NotRecorded",
    "OtherTask",
    "OverlongId",
    "ParameterNotSupported",
    "PathNotFound",
    "RateLimitExceeded",
    "ScoringFailed",
    "ScoringTimedOut",
    "ServiceFailed",
    "ShuttingDown",
    "TooFewInstances",
    "TooManyPending",
    "TooManyRequests",
    "ToolsUnsupported",
    "UnknownExtraOption",
    "UnknownSwagger",
    "Unreadable",
    "Unserialisable",
    "UpstreamTimeout",
    "WrongContentType",
    "WrongShape",
    "refusals",
]
