"""What one cell says: a value, how it is censored, a name, a place or dates; in any language of Google's site."""

from __future__ import annotations

import math
import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

#: What the first column of a series is called, by the step the word speaks of ("" where it speaks of none).
_TIMES = {
    "": """time|date|datetime|tiempo|hora y fecha|fecha|tempo|data|temps|date et heure|zeit|datum|ora|tijd|czas
        |zaman|tarih|время|дата|час|日時|時間|时间|시간|날짜|เวลา|thời gian|waktu|masa|aika|tid|čas|idő|timp
        |χρόνος|ώρα|الوقت|זמן|समय|زمان""",
    "PT1M": "minute|minuto|minuut|minuta|dakika|минута|хвилина|分|分钟|分鐘|분|phút|menit|דקה",
    "PT1H": """hour|hora|heure|stunde|uur|godzina|saat|година|時|小时|小時|giờ|jam|time på dagen|tunti|timme|óra
        |oră|שעה|ساعة""",
    "P1D": """day|día|dia|jour|tag|giorno|dag|dzień|gün|день|日|天|일|วัน|ngày|hari|päivä|den|nap|zi|ziua|ημέρα
        |ден|dan|اليوم|يوم|יום|दिन|روز""",
    "P1W": """week|semana|semaine|woche|settimana|setmana|tydzień|hafta|неделя|тиждень|週|周|星期|주|สัปดาห์
        |tuần|minggu|viikko|vecka|uke|uge|týden|týždeň|hét|săptămână|săptămâna|εβδομάδα|седмица|tjedan|teden
        |недеља|أسبوع|الأسبوع|שבוע|सप्ताह|هفته""",
    "P1M": """month|mes|mês|mois|monat|mese|maand|miesiąc|ay|месяц|місяць|月|月份|월|เดือน|tháng|bulan|kuukausi
        |månad|måned|měsíc|mesiac|hónap|lună|luna|μήνας|месец|mjesec|mesec|شهر|الشهر|חודש|महीना|माह|ماه""",
    "P1Y": "year|año|ano|année|jahr|anno|jaar|rok|yıl|год|рік|年|연도|năm|tahun",
}
#: What the first column of a list of places is called.
_PLACES = """region|regions|country|city|metro|subregion|dma|county|state|province|prefecture|territory|place
    |location|geo|región|regiones|país|ciudad|subregión|área metropolitana|comunidad autónoma|estado|provincia
    |departamento|região|cidade|sub-região|sub região|distrito|área metro|région|pays|ville|sous-région
    |département|zone métropolitaine|land|stadt|bundesland|kanton|unterregion|metropolregion|großraum|regione
    |paese|città|sottoregione|area metropolitana|regio|plaats|stad|subregio|kraj|miasto|województwo|podregion
    |obszar metropolitalny|ülke|bölge|şehir|alt bölge|il|страна|регион|регионы|город|субрегион|область|країна
    |регіон|місто|субрегіон|国|地域|国/地域|国または地域|都道府県|市区町村|市|国家|国家/地区|國家/地區|地区|地區
    |区域|區域|城市|子区域|子區域|국가|지역|도시|하위 지역|시/군/구|ประเทศ|ภูมิภาค|เมือง|quốc gia|khu vực|tỉnh
    |thành phố|tiểu vùng|negara|wilayah|kota|subwilayah|subkawasan|bandar|maa|alue|kaupunki|land/område|by|ort
    |område|underregion|země|oblast|město|krajina|mesto|ország|régió|város|țară|regiune|oraș|judeţ|județ|χώρα
    |περιοχή|πόλη|държава|град|država|grad|البلد|الدولة|المنطقة|المدينة|מדינה|אזור|עיר|देश|क्षेत्र|शहर|کشور
    |منطقه|شهر"""
#: How the two halves of related queries are headed.
_TOP = """top|principales|en tête|beliebt|häufig|più cercati|più frequenti|популярные|найпопулярніші|人気|热门
    |熱門|인기|populair"""
_RISING = """rising|en aumento|em ascensão|en progression|en hausse|steigend|zunehmend|in aumento|in crescita
    |stijgend|rosnące|yükselen|yükselenler|растущие|набирающие популярность|зростаючі|注目|上升|급상승|menanjak
    |đang tăng|صاعدة"""
