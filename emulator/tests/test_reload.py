"""Reloading: what is saved takes effect, what is open goes on, what is broken changes nothing."""

import asyncio
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from azureml_emulator.config import Config
from azureml_emulator.endpoint import DEVELOPMENT_KEY, Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.errors import ConfigError
from azureml_emulator.reload import Reload, Watch
from azureml_emulator.scenario import Scenario, Step
from azureml_emulator.server import Server

BODY = {"inputs": {"input_string": ["otter"]}}


def score(url, key=DEVELOPMENT_KEY):
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    try:
        with urlopen(Request(url, json.dumps(BODY).encode(), headers), timeout=10) as response:
            return response.status, json.loads(response.read())
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def endpoint(name, **settings):
    return Endpoint(name, schema="gpt2", **settings)


def says(text):
    return {"type": "fixed", "text": text}


class TestWatch:
    def test_tells_once_of_each_change(self, tmp_path):
        file, other = tmp_path / "a.yml", tmp_path / "b.yml"
        file.write_text("a", encoding="utf-8")
        watch = Watch([file, other])
        assert not watch.changed()
        file.write_text("ab", encoding="utf-8")
        assert [watch.changed(), watch.changed()] == [True, False]

    def test_tells_of_a_change_that_leaves_the_size(self, tmp_path):
        file = tmp_path / "a.yml"
        file.write_text("a", encoding="utf-8")
        watch = Watch([file])
        os.utime(file, ns=(1, 1))
        assert watch.changed()

    def test_tells_when_a_file_comes_and_goes(self, tmp_path):
        watch = Watch([tmp_path / "a.yml"])
        (tmp_path / "a.yml").touch()
        assert watch.changed()
        (tmp_path / "a.yml").unlink()
        assert watch.changed()


class Running:
    """A server with its reload, in this process."""

    def __init__(self, *endpoints, **settings):
        self.config = Config(endpoints, port=0, **settings)

    async def __aenter__(self):
        self.engine = Engine(self.config.endpoints)
        self.server = Server(self.engine)
        await self.server.listen()
        for one in self.config.endpoints:
            await self.server.listen(one.name)
        self.reload = Reload(self.server, self.config, grace=5)
        return self

    async def __aexit__(self, *_):
        await self.server.stop(0)

    async def apply(self, *endpoints, **settings):
        return await self.reload.apply(Config(endpoints, port=0, **settings))

    async def score(self, name, **more):
        return await asyncio.to_thread(score, self.server.url(name) + "/score", **more)


