// Opens what a link or a print wants, and tells a host how high the page is.
(() => {
  "use strict";
  const find = (name) => document.getElementById(name);
  const on = (name, act) => addEventListener(name, act);
  const all = (what) => [...document.querySelectorAll(what)];
  const figure = find("nightdesk");

  // A link opens what its target stands in; so does printing.
  const reveal = () => find(location.hash.slice(1))?.closest("details")?.setAttribute("open", "");
  on("hashchange", reveal);
  reveal();
  let closed = [];
  on("beforeprint", () => (closed = all("details:not([open])")).forEach((one) => (one.open = true)));
  on("afterprint", () => closed.forEach((one) => (one.open = false)));

  // In the words of six hosts; when it has changed, so that no two pages chase one another, or on asking.
  const [, secret] = /[?&]secret=(\w+)/.exec(location.hash) || [];
  const child = new URLSearchParams(location.search).get("childId");
  const id = `${figure.dataset.story}-${figure.dataset.chart}`;
  let last = 0;
  const tell = (asked) => {
    const height = Math.ceil(figure.getBoundingClientRect().height - 0.01);
    if (parent === window || (height === last && asked !== true)) return;
    last = height;
    const send = (message) => parent.postMessage(message, "*");
    send({ sentinel: "amp", type: "embed-size", height });
    send({ "datawrapper-height": { [id]: height } });
    send(JSON.stringify({ src: location.href, context: "iframe.resize", height }));
    send(JSON.stringify({ type: "set-height", value: height }));
    if (secret) send({ message: "height", value: height, secret });
    if (child) send(`pymxPYMx${child}xPYMxheightxPYMx${height}`);
  };
  new ResizeObserver(tell).observe(figure);
  on("load", () => tell(true));
  on("message", ({ source, data }) => source === parent && data?.message === "ready" && tell(true));
})();
