from __future__ import annotations

import json
import os
import random
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.core.errors import DataError, SourceChanged
from data.sources.trends_csv.export import Export
from data.sources.trends_csv.reader import parse_export, place_named, read_export
from fuzz.trends_csv import answer, broken
from tests.support.terminal import SCRIPT, typed

ROOT = Path(__file__).resolve().parents[3]
RECORDINGS = ROOT / "tests" / "recordings" / "trends_csv"
ASK_ZONE = "The times have no zone: the website prints them by the clock of whoever exported the file; say which."
NO_PLACE = "The file does not name its place."


def parsed(text: str, *, filename: str = "") -> Export:
    return parse_export(text.encode(), filename=filename)


def series(*lines: str, head: str = "Day,bread: (Ohio)") -> str:
    return "\n".join(("Category: All categories", "", head, *lines, ""))


def recording(name: str) -> Export:
    return read_export(RECORDINGS / f"{name}.csv")


@pytest.mark.parametrize(
    ("name", "terms", "geo", "step", "rows", "censored", "missing", "first", "last"),
    [
        ("en_weekly_two_terms", ["test, recording: one", '"test recording two"'], "Worldwide", "P1W", 3, 1, 1,
         "2016-10-30", "2016-11-13"),
        ("en_newer_monthly", ["test recording", "test, recording"], "", "P1M", 3, 1, 0, "2004-01-01", "2004-03-01"),
        ("en_until_2016_report", ["test recording"], "United States", "P1W", 2, 0, 0, "2004-01-04", "2004-01-11"),
        ("en_weekly_excel_us", ["test recording"], "United States", "P1W", 3, 0, 0, "2016-10-30", "2016-11-13"),
        ("fr_weekly", ["essai"], "France", "P1W", 3, 2, 0, "2016-10-30", "2016-11-13"),
        ("ja_weekly", ["テスト"], "日本", "P1W", 3, 2, 0, "2016-10-30", "2016-11-13"),
        ("zh_daily", ["测试"], "美国", "P1D", 3, 1, 0, "2016-11-07", "2016-11-09"),
        ("ru_monthly_cp1251_excel", ["проба"], "Россия", "P1M", 3, 0, 0, "2004-11-01", "2005-01-01"),
        ("de_daily_excel", ["Probe, Aufnahme"], "Deutschland", "P1D", 4, 1, 1, "2016-10-30", "2016-11-02"),
        ("pt_monthly_utf16_tabs", ["gravação de teste"], "Brasil", "P1M", 2, 0, 0, "2016-10-01", "2016-11-01"),
    ],
)  # fmt: skip
def test_the_command_line_says_what_a_series_of_dates_holds(
    name: str, terms: list[str], geo: str, step: str, rows: int, censored: int, missing: int, first: str, last: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    assert typed("trends", RECORDINGS / f"{name}.csv") == 0
    said = json.loads(capsys.readouterr().out)
    del said["warnings"]
    assert said == {
        "kind": "over_time", "terms": terms, "geo": geo, "step": step, "zone": "dates only", "rows": rows,
        "censored": censored, "missing": missing, "first": first, "last": last,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "terms", "geo", "rows", "censored", "missing"),
    [
        ("es_regions", ["grabación de prueba"], "", 4, 1, 1),
        ("de_regions_shares", ["Probe eins", "Probe zwei"], "", 4, 1, 3),
        ("ja_regions", ["テスト"], "", 2, 0, 0),
        ("en_related", ["test recording: one"], "Worldwide", 6, 1, 0),
        ("th_related_without_headings", ["ทดสอบ"], "ไทย", 3, 0, 0),
        ("pt_related_topics", [], "", 4, 0, 0),
        ("tr_related_excel", ["deneme"], "Türkiye", 3, 0, 0),
        ("en_newer_related", [], "", 3, 0, 0),
    ],
)
def test_lists_have_no_times(name: str, terms: list[str], geo: str, rows: int, censored: int, missing: int) -> None:
    export = recording(name)
    assert export.kind == ("regions" if "regions" in name else "related")
    assert (list(export.terms), export.geo) == (terms, geo)
    assert (export.lines, export.censored, export.missing) == (rows, censored, missing)
    assert (export.step, export.zone, export.first, export.last) == (None, "", None, None)


