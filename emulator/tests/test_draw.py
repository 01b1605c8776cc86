import uuid
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from azureml_emulator.draw import Draw, canonical


def test_values_are_pinned_for_every_platform_and_python():
    draw = Draw.of(b"seed", b"endpoint").within(b"request")
    assert draw.guid(b"request") == "5b1aa33c-e6dc-4a98-8857-7f4b82a50c59"
    assert draw.unit(b"traffic") == 0.8675792161437649
    assert draw.integer(b"text") % 1000 == 245


def test_parts_do_not_run_together():
    assert Draw.of(b"ab", b"c").key != Draw.of(b"a", b"bc").key


def test_salt_and_label_give_other_values():
    base = Draw.of(b"x")
    values = {base.hexadecimal(b"a"), base.hexadecimal(b"b"), Draw(base.key, b"12345678").hexadecimal(b"a")}
    assert len(values) == 3


def test_a_guid_looks_like_a_random_one():
    guid = uuid.UUID(Draw.of(b"x").guid(b"request"))
    assert guid.version == 4
    assert guid.variant == uuid.RFC_4122


def test_units_are_spread_evenly():
    units = [Draw.of(str(number).encode()).unit(b"u") for number in range(2000)]
    assert all(0 <= unit < 1 for unit in units)
    assert all(150 < count < 250 for count in Counter(int(unit * 10) for unit in units).values())


def test_pick_follows_the_weights_and_never_takes_a_zero():
    weights = {"never": 0, "seldom": 10, "often": 90}
    picked = Counter(Draw.of(str(number).encode()).pick(b"traffic", weights) for number in range(2000))
    assert picked["never"] == 0
    assert 140 < picked["seldom"] < 260


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=3), JSON, max_size=4))
def test_canonical_ignores_the_order_of_keys(value):
    assert canonical(value) == canonical(dict(reversed(value.items())))
