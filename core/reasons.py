"""A reason that people give: it must say something."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


def says_something(reason: str) -> bool:
    """Whether there is a letter or a digit in it; blanks of no width are no reason, and no database takes a NUL."""
    return "\0" not in reason and any(letter.isalnum() for letter in reason)


def must_say_something(reason: str) -> None:
    """The validator of a form's reason."""
    if not says_something(reason):
        raise ValidationError(_("Please give a reason."))
