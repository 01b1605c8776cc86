import pytest

from azureml_emulator.endpoint import Endpoint, built_in
from azureml_emulator.engine import Engine
from azureml_emulator.errors import ConfigError


@pytest.fixture
def find(make_call):
    def find(endpoints, path, **headers):
        reply = Engine(endpoints).score(make_call({}, path=path, listener="", **headers))
        return reply.exchange.endpoint or None

    return find


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/gpt2/score", "gpt2"),
        ("/GPT2/score", "gpt2"),
        ("/llama-chat/score", "llama-chat"),
        ("/chat/v1/chat/completions", "chat"),
        ("/chat/chat/completions", "chat"),
        ("/gpt2", "gpt2"),
        ("/score", None),
        ("/chat/completions", "chat"),
        ("/v1/chat/completions", "chat"),
        ("/models/chat/completions", "chat"),
        ("/v1/completions", "completions"),
        ("/openai/v1/completions", "completions"),
        ("/completions", "completions"),
        ("/completions/completions", "completions"),
        ("/nope/score", None),
        ("/", None),
        ("", None),
    ],
)
def test_the_main_port_knows_endpoints_by_path(find, path, name):
    assert find(built_in(), path) == name


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("gpt2.localhost", "gpt2"),
        ("gpt2.localhost:8900", "gpt2"),
        ("GPT2.LocalHost", "gpt2"),
        ("llama-chat.westeurope.inference.ml.azure.com", "llama-chat"),
        ("chat.eastus2.models.ai.azure.com:443", "chat"),
        ("chat-serverless.eastus2.inference.ai.azure.com", "chat"),
        ("nope.localhost", None),
        ("localhost", None),
        ("127.0.0.1:8900", None),
        ("gpt2.example.com", None),
        ("", None),
    ],
)
def test_the_main_port_knows_endpoints_by_host(find, host, name):
    assert find(built_in(), "/score", host=host) == name


def test_an_unknown_local_host_name_says_nothing(find):
    assert find(built_in(), "/gpt2/score", host="emulator.localhost:8900") == "gpt2"
    assert find(built_in(), "/gpt2/score", host="nope.westeurope.inference.ml.azure.com") is None


def test_the_root_itself_is_of_the_only_endpoint_or_the_default_one(find):
    one, two = Endpoint("one", schema="gpt2"), Endpoint("two", schema="chat", default=True)
    assert find([one], "/") == "one"
    assert find([one, two], "/") == "two"
    assert find([one, Endpoint("three", schema="chat")], "/") is None


def test_a_host_name_comes_before_the_path(find):
    assert find(built_in(), "/gpt2/score", host="llama.localhost") == "llama"


def test_the_only_endpoint_of_a_path_answers_at_the_root(find):
    endpoints = [Endpoint("one", schema="gpt2"), Endpoint("two", schema="chat")]
    assert find(endpoints, "/score") == "one"
    assert find(endpoints, "/chat/completions") == "two"


def test_among_several_the_one_marked_default_answers_at_the_root(find):
    endpoints = [Endpoint("one", schema="gpt2"), Endpoint("two", schema="llama", default=True)]
    assert find(endpoints, "/score") == "two"


def test_two_defaults_for_one_path_cannot_be():
    endpoints = [Endpoint(name, schema="gpt2", default=True) for name in ("one", "two")]
    with pytest.raises(ConfigError, match="one and two are both marked default"):
        Engine(endpoints)


def test_names_must_differ_also_in_lower_case():
    with pytest.raises(ConfigError, match="two endpoints are called 'GPT2'"):
        Engine([Endpoint("gpt2", schema="gpt2"), Endpoint("GPT2", schema="gpt2")])


def test_who_is_not_found_learns_from_the_journal_who_is_there(make_call):
    reply = Engine([Endpoint("gpt2", schema="gpt2")]).score(make_call(path="/nope", listener=""))
    assert (reply.status, reply.body) == (404, b"Specified traffic group could not be found")
    assert reply.exchange.notes == ["no endpoint by that port, Host name or path; there are: gpt2"]


def test_an_endpoint_comes_and_goes(make_call):
    engine = Engine()
    engine.add(Endpoint("gpt2", schema="gpt2"))
    assert engine.score(make_call(path="/gpt2/score", listener="")).status == 200
    engine.remove("gpt2")
    assert engine.score(make_call(path="/gpt2/score", listener="")).status == 404
    assert engine.score(make_call(listener="gpt2")).status == 404
