"""What people type about referrals. No rule here: the verbs have them."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from core.dates import DayField, Span
from visits.forms import PhotosField
from visits.models import Referral
from visits.referrals import Answerer, answerers

TEXT_LIMIT = 2000


class MessageForm(forms.Form):
    """A question or an answer, with pictures."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("Text"), required=False, max_length=TEXT_LIMIT, widget=forms.Textarea(attrs={"rows": 4})
    )
    photos = PhotosField(label=_("Photos"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"client_id": uuid4(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.fields["photos"].widget.attrs.update({"accept": "image/*", "multiple": True})
        self.fields["photos"].help_text = _("Only those involved in this referral can see text and photos.")

    def facts(self) -> dict[str, Any]:
        """Arguments of referrals.write()."""
        return {name: self.cleaned_data[name] for name in ("client_id", "text", "photos")}


class ReferralForm(MessageForm):
    """To whom: a department with all its officers, or one of them."""

    to = forms.ChoiceField(label=_("Whom to ask"))
    field_order = ("client_id", "to", "text", "photos")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = _("Question")
        self.units = answerers()
        self.fields["to"].choices = [("", _("Choose a department or a specialist")), *self._groups()]  # type: ignore[attr-defined]

    def _groups(self) -> Iterator[tuple[Any, Any]]:
        for one in self.units:
            if one.people:
                yield str(one.unit), list(_choices(one))
        deserted = [(f"{one.unit.pk}", str(one.unit)) for one in self.units if not one.people]
        if deserted:
            yield _("Nobody has an account there: ask by phone"), deserted

    def facts(self) -> dict[str, Any]:
        """Arguments of referrals.refer()."""
        unit, _dash, specialist = self.cleaned_data["to"].partition("-")
        return {
            **super().facts(),
            "unit": Unit.objects.get(pk=unit),
            "specialist": User.objects.get(pk=specialist) if specialist else None,
        }


def _choices(one: Answerer) -> Iterator[tuple[str, str]]:
    number = len(one.people)
    whole = ngettext("%(unit)s: its %(n)d officer", "%(unit)s: all %(n)d officers", number)
    yield f"{one.unit.pk}", whole % {"unit": one.unit, "n": number}
    for person in one.people:
        words = gettext("%(unit)s: only %(name)s") % {"unit": one.unit, "name": person}
        yield f"{one.unit.pk}-{person.pk}", words


class ToldForm(forms.Form):
    """The household has the answer."""

    on = DayField(label=_("Told on"), span=lambda: Span(timezone.localdate(), timezone.localdate()))
    settles = forms.BooleanField(label=_("The need is settled with that"), required=False, initial=True)

    def __init__(self, *args: Any, referral: Referral, **kwargs: Any) -> None:
        today = timezone.localdate()
        kwargs["initial"] = {"on": today, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        if referral.answered_at is not None:
            days = Span(timezone.localdate(referral.answered_at), today)
            self.fields["on"].within(days)  # type: ignore[attr-defined]


class TakeBackForm(forms.Form):
    reason = forms.CharField(label=_("Why taken back"), max_length=200)
