"""The vision families: what they make up, and that an answer source has its say where there is something to say."""

import json
from base64 import b64decode

import pytest

from azureml_emulator.endpoint import Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.errors import WrongShape
from azureml_emulator.image_classes import FRIDGE, IMAGENET
from azureml_emulator.schemas import find
from azureml_emulator.wire import Call

KEY = Endpoint("any", schema="gpt2").key


def answer(schema, body, **settings):
    engine = Engine([Endpoint("one", schema=schema, **settings)])
    headers = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}
    reply = engine.score(Call("POST", find(schema).paths[0], headers, json.dumps(body).encode(), 1.0, "one"))
    assert reply.status == 200, reply.body
    return json.loads(reply.body)


def table(*rows, columns=("image",), **more):
    return {"input_data": {"columns": [*columns], "index": [*range(len(rows))], "data": [*rows]}, **more}


def said(text):
    return {"answer": {"type": "fixed", "text": text}}


def likeness(one, other):
    return sum(a * b for a, b in zip(one, other, strict=True))


class TestClassification:
    def test_list_gets_the_five_best(self):
        [first, second] = answer("image-classification", {"input_data": ["a", "b"]})
        assert first != second
        assert len(first) == 5
        assert {one["label"] for one in first} < set(IMAGENET)
        assert [one["score"] for one in first] == sorted((one["score"] for one in first), reverse=True)
        assert 0.6 <= first[0]["score"] <= sum(one["score"] for one in first) <= 1.000001

    def test_table_gets_all_probabilities(self):
        [first] = answer("image-classification", table(["a"]))
        assert first["labels"] == [*IMAGENET]
        assert sum(first["probs"]) == pytest.approx(1)

    def test_automl_knows_the_fridge(self):
        [first] = answer("image-classification", table("a"), model="automl-image-classification")
        assert first["labels"] == [*FRIDGE]

    def test_the_answer_source_names_the_class(self):
        [first] = answer("image-classification", {"input_data": ["a"]}, **said("volcano"))
        assert first[0]["label"] == "volcano"

    def test_the_same_image_is_the_same_in_both_forms(self):
        [[best, *_]] = answer("image-classification", {"input_data": ["a"]})
        [probabilities] = answer("image-classification", table(["a"]))
        assert max(probabilities["probs"]) == best["score"]


class TestZeroShot:
    COLUMNS = ("image", "text")

    def test_labels_are_the_callers_in_their_order(self):
        rows = ["a", " cat, dog ,bird"], ["b"], ["c", "x,y,x"]
        found = answer("zero-shot-image-classification", table(*rows, columns=self.COLUMNS))
        assert [one["labels"] for one in found] == [["cat", "dog", "bird"], ["cat", "dog", "bird"], ["x", "y"]]
        assert all(sum(one["probs"]) == pytest.approx(1) for one in found)

    def test_the_answer_source_picks(self):
        [one] = answer(
            "zero-shot-image-classification", table(["a", "cat, dog"], columns=self.COLUMNS), **said("dog")
        )
        assert one["probs"][1] > 0.5

    def test_no_labels_are_refused(self):
        with pytest.raises(WrongShape, match="labels with commas"):
            find("zero-shot-image-classification").parse(table(["a", " , "], columns=self.COLUMNS))


@pytest.mark.parametrize("family", ["image-object-detection", "image-instance-segmentation"])
def test_detectors_see_what_is_said(family):
    [first, second] = answer(family, table("a", ["b"]), **said("can"), model=f"automl_{family[6:]}")
    assert first["boxes"][0]["label"] == second["boxes"][0]["label"] == "can"
    assert first["boxes"][0]["box"] != second["boxes"][0]["box"]
    assert all(("polygon" in one) == ("segmentation" in family) for one in first["boxes"])


class TestEmbeddings:
    @pytest.mark.parametrize(
        ("model", "key", "length"),
        [
            ("facebook-dinov2-image-embeddings-giant", "image_features", 1536),
            ("hibou-l", "image_features", 1024),
            ("Virchow2", "output", 2560),
            ("mine", "image_features", 768),
        ],
    )
    def test_length_is_the_models(self, model, key, length):
        [row] = answer("image-embeddings", table(["a"]), model=model)
        assert likeness(row[key], row[key]) == pytest.approx(1)
        assert len(row[key]) == length

    def test_rows_have_what_they_were_given(self):
        rows = ["a", ""], ["", "a cat"], ["a", "two cats"], ["", ""]
        found = answer("image-text-embeddings", table(*rows, columns=("image", "text")))
        assert [sorted(one) for one in found] == [
            ["image_features"],
            ["text_features"],
            ["image_features", "text_features"],
            [],
        ]
        assert found[0]["image_features"] == found[2]["image_features"]
        assert len(found[1]["text_features"]) == 512
        assert likeness(found[1]["text_features"], found[2]["text_features"]) > 0.3

    def test_medimageinsight_nests_the_images_vector(self):
        body = table(["a", "a scan"], ["b"], columns=("image", "text"), params={"get_scaling_factor": True})
        first, second = answer("medimageinsight", body)
        assert len(first["image_features"][0]) == len(first["text_features"]) == 1024
        assert first["scaling_factor"] == second["scaling_factor"] > 1
        assert "text_features" not in second
        del body["params"]
        assert "scaling_factor" not in answer("medimageinsight", body)[0]


