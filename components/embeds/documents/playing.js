// Opens the night at the moment that the address names behind #, and keeps the moment there.
{
  const asked = new URLSearchParams(location.hash.replace(/^#\??/, ""));
  const night = JSON.parse(document.getElementById("nd-night").textContent);
  const list = [...document.querySelectorAll("[data-frame]")].map((one) => [+one.dataset.frame, one.textContent]);
  const listed = [...new Set(list.map(([, said]) => said))];
  night.said.unshift(...listed);
  night.orders[night.names[0]].moments = list.map(([at, said]) => [at, listed.indexOf(said)]);
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
