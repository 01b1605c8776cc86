import asyncio

import pytest

from azureml_emulator import turns
from azureml_emulator.turns import Turns


def order(work, count=6, cancelled=()):
    """Let some take their turn, each working so many seconds; give the round of the loop in which each did."""
    rounds, taken = [0], {}

    async def test():
        line = Turns(asyncio.get_running_loop())

        async def one(number):
            if line.over:
                await line.take()
            taken[number] = rounds[0]
            line.worked(work)

        tasks = [asyncio.ensure_future(one(number)) for number in range(count)]
        for _ in range(30):
            await asyncio.sleep(0)
            rounds[0] += 1
            for number in cancelled:
                tasks[number].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(test())
    return taken


def test_short_work_is_done_in_one_round():
    assert len(set(order(0.00001).values())) == 1


def test_long_work_is_done_one_a_round_in_the_order_of_coming():
    taken = order(0.002)
    assert list(taken) == list(range(6))
    assert len(set(taken.values())) == 6


def test_a_round_takes_as_much_as_fits():
    rounds = list(order(turns._ROUND * 0.4).values())
    assert rounds.count(rounds[0]) == 3


@pytest.mark.parametrize("gone", [(1,), (5,), (1, 2, 3, 4, 5)])
def test_who_gives_up_holds_up_nobody(gone):
    assert list(order(0.002, cancelled=gone)) == [one for one in range(6) if one not in gone]
