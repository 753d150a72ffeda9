// All is there without this; it adds what a mark says, as the list and the table of this page have it.
{
  const figure = document.getElementById("nightdesk");
  const rows = new Map([...document.querySelectorAll("tr[data-row]")].map((row) => [row.dataset.row, row]));
  cards(figure, (name) => {
    if (/^e\d+$/.test(name)) {
      const [when, what, who] = [...document.getElementById(`nd-${name}`).children].map((part) => part.textContent);
      return [when, what, who.slice(1, -1)];
    }
    const row = rows.get(name);
    if (!row || row.hidden) return null;
    const [, , when, what, value, , source] = [...row.cells].map((cell) => cell.textContent);
    return [when, value ? `${what} (${value})` : what, source];
  });
}