def test_a_series_keeps_which_values_were_censored_and_how() -> None:
    rows = recording("en_hourly").rows
    assert rows["time"].tolist() == list(pd.date_range("2016-11-08T21:00", periods=4, freq="h"))
    assert rows["value"].tolist() == [0, 0, 50, 100]
    assert rows["censored"].tolist() == ["0", "<1", "", ""]


def test_a_keyword_that_lost_the_quotation_marks_around_its_comma_is_put_together_again() -> None:
    export = parsed(series("2016-11-01,1,100", head="Day,bread, butter: (Ohio),wine: (Ohio)"))
    assert (export.terms, export.rows["value"].tolist()) == (("bread, butter", "wine"), [1, 100])


def test_columns_of_one_keyword_are_named_by_their_places() -> None:
    export = parsed(series("2016-11-01,1,100", head="Day,bread: (Ohio),bread: (Utah)"))
    assert (export.terms, export.geo) == (("bread (Ohio)", "bread (Utah)"), "Ohio; Utah")


def test_the_zone_of_hours_is_asked_for() -> None:
    export = recording("en_hourly")
    assert export.zone.startswith("not stated: ")
    assert export.warnings == (ASK_ZONE,)


def test_hours_with_an_offset_need_no_question() -> None:
    export = parsed(series("2016-11-08T18:00:00-05:00,1", "2016-11-08T18:16:00-05:00,100"))
    assert (export.zone, export.step, export.warnings) == ("UTC", "PT16M", ())
    assert export.first == pd.Timestamp("2016-11-08T23:00Z")


def test_the_hour_that_clocks_repeat_is_kept_twice_and_told_apart() -> None:
    export = recording("en_hourly_clocks_go_back")
    assert export.rows[["value", "fold"]].values.tolist() == [[1, 0], [2, 0], [100, 1], [3, 0]]
    assert export.warnings[0].startswith("An hour is there twice from '2016-11-06T01' on, as where clocks go back")


def test_bins_of_eight_minutes_may_repeat_an_hour_too() -> None:
    clock = [
        f"2016-11-06T{at // 60:02}:{at % 60:02}:00,100" for at in (104, 112, 60, 68, 76, 84, 92, 100, 108, 116, 124)
    ]
    export = parsed(series(*clock))
    assert (export.step, export.lines) == ("PT8M", 11)
    assert export.rows["fold"].tolist() == [0, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0]


def test_a_bin_that_the_file_calls_partial_is_left_out() -> None:
    export = recording("pytrends_hourly")
    assert export.rows["value"].tolist() == [1, 100]
    assert export.warnings[0] == "The column 'isPartial' was left out, and with it 1 bin that it calls partial."


def test_the_file_name_is_believed_only_with_a_warning() -> None:
    text = '"Time","bread"\n"2026-04-14",1\n"2026-04-15",100\n"2026-04-16",3'
    export = parsed(text, filename="time_series_BR_20260116-0847_20260416-0847.csv")
    assert export.geo == ""
    assert export.warnings == (
        "The file does not name its place; its file name says BR.",
        "Its file name says that it ends at 2026-04-16 08:47:00, within the last bin, which is then partial.",
    )


def test_shares_of_regions_are_not_taken_for_an_index() -> None:
    export = recording("de_regions_shares")
    assert (export.unit, export.dates) == ("share", "04.02.20 bis 04.03.20")
    assert export.rows.loc[export.rows["region"] == "B", "value"].tolist() == [98, 2]


def test_related_queries_keep_their_section_their_growth_and_their_breakouts() -> None:
    rows = recording("en_related").rows
    assert rows[["term", "section", "breakout"]].values.tolist() == [
        ["test a", "top", False], ["401", "top", False], ["test, b", "top", False],
        ["test c", "rising", True], ["401", "rising", False], ["test d", "rising", False],
    ]  # fmt: skip
    assert rows["value"].fillna(-1).tolist() == [100, 26, 0, -1, 3_750, 40]


