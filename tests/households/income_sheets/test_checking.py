"""A colleague checks what was uploaded."""

from decimal import Decimal

import pytest

from households.income_sheet import acts
from households.register import RegisterRefused
from households.statements import change_statement, check_statement

from .sheets import LI, SUN, ZHAO, filled, saved, sent, statement


def test_nobody_checks_the_own_upload_a_colleague_checks_all_at_once(sheet, families, place, official, people):
    upload = saved(sent(filled(sheet, {ZHAO: {"wage": 5}, SUN: {"wage": 6}, LI: {"wage": 7}}), place, official))
    with pytest.raises(RegisterRefused, match="own hand"):
        acts.check_all(upload, by=official)
    change_statement(statement(families[LI]), by=people.village_clerk, wage=Decimal(8))
    check_statement(statement(families[SUN]), by=people.district_admin)
    assert acts.check_all(upload, by=people.district_admin) == 1
    assert [statement(families[code]).state for code in (ZHAO, SUN, LI)] == ["checked", "checked", "draft"]
    latest = statement(families[ZHAO]).history.first()
    assert (latest.history_change_reason, latest.history_user) == (
        f"check income sheet {upload.pk}",
        people.district_admin,
    )
    assert acts.check_all(upload, by=people.district_admin) == 0
