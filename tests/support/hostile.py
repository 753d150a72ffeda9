"""A night whose every free text would like to run, as a story folder; and what makes an answer inert."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

from components.render.facts_csv import COLUMNS
from tests.support.tags import Tags

#: Where the text goes: SAID where a story may say anything, TOLD where braces are times and nothing else.
_ABOUT = """
title = TOLD
kicker = SAID
short = SAID
dek = TOLD
total = 22
to_win = 12
unit = SAID
clock = "America/New_York"
caller = "AP"
emphasised = ["US-IN"]
window = { start = 2016-11-08T18:00:00Z, end = 2016-11-09T12:00:00Z }
clocks = [{ zone = "America/New_York", label = SAID }, { zone = "UTC", label = SAID }]
parties = [
  { id = "R", name = SAID, candidate = SAID, short = SAID, tone = "second" },
  { id = "D", name = SAID, candidate = SAID, short = SAID, tone = "first" },
]
callers = [{ id = "AP", name = SAID, selectable = true, said = SAID }]
services = [{ id = "cic", host = SAID, name = SAID, main = true }]
searches = [{ term = SAID, geo = SAID, note = SAID }]
articles = [{ title = SAID }]
phrases = [{ text = SAID }]
claims = [{ id = "motto", on = 2016-11-08, who = TOLD, says = TOLD, source = "log", note = TOLD }]
known = [{ text = TOLD, source = "log" }]
unknown = [{ text = TOLD }]
settle = [{ text = TOLD }]
credit = { newsroom = SAID, licence = SAID, note = TOLD }
"""
_TABLES = {
    "sources": """
id,org,title,url,published,licence
log,SAID,SAID,WEB,2016-11-09,SAID
""",
    "contests": """
code,name,short,weight,source,tile_column,tile_row
US-IN,SAID,SAID,11,log,0,0
US-KY,SAID,SAID,8,log,1,0
US-VT,SAID,SAID,3,log,2,0
""",
    "calls": """
id,contest,caller,party,role,basis,at,earliest,latest,precision,source,note
ap-in,US-IN,AP,R,primary,own log,2016-11-08T23:59:00Z,,,minute,log,SAID
ap-ky,US-KY,AP,R,primary,bounds,,2016-11-09T01:00:00Z,2016-11-09T02:00:00Z,window,log,SAID
ap-vt,US-VT,AP,D,primary,own log,2016-11-09T03:50:00Z,,,minute,log,SAID
""",
    "poll_closings": """
id,contest,last_close,source,note
close-in,US-IN,2016-11-08T23:00:00Z,log,SAID
""",
    "milestones": """
id,label,kind,at,precision,source,note
speech,SAID,speech,2016-11-09T05:10:00Z,minute,log,SAID
""",
    "observations": """
id,service,kind,status,at,precision,place,what,value,unit,grade,confidence,credit,time_basis,source,note
error,cic,outage,failing,2016-11-09T03:00:00Z,minute,SAID,TOLD,,,B,high,SAID,SAID,log,TOLD
visits,cic,metric,none,2016-11-09T04:00:00Z,minute,SAID,TOLD,200,visits,B,high,SAID,SAID,log,TOLD
""",
    "figures": """
id,metric,label,value,text,unit,window_start,window_end,base,geo,term,kind,trust,scope,credit,source,note
surge,google_search_surge_time,TOLD,,TOLD,event,2016-11-09T05:04:00Z,,TOLD,SAID,SAID,time only,high,night,SAID,log,TOLD
asked,site_visits,TOLD,900,,visits,2016-11-08T20:00:00Z,2016-11-09T20:00:00Z,TOLD,SAID,SAID,exact,high,night,SAID,log,TOLD
""",
    "controls": """
id,case,title,spike,outage,election,host,kind,status,at,precision,what,confidence,credit,zone,source,note
other,other-night,SAID,yes,no,no,SAID,outage,failing,2013-10-01T04:00:00Z,minute,TOLD,high,SAID,UTC,log,TOLD
""",
    "interest": """
term,geo,start,end,value,source
SAID,SAID,2016-10-30,2016-11-05,40,log
SAID,SAID,2016-11-06,2016-11-12,100,log
""",
    "results": """
contest,party,votes_r,votes_d,status,source,note
US-IN,R,1557286,1033126,final,log,SAID
""",
    "corrections": """
id,corrected,where,was,now,why,source
first,2016-12-01T12:00:00Z,SAID,SAID,SAID,SAID,log
""",
}
_WEB = """https://evil.example/"><script>alert(1)</script>?'onload=alert(1)"""


def hostile_folder(root: Path, slug: str, said: str) -> Path:
    """A story that says this text wherever a story may say something, written as an editor's tools write it.

    A table holds no NUL, and prose no braces but times; that both are refused there is another test.
    """
    told = re.sub("[{}]", "", said)
    folder = root / slug
    folder.mkdir(parents=True)
    words = {"SAID": said, "TOLD": told}
    quoted = {name: json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f") for name, text in words.items()}
    (folder / "story.toml").write_text(re.sub("SAID|TOLD", lambda found: quoted[found[0]], _ABOUT), encoding="utf-8")
    cells = {name: text.replace("\0", "") for name, text in words.items()} | {"WEB": _WEB}
    for name, table in _TABLES.items():
        written = io.StringIO(newline="")
        rows = csv.reader(table.strip().splitlines())
        csv.writer(written, lineterminator="\n").writerows([cells.get(cell, cell) for cell in row] for row in rows)
        (folder / f"{name}.csv").write_bytes(written.getvalue().encode())
    return folder


def elements(text: str) -> set[str]:
    """The kinds of elements that a browser's parser makes of a page or drawing."""
    return {tag for tag, _ in Tags(text).found}


#: Characters that a reader does not see and that turn, hide or end what stands around them.
_UNSEEN = "[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]"


def inert_markup(text: str) -> None:
    """A page or drawing that runs no text of a story, and leads nowhere but to pages."""
    for _, attributes in Tags(text).found:
        assert not [name for name in attributes if name.startswith("on")]
        # An icon that is nothing; no story has a say in it.
        if (attributes.get("rel"), attributes.get("href")) == ("icon", "data:,"):
            continue
        assert not (attributes.get("href") or "").strip().lower().startswith(("javascript:", "data:"))
    assert "<script>alert" not in text
    assert not re.search(_UNSEEN, text)


def inert_cells(text: str) -> None:
    """A table that no spreadsheet takes for a formula, and whose rows stay rows."""
    for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"))):
        assert len(row) == len(COLUMNS)
        for cell in row:
            assert not re.search(f"{_UNSEEN}|[\t\n]", cell)
            assert not re.match(r"\s*[=+@-]", cell)


def sound_data(text: str) -> None:
    """Data that says what it is; its texts are data, as they came."""
    assert json.loads(text)["schema"] == "nightdesk/1"


def no_actions(text: str) -> None:
    """A PDF that does nothing when it is opened."""
    assert not re.search(r"/(JavaScript|JS|URI|Launch|OpenAction|Annots)\b", text)


CHECKS = {"html": inert_markup, "svg": inert_markup, "csv": inert_cells, "json": sound_data, "pdf": no_actions}
