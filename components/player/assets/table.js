// A table that is one: its head sorts, its field searches, twenty rows stand at first, and a row and its mark on a chart
// of the page show each other.
import { inSight, placing, ringAt, unring } from "./marks.js";

const make = (name, given = {}, ...inside) => {
  const made = Object.assign(document.createElement(name), given);
  made.append(...inside);
  return made;
};

const anchor = ([text, href]) => {
  if (href.startsWith("./?story=")) return make("a", { href }, text);
  return /^https?:\/\//.test(href) ? make("a", { href, target: "_blank", rel: "noopener" }, text) : text;
};

// No line breaks inside a time.
const whole = text => text.replace(/ (?=[ap]\.m\.)/g, "\u00a0");

const pieces = cell => {
  const links = (cell.links ?? []).flatMap((link, place) => [place ? "; " : cell.text ? " " : "", anchor(link)]);
  const more = (cell.more ?? []).map(line => make("p", {}, whole(line.text), ...(line.links ?? []).flatMap(link => [" ", anchor(link)])));
  const folded = more.length ? [make("details", { className: cell.text || links.length ? "" : "alone" }, make("summary", {}, cell.fold || "More"), ...more)] : [];
  return [whole(cell.text), ...links, ...folded];
};

const rowOf = (cells, id) => {
  const [first, ...others] = cells;
  const tr = make("tr", {}, make("th", { scope: "row" }, ...pieces(first)), ...others.map(cell => make("td", {}, ...pieces(cell))));
  if (id) tr.dataset.row = id;
  return tr;
};

const plots = () => inSight(document.querySelectorAll(".js-plotly-plot"));
const names = cell => [cell].flat(3).flatMap(part => String(part ?? "").split(" "));

// Where the mark of a row stands in a plot, in its pixels; nothing where it has none.
const placeIn = (plot, id) => {
  for (const trace of plot._fullData ?? []) {
    const at = (Array.isArray(trace.customdata) ? trace.customdata : []).findIndex(cell => names(cell).includes(id));
    const place = at >= 0 && placing(plot, trace)?.(trace.x?.[at], trace.y?.[at]);
    if (place && place.every(Number.isFinite)) return place;
  }
  return null;
};

const point = id => {
  unring();
  for (const plot of id ? plots() : []) {
    const place = placeIn(plot, id);
    if (place) ringAt(plot, place);
  }
};

// What ends the hearing of a table that another took the place of.
const lives = new WeakMap();

export default ({ data, parentElement }) => {
  const mount = parentElement.querySelector(".nd-table");
  if (mount.dataset.stamp === data.stamp) return;
  mount.dataset.stamp = data.stamp;
  const shown = { all: false, paper: false, by: -1, up: true, words: "" };
  const rows = data.rows.map((cells, place) => ({ cells, tr: rowOf(cells, data.ids[place]), place }));
  const words = rows.map(({ cells }) => cells.map(cell => `${cell.text} ${(cell.links ?? []).map(([text]) => text).join(" ")} ${(cell.more ?? []).map(line => line.text).join(" ")}`).join(" ").toLowerCase());
  const body = make("tbody"), count = make("span", { role: "status", className: "count" });
  const more = make("button", { type: "button", className: "more" });
  const heads = data.columns.map((name, column) => {
    const press = make("button", { type: "button" }, name);
    press.onclick = () => {
      shown.up = shown.by === column ? !shown.up : true;
      shown.by = column;
      draw();
    };
    const head = make("th", { scope: "col" }, press);
    head.dataset.name = name;
    return head;
  });
  const key = ({ cells }) => cells[shown.by].sort ?? cells[shown.by].text.toLowerCase();
  const order = (one, other) => {
    const [a, b] = [key(one), key(other)];
    return (a < b ? -1 : a > b ? 1 : one.place - other.place) * (shown.up ? 1 : -1);
  };
  const draw = () => {
    const found = rows.filter(({ place }) => shown.words.split(/\s+/).every(word => words[place].includes(word)));
    if (shown.by >= 0) found.sort(order);
    const few = shown.all || shown.paper ? found : found.slice(0, data.first);
    body.replaceChildren(...few.map(({ tr }) => tr));
    heads.forEach((head, column) => {
      if (column === shown.by) head.ariaSort = shown.up ? "ascending" : "descending";
      else head.removeAttribute("aria-sort");
    });
    count.textContent = few.length < found.length ? `${few.length} of ${found.length} rows` : `${found.length} ${found.length === 1 ? "row" : "rows"}`;
    more.textContent = `Show all ${found.length}`;
    more.hidden = few.length === found.length;
  };
  more.onclick = () => ((shown.all = true), draw());
  const field = make("input", { type: "search", placeholder: "Search", ariaLabel: `Search: ${data.label}` });
  field.oninput = () => ((shown.words = field.value.trim().toLowerCase()), draw());
  const bar = make("div", { className: "bar" }, ...(rows.length > 5 ? [field] : []), count);
  const table = make("table", {}, make("caption", {}, data.label), make("thead", {}, make("tr", {}, ...heads)), body);
  const frame = make("div", { className: "frame", tabIndex: 0, role: "region", ariaLabel: data.label }, table);
  mount.replaceChildren(bar, frame, more);
  const rowAt = event => event.target.closest?.("tr[data-row]")?.dataset.row;
  for (const kind of ["pointerover", "focusin"]) body.addEventListener(kind, event => point(rowAt(event)));
  for (const kind of ["pointerleave", "focusout"]) body.addEventListener(kind, () => point(null));
  for (const plot of plots()) {
    plot.on?.("plotly_hover", ({ points }) => {
      const ids = points.flatMap(({ customdata }) => names(customdata));
      for (const { tr } of rows) tr.classList.toggle("is-pointed", ids.includes(tr.dataset.row));
    });
  }
  draw();
  // On paper nothing can be asked for: all rows stand there.
  lives.get(mount)?.abort();
  const life = new AbortController(), print = matchMedia("print");
  const all = on => shown.paper !== on && ((shown.paper = on), draw());
  lives.set(mount, life);
  addEventListener("beforeprint", () => all(true), life);
  addEventListener("afterprint", () => all(false), life);
  print.addEventListener("change", () => all(print.matches), life);
};
