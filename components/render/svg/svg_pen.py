"""The SVG pen: a composition as elements in layers, each mark with its row and what a pointer over it is told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from components.charts.grammar import Tone
from components.render.layout.scene import Area, Bar, Composition, Paint, Part, Sign, Stroke, Thing, Words, cross
from components.render.svg.sheet import Frame, Layer, number, tag
from components.render.svg.together import copies, polyline
from components.text import PLAIN_CHARACTERS, visible

#: Type of a number on a mark, in pixels.
_NUMBER = 8.0
#: How high the ground of a line of text is, in pixels.
GROUND = 14
#: Classes of what is painted with the ground's own colours.
_PAINTS: dict[Paint, str] = {"rule": "rule", "axis": "axis", "ink": "reference"}


def named(row: str) -> str:
    """A row's name as an attribute: nothing invisible in it."""
    return visible(row)[:PLAIN_CHARACTERS]


def outline(shape: str, x: float, y: float, r: float, **attributes: str | float) -> str:
    """A circle, diamond, square or triangle around a point; all four cover about the same area."""
    if shape == "circle":
        return tag("circle", cx=x, cy=y, r=r, **attributes)
    return tag("path", d=_outline_path(shape, x, y, r), **attributes)


def _outline_path(shape: str, x: float, y: float, r: float) -> str:
    if shape == "square":
        side = r * 0.9
        return f"M{number(x - side)} {number(y - side)}h{number(2 * side)}v{number(2 * side)}h{number(-2 * side)}z"
    if shape == "diamond":
        reach = r * 1.25
        return (
            f"M{number(x)} {number(y - reach)}l{number(reach)} {number(reach)}l{number(-reach)} {number(reach)}"
            f"l{number(-reach)} {number(-reach)}z"
        )
    if shape == "cross":
        return f"M{'L'.join(f'{number(x + dx)} {number(y + dy)}' for dx, dy in cross(r))}z"
    if shape == "arrow":
        return f"M{number(x - r / 2)} {number(y)}l{number(r)} {number(-r)}v{number(2 * r)}z"
    reach = r * 1.15
    return f"M{number(x)} {number(y - reach)}l{number(reach)} {number(1.9 * reach)}h{number(-2 * reach)}z"


def relative_outline(shape: str, r: float) -> str:
    """The shape around a point as path data that begins with the way from it, for many in one path."""
    if shape == "circle":
        arc = f"a{number(r)} {number(r)} 0 1 0 "
        return f"m{number(-r)} 0{arc}{number(2 * r)} 0{arc}{number(-2 * r)} 0z"
    return _outline_path(shape, 0, 0, r).replace("M", "m", 1)


def draw_composition(frame: Frame, found: Composition) -> None:
    """Write every part of the composition on the frame's sheet: ground, lines of events, marks, text."""
    pen = _Pen(frame, found)
    pen.loose([*found.parts, *found.keys])
    pen.grounds(words for words in found.words if words.ground)
    pen.things(found.parts)
    for words in found.words:
        pen.write(words)


