"""Models that give vectors: of molecules, of medical images, which may be made anew from them, and of cells."""

import json

import pytest

from azureml_emulator.endpoint import DEVELOPMENT_KEY, Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.errors import WrongShape
from azureml_emulator.schemas import find
from azureml_emulator.wire import Call

KNOWN = {"cell_type": "T cell", "tissue": "blood", "batch_condition": "b1", "organism": "mouse", "sex": "female"}


def answer(schema, body):
    engine = Engine([Endpoint("one", schema=schema)])
    headers = {"authorization": f"Bearer {DEVELOPMENT_KEY}", "content-type": "application/json"}
    reply = engine.score(Call("POST", "/score", headers, json.dumps(body).encode(), 1.0, "one"))
    assert reply.status == 200, reply.body
    return json.loads(reply.body)["predictions"]


def table(*rows, columns):
    return {"input_data": {"columns": [*columns], "index": [*range(len(rows))], "data": [*rows]}}


def cells(**changed):
    payload = {
        "expression_data": [[3.0, 2.0, 0.0], [2.5, 0.5, 0.0], [0.0, 0.0, 1.0]],
        "gene_names": ["CD4", "IL7R", "LYZ"],
        "metadata": [KNOWN] * 3,
    }
    return table([json.dumps({**payload, **changed})], columns=["payload"])


def nearness(one, other):
    return sum(a * b for a, b in zip(one, other, strict=True))


def test_atomica_has_vectors_for_the_whole_its_blocks_and_its_atoms():
    first, second, again = answer("atomica", table(["a"], ["b"], ["a"], columns=["pdb_data"]))
    assert first == again
    assert not any(first[name] == second[name] for name in first)
    vectors = [first["graph_embedding"], *first["block_embedding"], *first["atom_embedding"]]
    assert {len(one) for one in vectors} == {32}
    assert [nearness(one, one) for one in vectors] == [pytest.approx(1)] * len(vectors)
    assert 4 <= len(first["block_embedding"]) < len(first["atom_embedding"])
    with pytest.raises(WrongShape, match="'pdb_data' is missing"):
        find("atomica").parse(table(["a"], columns=["pdb"]))


def test_medvae_makes_the_image_anew_where_that_is_asked_for():
    first, second, third, fourth = answer(
        "medvae", table(["a", True], ["a", False], ["b"], ["b", None], columns=("image_path", "decode"))
    )
    assert first["latent"] == second["latent"] != third["latent"]
    assert [list(one) for one in (first, second, third, fourth)] == [["latent", "decoded"], *[["latent"]] * 3]
    across, down = len(first["decoded"][0]), len(first["decoded"])
    assert [len(channel) for channel in first["latent"]] == [across // 8 * down // 8] * 4
    levels = [level for line in first["decoded"] for level in line]
    assert 0 <= min(levels) < max(levels) <= 255
    with pytest.raises(WrongShape, match="row 0: expected true or false in column 'decode'"):
        find("medvae").parse(table(["a", "yes"], columns=("image_path", "decode")))


def test_cell2sentence_reads_a_cell_as_its_genes_by_how_much_they_are_expressed():
    reading = find("cell2sentence").parse(cells(expression_data=[[1, 3, 2], [0, 0, 0], [-1, 0, 5]]))
    assert [prompt.text for prompt in reading.prompts] == ["IL7R LYZ CD4", "", "LYZ"]


def test_cell2sentence_gives_like_cells_like_vectors_row_by_row():
    body = cells()
    body["input_data"]["data"] *= 2
    body["input_data"]["index"] = [0, 1]
    one, other = (json.loads(text)["cell_embeddings"] for text in answer("cell2sentence", body))
    assert one == other
    assert [len(vector) for vector in one] == [1024] * 3
    assert nearness(one[0], one[1]) == pytest.approx(1, abs=1e-4)
    assert nearness(one[0], one[2]) < 0.5


def test_cell2sentence_takes_metadata_by_cell_or_by_name():
    by_name = cells(metadata={name: [value] * 3 for name, value in KNOWN.items()})
    assert answer("cell2sentence", by_name) == answer("cell2sentence", cells())


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"gene_names": ["CD4"]}, r"expression_data\[0\] has 3 numbers, but there are 1 gene_names"),
        ({"expression_data": [["x"]]}, r"expression_data\[0\]\[0\]: "),
        ({"expression_data": [[1, 2, float("nan")]]}, r"expression_data\[0\]\[2\]: .*finite"),
        ({"metadata": [KNOWN]}, "metadata has 1 entries, but there are 3 cells"),
        ({"metadata": {"sex": ["male"]}}, "sex has 1 entries, but there are 3 cells"),
        ({"metadata": [KNOWN, {"sex": "male"}, KNOWN]}, "expected metadata .*; 'cell_type' is missing"),
    ],
)
def test_cell2sentence_says_what_is_wrong_inside_the_text(changed, told):
    with pytest.raises(WrongShape, match=f"row 0: payload: {told}"):
        find("cell2sentence").parse(cells(**changed))


@pytest.mark.parametrize("text", ["", "{", "[" * 5000, "\ud83d", "5"])
def test_cell2sentence_refuses_a_text_that_is_no_payload(text):
    with pytest.raises(WrongShape, match="row 0: payload: "):
        find("cell2sentence").parse(table([text], columns=["payload"]))
