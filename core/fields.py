"""Model fields that know nothing of households: money in fen, encrypted text."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import FieldError, ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.crypto import seal_text, seal_texts, unseal_text

FEN = Decimal("0.01")
LARGEST_YUAN = Decimal("9999999999.99")


class YuanField(models.Field):
    """Decimal yuan in Python, an integer number of fen in the database.

    Takes Decimal, int or str; a third decimal is refused, never rounded. Arithmetic needs an explicit
    `output_field`. It does not subclass BigIntegerField: that one would average and add in fen, silently.
    """

    description = _("Amount in yuan")
    empty_strings_allowed = False
    default_error_messages = {
        "invalid": _("Enter an amount in yuan with at most two decimals, such as 12600.00."),
    }

    def get_internal_type(self) -> str:
        return "BigIntegerField"

    def to_python(self, value: Any) -> Decimal | None:
        if value is None or value == "":
            return None
        if isinstance(value, float):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        try:
            amount = Decimal(str(value))
        except InvalidOperation as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error
        if not amount.is_finite() or abs(amount) > LARGEST_YUAN or amount != amount.quantize(FEN):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return amount.quantize(FEN)

    def get_prep_value(self, value: Any) -> int | None:
        value = super().get_prep_value(value)
        if value is None:
            return None
        if isinstance(value, float):
            raise TypeError("an amount of money is a Decimal, never a float")
        fen = (value if type(value) is Decimal else Decimal(str(value))).scaleb(2)
        if fen != fen.to_integral_value():
            raise ValueError(f"{value} has a fraction of a fen")
        return int(fen)

    def stored_of(self, values: Iterable[Any]) -> list[int | None]:
        """get_prep_value() of many values at once: a quarter of the time."""
        return [self._fen(value) if type(value) is Decimal else self.get_prep_value(value) for value in values]

    def _fen(self, amount: Decimal) -> int:
        exact = amount * 100
        fen = int(exact)
        return fen if fen == exact else self.get_prep_value(amount)  # type: ignore[return-value]  # refused there

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Decimal | None:
        return None if value is None else (Decimal(int(value)) / 100).quantize(FEN)

    def value_to_string(self, obj: models.Model) -> str:
        value = self.value_from_object(obj)
        return "" if value is None else str(value)

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        widget = forms.NumberInput(attrs={"step": "0.01", "inputmode": "decimal"})
        invalid, large = self.error_messages["invalid"], _("The amount is too large.")
        errors = {"invalid": invalid, "max_decimal_places": invalid, "max_digits": large, "max_whole_digits": large}
        kwargs["error_messages"] = {**errors, **kwargs.get("error_messages", {})}
        return super().formfield(
            **{"form_class": forms.DecimalField, "max_digits": 12, "decimal_places": 2, "widget": widget, **kwargs}
        )


class EncryptedTextField(models.TextField):
    """Text that the database sees only encrypted; found again by a keyed hash in a column of its own.

    `''` stays `''` (nothing to hide). Filtering by it is refused: it could never match.
    """

    description = _("Encrypted text")

    def get_prep_value(self, value: Any) -> str | None:
        value = super().get_prep_value(value)
        return value if value in (None, "") else seal_text(str(value))

    def stored_of(self, values: Iterable[Any]) -> list[str | None]:
        """get_prep_value() of many values at once, each sealed by itself: a third of the time."""
        values = list(values)
        plain = [str(value) for value in values if value not in (None, "")]
        sealed = iter(seal_texts(plain))
        return [value if value in (None, "") else next(sealed) for value in values]

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str | None:
        return value if value in (None, "") else unseal_text(value)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name not in ("isnull",):
            raise FieldError(f"{self.name} is encrypted: look it up by its keyed hash")
        return super().get_lookup(lookup_name)

    def get_transform(self, lookup_name: str) -> Any:
        raise FieldError(f"{self.name} is encrypted: look it up by its keyed hash")
