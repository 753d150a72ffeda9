// A table that is one: its head sorts, its field searches, twenty rows stand at first, and a row and its mark on a chart
// of the page show each other.
const make = (name, given = {}, ...inside) => {
  const made = Object.assign(document.createElement(name), given);
  made.append(...inside);
  return made;
};

const anchor = ([text, href]) => {
  if (href.startsWith("./?story=")) return make("a", { href }, text);
  return /^https?:\/\//.test(href) ? make("a", { href, target: "_blank", rel: "noopener" }, text) : text;
};

const pieces = cell => {
  const links = (cell.links ?? []).flatMap((link, place) => [place ? "; " : cell.text ? " " : "", anchor(link)]);
  const more = (cell.more ?? []).map(line => make("p", {}, line.text, ...(line.links ?? []).flatMap(link => [" ", anchor(link)])));
  const folded = more.length ? [make("details", {}, make("summary", {}, cell.fold || "More"), ...more)] : [];
  return [cell.text, ...links, ...folded];
};

const rowOf = (cells, id) => {
  const [first, ...others] = cells;
  const tr = make("tr", {}, make("th", { scope: "row" }, ...pieces(first)), ...others.map(cell => make("td", {}, ...pieces(cell))));
  if (id) tr.dataset.row = id;
  return tr;
};

const plots = () => [...document.querySelectorAll(".js-plotly-plot")].filter(plot => plot.getClientRects().length);
const names = cell => [cell].flat(3).flatMap(part => String(part ?? "").split(" "));

// Where the mark of a row stands in a plot, in its pixels; nothing where it has none.
const placeIn = (plot, id) => {
  for (const trace of plot._fullData ?? []) {
    const at = (Array.isArray(trace.customdata) ? trace.customdata : []).findIndex(cell => names(cell).includes(id));
    const axes = [plot._fullLayout[`xaxis${(trace.xaxis ?? "x").slice(1)}`], plot._fullLayout[`yaxis${(trace.yaxis ?? "y").slice(1)}`]];
    if (at < 0 || axes.some(axis => !axis)) continue;
    const [x, y] = [axes[0].d2p(trace.x?.[at]), axes[1].d2p(trace.y?.[at])];
    if (Number.isFinite(x) && Number.isFinite(y)) return [axes[0]._offset + x, axes[1]._offset + y];
  }
  return null;
};

const ring = make("div", { ariaHidden: "true" });
ring.style.cssText = "position:absolute;width:22px;height:22px;margin:-12px;border:3px solid currentColor;border-radius:14px;pointer-events:none;z-index:5";
const point = id => {
  ring.remove();
  for (const plot of id ? plots() : []) {
    const place = placeIn(plot, id);
    if (!place) continue;
    [ring.style.left, ring.style.top] = place.map(pixels => `${pixels}px`);
    plot.style.position = "relative";
    plot.append(ring);
  }
};

export default ({ data, parentElement }) => {
  const mount = parentElement.querySelector(".nd-table");
  if (mount.dataset.stamp === data.stamp) return;
  mount.dataset.stamp = data.stamp;
  const shown = { all: false, by: -1, up: true, words: "" };
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
    return make("th", { scope: "col" }, press);
  });
  const key = ({ cells }) => cells[shown.by].sort ?? cells[shown.by].text.toLowerCase();
  const order = (one, other) => {
    const [a, b] = [key(one), key(other)];
    return (a < b ? -1 : a > b ? 1 : one.place - other.place) * (shown.up ? 1 : -1);
  };
  const draw = () => {
    const found = rows.filter(({ place }) => shown.words.split(/\s+/).every(word => words[place].includes(word)));
    if (shown.by >= 0) found.sort(order);
    const few = shown.all ? found : found.slice(0, data.first);
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
};
