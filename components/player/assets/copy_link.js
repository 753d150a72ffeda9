// Copies the address that it was last given; a page without a safe origin has no clipboard, and copies a selection.
const bySelection = link => {
  const field = Object.assign(document.createElement("textarea"), { value: link });
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
};

export default ({ data, parentElement, setTriggerValue }) => {
  const button = parentElement.querySelector("button");
  button.dataset.link = data.link;
  button.onclick = async () => {
    const { link } = button.dataset;
    const done = await (navigator.clipboard?.writeText(link).then(() => true, () => bySelection(link)) ?? bySelection(link));
    setTriggerValue("copied", done ? "yes" : "no");
  };
};
