// Before a long night is played: its units become tiles of their own.
{
  const told = document.getElementById("nd-night");
  const night = JSON.parse(told.textContent);
  for (const side of night.units) {
    side.values = side.sure.map((_, n) => side.values[n] ?? 1);
    for (const name of ["sure", "maybe"]) {
      let at = 0;
      side[name] = side.sure.map((_, n) => side[name][n] ?? null).map((step) => (step === null ? step : (at += step)));
    }
  }
  unpack(document.getElementById("nightdesk"), night);
  told.textContent = JSON.stringify(night);
}
