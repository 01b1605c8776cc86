"""Image embeddings: for each image a vector, as long as the model's vectors are."""

from fnmatch import fnmatchcase

from azureml_emulator.frame import ImagesRequest, read_images
from azureml_emulator.image import embedding
from azureml_emulator.schema import Schema, Scoring

MODELS = {
    "*dinov2*giant*": ("image_features", 1536),
    "*dinov2*base*": ("image_features", 768),
    "microsoft-rad-dino*": ("image_features", 768),
    "hibou-b*": ("image_features", 768),
    "hibou-l*": ("image_features", 1024),
    "virchow*": ("output", 2560),
    "prov-gigapath*": ("image_features", 1536),
}
"""What the models call a vector, and its length: as published with the models; the cards' samples cut them short.

Unverified: that Prov-GigaPath's is a list. Its card shows no answer, and the client in Microsoft's
healthcareai-examples decodes `image_features` from base64 of a tensor that PyTorch saved.
"""

OTHERS = ("image_features", 768)

Response = list[dict[str, list[float]]]


def write(scoring: Scoring) -> Response:
    """A vector of unit length for each image, near for images that are nearly the same."""
    model = scoring.model.lower()
    key, length = next((found for pattern, found in MODELS.items() if fnmatchcase(model, pattern)), OTHERS)
    return [{key: embedding(prompt.text, length)} for prompt in scoring.reading.prompts]


SCHEMA = Schema(
    name="image-embeddings",
    about="Image embeddings: DINOv2, and for medical images RAD-DINO, Hibou, Virchow, Prov-GigaPath",
    request=ImagesRequest,
    response=Response,
    read=read_images,
    write=write,
    speaks=False,
    example={"input_data": {"columns": ["image"], "index": [0], "data": [["https://example.com/scan.png"]]}},
    variants=({"input_data": {"columns": ["image"], "data": ["R0lGODlhAQABAAAAACw="]}},),
    models=(
        "facebook-dinov2-image-embeddings-*",
        "microsoft-rad-dino",
        "hibou-*",
        "Virchow*",
        "Prov-GigaPath",
    ),
    evidence="documented: model cards of facebook-dinov2-image-embeddings-base, hibou-b, Virchow and others; "
    "unverified: Prov-GigaPath's answers",
)
