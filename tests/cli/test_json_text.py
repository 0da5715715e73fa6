"""JSON that is divided and printed as text means what it means to Python's decoder."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestctl.json_text import JsonObject, json_objects, readable

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
CHARACTERS = st.characters() | st.sampled_from('"\\,:{}[] \n')
STRINGS = st.text(CHARACTERS, max_size=10)
VALUES = st.recursive(
    SCALARS | STRINGS, lambda inner: st.lists(inner) | st.dictionaries(STRINGS, inner), max_leaves=8
)
LAYOUTS: list[dict[str, Any]] = [{}, {"separators": (",", ":")}, {"indent": 2}, {"ensure_ascii": False}]


@given(st.dictionaries(STRINGS, VALUES, max_size=3))
def test_objects_are_divided_as_python_decodes_them(value: dict[str, Any]) -> None:
    objects = [value, {}, value]
    for layout in LAYOUTS:
        found = json_objects(json.dumps(objects, **layout))
        assert [dict(one) for one in found] == objects
        assert [json.loads(one.text) for one in found] == objects


@given(VALUES)
def test_json_for_people_is_that_of_python(value: Any) -> None:
    written = json.dumps(value, ensure_ascii=False)
    for layout in ({}, {"separators": (",", ":")}, {"ensure_ascii": False}):
        assert readable(json.dumps(value, **layout)) == written


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("{}", {}),
        (' { "a" : 1 , "b" : [ 1 , {} ] } ', {"a": "1", "b": "[ 1 , {} ]"}),
        ('{"a":"}","]\\"":"\\\\","a":2}', {"a": "2", ']"': '"\\\\"'}),
        (r'{"\u00e9":null}', {"é": "null"}),
    ],
)
def test_an_object_is_divided_into_its_members(text: str, members: dict[str, str]) -> None:
    found = JsonObject(text)
    assert (found.members, found.text) == (members, text.strip())
    assert found == json.loads(text)


@pytest.mark.parametrize(
    "text", ["", "[]", "1", "{", "{}}", "{} 1", '{"a":"', '{"a"}', '{"a":[}', "{1:2}", '{"a":1,}', "{,}"]
)
def test_other_text_is_not_an_object(text: str) -> None:
    with pytest.raises(ValueError, match="not a JSON object"):
        JsonObject(text)
