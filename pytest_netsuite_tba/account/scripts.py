"""RESTlets: a script deployment and what it answers."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, Literal, ParamSpec, TypeVar

from .fields import Record, RecordError, setting
from .history import NO_LONGER_KEPT, History, Weight, size_of, size_of_texts
from .keyed import Key, Tables

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self, SupportsIndex

    from .users import Entity, Role

# A function of the parameters (GET, DELETE) or the body (POST, PUT), a Canned answer, or a plain JSON value.
EntryPoint = Callable[[Any], object] | object

ENTRY_POINTS = ("get", "post", "put", "delete")


class SuiteScriptError(Exception):
    """Raise it in an entry point for an unhandled script error: the client gets a 400 with ``name`` as its code.

    Attributes:
        name: the error's name, ``MY_ERROR``.
        message: its message.
    """

    def __init__(self, name: str, message: str = "") -> None:
        super().__init__(f"{name}: {message}")
        self.name = name
        self.message = message


class JavaScriptError(Exception):
    """A plain exception of JavaScript, which no script made by ``error.create``; its text is ``TypeError: ...``."""


@dataclass(slots=True, kw_only=True)
class ScriptError(Record):
    """An error that a canned answer throws."""

    code: str = setting("The error's name; it becomes the code on the wire.")
    message: str = setting("Its message.", default="")

    def __post_init__(self) -> None:
        if not self.code:
            raise RecordError("ScriptError.code", self.code, "the error's name, as 'MY_ERROR'")


@dataclass(slots=True, kw_only=True)
class Canned(Record):
    """What an entry point of ``account.toml`` answers: exactly one of its fields."""

    json: Any = setting("A JSON value to return.", default=None)
    text: str | None = setting("A text to return.", default=None)
    nothing: bool = setting("Return nothing, as a function without `return`.", default=False)
    error: ScriptError | None = setting(
        "A SuiteScript error that the script does not catch: a table of `code` and `message`, or its code alone, as "
        '`"SSS_USAGE_LIMIT_EXCEEDED"` or `"SSS_TIME_LIMIT_EXCEEDED"`.',
        default=None,
    )
    exception: str | None = setting(
        'A plain JavaScript exception that the script does not catch: `"TypeError: order is null"`.', default=None
    )
    echo: bool = setting("Return the request as the script saw it.", default=False)

    def __post_init__(self) -> None:
        values = [self.json, self.text, self.error, self.exception]
        given = [value is not None for value in values] + [self.nothing, self.echo]
        if given.count(True) != 1:
            wanted = "exactly one of json, text, error, exception, nothing = true or echo = true"
            raise RecordError("an entry point", self, wanted)
        if self.exception == "":
            raise RecordError("an entry point's exception", self.exception, 'its text, as "TypeError: order is null"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One run of an entry point.

    Attributes:
        method: GET, POST, PUT or DELETE.
        parameters: of the query string, as the script got them.
        body: an object or list for JSON and XML, a text for text/plain; None for GET and DELETE.
        headers: of the request, names in lower case, without Authorization.
        user, role, application, token_name: who called.
    """

    method: str
    parameters: dict[str, str]
    body: Any
    headers: dict[str, str]
    user: str
    role: str
    application: str
    token_name: str


_CALL = 1_200  # bytes of a call, about, without parameters, headers and body


class Calls(History[Call]):
    """The newest calls of a deployment, oldest first."""

    def weigh(self, entry: Call) -> Weight:
        """About how many bytes a call takes; of an object read from a body, what it became."""
        if not isinstance(entry, Call):  # whatever a test put here
            return Weight()
        texts = itertools.chain(*entry.parameters.items(), *entry.headers.items())
        rest = _CALL + size_of_texts(texts)
        return Weight(rest, 0 if entry.body is None else size_of(entry.body, self.store.limit))

    def cut(self, entry: Call) -> Call:
        """The call with a text in place of its body."""
        length = entry.headers.get("content-length") or size_of(entry.body, self.store.limit)
        return replace(entry, body=NO_LONGER_KEPT.format(length))


@dataclass(slots=True, kw_only=True)
class Audience(Record):
    """Who may run a deployment (Oracle chapter_N2999041).

    Roles and departments must both hold where both are given; employees are let in besides. With nothing
    in it, only the owner is.
    """

    roles: list[int] = setting("Role ids.", factory=list)
    departments: list[str] = setting("Departments.", factory=list)
    employees: list[str] = setting("E-mail addresses.", factory=list)

    def holds(self, entity: Entity, role: Role) -> bool:
        """Whether ``entity``, logged in with ``role``, is in the audience."""
        if entity.email in self.employees:
            return True
        if not self.roles and not self.departments:
            return False
        in_roles = not self.roles or role.id in self.roles
        return in_roles and (not self.departments or entity.department in self.departments)


