// Plays a night that stands in the page whole: what is later than the moment is hidden, and nothing is fetched.
// `root` holds the drawings and `night` their frames; `moved(iso, order)` hears where a step or a pause came to stand.
export const play = (root, night, { at = null, order = "happened", moved = () => {}, titled = false, signal } = {}) => {
  const all = (what, inside = root) => [...inside.querySelectorAll(what)];
  const make = (name, parent, more) => Object.assign(parent.appendChild(document.createElement(name)), more);
  const [stage] = all(".nd-stage"), [bar] = all(".nd-play"), [head] = all(".nd-title"), [told] = all(".nd-told");
  const whole = [head.textContent, told.textContent];
  const length = (night.end - night.start) / 1000;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const group = (what) => {
    const found = new Map();
    for (const one of all(`[data-${what}]:not([data-of^="total:"])`)) {
      for (const name of one.getAttribute(`data-${what}`).split(" ")) found.set(name, [...(found.get(name) || []), one]);
    }
    return found;
  };
  const rows = group("row"), labels = group("of"), numbers = group("event");
  // Rows of a list or a table say how many seconds after the one before them they stand.
  const timed = (what) => {
    let at = 0;
    return all(`${what}[data-after]`).map((one) => [one, (at += +one.dataset.after)]);
  };
  const listed = timed("li"), told_of = timed("tr");
  const totals = all('[data-of^="total:"]').map((one) => {
    const [, foot, scale, ...side] = one.dataset.of.split(":");
    return { one, foot: +foot, scale: +scale, side: side.join(":"), svg: one.closest("svg"), ends: [one.textContent, one.getAttribute("y")] };
  });
  const has = (one, name) => one.classList.contains(`is-${name}`);
  const looks = new Map(all(".tile").map((one) => [one, { called: has(one, "called"), soft: has(one, "soft"), possible: has(one, "possible") }]));
  const MOST = 1 / 24;
  let way = [], now = null, drawn = null, playing = 0, last = 0, pace = 2, metrics = null, ready = false, heard = "";

  // AP style, as on every other clock of the page; a test holds the two together.
  const reader = new Intl.DateTimeFormat("en-US", {
    timeZone: night.zone, year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "2-digit",
  });
  const clock = (seconds) => {
    const found = reader.formatToParts(night.start + seconds * 1000);
    const { hour, minute, dayPeriod, month, day, year } = Object.fromEntries(found.map((part) => [part.type, part.value]));
    const early = dayPeriod[0].toLowerCase() === "a";
    const time = minute !== "00" ? `${hour}:${minute}` : hour === "12" ? "" : hour;
    const said = time ? `${time} ${early ? "a.m." : "p.m."}` : early ? "midnight" : "noon";
    return `${said} ${night.months[month - 1]} ${day}${night.years ? `, ${year}` : ""}`;
  };
  const in_table = Object.fromEntries(told_of.map(([one, stands]) => [one.dataset.row, stands]));
  for (const told of Object.values(night.orders)) Object.assign(told.sure, night.sure, in_table);
  const told_in = () => night.orders[order];
  const iso = (seconds) => new Date(night.start + seconds * 1000).toISOString().replace(/(:00)?\.\d+Z/, "Z");
  const until = (name, table) => table[name] <= now;
  const shows = (one, yes) => (one.style.display = yes ? "" : "none");
  const cut = () => now !== null;

  const tile = (one, name, { sure, maybe }) => {
    const called = !cut() || until(name, sure);
    one.classList.toggle("is-called", called && looks.get(one).called);
    one.classList.toggle("is-soft", called && looks.get(one).soft);
    one.classList.toggle("is-possible", cut() ? !called && until(name, maybe) : looks.get(one).possible);
  };
  const draw = () => {
    const { sure, events, moments } = told_in();
    const stands = (name) => !cut() || until(name, sure);
    for (const [name, those] of rows) {
      for (const one of those) {
        if (looks.has(one)) (root.tile || tile)(one, name, told_in(), now);
        else if (one.localName === "tr") one.hidden = !stands(name);
        else shows(one, stands(name));
      }
    }
    for (const [name, those] of labels) {
      const number = /^e\d+$/.test(name) && +name.slice(1);
      for (const one of those) shows(one, number ? !cut() || events[number - 1] <= now : stands(name));
    }
    for (const [number, those] of numbers) for (const one of those) shows(one, !cut() || events[number - 1] <= now);
    for (const [one, stands] of listed) one.hidden = cut() && (order !== night.names[0] || stands > now);
    for (const [one, stands] of told_of) one.hidden = cut() && stands > now;
    // The whole ends with its last moment: what was called later is in no total of it.
    const [table, at] = cut() ? [told_in(), now] : [night.orders[night.names[0]], length];
    const surely = (name) => table.sure[name] <= at, possibly = (name) => surely(name) || table.maybe[name] <= at;
    const called = night.parties.flatMap((party) => party.rows).filter(([name]) => surely(name) && !night.over?.[name]).length;
    const sums = night.parties.map((party, index) => {
      const sum = (holds) => party.rows.reduce((total, [name, value]) => total + (holds(name) ? value : 0), 0);
      const low = sum(surely), high = sum(possibly);
      const words = called < night.least ? `at least ${low}` : low === high ? low : `${low}–${high}`;
      for (const one of all(`[data-tally="${index}"]`)) bars(one, `${party.name} ${words}`, low, high);
      return [party.name, { low, said: `${party.name} ${words}` }];
    });
    label(new Map(sums));
    const [, words] = moments.findLast(([moment]) => moment <= now) || [];
    root.classList.toggle("nd-at", cut());
    head.textContent = cut() ? `${night.title}: ${clock(now)}` : whole[0];
    told.textContent = cut() ? (words === undefined ? night.said[told_in().before] : night.said[words]) : whole[1];
    if (titled) document.title = head.textContent;
    for (const one of all("desc")) one.textContent = told.textContent;
  };
  const bars = (one, said, low, high) => {
    const { scale } = one.dataset;
    one.querySelector(".sure").setAttribute("width", low * scale);
    one.querySelector(".maybe").setAttribute("width", high * scale);
    one.querySelector(".total").textContent = said;
  };
  // Each line's total stands where the line is at the moment, the uppermost first, none over another.
  const label = (sums) => {
    const above = new Map();
    const at = ({ side, foot, scale }) => foot - (sums.get(side)?.low ?? 0) * scale + 4;
    for (const total of totals.sort((a, b) => at(a) - at(b))) {
      const y = Math.max(at(total), (above.get(total.svg) ?? -99) + 13);
      above.set(total.svg, y);
      total.one.textContent = cut() ? (sums.get(total.side)?.said ?? "") : total.ends[0];
      total.one.setAttribute("y", cut() ? y : total.ends[1]);
    }
  };

  // The figure changes only at moments; the cursor is an overlay that moves with every frame.
  const place = () => {
    metrics ||= (() => {
      const svg = all("svg", stage).find((one) => one.getClientRects().length);
      // Nothing is shown while the page around it is drawn anew.
      if (!svg) return null;
      const { width, left, top } = svg.getBoundingClientRect();
      const ground = stage.getBoundingClientRect(), scale = width / svg.viewBox.baseVal.width;
      return [svg, scale, left - ground.left, top - ground.top];
    })();
    if (!metrics) return;
    const [svg, scale, aside, above] = metrics, { left, right, bottom, to } = svg.dataset;
    // The slider runs over the clock of the drawing: its thumb is the top of the line.
    const inset = parseFloat(getComputedStyle(bar).paddingLeft), told_to = (night.end - night.start) / (Date.parse(to) - night.start);
    slide.style.cssText = `margin-left:${aside + left * scale - inset - 8}px;width:${(right - left) * scale * told_to + 16}px`;
    cursor.hidden = !cut();
    if (!cut()) return;
    // A night that is told up to a moment is drawn on the axis of the whole.
    const x = aside + (+left + ((right - left) * now * 1000) / (Date.parse(to) - night.start)) * scale;
    cursor.style.cssText = `height:${bottom * scale}px;transform:translate(${x}px,${above}px)`;
    for (const past of all("clipPath rect", svg)) past.setAttribute("width", x / scale);
  };
  const steps = () => told_in().moments.map(([moment]) => moment);
  // Stretches between moments with what each takes of the whole play: a long one a twenty-fourth, 3 of 72 seconds, and
  // the others as they are long.
  const course = () => {
    const stops = [...new Set([0, ...steps().filter((step) => step < length), length])];
    const gaps = stops.slice(1).map((stop, n) => stop - stops[n]);
    let rate = length;
    for (let before = Infinity; rate < before && rate > 0; ) {
      before = rate;
      const open = gaps.filter((gap) => gap <= before * MOST);
      rate = open.reduce((sum, gap) => sum + gap, 0) / (1 - MOST * (gaps.length - open.length));
    }
    return gaps.map((gap, n) => ({ from: stops[n], gap, long: gap > rate * MOST, takes: gap > rate * MOST ? MOST : gap / rate }));
  };
  const ahead = (from, seconds) => {
    for (const { from: start, gap, takes } of way) {
      if (from >= start + gap) continue;
      const left = ((start + gap - from) / gap) * takes * night.paces[pace];
      if (seconds < left) return from + ((start + gap - from) * seconds) / left;
      seconds -= left;
      from = start + gap;
    }
    return length;
  };
  // What is said of a stretch that is passed over quickly: how long nothing is on record.
  const quiet = () => {
    const here = playing && cut() && !calm.matches && way.find(({ from, gap, long }) => long && gap >= 900 && from <= now && now < from + gap);
    const minutes = here ? Math.round(here.gap / 60) : 0, hours = Math.floor(minutes / 60);
    const span = [hours && `${hours} h`, minutes % 60 && `${minutes % 60} min`].filter(Boolean).join(" ");
    const said = here ? `${span} without an event` : "";
    if (skip.textContent !== said) skip.textContent = said;
    skip.classList.toggle("nd-left", !!here && now > length / 2);
  };
  const go = (seconds, { silent } = {}) => {
    const before = now;
    now = seconds === null || seconds >= length ? null : Math.max(0, seconds);
    const past = (moment) => moment <= (now ?? length);
    const index = `${order} ${cut() ? steps().filter(past).length : "whole"}`;
    if (index !== drawn || !silent) {
      drawn = index;
      draw();
      for (const step of steps()) {
        if (past(step) && step > (before ?? length)) root.dispatchEvent(new CustomEvent("nd-frame", { detail: iso(step) }));
      }
    } else if (cut()) head.textContent = `${night.title}: ${clock(now)}`;
    place();
    quiet();
    const here = cut() ? `${iso(now)} ${order}` : "whole";
    const told_already = here === heard;
    if (ready) root.dispatchEvent(new CustomEvent(told_already && !silent ? "nd-idle" : "nd-busy"));
    slide.value = now ?? length;
    slide.ariaValueText = stamp.textContent = cut() ? clock(now) : night.whole;
    if (!ready) heard = here;
    else if (!silent && !told_already) {
      heard = here;
      moved(cut() ? iso(now) : null, order);
    }
  };
  const halt = () => {
    if (!playing) return;
    (calm.matches ? clearInterval : cancelAnimationFrame)(playing);
    playing = 0;
    told.ariaLive = "polite";
    button.textContent = "▶";
    button.ariaLabel = "Play";
    go(now);
  };
  const roll = (time) => {
    const passed = (time - last) / 1000;
    last = time;
    go(ahead(now ?? 0, passed), { silent: true });
    if (cut()) playing = requestAnimationFrame(roll);
    else halt();
  };
  const start = () => {
    way = course();
    told.ariaLive = "off";
    button.textContent = "❚❚";
    button.ariaLabel = "Pause";
    if (!cut()) go(0, { silent: true });
    if (calm.matches) playing = setInterval(() => (next(true), cut() || halt()), 1500);
    else {
      last = performance.now();
      playing = requestAnimationFrame(roll);
    }
  };
  const next = (silent) => go(steps().find((moment) => moment > (now ?? -1)) ?? null, { silent });
  const back = () => go(steps().findLast((moment) => moment < (now ?? length)) ?? 0);
  const stop = (then) => () => (halt(), then());

  const cursor = make("div", stage, { className: "nd-cursor", hidden: true });
  const skip = make("span", cursor, { className: "nd-skip" });
  skip.setAttribute("role", "status");
  const control = (textContent, ariaLabel, onclick, more) => make("button", more?.in || bar, { type: "button", textContent, ariaLabel, onclick, ...more });
  bar.textContent = "";
  const line = make("div", bar, { className: "nd-keys-row", role: "group", ariaLabel: "Replay" });
  control("‹", "Previous event", stop(back), { in: line });
  const button = control("▶", "Play", () => (playing ? halt() : start()), { in: line });
  control("›", "Next event", stop(() => next()), { in: line });
  const stamp = make("output", line, { className: "nd-stamp" });
  const speed = control("", "", () => ((pace = (pace + 1) % night.paces.length), named()), { in: line, className: "nd-wide" });
  const named = () => (speed.ariaLabel = speed.textContent = `All in ${night.paces[pace]} s`);
  named();
  control("?", "Keys", () => (help.hidden = !help.hidden), { in: line });
  const slide = make("input", bar, { type: "range", min: 0, max: length, step: 60, ariaLabel: "Moment of the night" });
  slide.oninput = () => (halt(), go(+slide.value, { silent: true }));
  slide.onchange = () => go(+slide.value);
  const choice = make("div", bar, { className: "nd-order", role: "group", ariaLabel: "Order" });
  const switches = night.names.map((name, index) =>
    control(night.labels[index], "", stop(() => ((order = name), pressed(), go(now))), { in: choice, className: "nd-wide" }));
  const pressed = () => switches.forEach((one, index) => (one.ariaPressed = String(night.names[index] === order)));
  if (night.note) make("small", choice, { textContent: night.note });
  const help = make("p", bar, { className: "nd-help", hidden: true, textContent: night.help });
  const keys = { ArrowLeft: stop(back), ArrowRight: stop(() => next()), Home: stop(() => go(steps()[0] ?? 0)),
    End: stop(() => go(steps().at(-1) ?? null)), Escape: stop(() => go(null)), "?": () => (help.hidden = !help.hidden) };
  bar.onkeydown = (event) => {
    const space = event.key === " " && event.target.localName !== "button";
    const act = space ? button.onclick : keys[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  };
  new ResizeObserver(() => ((metrics = null), place())).observe(stage);
  const still = (seconds) => {
    ready = false;
    go(seconds, { silent: true });
    ready = true;
  };
  const open = (moment, wanted) => {
    order = wanted;
    pressed();
    const opened = moment === null ? null : (Date.parse(moment) - night.start) / 1000;
    still(opened !== null && opened >= 0 && opened < length ? opened : null);
  };
  // On paper the night is whole.
  let shown = null;
  const on = (name, act) => addEventListener(name, act, { signal });
  on("beforeprint", () => (halt(), (shown = now), still(null)));
  on("afterprint", () => still(shown));
  open(at, order);
  return { open, halt, get busy() { return playing !== 0; }, get at() { return cut() ? iso(now) : null; }, get order() { return order; } };
};
