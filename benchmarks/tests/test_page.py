# ruff: noqa: ASYNC240  nothing else runs in the loop
"""The page of a run as Chromium shows it: drawn, in both schemes, at both widths, and asking nobody for anything."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from browser import CHROMIUM, Page, browser
from recorded import busy, recorded, sample, streamed

from azureml_bench.record import Record
from azureml_bench.report.page import page
from azureml_bench.summing import of_record

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium; on Debian: apt-get install chromium"),
]
HOSTILE = "</script><script>document.title='taken'</script><img src=http://127.0.0.1:9/x onerror=alert(1)>"
RUNS = {
    "streamed": recorded([*busy(400, tokens=8), *busy(400)], slo=["ttft<50ms,e2e:p99<1ms,goodput>1%"]),
    "closed": recorded(busy(300), users=5),
    "hostile": recorded([sample(n, n, outcome="5xx", note=HOSTILE) for n in range(3)], url=f"http://x/{HOSTILE}"),
    "nothing": recorded([]),
    "one": recorded([streamed()]),
    "many": recorded(busy(20_000, 60.0)),
}
INK = """(() => [...document.querySelectorAll("canvas")].map((canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height), seen = new Set();
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3]) seen.add(data[at] << 16 | data[at + 1] << 8 | data[at + 2]);
  }
  return seen.size;
}))()"""
CONTRAST = """(() => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map((one) => one / 255)
      .map((one) => (one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (node) => {
    for (let one = node; one; one = one.parentElement) {
      const colour = getComputedStyle(one).backgroundColor;
      if (colour !== "rgba(0, 0, 0, 0)") return light(colour);
    }
    return 1;
  };
  return [...document.querySelectorAll("main *")]
    .filter((node) => node.checkVisibility())
    .filter((node) => [...node.childNodes].some((one) => one.nodeType === 3 && one.data.trim()))
    .map((node) => {
      const pair = [light(getComputedStyle(node).color), ground(node)].sort((a, b) => b - a);
      return [(pair[0] + 0.05) / (pair[1] + 0.05), node.tagName + ": " + node.textContent.slice(0, 40)];
    })
    .filter(([ratio]) => ratio < 4.5);
})()"""


async def shown(kept: Record, file: Path, tab: Page, *, dark: bool = False, width: int = 1280) -> None:
    """Show a run, and see that it was drawn, and that nobody was asked and nothing went wrong."""
    file.write_bytes(page(kept, of_record(kept)).encode("utf-8", "backslashreplace"))
    tab.said.clear()
    tab.asked.clear()
    await tab.open(file, dark=dark, width=width)
    assert tab.said == []
    assert [one for one in tab.asked if not one.startswith(("file:", "data:"))] == []
    assert await tab.value("document.documentElement.dataset.scheme") == ("dark" if dark else "light")
    drawn, wanted = (await tab.value("document.documentElement.dataset.charts")).split("/")
    assert drawn == wanted
    colours = await tab.value(INK)
    assert len(colours) == int(wanted)
    assert all(count > 5 for count in colours)
    assert await tab.value("document.documentElement.scrollWidth") <= width
    assert await tab.value(CONTRAST) == []


def in_browser(act: Callable[[Page], Awaitable[None]]) -> None:
    async def within() -> None:
        async with browser() as tab:
            await act(tab)

    asyncio.run(within())


def test_every_run_is_drawn_dark_and_light_wide_and_narrow(tmp_path: Path) -> None:
    async def act(tab: Page) -> None:
        for name, kept in RUNS.items():
            for dark in (False, True):
                for width in (1280, 390):
                    await shown(kept, tmp_path / f"{name}.html", tab, dark=dark, width=width)
            assert await tab.value("document.title") != "taken"

    in_browser(act)


def test_what_can_be_touched(tmp_path: Path) -> None:
    async def act(tab: Page) -> None:
        await shown(RUNS["streamed"], tmp_path / "page.html", tab)
        # the switch
        await tab.value("document.getElementById('scheme').click()")
        assert await tab.value("document.documentElement.dataset.scheme") == "dark"
        assert await tab.value(CONTRAST) == []
        # figures under the pointer
        box = await tab.value(
            "(() => { const o = document.querySelector('[data-chart=latency] .u-over');"
            " o.scrollIntoView({block: 'center'}); const b = o.getBoundingClientRect();"
            " return [b.x + b.width / 2, b.y + b.height / 2] })()"
        )
        await tab.send("Input.dispatchMouseEvent", type="mouseMoved", x=box[0], y=box[1])
        await asyncio.sleep(0.2)
        for chart in ("latency", "delay", "itl"):  # one crosshair for all of the same time
            readout = await tab.value(f"document.querySelector('[data-chart={chart}] .u-legend').textContent")
            assert " ms" in readout, chart
            assert " s" in readout
        # figures as tables
        opened = await tab.value(
            "(async () => { document.querySelectorAll('details').forEach((one) => { one.open = true; });"
            " await new Promise((done) => setTimeout(done, 200));"
            " return [...document.querySelectorAll('details')].map((one) => one.querySelectorAll('td').length) })()"
        )
        assert len(opened) == 8
        assert all(cells > 10 for cells in opened)
        assert await tab.value(CONTRAST) == []
        # the other scale
        before = await tab.value("document.querySelector('canvas').toDataURL()")
        await tab.value("document.querySelector('[data-log]').click()")
        assert await tab.value("document.querySelector('[data-log]').getAttribute('aria-pressed')") == "true"
        assert await tab.value("document.querySelector('canvas').toDataURL()") != before
        assert tab.said == []

    in_browser(act)
