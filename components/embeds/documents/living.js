// Before a night is played in which calls were taken back.
live(document.getElementById("nightdesk"), JSON.parse(document.getElementById("nd-night").textContent));
