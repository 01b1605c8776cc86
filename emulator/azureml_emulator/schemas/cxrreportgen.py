"""CxrReportGen: what a chest X-ray shows, finding by finding, with boxes around it; as JSON in a text."""

import json
from typing import ClassVar, Literal

from azureml_emulator.boxes import found_at
from azureml_emulator.frame import Frame
from azureml_emulator.schema import Fields, Parameters, Prompt, Reading, Schema, Scoring

INDICATIONS = ("indication", "technique", "comparison")


class Studies(Frame):
    """A frontal image in every row, as base64 or a URL; a lateral one and what is known of the patient may follow."""

    needed: ClassVar[tuple[str, ...]] = ("frontal_image",)


class Request(Fields):
    """The whole body."""

    input_data: Studies
    params: Parameters = {}


Response = list[dict[Literal["output"], str]]


def read(body: Request) -> Reading:
    """For each row what is known of the patient, after the image as a chat message's part would have it."""
    data = body.input_data
    rows = zip(data.texts("frontal_image"), *map(data.texts, INDICATIONS), strict=True)
    return Reading(tuple(_prompt(image, *known) for image, *known in rows), body.params)


def _prompt(image: str, *known: str) -> Prompt:
    text = " ".join(filter(None, known))
    parts = [{"type": "image_url", "image_url": {"url": image}}, {"type": "text", "text": text}]
    return Prompt(text, ({"role": "user", "content": parts},))


def write(scoring: Scoring) -> Response:
    """For each row its findings: the sentences of the answer, every second one with a box, the others with null.

    A box is left, top, right and bottom, in parts of the image (captured).
    """
    answers: Response = []
    for at, text in enumerate(scoring.texts):
        sentences = [f"{one.strip().rstrip('.')}." for one in text.split(". ") if one.strip()]
        draw = scoring.draw_of(at)
        found = [[one, [found_at(draw.within(b"%d" % n))] if n % 2 else None] for n, one in enumerate(sentences)]
        answers.append({"output": json.dumps(found)})
    return answers


SCHEMA = Schema(
    name="cxrreportgen",
    about="CxrReportGen: findings in chest X-rays, with boxes",
    request=Request,
    response=Response,
    read=read,
    write=write,
    speaks=False,
    example={
        "input_data": {
            "columns": ["frontal_image", "lateral_image", *INDICATIONS],
            "index": [0],
            "data": [
                ["https://example.com/front.png", "https://example.com/side.png", "Cough. Fever", "Two views", "None"]
            ],
        },
        "params": {},
    },
    variants=({"input_data": {"columns": ["frontal_image"], "index": [0], "data": [["R0lGODlhAQABAAAAACw="]]}},),
    models=("CxrReportGen",),
    evidence="captured: cxr-deploy.ipynb of Microsoft's examples; documented: model card of CxrReportGen",
)
