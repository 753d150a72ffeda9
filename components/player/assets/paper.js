// The drawing for paper, with numbers on its marks: asked for when a page is printed, and not before.
export const onPaper = (host, section, address, signal) => {
  const fill = () => {
    const asked = new XMLHttpRequest();
    // A print does not wait for a promise.
    asked.open("GET", address(), false);
    try {
      asked.send();
    } catch {
      return;
    }
    if (asked.status !== 200) return;
    section.innerHTML = asked.responseText;
    host.toggleAttribute("data-printed", true);
  };
  addEventListener("beforeprint", fill, { signal });
  matchMedia("print").addEventListener("change", ({ matches }) => matches && fill(), { signal });
};
