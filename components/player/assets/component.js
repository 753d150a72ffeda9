// The player on a page of the app: the page hears of a pause, and hides what it drew for another moment until then.
import { play } from "./player.js";
import { unpack } from "./units.js";
import { live } from "./lives.js";

const held = new WeakMap();
const page = document.documentElement;
const resting = () => document.querySelector("[data-test-script-state]")?.dataset.testScriptState === "notRunning";

// The page is drawn for this moment once its script has run; a moment that changes nothing makes it run for nobody.
const settle = (own, calm = 0, tries = 0) => {
  if (own.player?.busy) return;
  if (calm >= 5 || tries > 100) page.removeAttribute("data-nd-playing");
  else setTimeout(settle, 100, own, resting() ? calm + 1 : 0, tries + 1);
};

export default ({ data, parentElement, setStateValue }) => {
  let own = held.get(parentElement);
  if (own?.stamp !== data.stamp) {
    own?.player.halt();
    const mount = parentElement.querySelector(".nd-mount");
    mount.innerHTML = data.markup;
    const root = mount.querySelector("figure");
    const mine = (own = { stamp: data.stamp });
    const moved = (at, order) => {
      setStateValue("moment", { at, order });
      settle(mine);
    };
    root.addEventListener("nd-busy", () => page.setAttribute("data-nd-playing", ""));
    root.addEventListener("nd-idle", () => settle(mine));
    const night = structuredClone(data.night);
    unpack(root, night);
    if (night.lives) live(root, night);
    own.player = play(root, night, { at: data.at, order: data.order, moved });
    held.set(parentElement, own);
  } else if (!own.player.busy && (own.player.at !== data.at || own.player.order !== data.order)) {
    own.player.open(data.at, data.order);
  }
  settle(own);
  return () => {
    own.player.halt();
    held.delete(parentElement);
    page.removeAttribute("data-nd-playing");
  };
};
