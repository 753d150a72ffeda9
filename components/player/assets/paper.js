// The upright drawing, or across the page the other, and the map of what is played; on a screen none.
const RULES = `<style>
@media screen { section { display: none; } }
section > .nd { display: block; width: 300mm; max-width: 100%; height: auto; max-height: var(--upright, 205mm); }
section > .nd + .nd { display: none; }
section > .nd + .nd + .nd { display: block; max-height: 110mm; }
@media print and (orientation: landscape) {
  section > .nd { display: none; }
  section > .nd + .nd { display: block; max-height: var(--across, 136mm); }
  section > .nd + .nd + .nd { max-height: 110mm; }
}
</style>`;

// The drawings for paper, with numbers on their marks: asked for when a page is printed, and not before.
export const onPaper = (host, section, addresses, signal) => {
  const drawing = (address) => {
    const asked = new XMLHttpRequest();
    // A print does not wait for a promise.
    asked.open("GET", address, false);
    asked.send();
    if (asked.status !== 200) throw new Error(asked.statusText);
    return asked.responseText;
  };
  const fill = () => {
    if (!addresses().length) return;
    try {
      section.innerHTML = RULES + addresses().map(drawing).join("");
    } catch {
      return;
    }
    host.toggleAttribute("data-printed", true);
  };
  addEventListener("beforeprint", fill, { signal });
  matchMedia("print").addEventListener("change", ({ matches }) => matches && fill(), { signal });
};
