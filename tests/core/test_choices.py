"""The empty option of a choice is a word, and what stands there on purpose stays."""

import pytest
from django import forms
from django.utils.translation import override

from core.choices import say_choose
from core.fields import YuanField
from district.models import Division


class Form(forms.Form):
    must = forms.ChoiceField(choices=[("", "---------"), ("a", "A")])
    may = forms.ChoiceField(choices=[("", "---------"), ("a", "A")], required=False)
    place = forms.ModelChoiceField(queryset=Division.objects.none())
    named = forms.ModelChoiceField(queryset=Division.objects.none(), empty_label="None", required=False)


def test_the_empty_option_is_a_word(db):
    form = Form()
    with override("en"):
        say_choose(form)
        first = {name: str(next(iter(field.choices))[1]) for name, field in form.fields.items()}
    assert first == {"must": "Please choose", "may": "Not chosen", "place": "Please choose", "named": "None"}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("1.005", "Enter an amount in yuan with at most two decimals, such as 12600.00."),
        ("1" * 13, "The amount is too large."),
        ("many", "Enter an amount in yuan with at most two decimals, such as 12600.00."),
    ],
)
def test_a_wrong_amount_is_answered_in_our_words(typed, said):
    with override("en"):
        with pytest.raises(forms.ValidationError) as wrong:
            YuanField("Amount").formfield().clean(typed)
        assert wrong.value.messages == [said]
