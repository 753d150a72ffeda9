"""The renderer: one piece of work for all who ask, bounded memory, and an event loop that stays free."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from components.cache.render_cache import Busy, BusyWithOne, RenderCache
from components.embeds.embed import embed_of
from components.embeds.formats import Rendered, render
from components.view.view_state import default_view
from data.core.settings import Settings
from data.story.store import find_story
from tests.support.cases import cases


@pytest.fixture
def renderer() -> Iterator[RenderCache]:
    renderer = RenderCache(workers=2, most_bytes=100)
    yield renderer
    renderer.close()


class Maker:
    """Counts its calls, and finishes each only when it is let."""

    def __init__(self, made: str = "made", *, held: bool = False) -> None:
        self.calls, self.made, self.free, self.begun = 0, made, threading.Event(), threading.Event()
        if not held:
            self.free.set()

    def __call__(self) -> str:
        self.calls += 1
        self.begun.set()
        assert self.free.wait(60)
        return self.made


def test_a_hundred_who_ask_at_once_wait_for_one_piece_of_work(renderer: RenderCache) -> None:
    make = Maker(held=True)

    async def ask() -> list[str]:
        asked = [asyncio.ensure_future(renderer.get("key", make)) for _ in range(100)]
        await asyncio.sleep(0.05)
        make.free.set()
        return await asyncio.gather(*asked)

    assert asyncio.run(ask()) == ["made"] * 100
    assert make.calls == 1


def test_what_was_made_is_given_again_also_on_another_event_loop(renderer: RenderCache) -> None:
    make = Maker()
    assert asyncio.run(renderer.get("key", make)) == asyncio.run(renderer.get("key", make)) == "made"
    assert make.calls == 1


def test_the_least_lately_used_make_room(renderer: RenderCache) -> None:
    makers = {name: Maker(name * 40) for name in "abc"}

    async def ask(names: str) -> None:
        for name in names:
            await renderer.get(name, makers[name])
            assert renderer.bytes_kept <= 100

    asyncio.run(ask("abaca"))
    assert {name: maker.calls for name, maker in makers.items()} == {"a": 1, "b": 1, "c": 1}
    asyncio.run(ask("b"))
    assert makers["b"].calls == 2


def test_what_is_heavier_than_all_room_is_given_and_not_kept(renderer: RenderCache) -> None:
    make = Maker("w" * 101)
    assert len(asyncio.run(renderer.get("key", make))) == 101
    assert renderer.bytes_kept == 0


def test_a_failure_reaches_all_who_wait_and_is_tried_anew(renderer: RenderCache) -> None:
    calls, asked = [], threading.Event()

    def fail() -> str:
        calls.append(1)
        asked.wait(60)
        raise ValueError("no picture")

    async def ask() -> list[str | BaseException]:
        waiting = asyncio.gather(*(renderer.get("key", fail) for _ in range(3)), return_exceptions=True)
        await asyncio.sleep(0.1)
        asked.set()
        return await waiting

    assert [str(found) for found in asyncio.run(ask())] == ["no picture"] * 3
    assert len(calls) == 1
    assert asyncio.run(renderer.get("key", Maker())) == "made"


def test_one_who_stops_waiting_leaves_the_others_alone(renderer: RenderCache) -> None:
    make = Maker(held=True)

    async def ask() -> str:
        gone = asyncio.ensure_future(renderer.get("key", make))
        stays = asyncio.ensure_future(renderer.get("key", make))
        await asyncio.sleep(0.02)
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
        make.free.set()
        return await stays

    assert asyncio.run(ask()) == "made"
    assert make.calls == 1


def test_more_different_things_than_can_be_made_soon_are_refused() -> None:
    small, make = RenderCache(workers=1, most_waiting=3), Maker(held=True)

    async def ask() -> list[str | BaseException]:
        asked = [asyncio.ensure_future(small.get(n, make)) for n in range(5)]
        await asyncio.sleep(0.02)
        make.free.set()
        return await asyncio.gather(*asked, return_exceptions=True)

    found = asyncio.run(ask())
    small.close()
    assert found[:3] == ["made"] * 3
    assert all(isinstance(refused, Busy) for refused in found[3:])


def test_what_nobody_waits_for_any_more_is_not_begun() -> None:
    """200 who ask for pictures and go at once do not keep the next one from its own."""
    small, first, dropped, wanted = RenderCache(workers=1), Maker(held=True), Maker(), Maker("wanted")

    async def ask() -> str:
        busy = asyncio.ensure_future(small.get("first", first))
        leaving = [asyncio.ensure_future(small.get(n, dropped)) for n in range(199)]
        await asyncio.sleep(0.02)
        for gone in leaving:
            gone.cancel()
        await asyncio.gather(*leaving, return_exceptions=True)
        later = asyncio.ensure_future(small.get("wanted", wanted))
        await asyncio.sleep(0)
        first.free.set()
        assert await busy == "made"
        return await later

    assert asyncio.run(ask()) == "wanted"
    small.close()
    assert dropped.calls == 0


def test_one_client_has_its_share_of_the_queue_and_no_more() -> None:
    small, make = RenderCache(workers=1, most_of_one=2), Maker(held=True)

    async def ask() -> list[str | BaseException]:
        own = [asyncio.ensure_future(small.get(n, make, "203.0.113.5")) for n in range(4)]
        others = [asyncio.ensure_future(small.get(n, make, client)) for n, client in ((10, "203.0.113.6"), (11, ""))]
        await asyncio.sleep(0.02)
        make.free.set()
        return await asyncio.gather(*own, *others, return_exceptions=True)

    found = asyncio.run(ask())
    small.close()
    assert found[:2] == found[4:] == ["made"] * 2
    assert all(isinstance(refused, BusyWithOne) for refused in found[2:4])


def test_who_asks_for_one_thing_does_not_wait_for_all_of_anothers() -> None:
    small, first, begun = RenderCache(workers=1), Maker(held=True), list[str]()

    def make(name: str) -> str:
        begun.append(name)
        return name

    async def ask() -> None:
        asked = [asyncio.ensure_future(small.get("first", first))]
        asked += [asyncio.ensure_future(small.get(n, partial(make, f"flood {n}"), "203.0.113.5")) for n in range(9)]
        asked += [asyncio.ensure_future(small.get(n, partial(make, "one more"), "203.0.113.6")) for n in (7, "own")]
        await asyncio.sleep(0.02)
        first.free.set()
        await asyncio.gather(*asked)

    asyncio.run(ask())
    small.close()
    # What another one had asked for before is made in the turn of whoever comes first.
    assert begun[:4] == ["flood 0", "flood 7", "flood 1", "one more"]
    assert sorted(begun) == sorted([*(f"flood {n}" for n in range(9)), "one more"])


def test_those_who_wait_in_threads_have_their_turns_in_the_same_queues() -> None:
    both, makers = RenderCache(workers=2), [Maker(held=True) for _ in range(6)]
    with ThreadPoolExecutor(6) as threads:
        waiting = [threads.submit(both.wait, make, "a session") for make in makers]
        while sum(make.calls for make in makers) < 2:
            time.sleep(0.01)
        time.sleep(0.05)
        assert sum(make.calls for make in makers) == 2
        for make in makers:
            make.free.set()
        assert [waits.result(60) for waits in waiting] == ["made"] * 6
    both.close()
    assert both.bytes_kept == 0


def test_one_client_has_one_thing_made_at_a_time_where_that_is_wanted_and_another_has_the_other_place() -> None:
    """Two places, three things of the first client and one of the second, who came last."""
    both, makers = RenderCache(workers=2, at_once_of_one=1), [Maker(held=True) for _ in range(4)]
    *firsts, second = makers
    with ThreadPoolExecutor(4) as threads:
        waiting = [threads.submit(both.wait, make, "203.0.113.5") for make in firsts]
        while not firsts[0].calls:
            time.sleep(0.01)
        waiting.append(threads.submit(both.wait, second, "203.0.113.6"))
        while not second.calls:
            time.sleep(0.01)
        assert [make.calls for make in firsts] == [1, 0, 0]
        second.free.set()
        assert waiting[-1].result(60) == "made"
        # The second's place is free by now, and still not for the first client.
        assert [make.calls for make in firsts] == [1, 0, 0]
        for make in firsts:
            make.free.set()
        assert [waits.result(60) for waits in waiting] == ["made"] * 4
    both.close()


def test_a_share_is_one_for_those_who_wait_in_threads_and_others() -> None:
    small, make = RenderCache(workers=1, most_of_one=2), Maker(held=True)

    async def ask() -> None:
        asked = [asyncio.ensure_future(small.get(n, make, "203.0.113.5")) for n in range(2)]
        await asyncio.sleep(0.02)
        with pytest.raises(BusyWithOne):
            small.wait(make, "203.0.113.5")
        make.free.set()
        await asyncio.gather(*asked)

    asyncio.run(ask())
    small.close()


def test_closed_it_begins_nothing_and_says_so_to_all_who_wait() -> None:
    small, first, dropped = RenderCache(workers=1), Maker(held=True), Maker()

    async def ask() -> list[str | BaseException]:
        asked = [asyncio.ensure_future(small.get(n, make)) for n, make in ((0, first), (1, dropped), (2, dropped))]
        while not first.begun.is_set():
            await asyncio.sleep(0.01)
        small.close()
        first.free.set()
        asked.append(asyncio.ensure_future(small.get(3, dropped)))
        return await asyncio.gather(*asked, return_exceptions=True)

    done, *told = asyncio.run(ask())
    assert done == "made" and dropped.calls == 0
    assert [type(busy) for busy in told] == [Busy] * 3
    assert {str(busy) for busy in told} == {"This server is ending; ask again in a few seconds"}


def test_who_makes_it_in_a_thread_of_its_own_has_a_turn_too() -> None:
    small, own, begun = RenderCache(workers=1), Maker(held=True), list[str]()

    def take(client: str) -> None:
        with small.turn(client, seconds=60):
            begun.append(client)
            assert own.free.wait(60)

    with ThreadPoolExecutor(4) as threads:
        waiting = [threads.submit(take, "first")]
        while not begun:
            time.sleep(0.01)
        waiting += [threads.submit(take, "first") for _ in range(2)]
        while small.waiting < 2:
            time.sleep(0.01)
        waiting.append(threads.submit(take, "second"))
        while small.waiting < 3:
            time.sleep(0.01)
        assert begun == ["first"]
        own.free.set()
        for waits in waiting:
            waits.result(60)
    small.close()
    assert begun == ["first", "first", "second", "first"]


def test_a_turn_that_takes_long_keeps_nobody_from_the_next() -> None:
    small = RenderCache(workers=1)
    with small.turn(seconds=0.05), small.turn(seconds=60):
        pass
    small.close()


def test_who_waits_for_a_turn_of_what_is_closed_is_told() -> None:
    small = RenderCache(workers=1)

    def take() -> None:
        with small.turn(seconds=60):
            pytest.fail("it is closed")

    with ThreadPoolExecutor(1) as threads, small.turn(seconds=60):
        waits = threads.submit(take)
        while not small.waiting:
            time.sleep(0.01)
        small.close()
        with pytest.raises(Busy, match="This server is ending"):
            waits.result(60)


@pytest.mark.slow
@pytest.mark.parametrize("many", cases(12, long=[50]))
def test_pictures_leave_the_event_loop_free(many: int) -> None:
    story, renderer = find_story("us-2016", Settings()), RenderCache()
    embed = embed_of(story, "interest", default_view(story))
    longest = 0.0

    async def tick() -> None:
        nonlocal longest
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.01)
            longest = max(longest, time.perf_counter() - before)

    async def ask() -> list[Rendered]:
        ticking = asyncio.ensure_future(tick())
        made = await asyncio.gather(
            *(renderer.get(width, partial(render, embed, "png", width=width)) for width in range(600, 600 + many))
        )
        ticking.cancel()
        return list(made)

    gc.collect()  # what all tests before left is no stall of this loop
    began = time.perf_counter()
    pictures = asyncio.run(ask())
    drawing = time.perf_counter() - began
    renderer.close()
    assert len({picture.body for picture in pictures}) == many
    # Drawn on the loop, it would stand still for all of them; a busy machine slows both.
    assert longest < drawing / 5