class TestReload:
    def test_what_changed_takes_effect_and_the_rest_keeps_its_port_and_journal(self):
        async def run():
            async with Running(endpoint("otter"), endpoint("stoat")) as running:
                await running.score("otter")
                await running.score("stoat")
                ports, live = dict(running.server.ports), running.engine.directory["stoat"]
                lines = await running.apply(endpoint("otter", answer=says("new")), endpoint("stoat"))
                assert lines == ["otter: changed"]
                assert await running.score("otter") == (200, [{"0": "new"}])
                assert running.server.ports == ports
                assert running.engine.directory["stoat"] is live
                assert len(running.engine.journal.of("stoat")) == 1
                assert len(running.engine.journal.of("otter")) == 2

        asyncio.run(run())

    def test_endpoints_come_and_go(self):
        async def run():
            async with Running(endpoint("otter")) as running:
                url = running.server.url()
                lines = await running.apply(endpoint("stoat", key="other"))
                assert lines == [f"stoat: added, {running.server.url('stoat')}/score", "otter: removed"]
                assert await running.score("stoat", key="other") == (200, [{"0": "otter"}])
                assert (await asyncio.to_thread(score, f"{url}/otter/score"))[0] == 404
                assert set(running.server.ports) == {"", "stoat"}

        asyncio.run(run())

    @pytest.mark.parametrize("after", [(endpoint("otter", answer=says("new")),), (endpoint("stoat"),)])
    def test_an_open_answer_goes_on_when_its_endpoint_changes_or_goes(self, after):
        async def run():
            slow = endpoint("otter", latency={"type": "constant", "ms": 250})
            async with Running(slow) as running:
                call = asyncio.create_task(running.score("otter"))
                await asyncio.sleep(0.1)
                await running.apply(*after)
                assert await call == (200, [{"0": "otter"}])

        asyncio.run(run())

    def test_a_mark_as_default_may_go_from_one_to_another(self):
        async def run():
            async with Running(endpoint("otter", default=True), endpoint("stoat")) as running:
                await running.apply(endpoint("otter"), endpoint("stoat", default=True))
                await running.apply(endpoint("otter", default=True), endpoint("stoat"))
                assert await asyncio.to_thread(score, running.server.url() + "/score") == (200, [{"0": "otter"}])

        asyncio.run(run())

    def test_a_scenario_begins_anew_when_it_changed_and_ends_when_it_is_gone(self):
        async def run():
            async with Running(endpoint("otter")) as running:
                down = Scenario([Step(0, set={"state": "not_ready"})])
                lines = await running.apply(endpoint("otter"), scenario=down)
                assert lines == ["scenario: plays from its beginning"]
                assert (await running.score("otter"))[0] == 424
                assert await running.apply(endpoint("otter"), scenario=down) == []
                assert await running.apply(endpoint("otter", answer=says("new")), scenario=down) == ["otter: changed"]
                assert (await running.score("otter"))[0] == 424
                assert await running.apply(endpoint("otter")) == ["otter: changed", "scenario: ended"]
                assert await running.score("otter") == (200, [{"0": "otter"}])

        asyncio.run(run())

    def test_what_cannot_live_side_by_side_changes_nothing(self):
        async def run():
            async with Running(endpoint("otter")) as running:
                with pytest.raises(ConfigError, match="two endpoints are called"):
                    await running.apply(endpoint("stoat"), endpoint("STOAT"))
                assert set(running.server.ports) == {"", "otter"}
                assert await running.score("otter") == (200, [{"0": "otter"}])

        asyncio.run(run())

    def test_a_port_that_is_taken_changes_nothing(self):
        async def run():
            async with Running(endpoint("otter")) as running:
                taken = running.server.ports["otter"]
                with pytest.raises(ConfigError, match="taken"):
                    await running.apply(endpoint("stoat"), endpoint("weasel", port=taken))
                assert set(running.server.ports) == {"", "otter"}
                assert await running.score("otter") == (200, [{"0": "otter"}])

        asyncio.run(run())

    def test_what_needs_a_restart_is_said(self):
        async def run():
            async with Running(endpoint("otter")) as running:
                port = running.server.ports["otter"]
                lines = await running.apply(endpoint("otter", port=1, key="k"), host="::1", seed=3)
                assert lines == [
                    "host: needs a restart",
                    "seed: needs a restart",
                    "otter: its port needs a restart",
                    "otter: changed",
                ]
                assert running.server.ports["otter"] == port
                assert (await running.score("otter", key="k"))[0] == 200

        asyncio.run(run())


@pytest.mark.slow
class TestServe:
    """The command itself, with files that are saved while it runs."""

    @pytest.fixture
    def serve(self, tmp_path):
        running = []

        def serve(*arguments):
            file = tmp_path / "emulator.yml"
            process = subprocess.Popen(
                [sys.executable, "-m", "azureml_emulator", "serve", str(file), "--print-urls", "json", *arguments],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
            )
            running.append(process)
            shown = json.loads(process.stdout.readline())
            return process, shown["endpoints"][0]["url"]

        yield serve
        for one in running:
            one.kill()
            one.communicate()

    @staticmethod
    def said(process, start):
        while line := process.stderr.readline():
            if start in line:
                return line
        raise AssertionError(f"never said {start!r}")

    @staticmethod
    def save(tmp_path, ms, text):
        latency = f"latency: {{type: constant, ms: {ms}}}"
        answer = f"answer: {{type: fixed, text: {text}}}"
        settings = f"port: 0\nendpoints:\n- {{name: otter, schema: gpt2, {latency}, {answer}}}\n"
        (tmp_path / "emulator.yml").write_text(settings, encoding="utf-8")

    def test_a_save_takes_effect_while_an_answer_is_open_and_a_broken_one_does_not(self, serve, tmp_path):
        self.save(tmp_path, 2000, "old")
        process, url = serve()
        with ThreadPoolExecutor() as pool:
            call = pool.submit(score, url)
            time.sleep(0.5)
            self.save(tmp_path, 0, "new")
            assert self.said(process, "reloaded").endswith("reloaded: otter: changed\n")
            assert not call.done()
            assert score(url) == (200, [{"0": "new"}])
            assert call.result() == (200, [{"0": "old"}])
        self.save(tmp_path, "soon", "newer")
        assert "emulator.yml:3: endpoints[0].latency.ms: Input" in self.said(process, "not reloaded")
        assert score(url) == (200, [{"0": "new"}])

    def test_reload_can_be_switched_off(self, serve, tmp_path):
        self.save(tmp_path, 0, "old")
        _, url = serve("--no-reload")
        self.save(tmp_path, 0, "new")
        time.sleep(1.5)
        assert score(url) == (200, [{"0": "old"}])
