// Opens the night at the moment that the address names behind #, and keeps the moment there.
{
  const asked = new URLSearchParams(location.hash.replace(/^#\??/, ""));
  const night = JSON.parse(document.getElementById("nd-night").textContent);
  let last = 0;
  const list = [...document.querySelectorAll("li[data-after]")].map((one) => [(last += +one.dataset.after), one.textContent]);
  const listed = [...new Set(list.map(([, said]) => said))];
  night.said.unshift(...listed);
  const moments = list.map(([at, said]) => [at, listed.indexOf(said)]);
  for (const told of Object.values(night.orders)) told.moments ??= moments;
  play(document.getElementById("nightdesk"), night, {
    titled: true,
    at: asked.get("at"),
    order: night.names.find((name) => name === asked.get("when")) || night.names[0],
    moved: (at, order) => {
      const other = order === night.names[0] ? "" : `&when=${order}`;
      // In a frame without an origin of its own there is no address to write.
      try { history.replaceState(null, "", at ? `#at=${at}${other}` : "#"); } catch {}
    },
  });
}
// On paper, where nothing answers a pointer, calls without words carry the numbers that the list of events has.
addEventListener("beforeprint", () => {
  for (const svg of document.querySelectorAll(".nd-stage svg:not(:has(.nd-no))")) {
    // What is not shown has no size.
    const { style } = svg.parentElement;
    style.display = "block";
    for (const event of svg.querySelectorAll("[data-event]")) {
      const number = event.dataset.event;
      if (svg.querySelector(`[data-of=e${number}]`)) continue;
      for (const sign of event.querySelectorAll("circle,path")) {
        const { x, y, width, height } = sign.getBBox();
        const no = document.createElementNS(svg.namespaceURI, "text");
        no.setAttribute("x", x + width / 2);
        no.setAttribute("y", y + height / 2 + 2);
        no.setAttribute("class", `nd-no b${sign.matches(".f") ? " on" : ""}`);
        no.textContent = number;
        sign.after(no);
      }
    }
    style.display = "";
  }
});
