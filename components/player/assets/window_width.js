// A page is sent what is drawn for its window's width. Once the window has the other one, wide or not, and the page does
// not `have` what is drawn for that, it is asked for; never for paper. Returns what looks once more.
export const onOtherWidth = (have, ask, signal) => {
  const wide = matchMedia("(min-width: 56.25rem)");
  const look = () => {
    if (!matchMedia("print").matches && !have(wide.matches)) ask();
  };
  wide.addEventListener("change", look, { signal });
  look();
  return look;
};
