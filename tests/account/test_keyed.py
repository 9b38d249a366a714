"""Records are found in tables, at a cost that does not grow with them, through every way in which they can change."""

from __future__ import annotations

import copy
import gc
import pickle
import threading

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pytest_netsuite_tba import NetSuiteServer
from pytest_netsuite_tba.account.keyed import Tables
from pytest_netsuite_tba.account.records import Account, Integration, Token
from pytest_netsuite_tba.account.scripts import Deployment, Deployments
from pytest_netsuite_tba.account.users import Entity
from pytest_netsuite_tba.login.facts import MOST_KNOWN
from pytest_netsuite_tba.login.request import SignedRequest

ECHO = "/app/site/hosting/restlet.nl?script=customscript_echo&deploy=customdeploy_echo"
FIELDS = {"tokens": ("name", "id"), "integrations": ("name", "consumer_key"), "entities": ("email", "id", "login")}
NAMES = st.sampled_from(["a", "b", "c", "A"])
CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("add"), NAMES, NAMES),
        st.tuples(st.just("remove"), NAMES, NAMES),
        st.tuples(st.sampled_from(["id", "name", "consumer_key", "email"]), NAMES, NAMES),
        st.tuples(st.sampled_from(["copy", "deep copy", "pickle", "become"]), NAMES, NAMES),
    ),
    max_size=20,
)


def add(account: Account, name: str, other: str) -> None:
    """Add what of this name is not there."""
    for record, adding, records in (
        (Token(name=name, id=other), account.add_token, account.tokens),
        (Integration(name=name, consumer_key=other), account.add_integration, account.integrations),
        (Entity(email=name), account.add_entity, account.entities),
    ):
        if name not in records:
            adding(record)


def remove(account: Account, name: str, _: str) -> None:
    """Remove what has this name, but never the last."""
    for removing, records in (
        (account.delete_token, account.tokens),
        (account.delete_integration, account.integrations),
        (account.delete_entity, account.entities),
    ):
        if name in records and len(records) > 1:
            removing(records[name])


COPIES = {"copy": copy.copy, "deep copy": copy.deepcopy, "pickle": lambda whole: pickle.loads(pickle.dumps(whole))}
IN_PLACE = {"add": add, "remove": remove, "become": lambda account, _name, _other: account.become(account.copy())}


def change(account: Account, how: str, name: str, other: str) -> Account:
    """One of the ways in which records change; the account to go on with."""
    if how in COPIES:
        return COPIES[how](account)
    if how in IN_PLACE:
        IN_PLACE[how](account, name, other)
        return account
    for records in (account.tokens, account.integrations, account.entities):
        if name in records and type(getattr(records[name], how, None)) is str:
            setattr(records[name], how, other)
    return account


@given(CHANGES)
def test_each_is_found_as_a_search_from_the_first_would(changes):
    """By every field that has a table, whatever was done; the copies that stay behind are right too."""
    accounts = [Account(restlets=[])]
    for how, name, other in changes:
        accounts.append(change(accounts[-1], how, name, other))
    for account in accounts:
        for collection, fields in FIELDS.items():
            records = getattr(account, collection)
            for field in fields:
                wanted = {getattr(record, field) for record in records.values()} | {"a", "b", "c", "A", "none", 1, 99}
                for value in wanted:
                    searched = (record for record in records.values() if getattr(record, field) == value)
                    assert next(searched, None) is records.by(field, value)


A = Deployment(script="a", deploy="a", script_number=1, deploy_number=1)
SAME = Deployment(script="a", deploy="a", script_number=1, deploy_number=1)
THIRD = Deployment(script="a", deploy="b", script_number=3, deploy_number=3)
SCRIPTS = st.builds(
    Deployment, script=NAMES, deploy=NAMES, script_number=st.integers(1, 3), deploy_number=st.integers(1, 3)
)
LISTS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["append", "remove", "insert", "set", "slice", "extend", "reverse", "pop", "twice"]), SCRIPTS),
        st.tuples(st.sampled_from(["script", "deploy"]), NAMES),
        st.tuples(st.sampled_from(["script_number", "deploy_number"]), st.integers(1, 3)),
        st.tuples(st.sampled_from(["copy", "deep copy", "pickle", "clear", "sort", "delete", "times"]), st.none()),
    ),
    max_size=15,
)  # fmt: skip


