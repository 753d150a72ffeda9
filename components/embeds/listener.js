// Nightdesk: gives every <iframe data-nightdesk> on this page the height of what it holds. You may host it yourself.
// It asks no server for anything and changes nothing but those heights.
(() => {
  "use strict";
  if (window.nightdeskListens) return;
  window.nightdeskListens = true;

  const frames = () => [...document.querySelectorAll("iframe[data-nightdesk]")];

  addEventListener("message", ({ data, source }) => {
    if (!data || data.sentinel !== "amp" || data.type !== "embed-size") return;
    if (!(data.height > 0) || typeof data.height !== "number") return;
    // An embed has an opaque origin ("null"), which any page can have: only its window says who speaks.
    const frame = frames().find((one) => one.contentWindow === source);
    if (!frame) return;
    const edges = getComputedStyle(frame).boxSizing === "border-box" ? frame.offsetHeight - frame.clientHeight : 0;
    frame.style.height = Math.min(10000, Math.ceil(data.height)) + edges + "px";
  });

  // Whoever spoke before this script was here is asked to say it again.
  const ask = () => frames().forEach((one) => one.contentWindow.postMessage({ message: "ready" }, "*"));
  document.readyState === "loading" ? addEventListener("DOMContentLoaded", ask) : ask();
})();
