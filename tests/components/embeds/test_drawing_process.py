"""Where much is drawn, another process draws it: the same bytes, the same failures, and what ends there ends there."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import replace
from functools import partial

import psutil
import pytest

from components.cache.cached import STORIES, load_chart
from components.cache.stories import settings_here
from components.embeds.drawing_process import DrawingEnded, DrawingProcess, pickled
from components.embeds.formats import FORMS, body_of
from components.embeds.request import Refused, asked
from components.embeds.web.answers import Answer
from components.embeds.web.drawing import chart_answer, drawn, embed_at
from components.workbench import cached_embeds
from components.workbench.appearance import BOTH
from components.workbench.cached_embeds import load_heights, load_played, load_titles
from data.story.store import SHIPPED
from data.story.story import Story


@pytest.fixture(scope="module")
def elsewhere() -> DrawingProcess:
    """One that has its process, since a single drawing is much for it already."""
    started = DrawingProcess(many=1)
    until = time.monotonic() + 60
    while started(os.getpid) == os.getpid():
        assert time.monotonic() < until
        time.sleep(0.05)
    return started


@pytest.fixture(scope="module")
def story() -> Story:
    return STORIES.find("us-2016", settings_here())


def answer(story: Story, name: str, query: str) -> partial[Answer]:
    wanted = asked(name, query, story=story, forms=FORMS)
    return partial(drawn, partial(chart_answer, wanted), story, wanted, "http://localhost", None, load_chart)


@pytest.mark.slow
@pytest.mark.parametrize("query", ["", "from=2016-11-09T00:07Z&to=2016-11-09T09:11Z", "at=2016-11-09T03:00Z"])
@pytest.mark.parametrize("name", ["timeline", "results.svg", "interest.csv"])
def test_an_answer_is_the_same_wherever_it_is_drawn(
    elsewhere: DrawingProcess, story: Story, name: str, query: str
) -> None:
    call = answer(story, name, query)
    assert elsewhere(call) == call()


@pytest.mark.slow
def test_the_file_of_a_button_is_the_same_wherever_it_is_drawn(elsewhere: DrawingProcess, story: Story) -> None:
    embed = embed_at(story, asked("results", "", story=story), "", None, load_chart)
    assert elsewhere(partial(body_of, embed, "svg", width=500)) == body_of(embed, "svg", width=500)


@pytest.mark.slow
def test_what_pages_show_of_an_embed_is_the_same_wherever_it_is_made(
    elsewhere: DrawingProcess, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    views = tuple((slug, asked(slug, "", story=story).view) for slug in ("timeline", "results", "traffic"))
    embed = embed_at(story, asked("replay", "", story=story), "", None, load_chart)

    def made() -> tuple[dict[str, str], dict[int, int], dict[str, object]]:
        for memo in (load_titles, load_heights, load_played):
            memo.forget(lambda _: True)
        return load_titles(story, views, None), load_heights(embed, (320, 640)), load_played(embed, BOTH)

    monkeypatch.setattr(cached_embeds, "DRAWING", DrawingProcess(many=1_000))
    here = made()
    monkeypatch.setattr(cached_embeds, "DRAWING", elsewhere)
    assert made() == here
    assert [*here[0]] == ["timeline", "results", "traffic"]


def test_a_story_goes_there_as_its_key(story: Story) -> None:
    assert len(pickled(answer(story, "timeline", "at=2016-11-09T03:00Z"))) < 2_000


@pytest.mark.slow
def test_a_refusal_there_is_one_here_with_its_status(elsewhere: DrawingProcess, story: Story) -> None:
    with pytest.raises(Refused, match="a picture of too many pixels") as refused:
        elsewhere(answer(story, "timeline.png", "scale=4&width=2400"))
    assert (refused.value.status, refused.value.problem.parameter) == (400, "scale")


@pytest.mark.slow
def test_a_story_that_was_changed_meanwhile_is_drawn_here(elsewhere: DrawingProcess, story: Story) -> None:
    assert elsewhere(partial(_where, story)) != os.getpid()
    assert elsewhere(partial(_where, replace(story, stamp="0" * 16))) == os.getpid()


def _where(_: Story) -> int:
    return os.getpid()


@pytest.mark.slow
def test_who_asks_for_what_is_kept_comes_before_what_is_drawn(elsewhere: DrawingProcess) -> None:
    assert elsewhere(partial(os.getpriority, os.PRIO_PROCESS, 0)) > os.getpriority(os.PRIO_PROCESS, 0)


@pytest.mark.slow
def test_what_cannot_be_pickled_is_called_here(elsewhere: DrawingProcess) -> None:
    assert elsewhere(lambda: str(os.getpid())) == str(os.getpid())


def test_what_is_drawn_seldom_starts_no_process() -> None:
    before = psutil.Process().children()
    assert DrawingProcess(many=2)(os.getpid) == os.getpid()
    assert psutil.Process().children() == before


def test_the_pictures_on_the_cards_of_one_story_page_start_no_process() -> None:
    before, here = psutil.Process().children(), DrawingProcess()
    for _ in SHIPPED.slugs()[1:]:
        assert here(os.getpid) == os.getpid()
    assert psutil.Process().children() == before


def test_what_one_reader_after_the_other_looks_at_starts_no_process() -> None:
    before, several = set(psutil.Process().children()), DrawingProcess(many=2)
    for _ in range(5):
        assert several.for_reader(os.getpid) == os.getpid()
    assert set(psutil.Process().children()) == before


@pytest.mark.slow
def test_what_several_readers_look_at_together_starts_one() -> None:
    before, several = set(psutil.Process().children()), DrawingProcess(many=2, idle_seconds=0.1)
    together = threading.Barrier(3)
    readers = [threading.Thread(target=several.for_reader, args=(partial(together.wait, 60),)) for _ in range(3)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    (started,) = set(psutil.Process().children()) - before
    psutil.wait_procs([started], timeout=60)


@pytest.mark.slow
def test_a_process_without_work_ends() -> None:
    before, short = set(psutil.Process().children()), DrawingProcess(many=1, idle_seconds=0.1)
    short(os.getpid)
    (started,) = set(psutil.Process().children()) - before
    psutil.wait_procs([started], timeout=60)
    assert not started.is_running()


def _end_elsewhere(here: int) -> None:
    if os.getpid() != here:
        os._exit(3)


@pytest.mark.slow
def test_who_waits_for_a_process_that_ends_is_told_and_the_next_one_is_served(elsewhere: DrawingProcess) -> None:
    told = list[DrawingEnded]()

    def wait() -> None:
        try:
            elsewhere(partial(time.sleep, 60))
        except DrawingEnded as ended:
            told.append(ended)

    waiting = threading.Thread(target=wait)
    waiting.start()
    with pytest.raises(DrawingEnded, match="ask again in a few seconds"):
        elsewhere(partial(_end_elsewhere, os.getpid()))
    waiting.join(30)
    assert [ended.retryable for ended in told] == [True]
    assert elsewhere(partial(int, "7")) == 7