def change_list(restlets: Deployments, how: str, value: object) -> Deployments:
    """One of the ways in which a list of deployments changes; the list to go on with."""
    ways = {
        "append": lambda: restlets.append(value), "insert": lambda: restlets.insert(0, value),
        "extend": lambda: restlets.extend([value]), "clear": restlets.clear, "reverse": restlets.reverse,
        "sort": lambda: restlets.sort(key=lambda deployment: deployment.script), "times": lambda: restlets.__imul__(1),
        "twice": lambda: [restlets.append(kept) for kept in restlets[:1]],
    }  # fmt: skip
    if how in ways:
        ways[how]()
    elif how in {"copy", "deep copy", "pickle"}:
        return {"copy": copy.copy, "deep copy": copy.deepcopy, "pickle": lambda it: pickle.loads(pickle.dumps(it))}[
            how
        ](restlets)
    elif restlets:
        ways = {
            "remove": lambda: restlets.remove(restlets[-1]), "set": lambda: restlets.__setitem__(0, value),
            "slice": lambda: restlets.__setitem__(slice(0, 1), [value, value]), "pop": restlets.pop,
            "delete": lambda: restlets.__delitem__(0),
        }  # fmt: skip
        ways.get(how, lambda: setattr(restlets[0], how, value))()
    return restlets


def check(restlets: Deployments) -> None:
    """Compare every look-up with a search over the list."""
    assert isinstance(restlets, list)
    for script in ("a", "b", "c", "A", "1", "2", "3"):
        for deploy in ("a", "b", "1", "3"):
            searched = (
                found
                for found in restlets
                if script in {found.script, str(found.script_number)}
                and deploy in {found.deploy, str(found.deploy_number)}
            )
            assert next(searched, None) is restlets.called(script, deploy)
        of_script = [found.deploy_number for found in restlets if found.script == script]
        assert max(of_script, default=0) + 1 == restlets.next_number(script)
    assert max((found.script_number for found in restlets), default=0) + 1 == restlets.next_number()


@given(LISTS)
@example([("append", A), ("twice", None), ("delete", None)])
@example([("append", A), ("twice", None), ("delete", None), ("delete", None)])
@example([("append", A), ("append", SAME), ("reverse", None)])
@example([("append", A), ("append", SAME), ("sort", None), ("insert", THIRD)])
@example([("append", THIRD), ("append", A), ("delete", None), ("delete", None)])
@example([("append", A), ("script_number", 3), ("script_number", 1), ("deploy_number", 3), ("deploy_number", 2)])
def test_a_deployment_is_found_as_a_search_from_the_first_would(changes):
    """By ids and numbers, whatever is done to the list; a list that was copied is right too."""
    lists = [Deployments()]
    for how, value in changes:
        lists.append(change_list(lists[-1], how, copy.copy(value)))
        check(lists[-1])
    for restlets in lists:
        check(restlets)


@pytest.fixture
def walks(monkeypatch) -> list[int]:
    """How many records each walk over all of a kind had."""
    sizes: list[int] = []

    def counted(tables, everything=Tables.all):
        sizes.append(len(tables))
        return everything(tables)

    monkeypatch.setattr(Tables, "all", counted)
    return sizes


def call(server: NetSuiteServer, token: Token) -> int:
    """The status of a call signed with ``token``."""
    return server.credentials_for(token).client().get(ECHO).status_code


@pytest.mark.parametrize("tokens", [10, 1_000])
def test_no_login_walks_over_the_tokens(walks, tokens):
    """Let in or refused, while nothing changes; nor does creating one walk over those that are there."""
    server = NetSuiteServer()
    for _ in range(tokens):
        last = server.create_token()
        server.account.deploy("customscript_a", last.name)
    assert [] == [size for size in walks if size > 1]
    call(server, last)
    server.credentials.client().get(
        ECHO, headers={"Authorization": "OAuth"}
    )  # what is made of all secrets is made once
    walks.clear()

    assert 200 == call(server, last)
    assert 400 == server.credentials.client().get(ECHO, headers={"Authorization": "OAuth realm="}).status_code
    assert server.account.find_deployment("customscript_a", last.name) is not None
    assert [] == walks


class Compared(str):
    """A text that counts how often it is compared."""

    __slots__ = ()
    times = 0

    def __eq__(self, other):
        Compared.times += 1
        return str.__eq__(self, other)

    __hash__ = str.__hash__


def test_a_token_is_compared_with_no_other():
    """Among two hundred, one or two comparisons find it, and one of an unknown id is found out as fast."""
    account = Account(restlets=[])
    for number in range(200):
        account.add_token(Token(name=f"{number}", id=Compared(f"id {number}")))
    Compared.times = 0

    assert "199" == account.tokens.by("id", "id 199").name
    assert account.tokens.by("id", "none") is None
    assert Compared.times <= 2


