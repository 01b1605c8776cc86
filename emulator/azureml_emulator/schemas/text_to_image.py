"""Text to image by Stable Diffusion, also refining and inpainting: a picture for each prompt, as a PNG in base64."""

from fnmatch import fnmatchcase
from typing import ClassVar

from typing_extensions import TypedDict  # pydantic asks for this one before Python 3.12

from azureml_emulator.frame import Frame
from azureml_emulator.image import Size, painted
from azureml_emulator.schema import Fields, Parameters, Prompt, Reading, Schema, Scoring

SIZES = {"*xl*": (1024, 1024), "*stable-diffusion-2-1*": (768, 768)}
"""How large the models paint, as published with them; the others 512 by 512."""

UNCHECKED = ("stabilityai-*", "deci-*")
"""Models whose cards answer null for `nsfw_content_detected`: they have no filter for it."""


class Prompts(Frame):
    """What to paint, with the picture to begin with for some models, and generation parameters."""

    needed: ClassVar[tuple[str, ...]] = ("prompt",)
    parameters: Parameters = {}


class Request(Fields):
    """The whole body."""

    input_data: Prompts
    params: Parameters = {}


class Painted(TypedDict):
    """A prompt and its picture."""

    prompt: str
    generated_image: str
    nsfw_content_detected: bool | None


Response = list[Painted]


def read(body: Request) -> Reading:
    """A prompt for each row."""
    data = body.input_data
    return Reading(tuple(map(Prompt, data.texts("prompt"))), {**body.params, **data.parameters})


def size_of(scoring: Scoring) -> Size:
    """Give the size of the pictures: `width` and `height`, up to 2048 pixels, or the model's own."""
    model, parameters = scoring.model.lower(), scoring.reading.parameters
    width, height = next((size for pattern, size in SIZES.items() if fnmatchcase(model, pattern)), (512, 512))
    asked = parameters.get("width"), parameters.get("height")
    wanted = [
        one if type(one) is int and 8 <= one <= 2048 else own for one, own in zip(asked, (width, height), strict=True)
    ]
    return wanted[0], wanted[1]


def write(scoring: Scoring) -> Response:
    """A picture of coloured tiles for each prompt, always the same for the same prompt."""
    size = size_of(scoring)
    safe = None if any(fnmatchcase(scoring.model.lower(), pattern) for pattern in UNCHECKED) else False
    return [
        Painted(prompt=prompt.text, generated_image=painted(scoring.draw_of(at), size), nsfw_content_detected=safe)
        for at, prompt in enumerate(scoring.reading.prompts)
    ]


SCHEMA = Schema(
    name="text-to-image",
    about="Text to image: Stable Diffusion, its refiner and inpainting, DeciDiffusion",
    request=Request,
    response=Response,
    read=read,
    write=write,
    speaks=False,
    example={
        "input_data": {
            "columns": ["prompt"],
            "data": ["a lighthouse in the fog"],
            "index": [0],
            "parameters": {"num_inference_steps": 50, "guidance_scale": 7.5},
        }
    },
    variants=(
        {"input_data": {"columns": ["prompt"], "data": [["a lighthouse"]], "index": [0]}},
        {
            "input_data": {
                "columns": ["prompt", "image", "mask"],
                "data": [{"prompt": "a lighthouse", "image": "sea.png", "mask_image": "sky.png"}],
                "index": [0],
            }
        },
    ),
    models=("*stable-diffusion-*", "runwayml_stable_diffusion_inpainting", "deci-decidiffusion-*"),
    evidence="documented: model cards of runwayml-stable-diffusion-v1-5, stabilityai-stable-diffusion-2-inpainting "
    "and others; sizes as published",
)
