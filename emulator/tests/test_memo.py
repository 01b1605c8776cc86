from azureml_emulator.memo import LONGEST, Memo


def test_it_remembers_short_bodies_only():
    memo = Memo()
    assert memo.put("short", b"x", 1) == 1
    assert memo.put("long", b"x" * (LONGEST + 1), 2) == 2
    assert (memo.get("short"), memo.get("long")) == (1, None)


def test_it_never_grows_beyond_its_limit():
    memo = Memo(limit=3)
    for number in range(10):
        memo.put(number, b"", number)
        assert len(memo) <= 3
    assert memo.get(9) == 9
