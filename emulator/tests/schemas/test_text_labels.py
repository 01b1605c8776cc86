"""Tasks that answer with labels, words and spans, made up from the text unless the answer source names one."""

import ast

import pytest

from azureml_emulator.draw import Draw
from azureml_emulator.endpoint import Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.errors import ScoringFailed, WrongShape
from azureml_emulator.schemas import find
from azureml_emulator.schemas.fill_mask import WORDS
from azureml_emulator.schemas.text_classification import labels_of
from azureml_emulator.schemas.token_classification import TAGS, tagged

TEXTS = [f"text {n}" for n in range(20)]


@pytest.fixture
def ask(make_call, json_of):
    """Give the answer to a body; `says` is what the answer source says."""

    def ask(schema, body, says=None, model=None):
        answer = {"type": "fixed", "text": says} if says is not None else "echo"
        endpoint = Endpoint("one", schema=schema, answer=answer, model=model)
        reply = Engine([endpoint]).score(make_call(body, listener="one"))
        assert reply.status == 200, reply.body
        return json_of(reply)

    return ask


class TestTextClassification:
    @pytest.mark.parametrize(
        ("model", "labels"),
        [
            ("distilbert-base-uncased-finetuned-sst-2-english", {"POSITIVE", "NEGATIVE"}),
            ("roberta-large-mnli", {"CONTRADICTION", "NEUTRAL", "ENTAILMENT"}),
            ("roberta-base-openai-detector", {"Fake", "Real"}),
            ("roberta-large-openai-detector", {"LABEL_0", "LABEL_1"}),
            ("AutoML-Text-Classification", {"Fake", "Real"}),
            ("finiteautomata-bertweet-base-sentiment-analysis", {"POS", "NEU", "NEG"}),
            ("anything", {"POSITIVE", "NEGATIVE"}),
        ],
    )
    def test_the_labels_are_the_models_own(self, model, labels, ask):
        found = ask("text-classification", {"input_data": TEXTS}, model=model)
        assert {one["label"] for one in found} == labels
        assert all(0.5 < one["score"] <= 1 for one in found)
        assert found == ask("text-classification", {"input_data": TEXTS}, model=model)

    def test_a_label_that_the_answer_source_says_is_the_one(self, ask):
        found = ask("text-classification", {"input_data": TEXTS}, says="negative")
        assert {one["label"] for one in found} == {"NEGATIVE"}
        found = ask("text-classification", {"input_data": {"input_string": ["a"]}}, says="ENTAILMENT")
        assert found == [{"0": "ENTAILMENT"}]

    def test_a_known_model_keeps_its_labels(self):
        assert labels_of("roberta-large-mnli", ["POSITIVE"]) == labels_of("roberta-large-mnli")


class TestFillMask:
    @pytest.mark.parametrize("mask", ["[MASK]", "<mask>"])
    def test_the_word_is_a_common_one(self, mask, ask):
        found = ask("fill-mask", {"input_data": [f"{text} {mask}" for text in TEXTS]})
        assert set(found) <= set(WORDS)
        assert len(set(found)) > 1

    @pytest.mark.parametrize(
        ("says", "word"), [("blue", "blue"), (" blue\n", "blue"), ("[MASK]", None), ("a b", None)]
    )
    def test_a_single_word_of_the_answer_source_is_the_one(self, says, word, ask):
        found = ask("fill-mask", {"inputs": {"input_string": ["[MASK]"]}}, says=says)[0]["0"]
        assert found == word if word else found in WORDS

    def test_a_text_without_a_mask_fails(self):
        with pytest.raises(ScoringFailed):
            find("fill-mask").parse({"input_data": ["a [MASK]", "no mask"]})


