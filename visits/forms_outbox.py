"""What a phone's outbox sends, as the forms take it; what the township decides on what was parked."""

import json
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cadres.models import Cadre
from core.dates import years_from
from households.models import Household
from visits.codes import ItemKind, ItemProblem
from visits.forms import NeedForm, VisitFacts, VisitForm
from visits.models import OutboxItem
from visits.needs import DUE_AFTER
from visits.outbox import ItemRefused, Sent
from visits.referrals import answers_for, answers_of

LONGEST = 100_000  # bytes of one item
MOST_KEY = 2**63 - 1  # what a key of a row can be


def read_sent(body: bytes) -> Sent:
    """The item that a request brings; ItemRefused for anything else."""
    try:
        if len(body) > LONGEST:
            raise ValueError("too long")
        given = json.loads(body)
        return Sent(
            client_id=UUID(given["client_id"]),
            kind=ItemKind(given["kind"]).value,
            household=_key(given["household"]),
            visit=_key(given["visit"]) if given.get("visit") else None,
            written_on=_day(given.get("written_on")),
            fields=_fields(given["fields"]),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ItemRefused(ItemProblem.UNREADABLE) from error


def _key(given: Any) -> int:
    key = int(str(given))
    if not 0 < key <= MOST_KEY:
        raise ValueError("no key of a row")
    return key


def _day(given: Any) -> date:
    """The day by the phone's clock; today where it cannot be right."""
    today = timezone.localdate()
    try:
        day = date.fromisoformat(given)
    except (ValueError, TypeError):
        return today
    return day if years_from(today, -1) <= day <= today else today


def _fields(given: dict[str, list[str]]) -> dict[str, list[str]]:
    """Names with lists of texts; a NUL is left out, since no database keeps it."""
    lists = [values for values in given.values() if isinstance(values, list)]
    if len(lists) < len(given) or not all(isinstance(value, str) for values in lists for value in values):
        raise ValueError("a field is no text")
    return {
        name: [value.replace("\0", "") for value in values]
        for name, values in given.items()
        if name != "csrfmiddlewaretoken"
    }


def form_of(
    kind: str, fields: dict[str, list[str]], client_id: UUID, household: Household, by: User | None = None
) -> Any:
    """The bound form of an item; its own id counts, whatever the kept page had.

    `by`: who may log visits here now, and so tell the answers that he may read; None: what is or will be parked.
    """
    data: MultiValueDict = MultiValueDict(fields)
    data["client_id"] = str(client_id)
    if kind == ItemKind.NEED:
        return NeedForm(data)
    if kind == ItemKind.CORRECTION:
        return VisitFacts(data, household=household)
    answers = answers_of(household) if by is None else answers_for(household, by, told_too=True)
    return VisitForm(data, MultiValueDict(), household=household, answers=answers)


def known_fields(form: forms.BaseForm, fields: dict[str, list[str]]) -> dict[str, list[str]]:
    """Of what was sent only what the form has: nothing else is kept."""
    return {name: values for name, values in fields.items() if name in form.fields and name != "client_id"}


def placing_form_of(item: OutboxItem) -> Any:
    """The form of a parked item. A need that has fallen due while it waited is due later."""
    fields = dict(item.fields)
    if item.kind == ItemKind.NEED:
        today = timezone.localdate()
        due = (fields.get("due_on") or [""])[0]
        fields["due_on"] = [max(due, (today + timedelta(days=1)).isoformat())] if due else [str(today + DUE_AFTER)]
    return form_of(item.kind, fields, item.client_id, item.household)


class PlaceForm(forms.Form):
    """Whose visit it becomes."""

    visitor = forms.ModelChoiceField(
        label=_("Take it as a visit of"), queryset=Cadre.objects.none(), widget=forms.RadioSelect, empty_label=None
    )

    def __init__(self, *args: Any, visitors: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["visitor"].queryset = visitors  # type: ignore[attr-defined]
        self.fields["visitor"].label_from_instance = lambda cadre: f"{cadre.name} · {cadre.unit}"  # type: ignore[attr-defined]
        if len(found := list(visitors[:2])) == 1:
            self.fields["visitor"].initial = found[0].pk


class RefuseForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("The writer reads it."),
        error_messages={"required": _("Say why it is not taken.")},
    )  # fmt: skip
