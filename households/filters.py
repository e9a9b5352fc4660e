"""Search and filters of the list of households: one field for each registered condition.

An address (browser history, logs of proxies) holds no ID number: `person` is the keyed hash that it is found by.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple, TypeVar

from django import forms
from django.db.models import Q, QuerySet
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from core.crypto import keyed_hash
from core.masking import ID_STARS
from district.models import Division
from households import id_numbers
from households.conditions import Frame, all_conditions, joined, where
from households.models import Household

ALWAYS_JOINED = ("state", "growth", "income")  # whose columns the table shows
ID_SHAPED = re.compile(r"[0-9]{17}.")
PERSON = re.compile(r"[0-9a-f]{64}")  # what keyed_hash() makes
MASK = "*" * ID_STARS  # shown in the field of the search: of the number nothing is known any more
Asked = TypeVar("Asked", bound=MultiValueDict)
SHOWN = ("township", "village", "cause", "growth", "income", "state", "paired", "contacted", "needs", "guarantee")


class SeenVillage(NamedTuple):
    """A village with its township, by code and name."""

    code: str
    name: str
    township_code: str
    township: str


def villages_seen(user: Any) -> list[SeenVillage]:
    """Those with a household in the user's sight, in the order of places. One query."""
    seen = Household.objects.visible_to(user).order_by().values("village")
    rows = Division.objects.filter(pk__in=seen, parent__isnull=False)
    return [SeenVillage(*row) for row in rows.values_list("code", "name", "parent__code", "parent__name")]


def head_code_or_village(text: str, household: str = "") -> Q:
    """The households, or rows that hang on one by `household`, whose head, code or village the text names.

    The rows say whether they are masked (with_masking): where a name is masked, searching must not spell it out.
    """
    path = f"{household}__" if household else ""
    return (
        Q(**{f"{path}head_name__icontains": text, "masked": False})
        | Q(**{f"{path}code__startswith": text})
        | Q(**{f"{path}village__name__icontains": text})
    )


def without_number(asked: Asked) -> Asked:
    """What an address may ask: `person` in place of an ID number, or of its mask that the form sends back."""
    text = asked.get("q", "").strip()
    number, kept = id_numbers.normalise(text), asked.copy()
    if ID_SHAPED.fullmatch(number):
        kept["person"] = keyed_hash(number)
    elif text != MASK:
        return asked
    del kept["q"]
    return kept


class HouseholdFilter:
    """Narrows what the user sees by what the address asks for; a value that nobody knows holds for no household.

    `places` are the villages in sight with their townships. Closed households are left out unless asked for.
    """

    def __init__(
        self, data: Mapping[str, str], rows: QuerySet, *, frame: Frame, places: list[SeenVillage], by_id_no: bool
    ) -> None:
        self.data, self.frame, self.by_id_no = data, frame, by_id_no
        self.conditions = {c.name: c for c in all_conditions()}
        self.person = data.get("person", "")
        self.text = "" if self.person else data.get("q", "").strip()
        self.asked = {name: data[name] for name in self.conditions if data.get(name)}
        self.form = self._form(places)
        self.qs = self._narrow(rows)

    @property
    def words(self) -> str:
        """What was asked, for the log: no text that was searched for, since it may be an ID number."""
        asked = [f"{self.conditions[name].label}={value}" for name, value in self.asked.items()]
        return ", ".join(
            [
                str(_("Households")),
                str(self.frame.year),
                *asked,
                *([str(_("Search"))] if self.text or self.person else []),
            ]
        )

    def _narrow(self, rows: QuerySet) -> QuerySet:
        for name, value in self.asked.items():
            known = self.conditions[name].choices
            if known and value not in dict(known):
                return joined(rows, self.frame, ALWAYS_JOINED).none()
        needed = dict.fromkeys([*ALWAYS_JOINED, *self.asked])
        rows = joined(rows, self.frame, needed).filter(where(self.asked, self.frame))
        if "state" not in self.asked:
            rows = rows.filter(closed_on__isnull=True)
        if self.person:
            return rows.filter(self._of_person())
        return rows.filter(head_code_or_village(self.text)) if self.text else rows

    def _of_person(self) -> Q:
        if not (self.by_id_no and PERSON.fullmatch(self.person)):
            return Q(pk__isnull=True)
        return Q(members__id_no_hash=self.person, members__active=True, masked=False)

    def _form(self, places: list[SeenVillage]) -> forms.Form:
        data = {k: self.data[k] for k in self.data}
        if self.person:
            data["q"] = MASK
        form = forms.Form(data)
        form.fields["q"] = forms.CharField(
            label=_("Name, code, village or whole ID number") if self.by_id_no else _("Name, code or village"),
            required=False, widget=forms.TextInput({"autocomplete": "off"}),
        )  # fmt: skip
        if self.person:
            form.fields["person"] = forms.CharField(widget=forms.HiddenInput, required=False)
        townships = {v.township_code: v.township for v in places}
        chosen = self.data.get("township") or (next(iter(townships)) if len(townships) == 1 else "")
        villages = [(v.code, v.name) for v in places if v.township_code == chosen]
        given: dict[str, Any] = {"township": sorted(townships.items()), "village": villages}
        for name, condition in sorted(self.conditions.items(), key=lambda c: _rank(c[0])):
            choices = given.get(name, condition.choices)
            is_shown = name in SHOWN and choices and not (name == "township" and len(townships) < 2)
            if is_shown:
                form.fields[name] = forms.ChoiceField(
                    label=str(condition.label), choices=[("", _("All")), *choices], required=False
                )
            elif self.data.get(name):
                form.fields[name] = forms.CharField(widget=forms.HiddenInput, required=False)
        if self.frame.years:
            form.fields["year"] = forms.ChoiceField(
                label=_("Income year"), choices=[(str(y), str(y)) for y in self.frame.years], required=False
            )
            form.initial["year"] = str(self.frame.year)
            if not self.data.get("year"):
                form.data = {**data, "year": str(self.frame.year)}
        return form


def _rank(name: str) -> int:
    return SHOWN.index(name) if name in SHOWN else len(SHOWN)
