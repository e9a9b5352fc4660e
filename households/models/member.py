"""Members of a household."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.changelog import hidden
from core.fields import EncryptedTextField
from core.history import History, TrackedModel
from core.masking import mask_name
from households.codes import Education, Health, Labour, NoIdReason, Relation, Sex, StudentStatus
from households.models.household import Household
from households.scope import HangsOnHousehold


class Member(TrackedModel):
    """A person. `active` is false once the person has left or the household is closed."""

    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, related_name="members", verbose_name=_("Household")
    )
    name = models.CharField(_("Name"), max_length=40)
    id_no = EncryptedTextField(_("ID number"), blank=True, default="")
    id_no_hash = models.CharField(max_length=64, null=True, blank=True)
    no_id_reason = models.CharField(_("Why without ID number"), max_length=12, choices=NoIdReason.choices, blank=True)
    disability_no = EncryptedTextField(_("Disability certificate"), blank=True, default="")
    relation = models.CharField(_("Relation to head"), max_length=20, choices=Relation.choices)
    sex = models.CharField(_("Sex"), max_length=6, choices=Sex.choices, blank=True)
    birth_date = models.DateField(_("Date of birth"), null=True, blank=True)
    education = models.CharField(_("Education"), max_length=20, choices=Education.choices, blank=True)
    health = models.JSONField(_("Health"), default=list, blank=True)  # codes of households.codes.Health
    disease = EncryptedTextField(_("Disease"), blank=True, default="")
    labour = models.CharField(_("Labour capacity"), max_length=20, choices=Labour.choices, blank=True)
    student_status = models.CharField(_("At school"), max_length=20, choices=StudentStatus.choices, blank=True)
    phone = EncryptedTextField(_("Phone"), blank=True, default="")
    active = models.BooleanField(_("Active"), default=True)
    left_on = models.DateField(_("Left on"), null=True, blank=True)
    left_reason = models.CharField(_("Why the person left"), max_length=200, blank=True)
    objects = HangsOnHousehold.as_manager()
    history = History(table_name="households_member_hist")
    masks: ClassVar = {"name": mask_name, "birth_date": hidden}  # in the history of who sees persons masked
    code_lists: ClassVar = {"health": Health}  # of lists in JSON, for the history in words

    class Meta:
        verbose_name = _("Household member")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["id_no_hash"], condition=Q(active=True), name="member_person_once"),
            models.UniqueConstraint(
                fields=["household"], condition=Q(active=True, relation=Relation.HEAD), name="member_one_head"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="member_name_given"),
            models.CheckConstraint(
                condition=Q(id_no_hash__isnull=True, no_id_reason__in=NoIdReason.values)
                | (Q(id_no_hash__isnull=False, no_id_reason="") & ~Q(id_no_hash="")),
                name="member_id_no_or_reason",
            ),
            models.CheckConstraint(condition=Q(relation__in=Relation.values), name="member_relation_known"),
            models.CheckConstraint(condition=Q(left_on__isnull=True) | Q(active=False), name="member_left_not_active"),
        ]
        indexes = [models.Index(fields=["id_no_hash"], name="member_id_no_hash_ix")]

    def __str__(self) -> str:
        return self.name
