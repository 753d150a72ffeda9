// The marks of a chart one by one: buttons and arrow keys step through them by time, and a tap shows the nearest.
import { onPaper } from "./paper.js";
import { inSight, placing, ringAt, unring } from "./marks.js";
import { onOtherWidth } from "./window_width.js";

// Pixels from a tap within which a mark is meant, and within which a small mark is meant before a large one.
const FAR = 40, NEAR = 14;
const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };

const mark = ([name, { lines, timed, places }]) => {
  const [lefts, tops] = [0, 1].map(n => places.map(place => place[n]));
  const box = [Math.min(...lefts), Math.max(...lefts), Math.min(...tops), Math.max(...tops)];
  return { name, lines, box, place: places[places.length >> 1], time: timed ? box[0] : -1 };
};

// Every mark once: what is not on the time axis as it stands above it, then the others by when they began.
const marksOf = plot => {
  const found = new Map();
  for (const trace of plot._fullData ?? []) {
    const place = Array.isArray(trace.customdata) && placing(plot, trace);
    if (!place) continue;
    trace.customdata.forEach((row, n) => {
      const lines = Array.isArray(trace.hovertext) ? trace.hovertext[n] : trace.hovertext;
      const at = place(trace.x[n], trace.y[n]);
      if (!row || !lines || !at.every(Number.isFinite)) return;
      const one = found.get(row + lines) ?? { lines, timed: (trace.xaxis ?? "x") === "x", places: [] };
      one.places.push(at);
      found.set(row + lines, one);
    });
  }
  return [...found].map(mark).sort((one, other) => one.time - other.time);
};

const nearest = (plot, { clientX, clientY }) => {
  const { left, top } = plot.getBoundingClientRect();
  const off = (at, low, high) => Math.max(low - at, 0, at - high);
  const near = marksOf(plot).map(one => {
    const [west, east, north, south] = one.box;
    const apart = Math.hypot(off(clientX - left, west, east), off(clientY - top, north, south));
    return { one, apart, order: [Math.max(apart - NEAR, 0), (east - west) * (south - north) + east - west, apart] };
  }).filter(({ apart }) => apart <= FAR);
  const first = ({ order: a }, { order: b }) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
  return near.sort(first)[0]?.one;
};

const made = new WeakMap();

const papers = new WeakMap();

export default ({ data, parentElement, setTriggerValue }) => {
  papers.set(parentElement, data.paper);
  if (made.has(parentElement)) return made.get(parentElement);
  const host = parentElement.getRootNode().host ?? parentElement;
  const [group, card] = ["div", "p"].map(name => parentElement.querySelector(name));
  const [back, next] = parentElement.querySelectorAll("button");
  const hint = card.textContent, life = new AbortController();
  const chart = host.closest('[class*="st-key-chart-"]');
  const figure = () => inSight(chart.querySelectorAll(".js-plotly-plot"))[0];
  let told = null;

  const show = one => {
    told = one.name;
    ringAt(figure(), one.place);
    const parts = one.lines.replaceAll("<br>", " ").split(/ ?<\/?[bi]> ?/).filter(Boolean);
    card.replaceChildren(...parts.map(textContent => Object.assign(document.createElement("span"), { textContent })));
    host.toggleAttribute("data-told", true);
  };
  const leave = () => {
    if (!host.hasAttribute("data-told")) return;
    unring();
    card.textContent = hint;
    host.toggleAttribute("data-told", false);
  };
  const go = step => {
    const all = marksOf(figure());
    const at = Math.min(Math.max(all.findIndex(({ name }) => name === told) + step, 0), all.length - 1);
    if (all[at]) show(all[at]);
  };
  const haveFigure = wide => chart.querySelector(`[class*="st-key-${wide ? "wide" : "narrow"}-"]`);
  const on = (target, kind, act, how) => target.addEventListener(kind, act, { ...how, signal: life.signal });
  onPaper(host, parentElement.querySelector("section"), () => papers.get(parentElement), life.signal);
  on(back, "click", () => go(-1));
  on(next, "click", () => go(1));
  on(group, "keydown", event => {
    if (!STEPS[event.key]) return;
    event.preventDefault();
    go(STEPS[event.key]);
  });
  on(document, "keydown", ({ key }) => key === "Escape" && leave());
  on(window, "resize", leave);
  onOtherWidth(haveFigure, () => setTriggerValue("other", true), life.signal);
  on(document, "click", event => {
    const plot = figure();
    if (event.pointerType === "mouse" || !plot?.contains(event.target)) return;
    const one = nearest(plot, event);
    if (one) show(one);
    else leave();
  });
  // A finger scrolls, whichever way it moves: Plotly never hears of it, so that it cannot draw a range.
  on(document, "touchstart", event => figure()?.contains(event.target) && event.stopPropagation(), { capture: true, passive: true });
  const end = () => (life.abort(), leave(), made.delete(parentElement));
  made.set(parentElement, end);
  host.toggleAttribute("data-ready", true);
  return end;
};