@pytest.mark.parametrize(
    ("name", "section", "values"),
    [("top-queries", "top", [100, 64, 31]), ("rising-queries", "rising", [60, -50, None])],
)
def test_newer_related_queries_are_named_by_their_file(name: str, section: str, values: list[float | None]) -> None:
    data = (RECORDINGS / "en_newer_related.csv").read_bytes()
    rows = parse_export(data, filename=f"searched_with_{name}_BR_20260116-0847_20260416-0847.csv").rows
    assert set(rows["section"]) == {section}
    assert [None if pd.isna(value) else value for value in rows["value"]] == values


@pytest.mark.parametrize(
    "growth",
    ["+3,750%", "+3.750 %", "Mais 3.750%", "+3 750 %", "+3\u202f750\xa0%", "3,750% 増加", "%3.750", "+٣٬٧٥٠٪", "3750%"],
)
def test_growth_is_read_in_every_language(growth: str) -> None:
    assert parsed(f'RISING\nbread,"{growth}"\n').rows["value"].tolist() == [3_750]


@pytest.mark.parametrize("less", ["<1", "< 1", "<\xa01", "＜1", "<1%", "1 未満", "小于 1", "menos de 1", "&lt;1"])
def test_less_than_one_is_read_in_every_language(less: str) -> None:
    assert parsed(series(f"2016-11-08,{less}", "2016-11-09,100")).rows["censored"].tolist() == ["<1", ""]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("2016-10-31", "2016-11-01"), ("2016/10/31", "2016/11/01"), ("2016. 10. 31.", "2016. 11. 1."),
        ("2016年10月31日", "2016年11月1日"), ("10/31/2016", "11/1/2016"), ("10/31/16", "11/1/16"),
        ("31/10/2016", "01/11/2016"), ("31.10.16", "01.11.16"), ("31-Oct-16", "01-Nov-16"),
        ("Oct 31, 2016", "Nov 1, 2016"), ("31 de octubre de 2016", "1 de noviembre de 2016"),
        ("2016-10-31T00:00:00", "2016-11-01T00:00:00"), ("10/31/2016 12:00 AM", "11/1/2016 12:00 AM"),
    ],
)  # fmt: skip
def test_dates_are_read_as_spreadsheets_write_them(first: str, second: str) -> None:
    export = parsed(series(f'"{first}",1', f'"{second}",100'))
    assert (export.first, export.step, export.zone) == (pd.Timestamp("2016-10-31"), "P1D", "dates only")


@pytest.mark.parametrize(
    "months",
    ["Dec-04 Jan-05", "Dez 04|Jan 05", "déc.-04 janv.-05", "dic-04 ene-05", "дек.04 янв.05", "Ara.04 Oca.05",
     "gru.04 sty.05", "12/2004 01/2005", "2004-12 2005-01", "12/1/2004 1/1/2005"],
)  # fmt: skip
def test_months_are_read_as_spreadsheets_write_them(months: str) -> None:
    first, second = months.split("|" if "|" in months else " ")
    export = parsed(series(f"{first},1", f"{second},100", head="Month,bread: (Ohio)"))
    assert (export.first, export.step) == (pd.Timestamp("2004-12-01"), "P1M")


