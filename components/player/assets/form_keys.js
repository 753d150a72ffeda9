// A form by keyboard alone: it has the focus once it opens, and Enter in a line of text saves it.
// A line of text tells its words to the page 300 ms after the last key: a form waits for them before it saves.
const SETTLED = 400;
const form = () => document.querySelector(".st-key-row-form");

const pressed = event => {
  const field = event.target;
  const plain = event.key === "Enter" && !event.ctrlKey && !event.metaKey && !event.isComposing;
  if (!plain || field.tagName !== "INPUT" || field.type !== "text" || field.getAttribute("role") === "combobox") return;
  setTimeout(() => form()?.querySelector(".st-key-save-row button")?.click(), SETTLED);
};

export default ({ data }) => {
  const found = form();
  if (!found || found.dataset.keys === data.stamp) return;
  if (!found.dataset.keys) found.addEventListener("keydown", pressed);
  found.dataset.keys = data.stamp;
  found.querySelector("input")?.focus();
};
