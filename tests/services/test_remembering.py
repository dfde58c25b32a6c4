from bot.services import remembering
from bot.services.remembering import FurnitureMemory
from bot.sources.extract import Page

NOISE = "제보는 카카오톡 가람경제를 검색하세요."


def a_page(number, *texts, host="n.example"):
    return Page(url=f"https://{host}/{number}", title=f"제목 {number}", text="\n".join(texts) or None)


async def learned(memory, *, pages=4, host="n.example"):
    for number in range(pages):
        await memory.cleared(a_page(number, f"기사 {number}의 본문이다.", NOISE, host=host))


async def test_what_a_host_repeats_is_dropped_there_only(store):
    memory = FurnitureMemory(store)
    await learned(memory)

    here = await memory.cleared(a_page(9, "새 본문이다.", NOISE))
    elsewhere = await memory.cleared(a_page(9, "새 본문이다.", NOISE, host="other.example"))

    assert here.text == "새 본문이다."
    assert NOISE in elsewhere.text


async def test_the_memory_outlives_a_restart(store):
    memory = FurnitureMemory(store)
    await learned(memory)
    await memory.save()

    assert (await FurnitureMemory(store).cleared(a_page(9, "새 본문이다.", NOISE))).text == "새 본문이다."


async def test_a_page_of_which_nothing_would_be_left_is_given_whole(store):
    memory = FurnitureMemory(store)
    await learned(memory)

    assert (await memory.cleared(a_page(9, NOISE))).text == NOISE
    assert (await memory.cleared(a_page(10))).text is None


async def test_hosts_that_were_not_read_lately_are_kept_in_the_database(store, monkeypatch):
    monkeypatch.setattr(remembering, "HOSTS", 1)
    memory = FurnitureMemory(store)
    await learned(memory)
    await learned(memory, host="other.example")

    assert (await memory.cleared(a_page(9, "새 본문이다.", NOISE))).text == "새 본문이다."


async def test_it_is_written_now_and_then_without_being_asked(store, monkeypatch):
    monkeypatch.setattr(remembering, "SAVE_EVERY", 4)
    await learned(FurnitureMemory(store))

    assert await store.channels.note("furniture:n.example")


async def test_a_memory_that_cannot_be_read_is_learned_again(store):
    await store.channels.set_note("furniture:n.example", '{"of": "another version"}')

    assert NOISE in (await FurnitureMemory(store).cleared(a_page(9, "새 본문이다.", NOISE))).text
