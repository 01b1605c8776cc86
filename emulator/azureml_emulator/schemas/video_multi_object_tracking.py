"""Multi-object tracking in videos: for each frame what was detected, and the same with the numbers of its tracks."""

from typing import ClassVar

from typing_extensions import TypedDict  # pydantic asks for this one before Python 3.12

from azureml_emulator.draw import Draw
from azureml_emulator.frame import Frame
from azureml_emulator.schema import Fields, Parameters, Prompt, Reading, Schema, Scoring

FRAMES = 3
"""Frames that a video has; nobody fetches it to count them."""
WIDTH, HEIGHT = 1920, 1080


class Videos(Frame):
    """Videos, as URLs or base64."""

    needed: ClassVar[tuple[str, ...]] = ("video",)


class Request(Fields):
    """The whole body."""

    input_data: Videos
    params: Parameters = {}


class Box(TypedDict):
    """Where something is, in pixels."""

    topX: float
    topY: float
    bottomX: float
    bottomY: float


class TrackBox(Box):
    """Where the thing of a track is."""

    instance_id: int


class Detected(TypedDict):
    """A person: label 0 is the only one."""

    box: Box
    label: int
    score: float


class Tracked(TypedDict):
    """A person with the number by which it is known in all frames."""

    box: TrackBox
    label: int
    score: float


class Seen(TypedDict):
    """What is in a frame."""

    det_bboxes: list[Detected]
    track_bboxes: list[Tracked]
    frame_id: int
    video_url: str


Response = list[Seen]


def read(body: Request) -> Reading:
    """A video for each row."""
    return Reading(tuple(map(Prompt, body.input_data.texts("video"))), body.params)


def write(scoring: Scoring) -> Response:
    """The frames of all videos, with people that move a little from each to the next."""
    return [
        _seen(scoring.draw_of(at), frame, prompt.text)
        for at, prompt in enumerate(scoring.reading.prompts)
        for frame in range(FRAMES)
    ]


def _seen(draw: Draw, frame: int, video: str) -> Seen:
    detected: list[Detected] = []
    tracked: list[Tracked] = []
    for number in range(1 + draw.integer(b"people") % 4):
        here = draw.within(b"person %d" % number)
        box = _box(here, frame)
        score = round(0.6 + 0.39 * here.unit(b"score %d" % frame), 10)
        detected.append({"box": box, "label": 0, "score": score})
        tracked.append({"box": {"instance_id": number, **box}, "label": 0, "score": score})
    return {"det_bboxes": detected, "track_bboxes": tracked, "frame_id": frame, "video_url": video}


def _box(draw: Draw, frame: int) -> Box:
    width, height = 40 + 60 * draw.unit(b"width"), 120 + 160 * draw.unit(b"height")
    left = draw.unit(b"left") * (WIDTH - width - 50) + 25 + frame * (16 * draw.unit(b"pace") - 8)
    top = draw.unit(b"top") * (HEIGHT - height)
    return {
        "topX": round(left, 10),
        "topY": round(top, 10),
        "bottomX": round(left + width, 10),
        "bottomY": round(top + height, 10),
    }


SCHEMA = Schema(
    name="video-multi-object-tracking",
    about="Multi-object tracking in videos: ByteTrack and OC-SORT",
    request=Request,
    response=Response,
    read=read,
    write=write,
    speaks=False,
    example={"input_data": {"columns": ["video"], "data": ["https://example.com/crossing.mp4"]}},
    models=("bytetrack_*", "ocsort_*"),
    evidence="documented: model card of bytetrack_yolox_x_crowdhuman_mot17-private-half; Microsoft's examples",
)
