// The player on a page of the app: the page hears of a pause, and hides what it drew for another moment until then.
import { play } from "./player.js";

const held = new WeakMap();
const page = document.documentElement;

// The page is drawn for this moment once its script has run.
const settle = (tries = 0) => {
  const state = document.querySelector("[data-test-script-state]")?.dataset.testScriptState;
  if (state === "notRunning" || tries > 100) page.removeAttribute("data-nd-playing");
  else setTimeout(settle, 100, tries + 1);
};

export default ({ data, parentElement, setStateValue }) => {
  let own = held.get(parentElement);
  if (own?.stamp !== data.stamp) {
    own?.player.halt();
    const mount = parentElement.querySelector(".nd-mount");
    mount.innerHTML = data.markup;
    const root = mount.querySelector("figure");
    const moved = (at, order) => {
      setStateValue("moment", { at, order });
      // A moment that changes nothing on the page calls nobody back.
      setTimeout(settle, 3000);
    };
    root.addEventListener("nd-busy", () => page.setAttribute("data-nd-playing", ""));
    root.addEventListener("nd-idle", () => settle());
    own = { stamp: data.stamp, player: play(root, data.night, { at: data.at, order: data.order, moved }) };
    held.set(parentElement, own);
  } else if (!own.player.busy && (own.player.at !== data.at || own.player.order !== data.order)) {
    own.player.open(data.at, data.order);
  }
  if (!own.player.busy) settle();
  return () => {
    own.player.halt();
    held.delete(parentElement);
    page.removeAttribute("data-nd-playing");
  };
};
