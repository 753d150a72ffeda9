// All is there without this; it adds a cursor, steps, and what a mark or a minute says.
(() => {
  "use strict";
  const find = (name) => document.getElementById(name);
  const on = (name, act) => addEventListener(name, act);
  const all = (what, inside = document) => [...inside.querySelectorAll(what)];
  const [stage] = all(".nd-stage");
  const box = find("nd-moment");
  const moments = JSON.parse(find("nd-moments").textContent);
  const events = moments.filter((one) => one[2]);
  const rows = new Map(all("tr[data-row]").map((row) => [row.dataset.row, row.cells]));
  const make = (name, parent, more) =>
    Object.assign(parent.appendChild(document.createElement(name)), more);
  const put = ({ style }, left, top) => Object.assign(style, { left: left + "px", top: top + "px" });
  const line = make("div", stage, { className: "nd-line" });
  let current = -1;

  // The drawing in sight and its scale.
  const sight = () => {
    const svg = all("svg", stage).find((one) => one.getClientRects().length);
    return [svg, svg.getBoundingClientRect().width / svg.viewBox.baseVal.width];
  };
  const signOf = (svg, number) => svg.querySelector(`[data-event="${number}"]`);
  const place = (svg, [iso, , number]) => {
    const x = signOf(svg, number)?.dataset.x;
    if (x) return +x;
    const { from, to, left, right } = svg.dataset;
    const [at, start, end] = [iso, from, to].map(Date.parse);
    return +left + (right - left) * Math.min(1, Math.max(0, (at - start) / (end - start)));
  };

  const say = (head, text, x, y) => {
    if (box.textContent !== head + text) {
      box.textContent = "";
      if (head) make("b", box, { textContent: head });
      box.append(text);
    }
    const wide = box.offsetWidth, tall = box.offsetHeight;
    const left = x + 16 + wide < stage.clientWidth ? x + 16 : x - 16 - wide;
    const above = y > tall + 24 ? y - tall - 24 : y + 24;
    const top = left < 0 ? above : y - tall / 2;
    put(box, left < 0 ? (stage.clientWidth - wide) / 2 : left, Math.max(0, Math.min(top, stage.clientHeight - tall)));
  };
  const show = (moment, y) => {
    const [svg, scale] = sight();
    const x = place(svg, moment) * scale;
    const number = moment[2];
    const { bottom } = svg.dataset;
    // Up to the sign of an event, which stands above the lanes.
    const top = Math.min(svg.dataset.top, signOf(svg, number)?.getBBox().y ?? Infinity);
    const [when, what] = number ? find("nd-e" + number).children : [];
    if (number) current = events.indexOf(moment);
    put(line, x, top * scale);
    line.style.height = (bottom - top) * scale + "px";
    say(number ? `${when.textContent}: ${what.textContent}. ` : "", moment[1], x, y);
  };
  const hide = () => {
    line.style.height = 0;
    box.textContent = "";
  };
  const look = ({ target, clientX, clientY }) => {
    if (target.closest(".nd-step")) return;
    const [svg, scale] = sight();
    const frame = svg.getBoundingClientRect();
    const x = clientX - frame.left, y = clientY - frame.top;
    const cells = rows.get(target.closest("[data-row]")?.dataset.row);
    if (cells) {
      hide();
      const [, , when, what, value, , source] = [...cells].map((cell) => cell.textContent);
      return say(when + ": ", `${what}${value && ` (${value})`}. ${source}.`, x, y);
    }
    const number = +target.closest("[data-event]")?.dataset.event;
    const apart = (one) => (number ? one[2] !== number : Math.abs(place(svg, one) * scale - x));
    const [nearest] = moments.map((one) => [apart(one), one]).sort((a, b) => a[0] - b[0]);
    if (nearest) show(nearest[1], y);
  };
  stage.onpointermove = stage.onpointerdown = look;
  stage.onpointerleave = (event) => event.pointerType === "mouse" && hide();
  on("keydown", (event) => event.key === "Escape" && hide());
  on("resize", hide);

  if (events.length) {
    const step = make("div", stage, { className: "nd-step", role: "group", ariaLabel: "Step through the events" });
    const go = (index) => show(events.at(index % events.length), stage.clientHeight * 0.6);
    const back = () => go(Math.max(current, 0) - 1);
    const next = () => go(current + 1);
    const button = (textContent, ariaLabel, onclick) => make("button", step, { textContent, ariaLabel, onclick });
    button("‹", "Previous event", back);
    button("›", "Next event", next);
    const keys = { ArrowLeft: back, ArrowRight: next, Home: () => go(0), End: () => go(-1) };
    step.onkeydown = (event) => {
      if (!keys[event.key]) return;
      event.preventDefault();
      keys[event.key]();
    };
  }
})();
