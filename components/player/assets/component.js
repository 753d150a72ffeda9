// The player on a page of the app: the page hears of a pause, and hides what it drew for another moment until then.
import { cards } from "./cards.js";
import { onPaper } from "./paper.js";
import { play } from "./player.js";
import { unpack } from "./units.js";
import { live } from "./lives.js";
import { onOtherWidth } from "./window_width.js";

const held = new WeakMap();
const page = document.documentElement;
const resting = () => document.querySelector("[data-test-script-state]")?.dataset.testScriptState === "notRunning";

// The page is drawn for this moment once its script has run; a moment that changes nothing makes it run for nobody.
const settle = (own, calm = 0, tries = 0) => {
  if (own.player?.busy) return;
  if (calm >= 5 || tries > 100) page.removeAttribute("data-nd-playing");
  else setTimeout(settle, 100, own, resting() ? calm + 1 : 0, tries + 1);
};

// A mouse that is drawn across the clock chooses a range, which is `taken` as two instants.
const choosing = (root, taken, signal) => {
  const stage = root.querySelector(".nd-stage");
  const band = Object.assign(stage.appendChild(document.createElement("div")), { className: "nd-band", hidden: true });
  let from = null;
  const clock = () => {
    const svg = [...stage.querySelectorAll("svg")].find((one) => one.getClientRects().length);
    if (!svg) return null;
    const { left, width } = svg.getBoundingClientRect(), scale = width / svg.viewBox.baseVal.width, data = svg.dataset;
    const [start, end] = [data.from, data.to].map(Date.parse), [west, east] = [data.left, data.right].map((at) => left + at * scale);
    return { west, east, instant: (x) => new Date(start + ((x - west) / (east - west)) * (end - start)).toISOString().slice(0, 16) + "Z" };
  };
  const within = (x, { west, east }) => Math.min(Math.max(x, west), east);
  const on = (target, kind, act) => target.addEventListener(kind, act, { signal });
  on(stage, "pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.button || event.target.closest("button")) return;
    event.preventDefault();
    from = within(event.clientX, clock());
  });
  on(window, "pointermove", ({ clientX }) => {
    const axis = from === null ? null : clock();
    if (!axis) return;
    const ends = [from, within(clientX, axis)].sort((a, b) => a - b), { left } = stage.getBoundingClientRect();
    band.hidden = ends[1] - ends[0] < 4;
    Object.assign(band.style, { left: `${ends[0] - left}px`, width: `${ends[1] - ends[0]}px` });
  });
  on(window, "pointerup", ({ clientX }) => {
    if (from === null) return;
    const axis = clock(), begun = from;
    from = null;
    band.hidden = true;
    // The page around it may be drawn anew meanwhile: nothing is chosen then.
    if (!axis) return;
    const ends = [begun, within(clientX, axis)].sort((a, b) => a - b);
    if (ends[1] - ends[0] >= 4) taken(...ends.map(axis.instant));
  });
};

// Drawings for the other width are asked for once, and not while a night is played: it would stop.
const asking = (root, own, ask, signal) => {
  const have = (wide) => own.asked || own.player.busy || root.querySelector(wide ? ".nd-900" : ".nd-320");
  const once = () => {
    own.asked = true;
    ask();
  };
  own.ask = onOtherWidth(have, once, signal);
};

export default ({ data, parentElement, setStateValue, setTriggerValue }) => {
  let own = held.get(parentElement);
  if (own?.stamp !== data.stamp) {
    own?.end();
    const mount = parentElement.querySelector(".nd-mount");
    mount.innerHTML = data.markup;
    const root = mount.querySelector("figure"), life = new AbortController();
    const mine = (own = { stamp: data.stamp, end: () => (mine.player.halt(), life.abort()) });
    const moved = (at, order) => {
      setStateValue("moment", { at, order });
      settle(mine);
    };
    root.addEventListener("nd-busy", () => page.setAttribute("data-nd-playing", ""));
    root.addEventListener("nd-idle", () => settle(mine));
    const night = structuredClone(data.night);
    unpack(root, night);
    if (night.lives) live(root, night);
    own.player = play(root, night, { at: data.at, order: data.order, moved, signal: life.signal });
    // Who won by how much in the end is told with the whole alone.
    const lines = (name) => {
      const [when, what, who, final] = data.told[name] ?? [];
      return when && [when, root.matches(".nd-at") ? what : (final ?? what), who];
    };
    cards(root, lines, { signal: life.signal });
    onPaper(root, mount.appendChild(document.createElement("section")), () => data.paper, life.signal);
    choosing(root, (from, to) => setTriggerValue("range", { from, to }), life.signal);
    asking(root, own, () => setTriggerValue("other", true), life.signal);
    held.set(parentElement, own);
  } else if (!own.player.busy && (own.player.at !== data.at || own.player.order !== data.order)) {
    own.player.open(data.at, data.order);
  }
  own.ask();
  settle(own);
  return () => {
    own.end();
    held.delete(parentElement);
    page.removeAttribute("data-nd-playing");
  };
};