class TestTokenClassification:
    def test_neighbouring_capitals_are_one_name(self):
        found = tagged("Yesterday Ada Lovelace met I know Turin", Draw.of(b"one"), "B-PER")
        assert [tag for _, tag in found] == ["B-PER", "I-PER", "I-PER", "O", "O", "O", "B-PER"]
        assert [word for word, _ in found] == ["Yesterday", "Ada", "Lovelace", "met", "I", "know", "Turin"]

    @pytest.mark.parametrize("text", ["", "Hello there", "nothing here", "a Éé"])
    def test_the_first_word_alone_is_no_name(self, text):
        assert all(tag == "O" for word, tag in tagged(text, Draw.of(b"one")) if word != "Éé")

    def test_outside_can_be_said(self):
        assert {tag for _, tag in tagged("met Ada Lovelace", Draw.of(b"one"), "O")} == {"O"}

    def test_rows_are_lists_in_pythons_notation(self, ask):
        text = "hier Marie Curie est allée"
        (row,) = ask("token-classification", {"input_data": {"input_string": [text]}})
        tags = ast.literal_eval(row["0"])
        assert len(tags) == len(text.split())
        assert set(tags) <= set(TAGS)
        assert not any(tag.startswith("B-") for tag in tags)

    def test_a_list_has_words_and_tags_by_turns(self, ask):
        (found,) = ask("token-classification", {"input_data": ["Ada\nLovelace\nis\nat\nhome"]}, says="B-PER")
        assert found == "Ada B-PER Lovelace I-PER is O at O home O"

    def test_one_list_more_is_taken_apart(self, ask):
        assert len(ask("token-classification", {"input_data": [["a", "b"], ["c"]], "params": {}})) == 3


class TestZeroShot:
    BODY = {"input_data": {"sequences": ["a", "b"], "candidate_labels": ["x", "y", "z"]}}

    def test_all_labels_come_from_the_best_to_the_worst(self, ask):
        for one, text in zip(ask("zero-shot-classification", self.BODY), "ab", strict=True):
            assert one["sequence"] == text
            assert sorted(one["labels"]) == ["x", "y", "z"]
            assert one["scores"] == sorted(one["scores"], reverse=True)
            assert sum(one["scores"]) == pytest.approx(1)

    def test_a_label_that_the_answer_source_says_is_the_best(self, ask):
        assert [one["labels"][0] for one in ask("zero-shot-classification", self.BODY, says="y")] == ["y", "y"]

    def test_no_label_at_all_is_refused(self):
        with pytest.raises(WrongShape, match="candidate_labels"):
            find("zero-shot-classification").parse({"input_data": {"sequences": "a", "candidate_labels": []}})


class TestQuestionAnswering:
    def test_each_generation_is_answered_in_its_own_form(self, ask):
        one = {"question": "q", "context": "c"}
        lists = {"question": ["q", "r"], "context": ["c", "d"]}
        assert ask("question-answering", {"input_data": one}, says="x") == ["x"]
        assert ask("question-answering", {"input_data": lists}, says="x") == [{"0": "x"}, {"0": "x"}]
        assert ask("question-answering", {"inputs": lists}) == [{"0": "q"}, {"0": "r"}]

    def test_the_context_counts(self):
        prompts = find("question-answering").parse({"input_data": {"question": "q", "context": "c d"}}).prompts
        assert prompts[0].text == "q"
        assert prompts[0].tokens == 3

    @pytest.mark.parametrize("key", ["inputs", "input_data"])
    def test_there_are_as_many_contexts_as_questions(self, key):
        with pytest.raises(WrongShape, match="2 questions, but 1 contexts"):
            find("question-answering").parse({key: {"question": ["q", "r"], "context": ["c"]}})


class TestSpeechRecognition:
    def test_each_recording_has_a_transcript(self, ask):
        body = {"input_data": {"audio": ["u", "v"], "language": ["en", "fr"]}}
        assert ask("automatic-speech-recognition", body) == [{"text": "u"}, {"text": "v"}]
        assert find("automatic-speech-recognition").parse(body).parameters == {"language": ["en", "fr"]}

    def test_there_are_as_many_languages_as_recordings(self):
        with pytest.raises(WrongShape, match="1 recordings, but 2 languages"):
            find("automatic-speech-recognition").parse({"inputs": {"audio": ["u"], "language": ["en", "fr"]}})
