from azureml_emulator.memo import LONGEST, Counts, Memo, Tally, Turns


def test_a_memo_remembers_short_bodies_only():
    memo = Memo()
    memo.put("short", b"x", 1)
    memo.put("long", b"x" * (LONGEST + 1), 2)
    assert (memo.get("short"), memo.get("long")) == (1, None)


def test_a_memo_never_grows_beyond_its_limit():
    memo = Memo(limit=3)
    for number in range(10):
        memo.put(number, b"", number)
        assert len(memo) <= 3
    assert memo.get(9) == 9


def test_a_tally_counts():
    tally = Tally()
    assert [tally.add(key) for key in (b"a", b"b", b"a", b"a")] == [0, 0, 1, 2]
    tally.clear()
    assert tally.add(b"a") == 0


def test_a_tally_knows_the_latest_keys_and_never_more_than_twice_as_many():
    tally = Tally(limit=10)
    for number in range(100):
        tally.add(str(number).encode())
        assert len(tally) <= 20
    assert [tally.add(str(number).encode()) for number in range(90, 100)] == [1] * 10
    assert tally.add(b"1") == 0


def test_a_key_that_keeps_coming_is_never_forgotten():
    tally = Tally(limit=10)
    for number in range(100):
        assert tally.add(b"always") == number
        tally.add(str(number).encode())


class Thing:
    def __eq__(self, other):
        return True

    __hash__ = None


class TestCounts:
    def test_things_are_told_apart_by_what_they_are(self):
        counts, one, other = Counts(), Thing(), Thing()
        assert [counts.next(one), counts.next(one), counts.next(other)] == [1, 2, 1]
        assert (counts.of(one), counts.of(other), counts.of(Thing())) == (2, 1, 0)
        counts.clear()
        assert (counts.of(one), counts.next(one)) == (0, 1)

    def test_nothing_is_kept_of_things_that_are_no_more(self):
        counts, kept = Counts(), Thing()
        for number in range(1, 1001):
            assert counts.next(Thing()) == 1
            assert counts.next(kept) == number
        assert len(counts) == 1


def test_a_thing_takes_one_turn_in_a_request():
    counts, thing = Counts(), Thing()
    first, second = Turns(counts), Turns(counts)
    assert [first.of(thing), first.of(thing), second.of(thing), first.of(thing)] == [1, 1, 2, 1]
    assert (first.taken(thing), Turns(counts).taken(thing)) == (1, None)


def test_a_turn_can_be_known_before_it_is_taken():
    counts, thing, other = Counts(), Thing(), Thing()
    turns = Turns(counts)
    turns.of(other)
    assert [turns.ahead().of(thing), turns.ahead().of(other), turns.of(thing)] == [1, 1, 1]
    assert (counts.of(thing), counts.of(other)) == (1, 1)
