"""A recorded night played as a feed and a site: the recorders write its ledger again, and everything says TEST."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from data.core.settings import Settings
from data.recorders.status import read_statuses
from data.story.store import SHIPPED, FolderStore
from tests.support.terminal import typed


@pytest.mark.slow
def test_the_ledger_comes_out_again_and_the_site_was_seen_to_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("stories", "records", "cache"):
        monkeypatch.setenv(f"NIGHTDESK_{name.upper()}", str(tmp_path / name))
    stretch = ["--from", "2016-11-08T22:00:00-05:00", "--until", "2016-11-09T03:00:00-05:00"]
    assert typed("rehearse", "us-2016", "--live", "--keep", "--speed", "1200", *stretch) == 0
    told = capsys.readouterr().out
    assert "52 of 52 calls came out again, each within its bounds." in told
    assert int(re.findall(r"(\d+) answers about searches were kept", told)[0]) > 0
    night = FolderStore((tmp_path / "stories",)).read("rehearsal-us-2016")
    assert night.about.rehearsal and night.about.rehearsal.ended
    ohio = next(call for call in night.calls if call.contest == "US-OH")
    said = next(call for call in SHIPPED.read("us-2016").calls if call.id == "ap-oh")
    assert (ohio.party, ohio.id, ohio.source) == (said.party, "ap.ap.us-oh", "feed-ap")
    assert ohio.earliest and ohio.latest and said.latest and ohio.earliest <= said.latest <= ohio.latest
    seen = {row.status for row in night.observations if row.grade == "A"}
    assert "failing" in seen
    record = tmp_path / "records/rehearsal-us-2016/attempts/rehearsal"
    rows = [row for path in record.glob("*.csv") for row in csv.DictReader(path.open())]
    assert {row["status"] for row in rows} >= {"500"}
    words = {word.kind: word for word in read_statuses(Settings(records=tmp_path / "records"), "rehearsal-us-2016")}
    assert words["searches"].written > 0 and words["searches"].trouble == ""