def test_captions_and_answers_are_what_is_said():
    assert answer("image-to-text", table(["a"], "b"), **said("a boat")) == [{"text": "a boat"}] * 2
    body = table(["a", "How many?"], columns=("image", "text"))
    assert answer("visual-question-answering", body) == [{"text": "How many?"}]
    [prompt] = find("visual-question-answering").parse(body).prompts
    assert prompt.messages[0]["content"][0]["image_url"] == {"url": "a"}


def test_another_image_gets_another_answer():
    bodies = [table([image, "What is it?"], columns=("image", "text")) for image in ("a", "b")]
    one, two = (answer("visual-question-answering", body, answer={"type": "faker"}) for body in bodies)
    assert one != two


class TestTextToImage:
    def size(self, row):
        head = b64decode(row["generated_image"])[16:24]
        return int.from_bytes(head[:4], "big"), int.from_bytes(head[4:], "big")

    def body(self, *prompts, **parameters):
        body = table(*prompts, columns=["prompt"])
        body["input_data"]["parameters"] = parameters
        return body

    def test_every_prompt_gets_its_picture(self):
        one, two = answer("text-to-image", self.body("a", "b"))
        assert (one["prompt"], two["prompt"]) == ("a", "b")
        assert one["generated_image"] != two["generated_image"]
        assert one["nsfw_content_detected"] is False
        assert self.size(one) == (512, 512)

    @pytest.mark.parametrize(
        ("parameters", "size"), [({"width": 640, "height": 320}, (640, 320)), ({"width": 10**9}, (768, 768))]
    )
    def test_size_is_the_callers_or_the_models(self, parameters, size):
        [one] = answer("text-to-image", self.body("a", **parameters), model="stabilityai-stable-diffusion-2-1")
        assert self.size(one) == size
        assert one["nsfw_content_detected"] is None

    def test_the_refiners_row_is_an_object(self):
        body = table({"prompt": "a", "image": "i"}, columns=("prompt", "image"))
        assert answer("text-to-image", body)[0]["prompt"] == "a"


class TestMasks:
    COLUMNS = ("image", "input_points", "input_boxes", "input_labels", "multimask_output")

    def predictions(self, *cells):
        [one] = answer("mask-generation", table(["a", *cells], columns=self.COLUMNS))
        return one["predictions"]

    def test_one_for_each_box_or_point(self):
        assert len(self.predictions("", "[[1,2,30,40],[5,5,9,9]]", "", False)) == 2
        assert len(self.predictions("[[[1,2],[3,4]]]", "", "", False)) == 2
        assert len(self.predictions("", "", "", False)) == 1

    def test_three_masks_unless_one_is_wanted(self):
        assert [len(one["mask_per_prediction"]) for one in self.predictions("", "[[1,2,30,40]]", "", True)] == [3]
        [only] = self.predictions("", "[[1,2,30,40]]", "", False)
        [made] = only["mask_per_prediction"]
        assert b64decode(made["encoded_binary_mask"]).startswith(b"\x89PNG")
        assert 0 < made["iou_score"] < 1

    @pytest.mark.parametrize("boxes", ["[1,2,3]", "[", '["a","b","c","d"]', "[1,2,3,1e999]", "[null,1,2,3]"])
    def test_wrong_boxes_are_refused(self, boxes):
        with pytest.raises(WrongShape, match=r"row 0 has no .* in column 'input_boxes'"):
            find("mask-generation").parse(table(["a", "", boxes, "", False], columns=self.COLUMNS))


def test_tracks_keep_their_numbers():
    frames = answer("video-multi-object-tracking", {"input_data": {"columns": ["video"], "data": ["film"]}})
    assert [one["frame_id"] for one in frames] == [0, 1, 2]
    for frame in frames:
        assert [one["box"]["instance_id"] for one in frame["track_bboxes"]] == [*range(len(frame["det_bboxes"]))]
        for one in frame["det_bboxes"]:
            assert 0 <= one["box"]["topX"] < one["box"]["bottomX"] <= 1920
            assert 0 <= one["box"]["topY"] < one["box"]["bottomY"] <= 1080
    first, second = frames[0]["det_bboxes"][0]["box"], frames[1]["det_bboxes"][0]["box"]
    assert 0 < abs(first["topX"] - second["topX"]) <= 8
