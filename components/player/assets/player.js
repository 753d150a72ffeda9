// Plays a night that stands in the page whole: what is later than the moment is hidden, and nothing is fetched.
// `root` holds the drawings and `night` their frames; `moved(iso, order)` hears where a step or a pause came to stand.
export const play = (root, night, { at = null, order = "happened", moved = () => {}, titled = false } = {}) => {
  const all = (what, inside = root) => [...inside.querySelectorAll(what)];
  const make = (name, parent, more) => Object.assign(parent.appendChild(document.createElement(name)), more);
  const [stage] = all(".nd-stage"), [bar] = all(".nd-play"), [head] = all(".nd-title"), [told] = all(".nd-told");
  const whole = [head.textContent, told.textContent];
  const length = (night.end - night.start) / 1000;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const group = (what) => {
    const found = new Map();
    for (const one of all(`[data-${what}]`)) {
      for (const name of one.getAttribute(`data-${what}`).split(" ")) found.set(name, [...(found.get(name) || []), one]);
    }
    return found;
  };
  const rows = group("row"), labels = group("of"), numbers = group("event");
  const listed = all("[data-frame]");
  const has = (one, name) => one.classList.contains(`is-${name}`);
  const looks = new Map(all(".tile").map((one) => [one, { called: has(one, "called"), soft: has(one, "soft"), possible: has(one, "possible") }]));
  let now = null, drawn = null, playing = 0, last = 0, pace = 2, metrics = null, ready = false, heard = "";

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
    const { sure, maybe, events, moments } = told_in();
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
    for (const one of listed) one.hidden = cut() && (order !== night.names[0] || +one.dataset.frame > now);
    const called = night.parties.flatMap((party) => party.rows).filter(([name]) => stands(name) && !night.over?.[name]).length;
    night.parties.forEach((party, index) => {
      const sum = (holds) => party.rows.reduce((total, [name, value]) => total + (holds(name) ? value : 0), 0);
      const low = sum(stands), high = sum((name) => stands(name) || until(name, maybe));
      for (const one of all(`[data-tally="${index}"]`)) bars(one, party.name, low, high, called < night.least);
    });
    const [, words] = moments.findLast(([moment]) => moment <= now) || [];
    root.classList.toggle("nd-at", cut());
    head.textContent = cut() ? `${night.title}: ${clock(now)}` : whole[0];
    told.textContent = cut() ? (words === undefined ? night.said[told_in().before] : night.said[words]) : whole[1];
    if (titled) document.title = head.textContent;
    for (const one of all("desc")) one.textContent = told.textContent;
  };
  const bars = (one, name, low, high, least) => {
    const { scale } = one.dataset;
    const span = least ? `at least ${low}` : low === high ? low : `${low}–${high}`;
    one.querySelector(".sure").setAttribute("width", low * scale);
    one.querySelector(".maybe").setAttribute("width", high * scale);
    one.querySelector(".total").textContent = `${name} ${span}`;
  };

  // The figure changes only at moments; the cursor is an overlay that moves with every frame.
  const place = () => {
    metrics ||= (() => {
      const svg = all("svg", stage).find((one) => one.getClientRects().length);
      const { width, left, top } = svg.getBoundingClientRect();
      const ground = stage.getBoundingClientRect(), scale = width / svg.viewBox.baseVal.width;
      return [svg, scale, left - ground.left, top - ground.top];
    })();
    const [svg, scale, aside, above] = metrics, { left, right, top, bottom, to } = svg.dataset;
    cursor.hidden = !cut();
    if (!cut()) return;
    // A night that is told up to a moment is drawn on the axis of the whole.
    const x = aside + (+left + ((right - left) * now * 1000) / (Date.parse(to) - night.start)) * scale;
    cursor.style.cssText = `height:${(bottom - top) * scale}px;transform:translate(${x}px,${above + top * scale}px)`;
    for (const past of all("clipPath rect", svg)) past.setAttribute("width", x / scale);
  };
  const steps = () => told_in().moments.map(([moment]) => moment);
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
    go((now ?? 0) + (passed * length) / night.paces[pace], { silent: true });
    if (cut()) playing = requestAnimationFrame(roll);
    else halt();
  };
  const start = () => {
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
  const open = (moment, wanted) => {
    order = wanted;
    pressed();
    ready = false;
    const opened = moment === null ? null : (Date.parse(moment) - night.start) / 1000;
    go(opened !== null && opened >= 0 && opened < length ? opened : null, { silent: true });
    ready = true;
  };
  open(at, order);
  return { open, halt, get busy() { return playing !== 0; }, get at() { return cut() ? iso(now) : null; }, get order() { return order; } };
};
