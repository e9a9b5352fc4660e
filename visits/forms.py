"""What people type about visits and needs. No rule here: the verbs have them."""

from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.dates import DayField, day_picker, until_today
from core.fields import YuanField
from households.models import Household
from programs.codes import MeasureKind, MeasureSource
from visits.codes import PENDING, Change, Mode, NeedKind, NeedState
from visits.forms_changes import ChangeFields
from visits.logging import Aid, days_for
from visits.models import Need, Referral, Visit
from visits.needs import DUE_AFTER, Voiced, due_span
from visits.photos import PhotoRefused, read_all
from visits.planned import promise_days


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Several photos, as visits.photos.Picture; refused ones with their reason."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        files = [super(PhotosField, self).clean(file, initial) for file in data or []]
        try:
            return read_all(files)
        except PhotoRefused as refusal:
            raise forms.ValidationError(refusal.sentence, code=refusal.code) from refusal


class VisitFacts(forms.Form):
    """What can be corrected later: when, how, what changed."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    visited_on = DayField(label=_("Visit date"), span=lambda: until_today(timezone.localdate()))
    mode = forms.ChoiceField(
        label=_("Visit mode"),
        choices=Mode.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how the visit was made.")},
    )
    unanswered = forms.BooleanField(label=_("Nobody answered the call"), required=False)
    changes = forms.MultipleChoiceField(
        label=_("What changed"), choices=Change.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    text = forms.CharField(
        label=_("Notes"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
    )

    def __init__(self, *args: Any, household: Household, **kwargs: Any) -> None:
        days = days_for(household)
        kwargs["initial"] = {"client_id": uuid4(), "visited_on": days.last, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.fields["visited_on"].within(days)  # type: ignore[attr-defined]
        self.fields["visited_on"].widget.attrs["class"] = "form-control"

    def facts(self) -> dict[str, Any]:
        """Arguments of log_visit() and correct_visit()."""
        data = self.cleaned_data
        return {
            "client_id": data["client_id"],
            "visited_on": data["visited_on"],
            "mode": data["mode"],
            "reached": False if data["mode"] == Mode.PHONE and data["unanswered"] else None,
            "changes": data["changes"],
            "text": data["text"],
        }


class VisitForm(ChangeFields, VisitFacts):
    needs = forms.MultipleChoiceField(label=_("Needs voiced"), choices=NeedKind.choices, required=False)
    due_on = forms.DateField(label=_("Due on"), required=False, widget=day_picker(**{"class": "form-control"}))
    aid_kind = forms.ChoiceField(label=_("Measure type"), choices=MeasureKind.choices, required=False)
    aid_source = forms.ChoiceField(label=_("Source of aid"), choices=MeasureSource.choices, required=False)
    aid_yuan = YuanField().formfield(label=_("Amount (yuan)"), required=False, min_value=0)
    aid_quantity = forms.IntegerField(label=_("Quantity"), required=False, min_value=1, max_value=100_000)
    aid_note = forms.CharField(label=_("What was given"), required=False, max_length=200)
    photos = PhotosField(label=_("Photos"), required=False)
    answers_told = forms.ModelMultipleChoiceField(
        label=_("The household was told"),
        queryset=Referral.objects.none(),
        required=False,
        error_messages={"invalid_choice": _("One of the answers is no longer there: open the form again.")},
    )
    again_on = forms.DateField(
        label=_("Promised to come again by"), required=False, widget=day_picker(**{"class": "form-control"})
    )

    def __init__(
        self, *args: Any, household: Household, answers: QuerySet[Referral] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, household=household, **kwargs)
        self.open_for(household)
        if answers is not None:
            self.fields["answers_told"].queryset = answers  # type: ignore[attr-defined]
        for kind in NeedKind:
            self.fields[f"need_text_{kind.value}"] = forms.CharField(label=kind.label, required=False, max_length=500)
            self.fields[f"need_done_{kind.value}"] = forms.CharField(label=kind.label, required=False, max_length=500)
        self.fields["due_on"].initial = timezone.localdate() + DUE_AFTER
        self.fields["aid_kind"].initial = MeasureKind.GIFT
        self.fields["aid_source"].initial = MeasureSource.UNIT
        self.fields["photos"].widget.attrs.update({"accept": "image/*", "multiple": True})
        for name in ("aid_kind", "aid_source"):
            self.fields[name].widget.attrs["class"] = "form-select"
        for name in (
            "aid_yuan",
            "aid_quantity",
            "aid_note",
            "photos",
            *(f"need_{what}_{kind}" for kind in NeedKind.values for what in ("text", "done")),
        ):
            self.fields[name].widget.attrs["class"] = "form-control"

    def clean(self) -> dict[str, Any]:
        """The due date counts only with a need, and from the day of the visit on."""
        data = super().clean() or self.cleaned_data
        due_on, visited_on = data.get("due_on"), data.get("visited_on")
        if data.get("needs") and due_on and visited_on and due_on not in (span := due_span(visited_on)):
            self.add_error("due_on", span.sentence)
        again_on = data.get("again_on")
        if again_on and visited_on and again_on not in (span := promise_days(visited_on)):
            self.add_error("again_on", span.sentence)
        return data

    @property
    def need_rows(self) -> list[tuple[str, Any, bool, forms.BoundField, forms.BoundField]]:
        """(code, label, chosen, field of its text, field of what settled it on the spot) of each kind of need."""
        chosen = set(self["needs"].value() or [])
        return [
            (kind.value, kind.label, kind.value in chosen, self[f"need_text_{kind}"], self[f"need_done_{kind}"])
            for kind in NeedKind
        ]

    @property
    def has_aid(self) -> bool:
        return any(self[name].value() for name in ("aid_yuan", "aid_quantity", "aid_note"))

    def facts(self) -> dict[str, Any]:
        data = self.cleaned_data
        facts = super().facts()
        return {
            **facts, "changes": self.ticked(facts["changes"]), "told": self.told(), **self.position(),
            "needs": self._needs(), "aid": self._aid(), "photos": data["photos"], "answers": data["answers_told"],
            "again_on": data["again_on"],
        }  # fmt: skip

    def _needs(self) -> list[Voiced]:
        data = self.cleaned_data
        return [
            Voiced(kind, data[f"need_text_{kind}"], data["due_on"], data[f"need_done_{kind}"])
            for kind in NeedKind.values
            if kind in data["needs"]
        ]

    def _aid(self) -> Aid | None:
        data = self.cleaned_data
        if data["aid_yuan"] is None and data["aid_quantity"] is None and not data["aid_note"]:
            return None
        return Aid(
            kind=data["aid_kind"] or MeasureKind.GIFT,
            source=data["aid_source"] or MeasureSource.OTHER,
            yuan=data["aid_yuan"],
            quantity=data["aid_quantity"],
            note=data["aid_note"],
        )


def facts_of(visit: Visit) -> dict[str, Any]:
    """A visit as the initial values of its correction."""
    return {
        "visited_on": visit.visited_on,
        "mode": visit.mode,
        "unanswered": visit.mode == Mode.PHONE and not visit.reached,
        "changes": visit.changes,
        "text": visit.text,
    }


class NeedForm(forms.ModelForm):
    """A need that was voiced outside of a visit, today."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    due_on = DayField(label=_("Due on"), span=lambda: due_span(timezone.localdate()))

    class Meta:
        model = Need
        fields = ["kind", "text", "due_on", "result"]
        widgets = {
            "text": forms.Textarea(attrs={"rows": 3}),
            "result": forms.Textarea(attrs={"rows": 2}),
            "kind": forms.RadioSelect,
        }
        labels = {"result": _("Settled on the spot")}
        help_texts = {"result": _("Only if nothing is left to do: what was done.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        due_on = timezone.localdate() + DUE_AFTER
        kwargs["initial"] = {"client_id": uuid4(), "due_on": due_on, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = NeedKind.choices  # type: ignore[attr-defined]  # without the empty one

    def _post_clean(self) -> None:
        """The verb makes the row; only the fields are checked here."""


class FollowUpForm(forms.Form):
    mine = forms.BooleanField(label=_("I follow it up myself"), required=False)
    due_on = DayField(label=_("Due on"), span=lambda: due_span(timezone.localdate()))

    def __init__(self, *args: Any, need: Need, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["due_on"].within(due_span(need.raised_on))  # type: ignore[attr-defined]


class CloseNeedForm(forms.Form):
    state = forms.ChoiceField(
        label=_("How it ended"),
        choices=[choice for choice in NeedState.choices if choice[0] not in PENDING],
        initial=NeedState.CLOSED,
        widget=forms.RadioSelect,
    )
    result = forms.CharField(label=_("Result"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
