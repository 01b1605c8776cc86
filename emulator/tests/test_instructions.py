"""What was told: where the configuration is looked for, and which files it depends on."""

import pytest

from azureml_emulator.errors import ConfigError
from azureml_emulator.instructions import Instructions

OWN = "endpoints: [{name: otter, key: own}]\n"
AZURE = "name: blue\nendpoint_name: otter\nmodel: gpt2\ninstance_type: x\n"


@pytest.fixture
def write(tmp_path):
    def write(name, text):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return str(tmp_path / name)

    return write


def key(**told):
    return Instructions(**told).load().config.endpoints[0].key


def test_the_file_beside_is_taken_if_none_is_named(write):
    azure = write("blue.yml", AZURE)
    assert key(files=(azure,)) != "own"
    write("emulator.yml", OWN)
    assert key(files=(azure,)) == "own"
    other = write("other.yml", OWN.replace("own", "other"))
    assert key(files=(azure,), config=other) == "other"
    assert key(files=(azure, other)) == "other"
    assert key(files=(azure,), variables={"AZUREML_EMULATOR_CONFIG": other}) == "other"


def test_it_depends_on_the_files_given_and_on_the_one_beside_be_it_there_or_not(write, tmp_path):
    azure = write("blue.yml", AZURE)
    watched = Instructions((azure,)).load().files
    assert watched == (tmp_path / "blue.yml", tmp_path / "emulator.yml")
    own = write("own.yml", "port: 1")
    assert Instructions((own,)).load().files == (tmp_path / "own.yml",)
    assert Instructions(config=own).load().files == (tmp_path / "own.yml",)
    assert Instructions().load().files == ()


def test_the_file_beside_is_not_for_configurations_of_our_own(write):
    write("emulator.yml", "port: 1\n")
    assert Instructions((write("own.yml", "seed: 3\n"),)).load().config.port == 8900


def test_options_go_over_all(write):
    told = Instructions((write("blue.yml", AZURE),), config=write("own.yml", "port: 5\nseed: 6"), options={"port": 7})
    assert (told.load().config.port, told.load().config.seed) == (7, 6)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"files": ("nope.yml",)}, "nope.yml: cannot be read"),
        ({"config": "nope.yml"}, "nope.yml: cannot be read"),
        ({"sets": ("model=gpt2",)}, "--set is for deployments of Azure's files; none is given"),
        ({"sets": ("=gpt2",)}, "--set: expected NAME=VALUE, not ''"),
    ],
)
def test_what_cannot_be(told, expected):
    with pytest.raises(ConfigError) as error:
        Instructions(**told).load()
    assert str(error.value).startswith(expected)


@pytest.mark.parametrize("text", ["", "# only a remark\n", "{}\n"])
def test_an_empty_file_is_remarked_on_unless_endpoints_come_from_elsewhere(write, text):
    empty = write("empty.yml", text)
    remark = f"{empty}: the file is empty, so the built-in endpoints are meant, one for each wire shape"
    assert Instructions((empty,)).load().notes == Instructions(config=empty).load().notes == (remark,)
    elsewhere = {"AZUREML_EMULATOR_ENDPOINTS__GPT2__KEY": "k1"}
    assert Instructions((empty,), variables=elsewhere).load().notes == ()
    assert Instructions().load().notes == Instructions((write("own.yml", "port: 1"),)).load().notes == ()
