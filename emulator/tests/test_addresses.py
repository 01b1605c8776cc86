import pytest

from azureml_emulator.addresses import reachable


@pytest.mark.parametrize(
    ("host", "called"),
    [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("::1", "[::1]"), ("my-host", "my-host")],
)
def test_every_address_can_be_called(host, called):
    assert reachable(host) == called
