"""What a descriptor says in other languages: `translations` beside the texts of the package, a table, a column, a code.

"title": "Payer",
"translations": {"pt": {"title": "Pagador"}, "es": {"title": "Pagador"}}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ledger.faults import Fault
from ledger.language import LANGUAGES

KEY = "translations"
#: The texts that are said in the language that is spoken, by what says them.
OF_PACKAGE = ("title", "description", "limits", "dashboard")
OF_TABLE = ("title", "description")
OF_COLUMN = ("title", "description", "unit", "form")
OF_CATEGORY = ("label", "description")
#: What is said in other languages of the face of the package.
OF_DASHBOARD = ("title", "intro")


def of_package(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong with the translations at the top of a descriptor."""
    yield from _faults(raw, OF_PACKAGE, None, None, KEY)


def of_resource(resource: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong with the translations of a table, its columns and their codes; all have their names."""
    table = resource["name"]
    yield from _faults(resource, OF_TABLE, table, None, KEY)
    for field in resource.get("schema", {}).get("fields", ()):
        yield from _faults(field, OF_COLUMN, table, field["name"], KEY)
        for category in field.get("categories", ()):
            if isinstance(category, dict):
                yield from _faults(category, OF_CATEGORY, table, field["name"], f"{KEY} of {category['value']}")


def _faults(
    said: Mapping[str, Any], names: tuple[str, ...], table: str | None, column: str | None, where: str
) -> Iterator[Fault]:
    def fault(expected: str, value: object = None) -> Fault:
        return Fault(table, None, column, None if value is None else str(value), expected)

    translations = said.get(KEY, {})
    if not isinstance(translations, dict):
        yield fault(f"a JSON object as {where}, by language", translations)
        return
    for language, texts in translations.items():
        if language not in LANGUAGES:
            yield fault(f"one of {', '.join(LANGUAGES)} as language in {where}", language)
        elif not isinstance(texts, dict):
            yield fault(f"a JSON object as {where} into {language}", texts)
        else:
            for name, text in texts.items():
                if name not in names or name not in said:
                    known = ", ".join(one for one in names if one in said) or "nothing, as there is no text beside it"
                    yield fault(f"one of its own texts in {where} into {language} ({known})", name)
                elif not _is_said(name, text):
                    yield fault(f"{_FORMS.get(name, 'a text')} as {name} in {where} into {language}", text)


_FORMS = {
    "limits": "a list of sentences",
    "dashboard": f"a JSON object of texts ({', '.join(OF_DASHBOARD)})",
}


def _is_said(name: str, text: Any) -> bool:
    if name == "limits":
        return isinstance(text, list) and all(map(_is_text, text))
    if name == "dashboard":
        return isinstance(text, dict) and all(one in OF_DASHBOARD and _is_text(text[one]) for one in text)
    return _is_text(text)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())
