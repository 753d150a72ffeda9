// Before a long night is played: its units become tiles of their own.
{
  const told = document.getElementById("nd-night");
  const night = JSON.parse(told.textContent);
  unpack(document.getElementById("nightdesk"), night);
  told.textContent = JSON.stringify(night);
}
