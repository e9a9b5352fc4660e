"""Users, units, role grants, and the log of what was opened, revealed, called and exported."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.roles import PLACE_ROLES, UNIT_ROLES, Role
from core.crypto import keyed_hash
from core.fields import EncryptedTextField
from core.history import History, TrackedModel, TrackedQuerySet
from district.models import Division


class UnitKind(models.TextChoices):
    BUREAU = "bureau", _("District bureau")
    TOWNSHIP = "township", _("Township government")
    INSTITUTION = "institution", _("Institution (hospital, school …)")
    ENTERPRISE = "enterprise", _("Enterprise")
    OTHER = "other", _("Other")


class Unit(TrackedModel):
    """A bureau, a township government, a hospital: where cadres work."""

    name = models.CharField(pgettext_lazy("unit", "Name"), max_length=80, unique=True)
    kind = models.CharField(_("Kind"), max_length=20, choices=UnitKind.choices, default=UnitKind.BUREAU)
    affiliation = models.CharField(_("Affiliation"), max_length=40, blank=True)
    division = models.ForeignKey(
        Division, null=True, blank=True, on_delete=models.PROTECT, related_name="units", verbose_name=_("Place")
    )
    history = History(table_name="accounts_unit_hist")

    class Meta:
        verbose_name = _("Unit")
        ordering = ["name"]
        constraints = [models.CheckConstraint(condition=Q(kind__in=UnitKind.values), name="unit_kind_known")]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager.from_queryset(TrackedQuerySet)):  # type: ignore[misc]
    def create_user(self, username: str, password: str | None = None, **facts: Any) -> "User":
        """Create a user; without a password the account cannot sign in until one is set."""
        user: User = self.model(username=username, **facts)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(TrackedModel, AbstractBaseUser):
    """One person, one account. Signs in with the user name or the phone number. Deactivated, never deleted."""

    username = models.CharField(
        _("User name"),
        max_length=60,
        unique=True,
        validators=[RegexValidator(r"^[\w.-]+$", _("Use letters, digits, dot, hyphen and underscore only."))],
    )
    display_name = models.CharField(_("Name"), max_length=40)
    phone = EncryptedTextField(_("Phone"), blank=True, default="")
    phone_hash = models.CharField(max_length=64, null=True, blank=True, unique=True, editable=False)
    is_active = models.BooleanField(_("Active"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    deactivated_on = models.DateField(_("Deactivated on"), null=True, blank=True)
    deactivated_reason = models.CharField(_("Reason of deactivation"), max_length=200, blank=True)
    must_change_password = models.BooleanField(_("Password given by an administrator"), default=False)
    objects = UserManager()
    history = History(table_name="accounts_user_hist", excluded_fields=["password", "last_login"])

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        verbose_name = _("Account")
        ordering = ["username"]
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="user_name_unique_in_any_case",
                violation_error_message=_("Another account has this user name."),
            )
        ]

    def __str__(self) -> str:
        return self.display_name or self.username

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.phone_hash = keyed_hash(self.phone) or None
        if set(kwargs.get("update_fields") or ["all"]) != {"last_login"}:
            return super().save(*args, **kwargs)
        # a sign-in stands in the access log; in the history it would be a change of nothing
        self.skip_history_when_saving = True
        try:
            super().save(*args, **kwargs)
        finally:
            del self.skip_history_when_saving
        return None

    @cached_property
    def live_grants(self) -> tuple["RoleGrant", ...]:
        """Grants that give something today (one query, kept for the request)."""
        return tuple(self.grants.live().select_related("division__parent", "unit")) if self.is_active else ()  # type: ignore[attr-defined]

    @cached_property
    def roles(self) -> frozenset[str]:
        return frozenset(grant.role for grant in self.live_grants)


class RoleGrantQuerySet(TrackedQuerySet):
    def live(self) -> "RoleGrantQuerySet":
        """Grants that have begun and not ended today."""
        today = timezone.localdate()
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today), starts_on__lte=today)


class RoleGrant(TrackedModel):
    """A role that a person holds, where, why, from when to when. A person may hold several; the view is the union."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants", verbose_name=_("Account"))
    role = models.CharField(_("Role"), max_length=20, choices=Role.choices)
    division = models.ForeignKey(
        Division, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("Place")
    )
    unit = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("Unit")
    )
    reason = models.CharField(_("Reason or mandate"), max_length=200, blank=True)
    starts_on = models.DateField(_("From"))
    ends_on = models.DateField(_("Until"), null=True, blank=True)
    objects = RoleGrantQuerySet.as_manager()
    history = History(table_name="accounts_rolegrant_hist")

    class Meta:
        verbose_name = _("Role grant")
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="grant_role_known"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="grant_dates_in_order"
            ),
            models.CheckConstraint(
                condition=~Q(role__in=sorted(PLACE_ROLES)) | Q(division__isnull=False), name="grant_place_given"
            ),
            models.CheckConstraint(
                condition=~Q(role__in=sorted(UNIT_ROLES)) | Q(unit__isnull=False), name="grant_unit_given"
            ),
            models.CheckConstraint(
                condition=~Q(role=Role.INSPECTOR) | (Q(ends_on__isnull=False) & ~Q(reason="")),
                name="inspector_mandate_given",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role}"

    def clean(self) -> None:
        if self.role in PLACE_ROLES and self.division is None:
            raise ValidationError({"division": _("Choose the place that this role is for.")})
        if self.role in UNIT_ROLES and self.unit is None:
            raise ValidationError({"unit": _("Choose the unit that this role is for.")})
        if self.role == Role.INSPECTOR and (self.ends_on is None or not self.reason):
            raise ValidationError({"ends_on": _("An inspector needs a mandate and an end date.")})


class AccessKind(models.TextChoices):
    CASE_FILE = "case_file", _("Case file opened")
    REVEAL = "reveal", _("Full number shown")
    CALL = "call", _("Phone called")
    EXPORT = "export", _("Export")
    SIGN_IN = "sign_in", _("Signed in")
    PASSWORD = "password", _("Password replaced")


class AccessLog(models.Model):
    """Who opened, revealed, called or exported what. Append-only; no foreign key upward."""

    who = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=AccessKind.choices)
    object_kind = models.CharField(max_length=40, blank=True)
    object_id = models.CharField(max_length=40, blank=True)
    label = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["object_kind", "object_id"], name="accesslog_object_ix")]
        constraints = [models.CheckConstraint(condition=Q(kind__in=AccessKind.values), name="access_kind_known")]

    def __str__(self) -> str:
        return f"{self.kind} {self.label}"
