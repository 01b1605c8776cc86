// Draws the charts of a report out of the data that stand in the page. It asks nobody for anything.
(function () {
  "use strict";
  const root = document.documentElement;
  const data = JSON.parse(document.getElementById("data").textContent);
  const charts = [];
  const state = { log: false };

  const colour = (name) => getComputedStyle(root).getPropertyValue("--" + name).trim();
  const faded = (hex, alpha) => hex + Math.round(alpha * 255).toString(16).padStart(2, "0");

  function digits(value) {
    const size = Math.abs(value);
    if (size >= 99.95) return Math.round(value).toLocaleString("en-US");
    if (size >= 9.995) return value.toFixed(1);
    return size >= 0.01 || !size ? value.toFixed(2) : value.toPrecision(1);
  }
  function time(ms) {
    if (ms == null) return "–";
    if (Math.abs(ms) < 999.5) return (ms ? digits(ms) : "0") + " ms";
    return digits(ms / 1000) + " s";
  }
  const perSecond = (value) => (value == null ? "–" : digits(value) + "/s");
  const count = (value) => (value == null ? "–" : Math.round(value).toLocaleString("en-US"));
  const instant = (seconds) => (seconds == null ? "–" : +seconds.toFixed(2) + " s");
  function percentile(nines) {
    if (nines == null) return "–";
    const share = 100 * (1 - Math.pow(10, -nines));
    return "p" + +share.toFixed(share < 99 ? 1 : Math.ceil(nines));
  }
  function tick(ms) {
    if (ms === 0) return "0";
    return Math.abs(ms) >= 1000 ? +(ms / 1000).toPrecision(4) + " s" : +ms.toPrecision(4) + " ms";
  }
  const whole = [...Array(7).keys()].flatMap((one) => [1, 2, 5].map((step) => step * Math.pow(10, one)));
  const plain = (value) => (Math.abs(value) >= 1000 ? +(value / 1000).toPrecision(4) + "k" : +value.toPrecision(4) + "");

  function axis(write, size) {
    return {
      stroke: colour("muted"), grid: { stroke: colour("grid"), width: 1 }, ticks: { stroke: colour("grid"), width: 1 },
      font: "12px system-ui, sans-serif", size: size || 40, values: (_, found) => found.map((one) => (one == null ? "" : write(one))),
    };
  }
  const overTime = () => Object.assign(axis((x) => +x.toFixed(1) + " s", 34), { space: 60 });

  function line(label, name, write, more) {
    return Object.assign({
      label, stroke: colour(name), width: 2, points: { show: false }, spanGaps: false, value: (_, value) => write(value),
    }, more);
  }
  // Slices are joined across one that is empty, and a lone one is a point, so that nothing measured is invisible.
  function sparse(values) {
    return values.filter((one) => one != null).length < 3;
  }
  function spread(told, write) {
    const none = data.x.map(() => null), { p50 = none, p99 = none, max = none } = told; // only failures, it may be
    const few = { points: { show: sparse(p50), size: 6 }, spanGaps: true };
    return {
      values: [max, p99, p50],
      series: [
        line("highest", "max", write, Object.assign({ width: 1, dash: [4, 4] }, few)),
        line("p99", "p99", write, few), line("p50", "p50", write, few),
      ],
    };
  }

  // Behind the curves: the warm-up, and times in which nothing was answered.
  function bands(u) {
    const { left, top, width, height } = u.bbox;
    const draw = (from, to, fill) => {
      const a = Math.max(u.valToPos(from, "x", true), left), b = Math.min(u.valToPos(to, "x", true), left + width);
      if (b > a) { u.ctx.fillStyle = fill; u.ctx.fillRect(a, top, b - a, height); }
    };
    if (data.warmup > 0) draw(0, data.warmup, colour("warm"));
    if (data.lasts > data.sending) draw(data.sending, data.lasts, colour("warm"));
    for (const [from, to] of data.silences) draw(from, to, colour("stall"));
  }
  function inside(u, draw) {
    const { left, top, width, height } = u.bbox;
    u.ctx.save(); u.ctx.beginPath(); u.ctx.rect(left, top, width, height); u.ctx.clip(); draw(u.ctx); u.ctx.restore();
  }
  function dots(u) {
    inside(u, (ctx) => {
      const ratio = devicePixelRatio || 1, [xs, ys] = data.dots, size = 2.6 * ratio;
      ctx.fillStyle = faded(colour("dots"), xs.length > 1500 ? 0.35 : 0.5);
      for (let i = 0; i < xs.length; i++) {
        ctx.fillRect(u.valToPos(xs[i], "x", true) - size / 2, u.valToPos(ys[i], "y", true) - size / 2, size, size);
      }
    });
  }
  function crosses(u) {
    inside(u, (ctx) => {
      const many = Object.values(data.bad).reduce((sum, one) => sum + one[0].length, 0) > 400;
      const ratio = devicePixelRatio || 1, arm = (many ? 2 : 3.2) * ratio;
      ctx.strokeStyle = faded(colour("error"), many ? 0.45 : 1); ctx.lineWidth = (many ? 1 : 1.6) * ratio; ctx.beginPath();
      for (const [xs, ys] of Object.values(data.bad)) {
        for (let i = 0; i < xs.length; i++) {
          const x = u.valToPos(xs[i], "x", true);
          const low = u.bbox.top + u.bbox.height - arm - ratio, y = Math.min(u.valToPos(Math.max(ys[i], 1e-3), "y", true), low);
          ctx.moveTo(x - arm, y - arm); ctx.lineTo(x + arm, y + arm); ctx.moveTo(x - arm, y + arm); ctx.lineTo(x + arm, y - arm);
        }
      }
      ctx.stroke();
    });
  }

  function highest(lists) {
    let found = 0;
    for (const list of lists) for (const one of list || []) if (one > found) found = one;
    return found;
  }
  function latencyScale() {
    const all = [data.latency.max, data.dots[1], ...Object.values(data.bad).map((one) => one[1])];
    const most = highest(all) || 1;
    if (!state.log) return { range: [0, most * 1.06] };
    let least = most;
    for (const one of data.dots[1]) if (one > 0 && one < least) least = one;
    return { distr: 3, range: () => uPlot.rangeLog(least, most, 10, false) };
  }
  const fromZero = { range: (_, __, most) => [0, (most || 1) * 1.08] };

  function timed(told, write, label, more) {
    return Object.assign({
      x: data.x, label: "second", series: told.series, values: told.values, write,
      scales: { x: { time: false, range: [0, Math.max(data.lasts, data.width)] }, y: fromZero },
      axes: [overTime(), Object.assign(axis(label, 62), label === plain ? { incrs: whole } : {})], sync: "time", hooks: { drawClear: [bands] }, when: instant,
    }, more);
  }

  function stacked() {
    const names = Object.keys(data.errors), values = [], series = [];
    let below = data.x.map(() => 0);
    names.forEach((name) => { below = data.errors[name].map((one, i) => one + below[i]); values.push(below); });
    names.forEach((name, i) => series.push({
      label: name, stroke: colour("c" + (i % 9 + 1)), fill: colour("c" + (i % 9 + 1)), width: 0, points: { show: false },
      paths: uPlot.paths.bars({ size: [0.9, 60], align: 0 }), value: (_, __, ___, at) => (at == null ? "–" : count(data.errors[name][at])),
    }));
    return { values: values.reverse(), series: series.reverse() };
  }

  const makers = {
    latency: () => timed(spread(data.latency, time), time, tick, {
      height: 320, scales: { x: { time: false, range: [0, Math.max(data.lasts, data.width)] }, y: latencyScale() },
      hooks: { drawClear: [bands, dots, crosses] },
    }),
    ttft: () => timed(spread(data.ttft, time), time, tick),
    itl: () => timed(spread(data.itl, time), time, tick),
    delay: () => timed(spread(data.delay, time), time, tick),
    rates: () => {
      const look = { offered: ["offered", { dash: [6, 4] }], achieved: ["good", {}], goodput: ["p50", {}] };
      const names = Object.keys(data.rates);
      return timed({
        values: names.map((name) => data.rates[name]),
        series: names.map((name) => line(name, look[name][0], perSecond, Object.assign({ paths: uPlot.paths.stepped({ align: 0 }) }, look[name][1]))),
      }, perSecond, (value) => plain(value) + "/s");
    },
    flight: () => timed({
      values: [data.flight], series: [line("out at once", "good", count, { paths: uPlot.paths.stepped({ align: 0 }), fill: faded(colour("good"), 0.14) })],
    }, count, plain),
    errors: () => timed(stacked(), count, plain),
    percentiles: () => {
      const told = data.percentiles, names = Object.keys(told.curves);
      const looks = { e2e: ["p50", { dash: [6, 4] }], e2e_intended: ["p99", {}], ttft: ["good", {}], ttft_intended: ["good", {}] };
      if (data.closed) looks.e2e[1] = {};
      const titles = { e2e: data.closed ? "end to end" : "from when it was sent", e2e_intended: "from intended start", ttft: "TTFT", ttft_intended: "TTFT, from intended start" };
      const marks = [0, 0.30103, 1, 1.30103, 2, 3, 4, 5];
      return {
        x: told.nines, label: "percentile", values: names.map((name) => told.curves[name]), write: time, when: percentile, height: 320,
        series: names.map((name) => line(titles[name], looks[name][0], time, looks[name][1])),
        scales: { x: { time: false, range: (_, __, most) => [0, most] }, y: state.log ? { distr: 3 } : fromZero },
        axes: [
          Object.assign(axis(percentile, 34), { splits: (u, _, from, to) => marks.filter((one) => one >= from && one <= to && (u.width > 500 || one % 1 === 0)) }),
          axis(tick, 62),
        ],
      };
    },
  };

  function draw(holder) {
    const made = makers[holder.dataset.chart]();
    const width = Math.max(holder.clientWidth, 200);
    const key = made.sync ? { key: "azureml-bench-" + made.sync, setSeries: false } : undefined;
    const u = new uPlot({
      width, height: made.height || 240, scales: made.scales, axes: made.axes, hooks: made.hooks || {},
      legend: { live: true }, cursor: { sync: key, drag: { x: false, y: false }, points: { size: 7 }, y: false },
      series: [{ label: made.label, value: (_, value) => made.when(value) }, ...made.series],
    }, [made.x, ...made.values], holder);
    u.root.querySelector("canvas").setAttribute("aria-hidden", "true");
    charts.push(u);
  }
  function drawAll() {
    while (charts.length) charts.pop().destroy();
    const holders = document.querySelectorAll("[data-chart]");
    holders.forEach(draw);
    root.dataset.charts = charts.length + "/" + holders.length;
  }

  // The figures of a chart as a table, for who cannot see it, or wants to copy them.
  function figures(details) {
    const made = makers[details.dataset.of](), table = document.createElement("table");
    const row = (cells, name, parent) => {
      const tr = document.createElement("tr");
      cells.forEach((text) => { const cell = document.createElement(name); cell.textContent = text; cell.className = "n"; tr.append(cell); });
      parent.append(tr);
    };
    const order = made.series.map((_, i) => i);
    row([made.label, ...order.map((i) => made.series[i].label)], "th", table.createTHead());
    const body = table.createTBody();
    const raw = details.dataset.of === "errors" ? made.series.map((one) => data.errors[one.label]) : made.values;
    const step = details.dataset.of === "percentiles" ? 6 : 1;
    for (let at = 0; at < made.x.length; at += step) {
      row([made.when(made.x[at]), ...order.map((i) => made.write(raw[i][at]))], "td", body);
    }
    const holder = document.createElement("div");
    holder.className = "scroll"; holder.tabIndex = 0; holder.setAttribute("role", "region"); holder.setAttribute("aria-label", "Figures of the chart"); holder.append(table); details.append(holder);
  }

  function scheme(name, kept) {
    root.dataset.scheme = name;
    const button = document.getElementById("scheme");
    button.textContent = name === "dark" ? "Light" : "Dark";
    button.setAttribute("aria-label", "Show it " + (name === "dark" ? "light" : "dark"));
    if (kept) { try { localStorage.setItem("azureml-bench-scheme", name); } catch (_) { /* a page in a file may have none */ } }
  }

  let wanted = null;
  try { wanted = localStorage.getItem("azureml-bench-scheme"); } catch (_) { /* the same */ }
  const prefers = matchMedia("(prefers-color-scheme: dark)");
  scheme(wanted === "dark" || wanted === "light" ? wanted : prefers.matches ? "dark" : "light");
  prefers.addEventListener("change", (event) => { scheme(event.matches ? "dark" : "light"); drawAll(); });
  document.getElementById("scheme").addEventListener("click", () => { scheme(root.dataset.scheme === "dark" ? "light" : "dark", true); drawAll(); });
  document.querySelectorAll("[data-log]").forEach((button) => button.addEventListener("click", () => {
    state.log = !state.log;
    document.querySelectorAll("[data-log]").forEach((one) => { one.setAttribute("aria-pressed", String(state.log)); one.textContent = state.log ? "Linear scale" : "Log scale"; });
    drawAll();
  }));
  document.querySelectorAll("details[data-of]").forEach((one) => one.addEventListener("toggle", () => { if (one.open && one.children.length < 2) figures(one); }));
  document.querySelectorAll("[data-script]").forEach((one) => { one.hidden = false; });

  drawAll();
  let due = 0;
  addEventListener("resize", () => { cancelAnimationFrame(due); due = requestAnimationFrame(() => {
    charts.forEach((u) => u.setSize({ width: Math.max(u.root.parentElement.clientWidth, 200), height: u.height }));
  }); });
})();