#: "All categories", which narrows nothing.
_ALL = """all categories|todas las categorías|todas as categorias|toutes catégories|toutes les catégories
    |alle kategorien|tutte le categorie|totes les categories|alle categorieën|wszystkie kategorie
    |tüm kategoriler|все категории|усі категорії|всі категорії|すべてのカテゴリ|すべてのカテゴリー|所有类别
    |所有類別|全部类别|모든 카테고리|ทุกหมวดหมู่|tất cả danh mục|semua kategori|kaikki luokat|alla kategorier
    |alle kategorier|všechny kategorie|všetky kategórie|minden kategória|toate categoriile|όλες οι κατηγορίες
    |всички категории|sve kategorije|vse kategorije|све категорије|جميع الفئات|كل الفئات|כל הקטגוריות
    |सभी श्रेणियां|همه دسته‌ها"""
#: "Category", as it opens an export.
_CATEGORY = """category|categoría|categoria|catégorie|kategorie|categorie|kategoria|kategori|категория|категорія
    |カテゴリ|カテゴリー|类别|類別|카테고리|หมวดหมู่|danh mục|luokka|kategória|κατηγορία|kategorija|категорија
    |الفئة|קטגוריה|श्रेणी"""
#: "Less than", around a 1.
_LESS = """less than|under|below|menos de|menos que|moins de|meno di|inferiore a|weniger als|unter|minder dan
    |mniej niż|poniżej|меньше|менее|менше|未満|小于|小於|少于|不到|低于|미만|น้อยกว่า|dưới|kurang dari|alle
    |mindre än|mindre enn|mindre end|méně než|menej ako|kevesebb mint|sub|mai puțin de|λιγότερο από|أقل من
    |פחות מ|1'den az|den az"""
_BREAKOUT = """breakout|aumento puntual|aumento repentino|record|em alta|pico|explosion|lancement|impennata
    |sprunghafter anstieg|ausbruch|doorbraak|gwałtowny wzrost|przebicie|patlama|сверхпопулярность|взлет
    |надпопулярність|急激増加|飙升|飆升|급등|ดาวรุ่งพุ่งแรง|đột phá|pesat|melonjak|läpimurto|genombrott
    |gennembrud"""
_TRUE = "true|1|1.0|yes|wahr|vrai|verdadero|verdadeiro|vero|waar|prawda|doğru|истина|真"
#: Months as spreadsheets and people write them; an abbreviation is any beginning of three letters or more that
#: belongs to one month only.
_MONTHS = (
    "january januar jänner janvier enero janeiro gennaio januari styczeń stycznia ocak январь января січень leden",
    "february februar février febrero fevereiro febbraio februari luty lutego şubat февраль февраля лютий únor fév",
    "march märz mars marzo março maart marzec marca mart март марта березень březen mrt mrz",
    "april avril abril aprile kwiecień kwietnia nisan апрель апреля квітень duben",
    "may mai mayo maio maggio mei maj maja mayıs май мая травень květen",
    "june juni juin junio junho giugno czerwiec czerwca haziran июнь июня червень červen",
    "july juli juillet julio julho luglio lipiec lipca temmuz июль июля липень červenec",
    "august août aout agosto augustus sierpień sierpnia ağustos август августа серпень srpen",
    "september septembre septiembre setembro settembre wrzesień września eylül сентябрь сентября вересень září sept",
    "october oktober octobre octubre outubro ottobre październik października ekim октябрь октября жовтень říjen okt",
    "november novembre noviembre novembro listopad listopada kasım ноябрь ноября листопад",
    "december dezember décembre diciembre dezembro dicembre grudzień grudnia aralık декабрь декабря грудень prosinec",
)