@pytest.mark.parametrize(("head", "last", "step"), [("Day", "2016-11-02", "P1D"), ("Mois", "2016-02-11", "P1M")])
def test_the_head_decides_between_two_orders_that_both_give_equal_steps(head: str, last: str, step: str) -> None:
    export = parsed(series("11/1/2016,1", "11/2/2016,100", head=f"{head},bread: (Ohio)"))
    assert (export.last, export.step) == (pd.Timestamp(last), step)
    assert "the order that gives equal steps" in export.warnings[0]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param(series("11/1/2016,1", "11/2/2016,100", head="X,bread: (Ohio)"),
                     "can mean day/month/year or month/day/year", id="ambiguous dates"),
        pytest.param(series("2016-11-01,1", "2016-11-01,2"), "a second time, with another value", id="repeated time"),
        pytest.param(series("2016-11-01,1", "2016-11-03,2", "2016-11-02,3"), "goes back in time", id="backwards"),
        pytest.param(series("2016-11-01,101"), "counts from 0 to 100", id="above 100"),
        pytest.param(series("2016-11-01,-1"), "counts from 0 to 100", id="negative"),
        pytest.param(series("2016-11-01,many"), "'many' where a value from 0 to 100 belongs", id="a word for a value"),
        pytest.param(series("2016-11-31,1"), "not in the calendar", id="no such day"),
        pytest.param(series("1916-11-01,1"), "Google Trends begins in 2004", id="too early"),
        pytest.param(series("2016-11-01,1", "2016-11,2"), "unlike the lines before it", id="two manners of time"),
        pytest.param(series("2016-11-01,1", "2016-11-02,1", "total,2"), "not a time", id="a total at the end"),
        pytest.param(series("2016-11-01,1", "total,2"), "begins with a time", id="one time and a total"),
        pytest.param(series("2016-11-01,1", head="Day,bread: (Ohio),wine"), "names 3 columns", id="a column too few"),
        pytest.param(series("2016-11-01,1,2"), "more cells than the line that names", id="a column without a name"),
        pytest.param(series("2016-11-01,"), "times and no value at all", id="only blanks"),
        pytest.param(series(), "no data below it", id="only a header"),
        pytest.param("", "The file is empty", id="empty"),
        pytest.param(" \n\n", "The file is empty", id="blank"),
        pytest.param("<!DOCTYPE html><title>Before you continue</title>", "a web page", id="HTML"),
        pytest.param('{"default": {}}', "meant for a program (JSON)", id="JSON"),
        pytest.param(")]}',\n{}", "meant for a program (JSON)", id="JSON with a prefix"),
        pytest.param("PK\x03\x04", "Excel workbook (.xlsx)", id="XLSX"),
        pytest.param("%PDF-1.7", "a PDF", id="PDF"),
        pytest.param("Week,x\n2016-11-06,\x001", "binary data", id="NUL"),
        pytest.param('Week,"x: (Ohio)\n2016-11-06,1\n', "quotation mark is not closed", id="unbalanced quotes"),
        pytest.param("date,temperature\n2016-11-06,12\n2016-11-07,31\n", "not the scale", id="temperatures"),
        pytest.param("month,sales\n2016-11,12.5\n2016-12,99.5\n", "not the scale", id="sales"),
        pytest.param("student,grade\nAnn,100\nBob,90\n", "neither times, nor regions", id="grades"),
        pytest.param("name,town\nAnn,Rome\nBob,Oslo\n", "'Rome' where a value", id="addresses"),
        pytest.param("1," * 1_000_000, "no line of a Google Trends export is that long", id="a million columns"),
        pytest.param("x" * 9_000_000, "no line of a Google Trends export is that long", id="one line of 9 MB"),
        pytest.param("x" * 10_000_001, "more than 10 MB", id="more than 10 MB"),
        pytest.param("a,1\n" * 200_021, "more than 200,000 rows", id="more than 200,000 rows"),
        pytest.param(("1," * 999 + "\n") * 1_100, "more than 1,000,000 cells", id="more than a million cells"),
    ],
)  # fmt: skip
def test_what_is_something_else_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(SourceChanged) as caught:
        parsed(text)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("lines", "warning", "values"),
    [
        pytest.param(["2016-11-01,100", "2016-11-02,2", "2016-11-02,2"],
                     "1 row with a time and values that are there already: left out.", [100, 2], id="repeated"),
        pytest.param(["2016-11-02,2", "2016-11-01,100"],
                     "The file begins with the latest time, and was reversed.", [100, 2], id="latest first"),
        pytest.param(["2016-11-01,100", "2016-11-02,2", "2016-11-04,3"],
                     "1 bin between the first and the last have no row.", [100, 2, 3], id="a gap"),
        pytest.param(["2016-11-01,40", "2016-11-02,2"],
                     "The highest value is 40, not 100: the file is a part of its request.", [40, 2], id="below 100"),
        pytest.param(["2016-11-01,0", "2016-11-02,<1"],
                     "Every value is 0 or <1: below what Google Trends shows, not none.", [0, 0], id="all zero"),
        pytest.param(["2016-11-01,100", "2016-11-02,\"0,5\""],
                     "Some values are not whole numbers, so the file was edited after its export.", [100, 0.5],
                     id="decimals"),
    ],
)  # fmt: skip
def test_what_is_odd_is_kept_and_said(lines: list[str], warning: str, values: list[float]) -> None:
    export = parsed(series(*lines))
    assert export.warnings == (warning,)
    assert export.rows["value"].tolist() == values


