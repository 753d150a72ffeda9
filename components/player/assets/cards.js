// What a mark says, in three lines beside it: for a pointer the nearest one, for keys one after the other by time, for
// a finger docked under the chart. `lines` gives when, what and who of a row or an event by its name, or nothing.
export const cards = (root, lines, { signal } = {}) => {
  const make = (name, parent, more) => Object.assign(parent.appendChild(document.createElement(name)), more);
  const [stage] = root.querySelectorAll(".nd-stage");
  const card = make("div", root, { className: "nd-card" }), ring = make("div", root, { className: "nd-ring" });
  card.setAttribute("role", "status");
  let told = null;
  const name = ({ dataset: { row, event } }) => event ? `e${event}` : row;
  // A tile is nobody's before its call.
  const known = (one) => !root.matches(".nd-at") || !one.matches(".tile") || one.matches(".is-called,[data-row^='contests:']");
  const marks = () => [...root.querySelectorAll("svg :is([data-row],[data-event])")]
    .filter((one) => one.getClientRects().length && known(one))
    .map((one) => ({ one, box: one.getBoundingClientRect(), tile: one.matches(".tile") }));
  // A sign stands at its middle, and what lasted begins at its left end.
  const at = ({ box }) => box.left + (box.width < 16 ? box.width / 2 : 0);
  const nearest = ({ clientX, clientY }, far) => {
    const off = (at, low, high) => Math.max(low - at, 0, at - high);
    const found = marks().map(({ one, box }) => {
      const apart = Math.hypot(off(clientX, box.left, box.right), off(clientY, box.top, box.bottom));
      return { one, apart, order: Math.max(apart - 3, 0) * 1e4 + box.width * box.height };
    }).filter(({ apart }) => apart <= far);
    return found.sort((a, b) => a.order - b.order)[0]?.one;
  };
  const hide = () => {
    told = null;
    card.replaceChildren();
    ring.hidden = true;
  };
  const put = ({ style }, left, top) => Object.assign(style, { left: `${left}px`, top: `${top}px` });
  const show = (one, docked) => {
    const said = lines(name(one));
    if (!said) return hide();
    told = name(one);
    const ground = root.getBoundingClientRect(), box = one.getBoundingClientRect();
    card.replaceChildren();
    ["b", "span", "i"].forEach((tag, n) => said[n] && make(tag, card, { textContent: said[n] }));
    const left = box.left - ground.left, top = box.top - ground.top, wide = card.offsetWidth, tall = card.offsetHeight;
    ring.hidden = false;
    put(ring, left - 4, top - 4);
    Object.assign(ring.style, { width: `${box.width + 8}px`, height: `${box.height + 8}px` });
    const right = left + box.width + 10, within = (at, size, room) => Math.max(0, Math.min(at, room - size));
    const beside = right + wide <= ground.width ? right : left - 10 - wide;
    if (docked || beside < 0) {
      const foot = one.closest("svg").getBoundingClientRect().bottom - ground.top - tall;
      const clear = foot > top + box.height + 6 ? foot : top - tall - 8;
      put(card, within(left, wide, ground.width), docked ? clear : top > tall + 8 ? top - tall - 8 : top + box.height + 8);
    } else put(card, beside, within(top + box.height / 2 - tall / 2, tall, ground.height));
  };
  const on = (target, kind, act) => target.addEventListener(kind, act, { signal });
  const inside = ({ target }) => target.closest?.("svg");
  on(root, "pointermove", (event) => {
    if (event.pointerType !== "mouse" || event.buttons) return;
    const one = inside(event) && nearest(event, 24);
    if (!one) hide();
    else if (name(one) !== told) show(one);
  });
  on(root, "pointerleave", (event) => event.pointerType === "mouse" && hide());
  on(root, "click", (event) => {
    if (event.pointerType === "mouse" || !inside(event)) return;
    const one = nearest(event, 40);
    if (one) show(one, true);
    else hide();
  });
  on(root, "nd-frame", hide);
  on(window, "resize", hide);
  on(root.ownerDocument, "keydown", ({ key }) => key === "Escape" && hide());
  const step = make("div", stage, { className: "nd-step", role: "group", ariaLabel: "Step through the marks by time" });
  const go = (by) => {
    const all = marks().sort((a, b) => a.tile - b.tile || at(a) - at(b));
    const named = [...new Map(all.map((mark) => [name(mark.one), mark.one]))];
    const place = named.findIndex(([one]) => one === told) + by;
    const [, next] = named[Math.min(Math.max(place, 0), named.length - 1)] ?? [];
    if (next) show(next, matchMedia("(hover: none)").matches);
  };
  const button = (textContent, ariaLabel, by) => make("button", step, { type: "button", textContent, ariaLabel, onclick: () => go(by) });
  button("‹", "Previous mark", -1);
  button("›", "Next mark", 1);
  const keys = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1, Home: -Infinity, End: Infinity };
  on(step, "keydown", (event) => {
    if (!keys[event.key]) return;
    event.preventDefault();
    go(keys[event.key]);
  });
  hide();
};