def folded(text: str) -> str:
    """The text without case, accents or the shape of its characters, so that two spellings of a word compare."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"\s+", " ", "".join(char for char in plain if not unicodedata.combining(char))).strip(" .:")


def _words(text: str) -> frozenset[str]:
    return frozenset(word for part in text.split("|") if (word := folded(part)))


STEPS = {word: step for step, text in _TIMES.items() for word in _words(text)}
PLACES, TOP, RISING = _words(_PLACES), _words(_TOP), _words(_RISING)
ALL_CATEGORIES, CATEGORY, LESS_THAN = _words(_ALL), _words(_CATEGORY), _words(_LESS)
BREAKOUT, TRUE = _words(_BREAKOUT), _words(_TRUE)


def _beginnings() -> dict[str, int]:
    found: dict[str, set[int]] = {}
    for month, names in enumerate(_MONTHS, 1):
        for name in map(folded, names.split()):
            for length in range(3, len(name) + 1):
                found.setdefault(name[:length], set()).add(month)
    whole = {folded(name): month for month, names in enumerate(_MONTHS, 1) for name in names.split()}
    return {name: months.copy().pop() for name, months in found.items() if len(months) == 1} | whole


#: Month numbers by their names and unmistakable abbreviations, folded.
MONTHS = _beginnings()


_LONGEST_VALUE = 60  # characters; "sprunghafter Anstieg" has 20
_LONGEST_LABEL = 1_000  # characters; the website takes keywords of 100
#: Marks of direction and width that browsers and spreadsheets leave around a text.
_INVISIBLE = "\ufeff\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069"
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(?:[., '’]\d{3})+")
_IN_WORDS = re.compile(r"([+-]?)\s*(\d[\d., '’]*)")
_OPENING = re.compile(r"[:：]\s*[(（]")
_COLON = re.compile(r"[:：]")


class Value(NamedTuple):
    """A cell of values: `kind` is number, percent, less (below 1), blank or word; `number` is NaN where it has none."""

    kind: str
    number: float = math.nan
    text: str = ""


class ColumnHead(NamedTuple):
    """The head of a column: `keyword: (inside)`, whose inside is a place or, for regions, the dates."""

    term: str
    inside: str = ""

    @property
    def dated(self) -> bool:
        """Whether the brackets hold dates rather than a place."""
        return any(char.isdecimal() for char in self.inside)


def trimmed(cell: str) -> str:
    """The cell without white space and invisible marks around it."""
    return cell.strip(_INVISIBLE + " \t\xa0\u3000\u202f")


def plain(text: str) -> str:
    """The text with ASCII digits and the common forms of signs, for reading numbers and dates."""
    if text.isascii():
        return text.strip()
    text = unicodedata.normalize("NFKC", trimmed(text)).translate({0x2212: "-", 0x066A: "%", 0x066B: ".", 0x066C: ","})
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text).strip()


@lru_cache(maxsize=4_096)
def read_value(cell: str) -> Value:
    """What a cell of values says; a word is given back as `text`."""
    if len(cell) > _LONGEST_VALUE:
        return Value("word", text=cell)
    text = plain(cell).removeprefix("'")
    if folded(text) in {"", "na", "n/a", "nan"}:
        return Value("blank")
    if _is_less(text):
        return Value("less", 0.0)
    if "%" in text:
        return _percent(text)
    if _GROUPED.fullmatch(text) or _NUMBER.fullmatch(text):
        return Value("number", _number(text))
    return Value("word", text=cell)


def is_value(cell: str) -> bool:
    """Whether the cell holds a value that is not blank and not a word."""
    return read_value(cell).kind in {"number", "percent", "less"}


def _is_less(text: str) -> bool:
    """ "<1", "< 1", "<1%", "&lt;1", "1 未満", "menos de 1": below the resolution of the index."""
    sign = text.replace("&lt;", "<").rstrip("% ").replace(" ", "")
    if sign in {"<1", "1>", "‹1"}:
        return True
    digits = re.findall(r"\d+", text)
    return digits == ["1"] and folded(text.replace("1", " ", 1).replace("%", "")) in LESS_THAN


def _percent(text: str) -> Value:
    """ "+3,750%", "Mais 2.000%", "+1 200 %", "%750": the digits around or beside the sign."""
    found = _IN_WORDS.findall(text)
    if len(found) != 1:
        return Value("word", text=text)
    sign, digits = found[0]
    digits = digits.strip(" .,'’")
    if not (_GROUPED.fullmatch(digits) or _NUMBER.fullmatch(digits)):
        return Value("word", text=text)
    return Value("percent", _number(digits) * (-1 if sign == "-" else 1))


def _number(text: str) -> float:
    """A number with either decimal sign, or grouped in thousands."""
    if _GROUPED.fullmatch(text):
        return float(re.sub(r"[., '’]", "", text))
    return float(text.replace(",", "."))


def read_label(cell: str) -> ColumnHead:
    """A keyword and what its brackets say; the keyword may hold colons, brackets, commas and quotation marks."""
    if len(cell) <= _LONGEST_LABEL and cell.endswith((")", "）")):
        openings = list(_OPENING.finditer(cell))
        if openings:
            last = openings[-1]
            return ColumnHead(trimmed(cell[: last.start()]), trimmed(cell[last.end() : -1]))
    return ColumnHead(cell)


def read_place_alone(cell: str) -> str:
    """The place in "Geo: Ohio", the head of a column that has no keyword; "" for any other head."""
    head, *rest = _COLON.split(cell, maxsplit=1)
    return trimmed(rest[0]) if rest and folded(head) in PLACES else ""


def dates_and_place(inside: str) -> tuple[str, str]:
    """The two halves of "3/5/20 - 3/5/21, Philadelphia PA": as printed, "" for the half that is not there."""
    last = max((place for place, char in enumerate(inside) if char.isdecimal()), default=-1)
    if last < 0:
        return "", inside
    comma = re.search(r"[,，،、]", inside[last:])
    if not comma:
        return inside, ""
    return trimmed(inside[: last + comma.start()]), trimmed(inside[last + comma.end() :])
