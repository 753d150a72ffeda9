"""Charts made by hand from the record of 8-9 November 2016, and awkward ones that no story should break."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta

from components.charts.grammar import (
    Bars,
    Chart,
    Event,
    Gap,
    Item,
    Kind,
    Lane,
    Line,
    Mark,
    Points,
    Reference,
    Spans,
    Steps,
    Tone,
)
from components.charts.said import Said
from components.clock import Clock, token
from data.core.model import Precision, Source, When, Window

EASTERN = Clock("America/New_York")
AP = Source("ap", "AP", "Calling the presidential race state by state", "https://blog.ap.org/behind-the-news")
#: 1 p.m. Nov. 8 to 7 a.m. Nov. 9, Eastern.
NIGHT = Window(datetime(2016, 11, 8, 18, tzinfo=UTC), datetime(2016, 11, 9, 12, tzinfo=UTC))


def utc(text: str) -> datetime:
    """A UTC time written as "8 23:59", day of November 2016 and clock time."""
    day, clock = text.split()
    hour, minute = clock.split(":")
    return datetime(2016, 11, int(day), int(hour), int(minute), tzinfo=UTC)


def at(text: str, precision: Precision = Precision.MINUTE) -> When:
    return When.at(utc(text), precision)


def between(first: str, last: str) -> When:
    return When(utc(first), utc(last), Precision.WINDOW)


#: AP's calls: name, electoral votes, party, minute (UTC) or the two bounds between which it must lie.
CALLS: tuple[tuple[str, int, str, str, str], ...] = (
    ("Indiana", 11, "R", "8 23:59", ""),
    ("Kentucky", 8, "R", "8 23:59", ""),
    ("Vermont", 3, "D", "8 23:59", ""),
    ("West Virginia", 5, "R", "9 00:30", ""),
    ("District of Columbia", 3, "D", "9 01:00", ""),
    ("Delaware", 3, "D", "9 01:00", ""),
    ("Massachusetts", 11, "D", "9 01:00", ""),
    ("Maryland", 10, "D", "9 01:00", ""),
    ("New Jersey", 14, "D", "9 01:00", ""),
    ("Oklahoma", 7, "R", "9 01:00", ""),
    ("South Carolina", 9, "R", "9 01:09", ""),
    ("Tennessee", 11, "R", "9 01:13", ""),
    ("Alabama", 9, "R", "9 01:26", ""),
    ("Rhode Island", 4, "D", "9 01:39", ""),
    ("Mississippi", 6, "R", "9 01:51", ""),
    ("Illinois", 20, "D", "9 01:58", ""),
    ("Kansas", 6, "R", "9 02:00", ""),
    ("North Dakota", 3, "R", "9 02:00", ""),
    ("Nebraska", 4, "R", "9 02:00", ""),
    ("New York", 29, "D", "9 02:00", ""),
    ("South Dakota", 3, "R", "9 02:00", ""),
    ("Texas", 38, "R", "9 02:00", ""),
    ("Wyoming", 3, "R", "9 02:00", ""),
    ("Arkansas", 6, "R", "9 02:10", ""),
    ("Connecticut", 7, "D", "9 02:30", ""),
    ("Montana", 3, "R", "9 03:00", ""),
    ("Ohio", 18, "R", "9 00:30", "9 03:39"),
    ("Virginia", 13, "D", "9 03:40", ""),
    ("Colorado", 9, "D", "9 03:43", ""),
    ("Louisiana", 8, "R", "9 02:00", "9 03:43"),
    ("Missouri", 10, "R", "9 02:00", "9 03:43"),
    ("New Mexico", 5, "D", "9 02:00", "9 03:43"),
    ("Florida", 29, "R", "9 03:50", ""),
    ("California", 55, "D", "9 04:00", ""),
    ("Hawaii", 4, "D", "9 04:00", ""),
    ("Idaho", 4, "R", "9 04:00", ""),
    ("North Carolina", 15, "R", "9 04:00", "9 04:14"),
    ("Oregon", 7, "D", "9 04:00", "9 04:53"),
    ("Washington", 12, "D", "9 04:00", "9 04:53"),
    ("Georgia", 16, "R", "9 04:36", ""),
    ("Utah", 6, "R", "9 04:53", ""),
    ("Iowa", 6, "R", "9 05:02", ""),
    ("Nevada", 6, "D", "9 05:22", ""),
    ("Pennsylvania", 20, "R", "9 06:35", ""),
    ("Nebraska 2nd", 1, "R", "9 06:40", "9 06:50"),
    ("Maine", 3, "D", "9 06:40", "9 07:29"),
    ("Maine 2nd", 1, "R", "9 06:40", "9 07:29"),
    ("Alaska", 3, "R", "9 07:29", "9 07:45"),
    ("Wisconsin", 10, "R", "9 07:29", ""),
)
EMPHASISED = ("Florida", "Ohio", "North Carolina", "Pennsylvania", "Wisconsin")
PARTIES = {"R": ("Trump", Tone.SECOND), "D": ("Clinton", Tone.FIRST)}


def call_when(first: str, last: str) -> When:
    return between(first, last) if last else at(first)


def total(party: str) -> Steps:
    """A party's running total: `value` is a contest's weight, `low` and `high` the total at its latest bound."""
    rows = [(name, votes, call_when(first, last)) for name, votes, side, first, last in CALLS if side == party]
    items = [
        Item(
            row=f"calls:{name}",
            when=when,
            text=f"{name} for {PARTIES[party][0]}, AP",
            sources=("ap",),
            value=float(votes),
            low=float(sum(other for _, other, seen in rows if seen.latest <= when.latest)),
            high=float(sum(other for _, other, seen in rows if seen.earliest <= when.latest)),
        )
        for name, votes, when in rows
    ]
    return Steps(*PARTIES[party], tuple(items))


def call_events() -> tuple[Event, ...]:
    groups: dict[tuple[datetime, datetime, str], list[tuple[str, str]]] = defaultdict(list)
    for name, _, side, first, last in CALLS:
        when = call_when(first, last)
        groups[(when.earliest, when.latest, name if name in EMPHASISED else "")].append((name, side))
    return tuple(_event(calls, call_when_of(calls[0][0])) for calls in groups.values())


def call_when_of(name: str) -> When:
    return next(call_when(first, last) for found, _, _, first, last in CALLS if found == name)


def _event(calls: list[tuple[str, str]], when: When) -> Event:
    names, sides = [name for name, _ in calls], {side for _, side in calls}
    said = names[0] if len(names) == 1 else f"{names[0]} +{len(names) - 1}"
    time = ("" if when.exact else "by ") + token(when.latest, "short")
    own = names[0] in EMPHASISED
    return Event(
        when=when,
        label=f"AP called {', '.join(names)}",
        short=f"{said} {time}",
        shorter=(said,),
        tone=PARTIES[sides.pop()][1] if len(sides) == 1 else Tone.NEUTRAL,
        rows=tuple(f"calls:{name}" for name in names),
        sources=("ap",),
        priority=EMPHASISED.index(names[0]) if own else 40,
        emphasised=own,
    )


def results_lane() -> Lane:
    note = "As called by AP. Shaded: possibly called, where only bounds are known."
    marks = (total("R"), total("D"))
    return Lane(
        "results", "Electoral votes", "votes", marks, (0, 310), note, references=(Reference(270, "270 to win"),)
    )


#: What was seen of cic.gc.ca: id, state, time, how sharply it is known, grade, words, credit.
SEEN: tuple[tuple[str, Tone, str, Precision, str, str, str], ...] = (
    (
        "cbc",
        Tone.DEGRADED,
        "8 19:00",
        Precision.APPROXIMATE,
        "B",
        "Already degraded, internal reports",
        "CBC documents",
    ),
    ("wpri", Tone.FAILING, "9 03:00", Precision.HOUR, "D", "Crashed as results came in", "WPRI"),
    ("itworld", Tone.FAILING, "9 03:30", Precision.HOUR, "C", "First posts of an error page", "IT World Canada"),
    ("ati", Tone.FAILING, "9 03:30", Precision.HOUR, "D", "Error message for several hours", "All That's Interesting"),
    ("bi", Tone.FAILING, "9 03:30", Precision.APPROXIMATE, "D", "Crashed", "Business Insider"),
    ("shot", Tone.FAILING, "9 04:00", Precision.MINUTE, "C", "Screenshot of a server error", "All That's Interesting"),
    ("ctv", Tone.FAILING, "9 04:00", Precision.HOUR, "B", "Cannot be displayed", "CTV News"),
    ("afp", Tone.FAILING, "9 04:00", Precision.HOUR, "D", "Slowed, then an error message", "AFP"),
    ("monde", Tone.FAILING, "9 05:00", Precision.MINUTE, "C", "Screenshot from France", "Le Monde"),
    ("iidrn", Tone.FAILING, "9 05:00", Precision.MINUTE, "A", "Down for about 13 minutes", "isitdownrightnow.com"),
    ("global", Tone.DEGRADED, "9 06:02", Precision.MINUTE, "B", "404 and internal server errors", "Global News"),
    ("back", Tone.ANSWERING, "9 06:18", Precision.MINUTE, "B", "Appears to be back online", "IT World Canada"),
    ("reader", Tone.FAILING, "9 07:45", Precision.MINUTE, "D", "Reader reports the site down", "Snopes mail"),
    ("abc", Tone.DEGRADED, "9 10:45", Precision.MINUTE, "B", "Up and running but very slow", "ABC Action News"),
)
GRADES = {"A": "A machine record", "B": "B first-hand or official", "C": "C dated picture", "D": "D second-hand"}


def seen_item(name: str, tone: Tone, time: str, precision: Precision, grade: str, words: str, credit: str) -> Item:
    lasted = at("9 05:13") if name == "iidrn" else None
    return Item(
        f"observations:{name}",
        at(time, precision),
        f"{words}, {credit}",
        ("ap",),
        lasted,
        tone=tone,
        track=GRADES[grade],
    )


def outages_lane() -> Lane:
    items = [seen_item(*row) for row in SEEN]
    marks: list[Mark] = []
    for tone in (Tone.FAILING, Tone.DEGRADED, Tone.ANSWERING):
        found = [item for item in items if item.tone is tone]
        marks.append(Points(tone.value, tone, tuple(item for item in found if item.until is None)))
        marks += (
            [Spans(tone.value, tone, tuple(item for item in found if item.until))]
            if any(i.until for i in found)
            else []
        )
    note = "Each mark is one observation. Empty track: nothing on record, which does not mean that the site was up."
    return Lane("outages", "State of cic.gc.ca", "", tuple(marks), note=note, tracks=tuple(GRADES.values()))


#: Published reports of rising searches: id, time, precision, words, credit.
MARKS: tuple[tuple[str, str, Precision, str, str], ...] = (
    ("unilad", "8 23:00", Precision.APPROXIMATE, "Begins to surge, zone unstated", "UNILAD"),
    ("movechannel", "9 02:00", Precision.MINUTE, "Rise begins", "TheMoveChannel"),
    ("afp-searches", "9 03:40", Precision.AFTER, "East Coast strongly up", "AFP"),
    ("globe", "9 04:48", Precision.MINUTE, "“moving to Canada” peaks", "Boston Globe"),
    ("abc-1", "9 05:04", Precision.MINUTE, "Major surge", "ABC Action News"),
    ("abc-2", "9 08:16", Precision.MINUTE, "Second major surge", "ABC Action News"),
)


def interest_lane() -> Lane:
    items = [
        Item(f"figures:{name}", at(time, precision), f"{words}, {credit}", ("ap",), kind=Kind.TIME_ONLY)
        for name, time, precision, words, credit in MARKS
    ]
    ranks = [
        Item(
            f"figures:{place}",
            at("8 05:00"),
            f"{place}, rank {n}",
            ("ap",),
            at("9 11:00"),
            value=float(n),
            kind=Kind.RANK,
        )
        for n, place in enumerate(("Oregon", "Washington", "Nevada", "Minnesota", "California"), start=1)
    ]
    note = "Published reports only: no minute or hourly series of this night is on record, so no curve is drawn."
    marks = (Points("published report", Tone.SEARCH, tuple(items)), Spans("counting window", Tone.SEARCH, tuple(ranks)))
    return Lane("interest", "Search interest", "", marks, note=note)


def outside_events() -> tuple[Event, ...]:
    late = (
        ("Minnesota", at("9 16:14"), Tone.FIRST),
        ("Arizona", When(utc("10 05:00"), utc("11 05:00"), Precision.DAY), Tone.SECOND),
        ("New Hampshire", When(utc("14 05:00"), utc("15 05:00"), Precision.DAY), Tone.FIRST),
        ("Michigan", When(utc("28 05:00"), utc("29 05:00"), Precision.DAY), Tone.SECOND),
    )
    return tuple(
        Event(when, f"AP called {name}", f"{name} {token(when)}", tone, (f"calls:{name}",), ("ap",))
        for name, when, tone in late
    )


def night(*lanes: Lane, events: tuple[Event, ...] | None = None) -> Chart:
    """The whole night, or chosen lanes of it."""
    return Chart(
        slug="timeline",
        story="us-2016",
        title="The night on one clock",
        said=Said.of(
            f"Trouble at cic.gc.ca is on record from {token(at('8 19:00', Precision.APPROXIMATE))}; rising searches "
            f"are on record from {token(utc('8 23:00'))}; AP called Florida at {token(utc('9 03:50'))}"
        ),
        window=NIGHT,
        lanes=lanes or (interest_lane(), outages_lane(), results_lane()),
        events=call_events() if events is None else events,
        outside=outside_events(),
        sources=(AP,),
    )


def traffic() -> Chart:
    """Users, sessions and visits: bars over their counting windows, with their bounds."""
    hour = at("9 04:00", Precision.HOUR)
    online = Item("figures:u1", hour, "Users when trouble began", ("ap",), value=200_000, kind=Kind.LOWER_BOUND)
    users = Points("users", Tone.SITE, (online,))
    days = Bars(
        "sessions",
        Tone.SITE,
        (
            Item(
                "figures:d8",
                at("8 05:00"),
                "Sessions from the US, IRCC",
                ("ap",),
                at("9 05:00"),
                249_950,
                kind=Kind.LOWER_BOUND,
            ),
            Item(
                "figures:d9",
                at("9 05:00"),
                "Sessions from the US, IRCC",
                ("ap",),
                at("10 05:00"),
                740_000,
                kind=Kind.LOWER_BOUND,
            ),
        ),
    )
    visits = Bars(
        "visits",
        Tone.SITE,
        (Item("figures:nz", at("8 20:00"), "Visits from the US, INZ", ("ap",), at("9 20:00"), 56_300),),
    )
    lanes = (
        Lane("users", "cic.gc.ca: users", "users", (users,), note="Just over 17,000 at that hour a week before."),
        Lane("sessions", "cic.gc.ca: sessions from US addresses", "sessions", (days,)),
        Lane(
            "visits",
            "immigration.govt.nz: visits",
            "visits",
            (visits,),
            references=(Reference(2_300, "usual daily average: 2,300"),),
        ),
    )
    window = Window(utc("8 05:00"), utc("10 05:00"))
    return Chart(
        "traffic",
        "us-2016",
        "Traffic the sites published",
        Said.of("740,000 sessions on Nov. 9"),
        window,
        lanes,
        sources=(AP,),
    )


def weekly(bins: int = 60) -> Chart:
    """A made-up series with every awkwardness: a missing bin, bins below resolution, a band, and an end."""
    start, week = datetime(2015, 1, 4, tzinfo=UTC), timedelta(days=7)
    items = []
    for n in (n for n in range(bins) if n != 20):
        when, value = When.at(start + n * week), float(8 + (n * 7) % 11 + (80 if n == 40 else 0))
        censored = n in (3, 4)
        kind = Kind.CENSORED if censored else Kind.EXACT
        known, low, high = (None, None, None) if censored else (value, value - 3, value + 3)
        until = When.at(start + (n + 1) * week)
        items.append(Item(f"interest:{n}", when, f"week {n}", ("ap",), until, known, low, high, kind))
    end = start + bins * week
    gap = Item(
        "interest:end", When.at(end), f"The series ends {token(end, 'stamp')}", ("ap",), When.at(end + 20 * week)
    )
    marks = (Line("“move to canada” in US", Tone.SEARCH, tuple(items), week), Gap("no series", Tone.NEUTRAL, (gap,)))
    lane = Lane("interest-us", "“move to canada”, US", "of 100", marks, (0, 105), "100 is the peak of this series.")
    window = Window(start, end + 20 * week)
    return Chart(
        "interest", "us-2016", "Search interest", Said.of("Highest in one week"), window, (lane,), sources=(AP,)
    )


def empty() -> Chart:
    """A window with nothing in it, and one that is all gap."""
    reason = "The series ends July 9, 2016; nothing is drawn for this window"
    item = Item("interest:end", When.at(NIGHT.start), reason, ("ap",), When.at(NIGHT.end))
    lanes = (
        Lane("nothing", "Search interest", "", ()),
        Lane("gap", "Search interest by week", "", (Gap("no series", Tone.NEUTRAL, (item,)),)),
        Lane("tracks", "State of cic.gc.ca", "", (), tracks=tuple(GRADES.values())),
    )
    return Chart(
        "empty", "us-2016", "Nothing here", Said.of("Nothing is held for this window"), NIGHT, lanes, sources=(AP,)
    )


def single() -> Chart:
    """One observation and nothing else."""
    lane = Lane(
        "outages",
        "State of cic.gc.ca",
        "",
        (Points("failing", Tone.FAILING, (seen_item(*SEEN[6]),)),),
        tracks=(GRADES["B"],),
    )
    return Chart("single", "us-2016", "One mark", Said.of("One observation"), NIGHT, (lane,), sources=(AP,))


HOSTILE = (
    "<script>alert(1)</script>",
    '<a href="javascript:alert(1)">x</a>',
    "$\\href{https://evil.example}{x}$ &lt;b&gt; &amp;",
    "\u202eright to left\u2066 and\x00 NUL \x1b[31m \ufffe \ud800",
    "]]></style></title><svg onload=alert(1)>",
    "W" * 10_000,
    "many words " * 900,
    "%{customdata[0]} {time:garbage} {time:2016-11-09T03:50:00Z}",
    "",
)


def saying(text: str) -> Chart:
    """Every text of a chart is this text."""
    item = Item(text, at("9 03:50"), text, (text,), value=1.0, low=1.0, high=1.0, track=text)
    when = at("9 04:10")
    lanes = (
        Lane(text, text, text, (Points(text, Tone.FAILING, (item,)),), note=text, tracks=(text,)),
        Lane(
            text,
            text,
            text,
            (Steps(text, Tone.FIRST, (item,)), Bars(text, Tone.SITE, (item,))),
            references=(Reference(1.0, text),),
        ),
        Lane(text, text, text, (Gap(text, Tone.NEUTRAL, (Item(text, when, text, (text,), at("9 08:00")),)),)),
    )
    event = Event(when, text, text, Tone.FIRST, (text,), (text,), emphasised=True)
    late = Event(at("10 04:10"), text, text, Tone.FIRST, (text,), (text,))
    return Chart(
        "saying",
        "us-2016",
        text,
        Said.of(text),
        NIGHT,
        lanes,
        (event,),
        (Source(text, text, text, text),),
        (text,),
        (late,),
    )


RTL = saying("רשומה של האתר: לא זמין")
ALL = {
    "night": night(),
    "traffic": traffic(),
    "weekly": weekly(),
    "long weekly": weekly(400),
    "empty": empty(),
    "single": single(),
    "right to left": RTL,
}
