import subprocess
import sys

import jwt
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from azureml_emulator import cli, mint
from azureml_emulator.access import AAD_AUDIENCE, Tokens, signed
from azureml_emulator.emulator import Emulator
from azureml_emulator.endpoint import DEVELOPMENT_KEY, Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.errors import AccessDenied, ConfigError

NOON = 1_700_000_000.25
MODES = ["aml_token", "aad_token"]


def endpoint(mode="aml_token", name="gpt2", **more):
    return Endpoint(name, schema="gpt2", auth_mode=mode, **more)


class TestKeys:
    @pytest.fixture
    def engine(self):
        return Engine([Endpoint("gpt2", schema="gpt2", key="primary-key", secondary_key="secondary-key")])

    @pytest.mark.parametrize(("key", "status"), [("primary-key", 200), ("secondary-key", 200), ("other-key", 401)])
    def test_both_keys_open_and_no_other(self, engine, make_call, key, status):
        assert engine.score(make_call(key=key)).status == status

    def test_without_a_secondary_key_there_is_none(self, make_call):
        engine = Engine([Endpoint("gpt2", schema="gpt2")])
        assert engine.score(make_call(key="None")).status == 401

    @pytest.mark.parametrize("mode", MODES)
    def test_where_tokens_are_asked_for_keys_open_nothing(self, make_call, mode):
        engine = Engine([endpoint(mode, key="primary-key", secondary_key="secondary-key")])
        assert [engine.score(make_call(key=key)).status for key in ("primary-key", "secondary-key")] == [401, 401]

    def test_swagger_and_probes_need_a_key_too(self, engine, make_call):
        for path in ("/swagger.json", "/"):
            assert engine.score(make_call(b"", method="GET", path=path, key=None)).status == 401

    def test_no_secret_is_in_a_repr_a_path_or_an_id(self, make_call):
        secrets = {"key": "primary-key", "secondary_key": "secondary-key", "signing_key": "signing-key"}
        settings = Endpoint("gpt2", schema="gpt2", **secrets)
        engine = Engine([settings])
        for secret in secrets.values():
            asked = {"path": f"/{secret}", "x_ms_client_request_id": secret, "key": "primary-key"}
            placed = engine.score(make_call(**asked)).exchange
            unplaced = engine.score(make_call(listener="gone", **asked)).exchange
            for exchange in (placed, unplaced):
                assert secret not in repr(exchange) + str(exchange.as_dict())
            assert secret not in repr(settings)


class TestTokens:
    @pytest.mark.parametrize("mode", MODES)
    def test_a_minted_token_opens_until_it_expires(self, make_call, mode):
        settings = endpoint(mode)
        engine = Engine([settings])
        call = make_call(key=mint(settings, NOON, 60))
        times = {0: 200, 59.5: 200, 59.75: 401, 3600: 401, -0.25: 200, -0.5: 401}  # tokens count whole seconds
        for later, status in [*times.items(), *times.items()]:  # the second time the signature is known
            assert engine.score(call._replace(at=NOON + later)).status == status, later

    def test_who_is_denied_is_told_as_with_a_wrong_key_and_the_journal_says_why(self, make_call):
        settings = endpoint("aad_token")
        engine = Engine([settings])
        wrong = {
            "the token has expired": mint(settings, NOON - 100, 50),
            "the token is not valid yet": mint(settings, NOON + 100),
            "the token is not for https://ml.azure.com": signed(
                "https://management.azure.com", DEVELOPMENT_KEY, NOON, 60
            ),
            "the token cannot be verified (InvalidSignatureError)": signed(AAD_AUDIENCE, "another", NOON, 60),
            "the token cannot be verified (DecodeError)": "no.to.ken",
        }
        for reason, token in wrong.items():
            reply = engine.score(make_call(key=token))
            assert (reply.status, reply.body) == (401, b"key_auth_access_denied")
            assert reply.exchange.notes == [reason]

    def test_a_token_of_azure_ml_is_for_one_endpoint_a_token_of_entra_for_all(self, make_call):
        for mode, status in (("aml_token", 401), ("aad_token", 200)):
            mine, other = endpoint(mode), endpoint(mode, "other")
            engine = Engine([mine, other])
            assert engine.score(make_call(listener="other", key=mint(mine, NOON))).status == status

    def test_a_header_that_is_no_bearer_is_a_bad_one_with_tokens_too(self, make_call):
        assert Engine([endpoint()]).score(make_call(key=None, authorization="Basic x")).status == 403

    @pytest.mark.parametrize(
        "claims",
        [
            {},
            {"exp": 9e9},
            {"aud": AAD_AUDIENCE},
            {"aud": AAD_AUDIENCE, "exp": "9999999999"},
            {"aud": AAD_AUDIENCE, "exp": True},
            {"aud": AAD_AUDIENCE, "exp": None},
            {"aud": AAD_AUDIENCE, "exp": 9e9, "nbf": "soon"},
            {"aud": [], "exp": 9e9},
            {"aud": {"a": 1}, "exp": 9e9},
        ],
    )
    def test_claims_that_are_missing_or_odd_open_nothing(self, claims):
        tokens = Tokens(AAD_AUDIENCE, DEVELOPMENT_KEY)
        token = jwt.encode(claims, tokens._secret, algorithm="HS256")
        with pytest.raises(AccessDenied):
            tokens.check(token, NOON)

    def test_a_list_of_audiences_may_hold_the_right_one(self):
        tokens = Tokens(AAD_AUDIENCE, DEVELOPMENT_KEY)
        token = jwt.encode({"aud": ["x", AAD_AUDIENCE], "exp": NOON + 1}, tokens._secret, algorithm="HS256")
        tokens.check(token, NOON)

    def test_an_unsigned_token_opens_nothing(self):
        token = jwt.encode({"aud": AAD_AUDIENCE, "exp": NOON + 1}, "", algorithm="none")
        with pytest.raises(AccessDenied):
            Tokens(AAD_AUDIENCE, DEVELOPMENT_KEY).check(token, NOON)

    @settings(max_examples=200, deadline=None, derandomize=True)
    @given(st.text(st.characters()) | st.lists(st.text("eyJhbGciOiJ.-_=", max_size=20), max_size=5).map(".".join))
    @example("W10.W10.W10")
    @example("eyJhbGciOltdfQ.e30.x")
    @example("Ww" * 100_000 + "..")
    @example("\udcff.é.")
    def test_anything_else_is_denied(self, token):
        with pytest.raises(AccessDenied):
            Tokens(AAD_AUDIENCE, DEVELOPMENT_KEY).check(token, NOON)


