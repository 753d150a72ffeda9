// A call that was taken back, or made again, shares its place with others: it is seen on its tile while it stands.
export const live = (root, { lives }) => {
  const has = (one, name) => one.classList.contains(`is-${name}`);
  const read = (one) => [one, { called: has(one, "called"), soft: has(one, "soft"), possible: has(one, "possible") }];
  const looks = new Map([...root.querySelectorAll(".tile")].map(read));
  root.tile = (one, name, { sure, maybe }, now) => {
    const cut = now !== null, life = cut && lives[name], by = (row, table) => cut && table[row] <= now;
    const look = life ? { called: true, soft: life.soft } : looks.get(one);
    const gone = !!life && by(life.back, sure), going = !!life && !gone && by(life.back, maybe);
    const called = !cut || (by(name, sure) && !gone && !going);
    const possible = cut ? !called && !gone && (going || by(name, maybe)) : look.possible;
    one.classList.toggle("is-called", called && look.called);
    one.classList.toggle("is-soft", called && look.soft);
    one.classList.toggle("is-possible", possible);
    if (lives[name]) one.style.display = !cut ? "" : called || possible ? "inline" : "none";
  };
};