def test_a_whole_category_has_no_search_term_and_says_so() -> None:
    export = parsed("카테고리: 뉴스\n\n월,Geo: 대한민국\n2016-10,17\n2016-11,100\n")
    assert (export.terms, export.geo, export.step) == ((), "대한민국", "P1M")
    assert export.warnings[-1] == "The file has no search term: it counts the whole category '뉴스'."


def test_a_keyword_that_looks_like_a_place_is_one_where_keywords_have_their_place() -> None:
    export = parsed(series("2016-11-01,1", "2016-11-02,100", head="Day,geo: ohio: (Ohio)"))
    assert (export.terms, export.geo) == (("geo: ohio",), "Ohio")


def test_the_times_of_pytrends_are_utc_and_need_no_question() -> None:
    export = parsed("date,bread,isPartial\n2016-11-09 03:00:00,3,False\n2016-11-09 03:01:00,100,False\n")
    assert (export.zone, export.step, export.first) == ("UTC", "PT1M", pd.Timestamp("2016-11-09T03:00Z"))
    assert ASK_ZONE not in export.warnings
    assert "Its times are UTC, as the program writes them that gives the column 'isPartial'." in export.warnings


@pytest.mark.parametrize(
    "head",
    ['"Trends","Search volume","Started","Ended","Trend breakdown","Explore link"',
     '"Tendências","Volume de pesquisa","Iniciado","Finalizada","Detalhamento","Acesse a página ""Explorar"""'],
)  # fmt: skip
def test_a_list_of_what_trends_now_is_refused_as_what_it_is(head: str) -> None:
    with pytest.raises(SourceChanged, match="Google’s list of what is “Trending now”"):
        parsed(f'{head}\n"bread","200K+","November 9, 2016 at 6:50:00 PM UTC-3",,"bread","./explore?q=bread&geo=BR"\n')


@pytest.mark.parametrize(
    ("filename", "geo"),
    [
        ("time_series_US_20260116-0847_20260416-0847.csv", "US"),
        ("time_series_US-NY_20260416-0747_20260416-0847 (1).csv", "US-NY"),
        ("time_series_US-NY-501_20260116-0847_20260416-0847.csv", "US-NY-501"),
        ("time_series_GB-ENG_20260116_20260416.csv", "GB-ENG"),
        ("time_series_Worldwide_20040101-0000_20260416-0847.csv", ""),
        ("multiTimeline (3).csv", ""),
    ],
)
def test_the_newer_file_names_say_a_place(filename: str, geo: str) -> None:
    assert place_named(filename) == geo