class TestMinting:
    def test_an_endpoint_that_takes_keys_has_no_tokens(self):
        with pytest.raises(ConfigError, match="'gpt2' takes keys"):
            mint(Endpoint("gpt2", schema="gpt2"), NOON)

    def test_a_running_endpoint_mints_its_own(self):
        with Emulator([endpoint("aad_token")]) as emulator:
            check = Tokens(AAD_AUDIENCE, DEVELOPMENT_KEY).check
            token, expired = emulator["gpt2"].token(), emulator["gpt2"].token(expires_in=-1)
            claims = jwt.decode(token, options={"verify_signature": False})
            assert claims["exp"] - claims["iat"] == 3600
            check(token, claims["iat"])
            with pytest.raises(AccessDenied, match="expired"):
                check(expired, claims["iat"] + 1)

    @pytest.fixture
    def file(self, tmp_path):
        file = tmp_path / "emulator.yml"
        file.write_text(
            "endpoints: [{name: a, schema: gpt2, auth_mode: aml_token, signing_key: mine}, {name: b, schema: gpt2}]",
            encoding="utf-8",
        )
        return str(file)

    def test_the_command_mints_what_the_configuration_asks_for(self, file, capsys, make_call):
        assert cli.main(["token", "a", "--config", file, "--expires-in", "60"]) == 0
        token = capsys.readouterr().out.strip()
        claims = jwt.decode(token, options={"verify_signature": False})
        assert claims["exp"] - claims["iat"] == 60
        engine = Engine([endpoint(name="a", signing_key="mine")])
        assert engine.score(make_call(listener="a", key=token)._replace(at=claims["iat"])).status == 200

    @pytest.mark.parametrize(("name", "expected"), [("b", "endpoint 'b' takes keys"), ("c", "there are: a, b")])
    def test_what_cannot_be_minted_is_one_line(self, file, capsys, name, expected):
        assert cli.main(["token", name, "--config", file]) == 1
        said = capsys.readouterr().err
        assert expected in said
        assert len(said.splitlines()) == 1

    @pytest.mark.slow
    def test_without_pyjwt_one_is_told_what_to_install_and_keys_work(self):
        script = """
import sys
sys.modules["jwt"] = None
from azureml_emulator import ConfigError, Endpoint, Engine
Engine([Endpoint("a", schema="gpt2")])
try:
    Engine([Endpoint("a", schema="gpt2", auth_mode="aad_token")])
except ConfigError as error:
    print(error)
"""
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        assert done.stdout.strip().endswith("need PyJWT: pip install 'azureml-emulator[tokens]'")

    @pytest.mark.slow
    def test_pyjwt_is_loaded_only_for_tokens(self):
        script = (
            "import sys; from azureml_emulator import Endpoint, Engine; Engine([Endpoint('a', schema='gpt2')])\n"
            "assert 'jwt' not in sys.modules"
        )
        subprocess.run([sys.executable, "-c", script], check=True)


def test_serverless_endpoints_take_no_tokens():
    with pytest.raises(ValueError, match="serverless ones take keys"):
        Endpoint("chat", schema="chat", auth_mode="aad_token")


def test_serverless_endpoints_refuse_in_json(make_call, json_of):
    engine = Engine([Endpoint("one", schema="chat")])
    body = {"messages": [{"role": "user", "content": "x"}]}
    wrong = engine.score(make_call(body, path="/chat/completions", listener="one", key="wrong"))
    missing = engine.score(make_call(body, path="/chat/completions", listener="one", key=None))
    assert (wrong.status, json_of(wrong)["error"]["code"]) == (401, "401")
    assert (missing.status, json_of(missing)["statusCode"]) == (401, 401)
    assert ("content-type", "application/json") in wrong.headers
