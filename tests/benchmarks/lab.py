"""The browser lab: size and cost of recordings, and how fast a browser draws them."""

import shutil
from collections.abc import Iterator
from typing import Any

from experiments.recording.recording import record_run
from model import Parameters, policies, simulate
from tests.benchmarks.figures import Figure, processor_seconds
from tests.benchmarks.live import live_pairs
from tests.benchmarks.served import served
from tests.benchmarks.visitors import visitors

_NAMES = ("application", "selective", "feng")

_FRAMES = 160
_DRAWN = f"""(() => {{
    const player = document.querySelector('section.watch').__vue__;
    for (let frame = 0; frame < {_FRAMES}; frame += 1) {{
        player.frame = frame;
        player.refresh();
        document.querySelector('.network canvas').getContext('2d').getImageData(9, 9, 1, 1);  // waits for the drawing
    }}
}})()"""
"""Draws every frame: the network, four charts and the headline numbers."""

_SCRUBBED = """(() => {
    const player = document.querySelector('section.watch').__vue__;
    let worst = 0;
    for (let k = 0; k < 200; k += 1) {
        const begin = performance.now();
        player.recordings[0].providersAt((k * 97) % (player.horizon + 1));
        player.recordings[0].firmsAt((k * 97) % (player.horizon + 1));
        worst = Math.max(worst, performance.now() - begin);
    }
    return worst;
})()"""
"""Milliseconds by the clock to the economy of any quarter, at worst."""


_PLAYED = """async () => {
    const player = document.querySelector('section.watch').__vue__;
    const draw = player.refresh;
    let frames = 0;
    player.refresh = () => { frames += 1; draw(); };
    player.paces.fast = 1000 / 16;  // a quarter for each frame of a usual screen
    player.speed = 'fast';
    const begin = performance.now();
    for (let plays = 0; plays < 3 || performance.now() - begin < 5000; plays += 1) {
        player.goTo(0);
        player.play();
        while (player.playing) await new Promise(requestAnimationFrame);
    }
    const seconds = (performance.now() - begin) / 1000;
    player.refresh = draw;
    return frames / seconds;
}"""
"""Frames a second by the clock, while whole runs play for some seconds. Each has the network and four charts."""


def lab() -> Iterator[Figure]:
    """The bars of the browser lab."""
    yield from _recordings()
    yield from live_pairs()
    yield from visitors()
    if shutil.which("chromium"):
        yield from _in_browser()


def _recordings() -> Iterator[Figure]:
    p = Parameters()
    size = max(len(record_run(p, policies[name], 0).packed) for name in _NAMES)
    yield Figure("recording of 1,000 users, without contacts", size / 1024, 60.0, "KiB")
    made = min(processor_seconds(lambda: record_run(p, policies["application"], 0)) for _ in range(8))
    run = min(processor_seconds(lambda: simulate(p, "application", 0)) for _ in range(8))
    yield Figure("making a recording / the run", made / run, 4.0, "ratio")


def _in_browser() -> Iterator[Figure]:
    from urllib.request import urlopen

    from playwright.sync_api import sync_playwright

    with served() as lab, sync_playwright() as playwright:
        urlopen(lab.address).read()
        until_served = lab.processor_seconds()
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield Figure("start to page served", until_served, 6.0, "s CPU")
        for users, least in ((1_000, 30.0), (4_000, 15.0)):
            page, loaded = _opened(browser, f"{lab.address}/?users={users}")
            if users == 1_000:
                yield Figure("first load of a page", loaded / 1e6, 2.0, "MB")
                paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
                yield Figure("first paint, by the clock", paint / 1000.0, 1.5, "s")
            yield Figure(
                f"{users:,} users: a frame, main thread", _milliseconds_of_a_frame(page), 1000.0 / least, "ms CPU"
            )
            shown = page.evaluate(_PLAYED)
            yield Figure(f"{users:,} users: frames shown, by the clock", shown, least, "a s", more_is_better=True)
            yield Figure(f"{users:,} users: to any quarter, at worst", page.evaluate(_SCRUBBED), 20.0, "ms")
            page.context.close()
        browser.close()


def _milliseconds_of_a_frame(page: Any) -> float:
    """Return what the page's main thread works on a frame, as on a machine with nothing else to do."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def worked() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return float(next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration"))

    begin = worked()
    page.evaluate(_DRAWN)
    return 1000.0 * (worked() - begin) / _FRAMES


def _opened(browser: Any, address: str) -> tuple[Any, int]:
    """Return a page that shows its economy, and the bytes that it took."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(120_000)
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    taken: list[int] = []
    session.on("Network.loadingFinished", lambda event: taken.append(event["encodedDataLength"]))
    session.on("Network.webSocketFrameReceived", lambda event: taken.append(len(event["response"]["payloadData"])))
    page.goto(address)
    page.wait_for_selector(".tiles dd")
    return page, sum(map(int, taken))
