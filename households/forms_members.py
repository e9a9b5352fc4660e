"""Input for a member of a household."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import DayField, until_today
from households.codes import NO_ID_BY_HAND, Health, NoIdReason, Problem, Relation
from households.forms import FieldsOnly, NameField
from households.models import Member

EARLIEST_BIRTH = date(1900, 1, 1)  # as in an ID number
WITHOUT_ID = ("no_id_reason", "sex", "birth_date")  # asked only where no ID number says it


class MemberForm(FieldsOnly):
    """A member; the ID number, or why there is none, is asked only for a new one or to correct it."""

    name = NameField(label=gettext_lazy("Name"), max_length=40)
    id_no = forms.CharField(
        label=gettext_lazy("ID number"), max_length=30, required=False,
        help_text=gettext_lazy("Sex and date of birth are taken from it."),
    )  # fmt: skip
    no_id_reason = forms.ChoiceField(
        label=gettext_lazy("Why without ID number"), required=False,
        help_text=gettext_lazy("Only for who has no ID number yet. It goes once the number is entered."),
    )  # fmt: skip
    birth_date = DayField(
        label=gettext_lazy("Date of birth"), required=False, span=lambda: until_today(EARLIEST_BIRTH),
        help_text=gettext_lazy("Only without an ID number."),
    )  # fmt: skip
    health = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Health"), choices=Health.choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Member
        fields = (
            "name", "id_no", *WITHOUT_ID, "relation", "education", "health", "labour", "student_status", "disease",
        )  # fmt: skip
        widgets = {"disease": forms.TextInput}
        help_texts = {"sex": gettext_lazy("Only without an ID number.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known: Member = self.instance
        choices = [(reason.value, reason.label) for reason in NO_ID_BY_HAND]
        self.fields["no_id_reason"].choices = [("", _("Not chosen")), *choices]  # type: ignore[attr-defined]
        if not known.pk:
            return
        for name in ("id_no", "disease"):
            self.fields[name].help_text = _("Leave empty to keep it.")
            self.initial[name] = ""
        if known.id_no_hash:
            for name in WITHOUT_ID:
                del self.fields[name]
            return
        self.fields["id_no"].help_text = _("Sex and date of birth are taken from it.")
        self.initial["no_id_reason"] = ""
        kept = _("As before: %(reason)s") % {"reason": NoIdReason(known.no_id_reason).label}
        self.fields["no_id_reason"].choices = [("", kept), *choices]  # type: ignore[attr-defined]

    def clean_relation(self) -> str:
        return str(Relation(self.cleaned_data["relation"]))

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if "no_id_reason" not in self.fields and self.data.get("no_id_reason"):
            raise forms.ValidationError(Problem.ID_AND_REASON.label)
        return given

    def facts(self) -> dict[str, Any]:
        """What households.members takes; an empty disease of a known member stays as it is."""
        facts = dict(self.cleaned_data)
        if self.instance.pk and not facts["disease"]:
            del facts["disease"]
        return facts