@dataclass(slots=True, kw_only=True)
class Deployment(Record):
    """A script deployment: one RESTlet at one URL.

    ``calls`` is the history of :class:`Call`, oldest first.
    """

    script: str = setting("Script id, `customscript_...`.")
    deploy: str = setting("Deployment id, `customdeploy_...`.")
    script_number: int | None = setting("Internal number of the script; the next free one when omitted.", default=None)
    deploy_number: int | None = setting(
        "Number of the deployment within its script; the next free one when omitted.", default=None
    )
    get: EntryPoint = setting("Answer to GET; without it GET gets a 405.", default=None)
    post: EntryPoint = setting("Answer to POST; without it POST gets a 405.", default=None)
    put: EntryPoint = setting("Answer to PUT; without it PUT gets a 405.", default=None)
    delete: EntryPoint = setting("Answer to DELETE; without it DELETE gets a 405.", default=None)
    audience: Audience | Literal["all"] = setting(
        'Who may call it: "all", a list of role ids and e-mail addresses, or a table of roles, departments '
        "and employees; `[]` is the owner only.",
        default="all",
    )
    owner: str | None = setting("E-mail address of the script's owner.", default=None)
    status: Literal["RELEASED", "TESTING"] = setting("TESTING lets only the owner in.", default="RELEASED")
    deployed: bool = setting("The Deployed box: without it the RESTlet is not found.", default=True)
    required: bool = setting("Fail the test if the RESTlet was never called.", default=False, seed=False)
    calls: History[Call] = field(default_factory=Calls, repr=False, compare=False)

    def __setattr__(self, name: str, value: object) -> None:
        if name == "audience" and isinstance(value, list | tuple | set | frozenset):
            roles = [role for role in value if not isinstance(role, str)]
            value = Audience(roles=roles, employees=[email for email in value if isinstance(email, str)])
        if name in ENTRY_POINTS and value is not None:
            self._check_entry_point(name, value)
        Record.__setattr__(self, name, value)

    def _check_entry_point(self, method: str, value: object) -> None:
        if callable(value) or isinstance(value, Canned):
            return
        try:
            json.dumps(value)
        except (TypeError, ValueError) as error:
            raise RecordError(
                f"Deployment.{method}", value, f"a function, or a value that JSON can hold ({error})"
            ) from None

    def __deepcopy__(self, memo: dict[int, Any]) -> Deployment:
        """Copy the canned values; functions stay the caller's own, whatever they are bound to."""
        for method in ENTRY_POINTS:
            value = getattr(self, method)
            if callable(value):
                memo[id(value)] = value
        return Record.__deepcopy__(self, memo)


def _keys_of(deployment: Deployment) -> tuple[Key, ...]:
    script, deploy = deployment.script, deployment.deploy
    scripts, deploys = (script, f"{deployment.script_number}"), (deploy, f"{deployment.deploy_number}")
    calls = dict.fromkeys(("called", *names) for names in itertools.product(scripts, deploys))
    numbers = (("number", deployment.script_number), ("number", script, deployment.deploy_number))
    return *calls, ("of", script), ("of", script, deploy), *numbers


class Deployments(list[Deployment]):
    """The deployments of an account: a list whose entries are found by ids and numbers too, whatever is done to it."""

    def __init__(self, deployments: Iterable[Deployment] = ()) -> None:
        super().__init__(deployments)
        self._enter_all()

    def _enter_all(self) -> None:
        tables: Tables[Deployment] = Tables(_keys_of)
        for deployment in self:
            tables.enter(deployment)
        self._tables = tables

    def called(self, script: str, deploy: str) -> Deployment | None:
        """The deployment that a call names, by ids or numbers; None where none is so called."""
        return self._tables.find("called", script, deploy)

    def of(self, *ids: str) -> Deployment | None:
        """The first deployment of a script, or the one of script and deployment id; None where there is none."""
        return self._tables.find("of", *ids)

    def numbered(self, *number: int | str) -> Deployment | None:
        """The deployment whose script has a number; or, by a script's id and a number of its own, the deployment."""
        return self._tables.find("number", *number)

    def next_number(self, *script: str) -> int:
        """The next free number of a script; or, by a script's id, of a deployment of it."""
        return self._tables.next_number("number", *script)

    def take(self, deployment: Deployment) -> int:
        """Take this very deployment out; where it stood, from 0."""
        at = next(at for at, here in enumerate(self) if here is deployment)
        del self[at]
        return at

    def append(self, deployment: Deployment) -> None:
        """Add a deployment at the end."""
        super().append(deployment)
        self._tables.enter(deployment)

    def __delitem__(self, index: SupportsIndex | slice) -> None:
        gone = self[index] if isinstance(index, slice) else [self[index]]
        super().__delitem__(index)
        left = set(map(id, self))
        for deployment in gone:
            if id(deployment) not in left:
                self._tables.leave(deployment)

    def remove(self, deployment: Deployment) -> None:
        """Take out the first that equals ``deployment``."""
        del self[self.index(deployment)]

    def __reduce__(self) -> tuple[type[Self], tuple[list[Deployment]]]:
        """A copy, shallow or deep, and a pickle have tables of their own."""
        return type(self), (list(self),)


P = ParamSpec("P")
T = TypeVar("T")


def _entering_all(change: Callable[Concatenate[Deployments, P], T]) -> Callable[Concatenate[Deployments, P], T]:
    """A way of lists to change, after which all entries are found anew."""

    @wraps(change)
    def method(self: Deployments, /, *arguments: P.args, **options: P.kwargs) -> T:
        given = change(self, *arguments, **options)
        self._enter_all()
        return given

    return method


for _name in ("extend", "insert", "pop", "clear", "sort", "reverse", "__setitem__", "__iadd__", "__imul__"):
    setattr(Deployments, _name, _entering_all(getattr(list, _name)))