class _Pen:
    """Writes parts of one composition on one sheet."""

    def __init__(self, frame: Frame, found: Composition) -> None:
        self.frame, self.x = frame, found.x
        self.marks = found.marks if found.sizes.paper else {}

    def loose(self, parts: Iterable[Part]) -> None:
        """What stands for no row: grid, areas, lines, and the signs of the legend."""
        for part in parts:
            match part:
                case Stroke():
                    self.frame.sheet.add(part.layer, self._stroke(part))
                case Area(thing=None):
                    self.frame.sheet.add("ground", self._toned(part.tone, self._area(part)))
                case Bar(thing=None) | Sign(thing=None):
                    self.frame.sheet.add("marks", self._toned(part.tone, self._mark(part)))
                case _:
                    pass

    def things(self, parts: Sequence[Part]) -> None:
        """A group for each mark and event; of a crowd the marks of rows that are not listed are drawn many in one."""
        groups, marks = dict[int, list[Part]](), dict[int, Thing]()
        crowd = defaultdict[tuple[str, str, Tone, float], list[tuple[float, float]]](list)
        for part in parts:
            if isinstance(part, Sign | Bar | Area) and part.thing:
                if isinstance(part, Sign) and not part.thing.number and not self.frame.apart(part.thing.rows[0]):
                    crowd[(part.shape, part.fill, part.tone, part.r)].append((self.x(part.at), part.y))
                    continue
                groups.setdefault(id(part.thing), []).append(part)
                marks[id(part.thing)] = part.thing
        for (shape, fill, tone, r), places in crowd.items():
            look = {"class_": "p s", "stroke_width": 1.4} if fill == "open" else {"class_": "f"}
            self.frame.sheet.add(
                "marks", self._toned(tone, tag("path", d=copies(relative_outline(shape, r), places), **look))
            )
        ordered = sorted(groups, key=lambda name: marks[name].number)
        for name in ordered:
            self._group(marks[name], groups[name])

    def _group(self, thing: Thing, parts: Sequence[Part]) -> None:
        title = self.frame.title(lambda: f"{thing.when}: {thing.what}")
        tones = [part.tone for part in parts if isinstance(part, Sign | Bar | Area)]
        one = len(set(tones)) == 1
        drawn = [self._area(part) if isinstance(part, Area) else self._mark(part) for part in parts]
        if id(thing) in self.marks:
            said, _ = self.marks[id(thing)]
            drawn = [mark + self._number(said, part) for mark, part in zip(drawn, parts, strict=True)]
        content = "".join(drawn if one else (self._toned(tone, mark) for tone, mark in zip(tones, drawn, strict=True)))
        classes = f"t-{tones[0].value}" if one else ""
        layer: Layer = "ground" if isinstance(parts[0], Area) else "marks"
        if thing.number:
            # A page that prints them beside it has the rows in its table.
            rows = "" if self.frame.brief else " ".join(map(named, filter(self.frame.apart, thing.rows)))
            element = tag("g", title + content, class_=classes, data_event=str(thing.number), data_rows=rows)
        else:
            element = tag("g", title + content, class_=classes, data_row=named(thing.rows[0]))
        self.frame.sheet.add(layer, element)

    def _number(self, said: str, part: Part) -> str:
        """The number of a mark without words, within its sign, at the end of its bar or in the middle of its area."""
        if isinstance(part, Sign):
            light = part.fill == "full" and part.strength > 0.5
            # A triangle is widest at its foot.
            y = part.y + _NUMBER * (0.6 if part.shape == "triangle" else 0.36)
            classes = "on b" if light else "b"
            return tag("text", said, font_size=_NUMBER, x=self.x(part.at), y=y, text_anchor="middle", class_=classes)
        if isinstance(part, Bar):
            return tag("text", said, font_size=_NUMBER, x=self.x(part.end) + 2, y=part.y + _NUMBER * 0.36, class_="b")
        if isinstance(part, Area):
            across, down = zip(*self._points(part), strict=True)
            x, y = (min(across) + max(across)) / 2, (min(down) + max(down)) / 2 + _NUMBER * 0.36
            return tag("text", said, font_size=_NUMBER, x=x, y=y, text_anchor="middle", class_="b halo")
        return ""

    def _toned(self, tone: Tone, content: str) -> str:
        return tag("g", content, class_=f"t-{tone.value}")

    def _mark(self, part: Part) -> str:
        return self._bar(part) if isinstance(part, Bar) else self._sign(part) if isinstance(part, Sign) else ""

    def _bar(self, bar: Bar) -> str:
        left, right = self.x(bar.start), self.x(bar.end)
        wide = max(right - left, 1.5)
        return tag(
            "rect", x=left, y=bar.y - bar.thick / 2, width=wide, height=bar.thick, class_="f", opacity=bar.strength
        )

    def _sign(self, sign: Sign) -> str:
        x, y, r = self.x(sign.at), sign.y, sign.r
        if sign.bare:
            return tag("path", d=f"M{number(x)} {number(y)}h0")
        if sign.shape == "tick":
            return tag("path", d=f"M{number(x)} {number(y - r)}v{number(2 * r)}", class_="s", stroke_width=1.2)
        if sign.fill == "open":
            return outline(sign.shape, x, y, r, class_="p s", stroke_width=1.4)
        if sign.strength >= 1:
            return outline(sign.shape, x, y, r, class_="f")
        ground = outline(sign.shape, x, y, r, class_="p s", stroke_width=1.4)
        return ground + outline(sign.shape, x, y, r, class_="f", opacity=sign.strength)

    def _points(self, part: Stroke | Area) -> list[tuple[float, float]]:
        return [(self.x(at), y) for at, y in part.points]

    def _stroke(self, stroke: Stroke) -> str:
        classes = f"t-{stroke.paint.value} s line" if isinstance(stroke.paint, Tone) else _PAINTS[stroke.paint]
        return tag(
            "path",
            d=polyline(self._points(stroke)),
            class_=classes,
            stroke_width=stroke.width if isinstance(stroke.paint, Tone) else "",
            stroke_dasharray=stroke.dash if isinstance(stroke.paint, Tone) else "",
            opacity=stroke.strength if stroke.strength < 1 else "",
            data_of=stroke.of,
            clip_path=self.frame.past if stroke.told else "",
        )

    def _area(self, area: Area) -> str:
        path = f"{polyline(self._points(area))}z"
        if area.hatched:
            lines = tag("path", d="M0 6L6 0", class_="s", stroke_width=0.9)
            hatch = tag(
                "pattern", lines, width=6.0, height=6.0, patternUnits="userSpaceOnUse", class_=f"t-{area.tone.value}"
            )
            return tag("path", d=path, fill=self.frame.sheet.paint(f"hatch-{area.tone.value}", hatch))
        return tag("path", d=path, class_="f", opacity=area.strength, clip_path=self.frame.past if area.told else "")

    def grounds(self, found: Iterable[Words]) -> None:
        """The grounds of words over lines of events, as thick lines: many in one, but of each mark, for a player."""
        paths = defaultdict[str, str](str)
        for words in found:
            box = words.box(self.x(words.at))
            # A box has room for this grid beside its words, and a document has dozens of them.
            left, right = (round(edge / 4) * 4 for edge in (box.left, box.right))
            paths[words.of] += f"M{left} {round((box.top + box.bottom) / 2)}h{right - left}"
        drawn = "".join(tag("path", d=path, data_of=of) for of, path in paths.items())
        self.frame.sheet.add("events", tag("g", drawn, class_="under") if drawn else "")

    def write(self, words: Words) -> None:
        """A line of text, with a thin edge of paper where lines run behind it."""
        paint = words.paint
        classes = f"f t-{paint.value} halo" if isinstance(paint, Tone) else "q halo" if paint == "quiet" else "halo"
        self.frame.sheet.text(
            self.x(words.at),
            words.y,
            words.said,
            words.size,
            classes=classes,
            anchor=words.anchor,
            bold=words.bold,
            of=words.of,
        )