#: A category line with the word for a time, a place and terms, in a language of each alphabet that spreadsheets write.
ALPHABETS = [
    ("cp1252", "Catégorie : Toutes catégories", "Semaine", "déménager au québec", "Côte d’Ivoire"),
    ("cp1252", "Kategorie: Alle Kategorien", "Woche", "nach österreich", "Thüringen"),
    ("mac_roman", "Categoría: Todas las categorías", "Día", "mudarse a canadá", "España"),
    ("cp1250", "Kategoria: Wszystkie kategorie", "Tydzień", "wybory łódź", "województwo śląskie"),
    ("cp1250", "Kategorie: Všechny kategorie", "Týden", "volby předčasné", "Česko"),
    ("iso8859_2", "Kategória: Minden kategória", "Hét", "időjárás győr", "Győr-Moson-Sopron"),
    ("cp1251", "Категория: Все категории", "Неделя", "погода", "Россия"),
    ("cp1251", "Категорія: Усі категорії", "Тиждень", "вибори", "Україна"),
    ("cp1253", "Κατηγορία: Όλες οι κατηγορίες", "Εβδομάδα", "εκλογές", "Ελλάδα"),
    ("cp1254", "Kategori: Tüm kategoriler", "Hafta", "işkur", "Türkiye"),
    ("cp1254", "", "Ay", "işkur", "Türkiye"),
    ("iso8859_9", "Kategori: Tüm kategoriler", "Gün", "seçim sonuçları", "Iğdır"),
    ("cp1255", "קטגוריה: כל הקטגוריות", "שבוע", "בחירות", "ישראל"),
    ("cp1256", "الفئة: جميع الفئات", "أسبوع", "انتخابات", "مصر"),
    ("cp1257", "Kategorija: Visos kategorijos", "Savaitė", "rinkimų naktis žemaičių", "Šiaulių apskritis"),
    ("cp874", "หมวดหมู่: ทุกหมวดหมู่", "สัปดาห์", "เลือกตั้ง", "ไทย"),
    ("cp932", "カテゴリ: すべてのカテゴリ", "週", "大統領選", "日本"),
    ("gb18030", "类别：所有类别", "周", "移民加拿大", "中国"),
    ("big5", "類別：所有類別", "週", "移民加拿大", "台灣"),
    ("cp949", "카테고리: 모든 카테고리", "주", "캐나다 이민", "대한민국"),
    ("utf-16-le", "Categoria: Todas as categorias", "Dia", "mudança", "Brasil"),
    ("utf-16-be", "Категория: Все категории", "День", "погода", "Россия"),
]


@pytest.mark.parametrize(("encoding", "category", "word", "term", "place"), ALPHABETS)
def test_every_alphabet_of_the_site_is_read_without_a_mark(
    encoding: str, category: str, word: str, term: str, place: str
) -> None:
    text = f"{category}\r\n\r\n{word};{term}: ({place})\r\n2016-11-01;1\r\n2016-11-02;100\r\n"
    export = parse_export(text.encode(encoding))
    assert (export.terms, export.geo) == ((term,), place)
    assert ("not in Unicode" in "".join(export.warnings)) is not encoding.startswith("utf")


