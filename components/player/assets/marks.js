// The marks of a Plotly figure, for whatever points at one: where a trace's places stand in it, and a ring around one.
export const inSight = plots => [...plots].filter(plot => plot.getClientRects().length);

// From a trace's own values to pixels of its plot; nothing where one of its axes is not drawn.
export const placing = ({ _fullLayout: layout }, { xaxis = "x", yaxis = "y" }) => {
  const [across, down] = [layout[`xaxis${xaxis.slice(1)}`], layout[`yaxis${yaxis.slice(1)}`]];
  return across && down && ((x, y) => [across._offset + across.d2p(x), down._offset + down.d2p(y)]);
};

const ring = Object.assign(document.createElement("div"), { ariaHidden: "true" });
ring.style.cssText = "position:absolute;width:22px;height:22px;margin:-12px;border:3px solid currentColor;border-radius:14px;pointer-events:none;z-index:5";

export const unring = () => ring.remove();

export const ringAt = (plot, place) => {
  [ring.style.left, ring.style.top] = place.map(pixels => `${pixels}px`);
  plot.style.position = "relative";
  plot.append(ring);
};