def refused(server: NetSuiteServer, **sent: str):
    """The facts of a refusal with these parameters."""
    header = ", ".join(f'{name}="{value}"' for name, value in {"realm": server.account.id, **sent}.items())
    request = SignedRequest(
        method="GET", target=ECHO, host=server.account.restlets_host, headers=(("Authorization", f"OAuth {header}"),)
    )
    return server._fake.judge(request).facts


def test_a_refusal_shares_what_it_keeps_of_other_tokens():
    """Not more than fifty of them, and the same ones for all refusals until one of these changes."""
    server = NetSuiteServer()
    for _ in range(2 * MOST_KNOWN):
        server.create_token()
    first, second = refused(server).known, refused(server).known
    server.create_token()
    third = refused(server).known
    server.token.secret = "another"
    fourth = refused(server).known

    assert MOST_KNOWN == len(first)
    assert first is second is third
    assert first[1:] == fourth[1:]
    assert ("another", first[0].token_secret) == (fourth[0].token_secret, server.credentials.token_secret)


def test_a_token_of_another_account_is_known_by_its_id_however_many_come_before():
    """The sender is found in a table, and kept with the refusal."""
    other = Account("7654321")
    server = NetSuiteServer(Account(), other)
    for account in (server.account, other):
        for _ in range(MOST_KNOWN):
            account.create_token()
    token = list(other.tokens.values())[-1]

    facts = refused(server, oauth_consumer_key=token.integration.consumer_key, oauth_token=token.id)

    assert (token.name, other.id) == (facts.sender.name, facts.sender.account)
    assert MOST_KNOWN + 1 == len(facts.known)
    assert other.id == facts.known_elsewhere


def test_names_and_numbers_that_are_given_out_are_free():
    """A name that is taken gets the next number; an id of an entity, one more than the highest."""
    account = Account()
    first, second, third = (account.issue_token(*records(account), name="A") for _ in range(3))
    account.delete_token(second)
    fourth = account.issue_token(*records(account), name="A")
    account.delete_token(first)
    fifth = account.issue_token(*records(account), name="A")
    ids = [account.add_entity(Entity(email=email, id=id)).id for email, id in (("a", None), ("b", 7), ("c", None))]

    assert ["A", "A (2)", "A (3)", "A (4)", "A"] == [token.name for token in (first, second, third, fourth, fifth)]
    assert [2, 7, 8] == ids


def records(account: Account):
    """The first integration, entity and role."""
    return account.integrations.first(), account.entities.first(), account.roles.first()


def test_a_record_holds_no_account_fast():
    """One that many accounts were given remembers those alone that are still there."""
    shared = Integration()
    for _ in range(100):
        account = Account(integrations=[shared])
    gc.collect()
    account = Account(integrations=[shared])

    assert 2 >= len([holder for holder in shared.holders if holder() is not None])
    assert len(shared.holders) < 100
    shared.consumer_key = "another"
    assert shared is account.integrations.by("consumer_key", "another")


def test_the_same_record_in_two_accounts_is_found_in_both():
    """A change is told to both; removed from one, it is found in the other alone."""
    shared = Integration()
    first, second = Account(integrations=[shared]), Account("7654321", integrations=[shared])
    shared.consumer_key = "another"
    assert first.integrations.by("consumer_key", "another") is second.integrations.by("consumer_key", "another")
    first.delete_integration(shared)
    shared.consumer_key = "a third"

    assert (None, shared) == (
        first.integrations.by("consumer_key", "a third"),
        second.integrations.by("consumer_key", "a third"),
    )


def test_records_that_are_read_may_grow_meanwhile():
    """Whoever walks over them sees those that were there; nobody's login fails over a token that is made."""
    account, failed = Account(restlets=[]), []

    def walk() -> None:
        try:
            for _ in range(200):
                assert len(list(account.tokens.values())) >= 1
        except RuntimeError as error:  # dictionary changed size during iteration
            failed.append(error)

    threads = [threading.Thread(target=walk) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(500):
        account.create_token()
    for thread in threads:
        thread.join()

    assert [] == failed
    assert 501 == len(account.tokens)


def test_an_unknown_key_of_any_kind_is_none():
    """A list, and a record, are no name."""
    tokens = Account().tokens
    assert [None, None, None] == [tokens.by("name", wanted) for wanted in (["Default token"], tokens.first(), None)]
    assert tokens.holds(tokens.first())
    assert not tokens.holds(copy.copy(tokens.first()))