def test_vietnamese_letters_are_put_together_from_their_parts() -> None:
    parts = {"ầ": b"\xe2\xcc", "ử": b"\xfd\xd2", "ệ": b"\xea\xf2", "ụ": b"u\xf2", "ấ": b"\xe2\xec", "ả": b"a\xd2"}
    text = "Danh mục: Tất cả danh mục\n\nNgày,bầu cử: (Việt Nam)\n2016-11-01,1\n2016-11-02,100\n"
    export = parse_export(b"".join(parts.get(char) or char.encode("cp1258") for char in text))
    assert (export.terms, export.geo) == (("bầu cử",), "Việt Nam")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        pytest.param(lambda folder: folder / "none.csv", "No such file or directory", id="missing"),
        pytest.param(lambda folder: folder, "is a folder, not a file", id="a folder"),
        pytest.param(lambda folder: Path(os.devnull), "not an ordinary file", id="a device"),
    ],
)
def test_the_command_line_refuses_in_one_line(
    make: object, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert callable(make)
    assert typed("trends", make(tmp_path)) == 1
    out, err = capsys.readouterr()
    assert out == "" and said in err and err.count("\n") == 1


@pytest.mark.slow
def test_the_command_is_installed() -> None:
    command = [str(SCRIPT), "trends", str(RECORDINGS / "es_minutes.csv")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert list(json.loads(done.stdout)) == [
        "kind", "terms", "geo", "step", "zone", "rows", "censored", "missing", "first", "last", "warnings",
    ]  # fmt: skip


@given(st.binary(max_size=400) | st.text("0123456789-/,;.:<%\"'\n\tTOPaé日(）", max_size=200).map(str.encode))
def test_any_bytes_are_an_export_or_a_sentence(data: bytes) -> None:
    answer(data)


@given(st.integers(0, 2**32))
def test_a_broken_recording_is_an_export_or_a_sentence(seed: int) -> None:
    recordings = [path.read_bytes() for path in sorted(RECORDINGS.glob("*.csv"))]
    answer(broken(random.Random(seed), recordings))


#: Category line, head of the times and of the place as the website prints them.
LANGUAGES = (
    ("Category: All categories", "Day", ": ({})"), ("Categoría: Todas las categorías", "Día", ": ({})"),
    ("Catégorie : Toutes catégories", "Jour", ": ({})"), ("Kategorie: Alle Kategorien", "Tag", ": ({})"),
    ("Categoria: Todas as categorias", "Dia", ": ({})"), ("Kategoria: Wszystkie kategorie", "Dzień", ": ({})"),
    ("Категория: Все категории", "День", ": ({})"), ("カテゴリ: すべてのカテゴリ", "日", ": ({})"),
    ("类别：所有类别", "天", "：（{}）"), ("Kategori: Tüm kategoriler", "Gün", ": ({})"), ("", "Besma", ": ({})"),
)  # fmt: skip
DATES = (
    "{0.year}-{0.month:02}-{0.day:02}", "{0.month}/{0.day}/{0.year}", "{0.day:02}/{0.month:02}/{0.year}",
    "{0.day:02}.{0.month:02}.{0.year}", "{0.year}/{0.month}/{0.day}", "{0.year}-{0.month:02}-{0.day:02}T00:00:00",
)  # fmt: skip
KEYWORDS = st.text('abc é日я,;:()"\'1%', min_size=1, max_size=12).map(str.strip).filter(
    lambda text: any(char.isalpha() for char in text) and '"' not in text[:1] + text[-1:]
)  # fmt: skip
VALUES = st.sampled_from(["<1", "", "0", "1", "7", "42", "100"])


@st.composite
def exports(draw: st.DrawFn) -> tuple[bytes, list[str], list[datetime], list[list[str]]]:
    """A well-formed daily export in some dialect, with its terms, its days and its cells."""
    category, word, place = draw(st.sampled_from(LANGUAGES))
    terms = draw(st.lists(KEYWORDS, min_size=1, max_size=3, unique=True))
    first = draw(st.datetimes(datetime(2004, 1, 1), datetime(2025, 1, 1))).replace(hour=0, minute=0, second=0)  # noqa: DTZ001
    days = [first.replace(microsecond=0) + timedelta(days=day) for day in range(draw(st.integers(32, 40)))]
    cells = [draw(st.lists(VALUES, min_size=len(terms), max_size=len(terms))) for _ in days]
    cells[0][0] = "100"
    separator, quote_all = draw(st.sampled_from(",;\t")), draw(st.booleans())
    date = draw(st.sampled_from(DATES))

    def line(*row: str) -> str:
        quoted = [
            '"' + cell.replace('"', '""') + '"' if quote_all or set(cell) & set(',;\t"') else cell for cell in row
        ]
        return separator.join(quoted)

    head = line(word, *(term + place.format("Ohio (US)") for term in terms))
    body = [line(date.format(day), *row) for day, row in zip(days, cells, strict=True)]
    text = draw(st.sampled_from(["\n", "\r\n"])).join([category, "", head, *body, ""])
    return text.encode(draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))), terms, days, cells


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(exports())
def test_an_export_in_any_dialect_gives_its_numbers_back(
    made: tuple[bytes, list[str], list[datetime], list[list[str]]],
) -> None:
    data, terms, days, cells = made
    export = parse_export(data)
    assert (export.terms, export.geo, export.step, export.zone) == (tuple(terms), "Ohio (US)", "P1D", "dates only")
    for column, term in enumerate(terms):
        rows = export.rows[export.rows["term"] == term]
        assert rows["time"].tolist() == days
        said = ["" if missing else censored or f"{value:g}" for value, censored, missing in
                zip(rows["value"], rows["censored"], rows["missing"], strict=True)]  # fmt: skip
        assert said == [row[column] for row in cells]


def test_every_refusal_is_an_error_the_app_knows() -> None:
    assert issubclass(SourceChanged, DataError) and not SourceChanged.retryable
