from typing import NamedTuple
class Sort(NamedTuple):
    name: str
    key: object
    source: str = ""
SORTS = (Sort("by byte", str),)
