// A long night is drawn with many units in one path: this parts them into a tile for each, as a player knows them.
// `night.units` has for each side, in the order of its calls: look, weight, and seconds from which each stands.
const LOOKS = ["is-called", "is-called is-soft", "is-possible", ""];
export const unpack = (root, night) => {
  const { units = [], orders, parties } = night;
  delete night.units;
  units.forEach(({ looks, values, sure, maybe, own }, side) => {
    if (!values.length) return;
    const names = values.map((_, n) => own[n] || `unit:${side}:${n}`);
    const put = (table, moments) => names.forEach((name, n) => moments[n] !== null && (table[name] = moments[n]));
    for (const [order, told] of Object.entries(orders)) {
      put(told.sure, sure);
      if (order === "happened") put(told.maybe, maybe);
    }
    parties[side].rows = values.map((value, n) => [names[n], value]);
    for (const group of root.querySelectorAll(`[data-units^="${side} "]`)) {
      const [, left, top, pitch, across, size] = group.dataset.units.split(" ").map(Number);
      const [tile] = group.children;
      const tone = tile.getAttribute("class").split(" ")[1];
      tile.remove();
      group.textContent = "";
      names.forEach((name, n) => {
        if (own[n] || n >= looks.length) return;
        const one = tile.cloneNode(true);
        one.setAttribute("class", `tile ${tone} ${LOOKS[looks[n]]}`.trim());
        one.dataset.row = name;
        const x = left + (n % across) * pitch, y = top + Math.floor(n / across) * pitch;
        one.firstChild.setAttribute("d", `M${x.toFixed(1)} ${y.toFixed(1)}h${size}v${size}h-${size}z`);
        group.append(one);
      });
    }
  });
};
