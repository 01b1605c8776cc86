"""What only the front door does: copies for a shadow deployment, other methods, headers of its own."""

from collections import Counter

import pytest

from azureml_emulator.endpoint import Deployment, Endpoint
from azureml_emulator.engine import Engine


def mirrored(percent=50, **shadow):
    deployments = [Deployment("blue"), Deployment("shadow", answer={"type": "fixed", "text": "shadow"}, **shadow)]
    return Engine(
        [
            Endpoint(
                "gpt2",
                schema="gpt2",
                deployments=deployments,
                traffic={"blue": 100},
                mirror_traffic={"shadow": percent},
            )
        ]
    )


class TestMirror:
    def test_the_copys_answer_is_discarded_and_journalled(self, make_call, json_of, headers_of):
        engine = mirrored()
        replies = [engine.score(make_call()) for _ in range(200)]
        assert all(json_of(reply) == [{"0": "hello"}] for reply in replies)
        assert {headers_of(reply)["azureml-model-deployment"] for reply in replies} == {"blue"}
        kinds = Counter((one.deployment, one.mirror, one.status) for one in engine.journal)
        assert kinds[("blue", False, 200)] == 200
        assert 70 < kinds[("shadow", True, 200)] < 130
        assert len(kinds) == 2

    def test_a_copy_stands_after_its_call_under_the_same_id(self, make_call):
        engine = mirrored()
        for _ in range(20):
            engine.score(make_call())
        journal = list(engine.journal)
        copies = [at for at, one in enumerate(journal) if one.mirror]
        assert copies
        for at in copies:
            assert journal[at].request_id == journal[at - 1].request_id
            assert journal[at].prompts == ["hello"]
            assert journal[at].as_dict()["mirror"] is True
            assert journal[at].served is None

    def test_it_changes_nothing_of_the_answers(self, make_call):
        plain, copied = mirrored(0), mirrored(50)
        for number in range(50):
            call = make_call({"inputs": {"input_string": [str(number)]}})
            assert plain.score(call)[:4] == copied.score(call)[:4]
        assert not any(one.mirror for one in plain.journal)

    def test_the_same_calls_are_copied_each_time(self, make_call):
        def copies(order):
            engine = mirrored()
            for number in order:
                engine.score(make_call({"inputs": {"input_string": [str(number)]}}))
            return {one.prompts[0] for one in engine.journal if one.mirror}

        assert copies(range(40)) == copies(reversed(range(40)))

    def test_a_call_for_a_deployment_named_by_header_is_not_copied(self, make_call):
        engine = mirrored()
        for _ in range(50):
            engine.score(make_call(azureml_model_deployment="blue"))
            engine.score(make_call(azureml_model_deployment="shadow"))
        assert not any(one.mirror for one in engine.journal)

    def test_a_refused_call_is_not_copied(self, make_call):
        engine = mirrored()
        for _ in range(50):
            engine.score(make_call(key="wrong"))
        assert not any(one.mirror for one in engine.journal)

    def test_a_shadow_that_fails_or_is_full_harms_nobody(self, make_call):
        for shadow, status in (
            ({"state": "not_ready"}, 424),
            (
                {
                    "request_settings": {"max_concurrent_requests_per_instance": 1},
                    "latency": {"type": "constant", "ms": 1000},
                },
                429,
            ),
        ):
            engine = mirrored(**shadow)
            assert {engine.score(make_call()).status for _ in range(50)} == {200}
            assert status in {one.status for one in engine.journal if one.mirror}


class TestMethods:
    def test_a_preflight_fails_at_the_door(self, score):
        reply = score(
            b"", method="OPTIONS", key=None, origin="https://shop.example", access_control_request_method="POST"
        )
        assert reply.status == 401
        assert not any(name.startswith("access-control") for name, _ in reply.headers)

    @pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "PATCH"])
    def test_a_method_that_the_container_refuses_is_a_424(self, score, headers_of, method):
        reply = score(b"", method=method)
        assert (reply.status, headers_of(reply)["ms-azureml-model-error-statuscode"]) == (424, "405")


def test_a_token_is_no_key(make_call):
    engine = Engine([Endpoint("gpt2", schema="gpt2", key="the-key")])
    reply = engine.score(make_call(key="eyJhbGciOiJIUzI1NiJ9.e30.x"))
    assert (reply.status, reply.exchange.notes) == (401, ["the key is not this endpoint's"])


def test_a_refusal_of_the_door_has_its_headers_in_order(make_call):
    limits = {"max_concurrent_requests_per_instance": 1}
    engine = Engine(
        [Endpoint("gpt2", schema="gpt2", request_settings=limits, latency={"type": "constant", "ms": 1000})]
    )
    refused = [engine.score(make_call()) for _ in range(3)][2]
    assert [name for name, _ in refused.headers] == [
        "server",
        "date",
        "content-type",
        "content-length",
        "ms-azureml-model-error-reason",
        "x-request-id",
        "azureml-model-deployment",
        "azureml-model-session",
    ]
