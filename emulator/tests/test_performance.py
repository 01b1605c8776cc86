from hypothesis import given
from hypothesis import strategies as st

from azureml_emulator.performance import Performance
from azureml_emulator.scenario import Scenario, Step


class Stage:
    """Writes down what is done to it."""

    def __init__(self, *names):
        self.log = []
        self._names = names

    def names(self):
        return self._names

    def change(self, name, deployment="", **settings):
        if "broken" in settings:
            raise ValueError("that is not  a setting")
        self.log.append((name, deployment, settings))

    def recover(self, name, deployment=""):
        self.log.append((name, deployment, "recover"))


def slow(at, ms, **of):
    return Step(at=at, set={"latency": ms}, **of)


class Play:
    def __init__(self, *steps, names=("a",), began=0.0, **settings):
        self.stage = Stage(*names)
        self.told = []
        self.performance = Performance(Scenario(steps, **settings), began, lambda taken: self.told.append(str(taken)))

    def at(self, *times):
        """What happened by the last of these times, since the ones before."""
        for time in times:
            self.stage.log.clear()
            self.performance.advance(time, self.stage)
        return [
            (name, deployment, what if what == "recover" else what["latency"])
            for name, deployment, what in self.stage.log
        ]


def test_a_step_is_taken_once_when_it_is_due():
    play = Play(slow(10, 1), slow(20, 2))
    assert [play.at(time) for time in (0, 9.9, 10, 15, 20, 1e9)] == [[], [], [("a", "", 1)], [], [("a", "", 2)], []]


def test_all_that_is_due_is_taken_in_order():
    assert Play(slow(20, 2), slow(10, 1), slow(30, 3)).at(25) == [("a", "", 1), ("a", "", 2)]


def test_time_counts_from_the_beginning_or_else_from_the_first_time_told():
    assert Play(slow(10, 1), began=100).at(109) == []
    assert Play(slow(10, 1), began=100).at(110) == [("a", "", 1)]
    play = Play(slow(10, 1), began=None)
    assert (play.at(500), play.at(509), play.at(510)) == ([], [], [("a", "", 1)])


def test_times_that_go_back_change_nothing():
    play = Play(slow(10, 1), slow(20, 2), every=30)
    assert play.at(45, 3) == []
    assert play.at(50) == [("a", "", 2)]


def test_all_endpoints_are_meant_or_one_or_a_deployment():
    play = Play(slow(1, 1), slow(2, 2, endpoint="b"), slow(3, 3, endpoint="b", deployment="blue"), names="ab")
    assert play.at(3) == [("a", "", 1), ("b", "", 1), ("b", "", 2), ("b", "blue", 3)]


def test_recovery_comes_before_what_is_set():
    play = Play(Step(1, recover=True, set={"latency": 5}))
    assert play.at(1) == [("a", "", "recover"), ("a", "", 5)]


def test_each_round_begins_from_what_was_configured():
    play = Play(slow(0, 1), slow(10, 2), every=20)
    assert play.at(0) == [("a", "", 1)]
    assert play.at(19) == [("a", "", 2)]
    assert play.at(20) == [("a", "", "recover"), ("a", "", 1)]


def test_rounds_that_nobody_saw_cost_nothing():
    play = Play(slow(0, 1), slow(10, 2, endpoint="a"), every=20, names="ab")
    play.at(5)
    assert play.at(20e9 + 12) == [
        ("a", "", "recover"),
        ("b", "", "recover"),
        ("a", "", 1),
        ("b", "", 1),
        ("a", "", 2),
    ]
    assert play.performance.round == 1e9 + 1


def test_a_loop_ends_with_its_last_step():
    play = Play(slow(10, 1), Step(40, recover=True), loop=True)
    assert [play.at(time) for time in (10, 39, 40, 50)] == [
        [("a", "", 1)],
        [],
        [("a", "", "recover")],
        [("a", "", 1)],
    ]


def test_what_is_taken_is_told_and_remembered():
    play = Play(slow(10, 1, label="slow"), slow(70, 2, endpoint="a"), every=90)
    play.at(100, 165, 190)
    assert play.told == ["10s of round 2: slow", "1m10s of round 2: a: latency", "10s of round 3: slow"]
    assert play.performance.title == "slow"
    play.performance.restart(None)
    assert (play.performance.title, play.performance.round) == ("", 1)


def test_a_step_that_cannot_be_taken_is_passed_over_with_a_note():
    play = Play(Step(10, set={"broken": 1}), slow(10, 1))
    assert play.at(10) == [("a", "", 1)]
    assert play.told == ["10s: broken (not done: that is not a setting)", "10s: latency"]


def test_the_steps_of_a_round_are_taken_again_when_other_hands_changed_something():
    play = Play(slow(0, 1), slow(5, 2), slow(10, 3), every=20)
    play.at(27)
    play.performance.repeat()
    assert play.at(28) == [("a", "", 1), ("a", "", 2)]


class Memory(Stage):
    """Knows what is in force: for each endpoint the latency, or nothing if it is as configured."""

    def __init__(self, *names):
        super().__init__(*names)
        self.now = dict.fromkeys(names)

    def change(self, name, deployment="", **settings):
        self.now[name] = settings["latency"]

    def recover(self, name, deployment=""):
        self.now[name] = None


def expected_at(time, steps, every, names):
    """What is in force at a time, reckoned anew from nothing."""
    now = dict.fromkeys(names)
    within = time % every if every else time
    for step in sorted(steps, key=lambda one: one.at):
        for name in [step.endpoint] if step.endpoint else names:
            if step.at <= within:
                now[name] = step.set.get("latency")
    return now


STEPS = st.lists(
    st.builds(
        lambda at, endpoint, ms: Step(at, endpoint, recover=True, set={} if ms is None else {"latency": ms}),
        st.integers(0, 9),
        st.sampled_from([None, "a", "b"]),
        st.none() | st.integers(1, 99),
    ),
    min_size=1,
    max_size=6,
)


@given(STEPS, st.sampled_from([None, 10, 17]), st.lists(st.integers(0, 200), min_size=1, max_size=8).map(sorted))
def test_what_is_in_force_depends_on_the_time_alone_not_on_the_calls_before(steps, every, times):
    stage = Memory("a", "b")
    performance = Performance(Scenario(steps, every=every), 0)
    for time in times:
        performance.advance(time, stage)
        assert stage.now == expected_at(time, steps, every, "ab")
