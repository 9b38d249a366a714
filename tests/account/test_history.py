"""Histories share a store: a bound in bytes, of which bodies go before entries, and the oldest first."""

from __future__ import annotations

import copy
import pickle

import pytest

from pytest_netsuite_tba.account.history import History, Store, Weight, size_of


class Texts(History[str]):
    """Texts that weigh 10 and, but for one in brackets, 100 for each letter."""

    def weigh(self, entry):
        return Weight(10, 0 if entry.startswith("(") else 100 * len(entry))

    def cut(self, entry):
        return entry if entry.startswith("(") else f"({len(entry)})"


@pytest.fixture
def store() -> Store:
    return Store(1_000)


def test_bodies_go_before_entries_and_the_oldest_first(store):
    """Whichever history has them; what was cut says its length."""
    first, second = Texts(10, store), Texts(10, store)
    for letters in ("aaa", "bb", "ccc"):
        first.append(letters)
        second.append(letters)

    assert ["(3)", "(2)", "ccc"] == list(first)
    assert ["(3)", "bb", "ccc"] == list(second)
    assert (0, 0) == (first.dropped, second.dropped)
    assert 6 * 10 + 100 * (2 + 3 + 3) == store.used


def test_entries_go_where_the_rest_is_too_much(store):
    """Of it, an eighth of the bytes stays free, so that a new body is not the one that goes."""
    history = Texts(1_000, store)
    for _ in range(100):
        history.append("(0)")
    history.append("a")

    assert (87, 14) == (len(history), history.dropped)
    assert "a" == history[-1]
    assert 970 == store.used


def test_a_body_that_is_too_large_by_itself_is_cut_at_once(store):
    history = Texts(10, store)
    history.append("a" * 11)
    assert (["(11)"], 10) == (list(history), store.used)


def test_without_any_room_nothing_is_kept_but_counted():
    history = Texts(10, Store(0))
    history.append("a")
    assert ([], 1, 0) == (list(history), history.dropped, history.store.used)


def test_what_weighs_more_later_is_weighed_anew(store):
    """And may cut what is older; of one that is gone nothing is weighed."""
    first, second = Texts(10, store), Texts(10, store)
    number = first.append("(0)")
    second.append("bbbbb")
    first.weigh_anew(number, "aaaaaaaa")

    assert ["(5)"] == list(second)
    first.clear()
    first.weigh_anew(number, "aaaaaaaa")
    assert 10 == store.used


def test_the_body_of_a_request_weighs_once(store):
    """However many entries have it; it is gone when the last of them lets it go."""

    class Requests(History[bytes]):
        def weigh(self, entry):
            return Weight(10, 0, entry)

    first, second = Requests(1, store), Requests(1, store)
    body, other = b"a" * 300, b"b" * 300
    first.append(body)
    second.append(body)
    assert 320 == store.used
    second.append(other)
    assert 620 == store.used
    first.append(other)
    assert 320 == store.used
    store.clear()
    assert 0 == store.used


def test_clearing_gives_back_what_it_weighed(store):
    first, second = Texts(10, store), Texts(10, store)
    first.append("aa")
    second.append("b")
    first.clear()
    assert 110 == store.used
    store.clear()
    assert ([], 0) == (list(second), store.used)


def test_a_history_that_joins_another_has_its_bounds(store):
    """What it has comes along."""
    joining, other = Texts(10), Texts(2, store)
    for letters in ("a", "b", "c"):
        joining.append(letters)
    joining.join(other)
    joining.join(other)

    assert (["b", "c"], 2, store, 220) == (list(joining), joining.limit, joining.store, store.used)


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda history: pickle.loads(pickle.dumps(history))])
def test_a_copy_begins_empty(again):
    """As many entries may be in it, and their bytes are its own."""
    history: History[int] = History(3)
    history.append(1)
    twin = again(history)
    assert ([], 3) == (list(twin), twin.limit)
    assert twin.store is not history.store


def test_size_of_a_value():
    """Each part of it; more than is asked for is not counted on."""
    plain = size_of({"a": [1, "two"], "b": None})
    assert size_of({"a": [1, "two" + "o" * 1_000], "b": None}) == plain + 1_000
    assert size_of([[]] * 1_000_000, 10_000_000) > 10_000_000 > size_of([[]] * 1_000, 10_000_000)

    class Endless(list):
        def __iter__(self):
            raise AssertionError("more was counted than was asked for")

    assert size_of([Endless(), "a" * 1_000], 500) > 500
