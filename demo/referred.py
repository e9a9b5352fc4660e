"""Fictitious referrals: what departments were asked about needs, and what they answered."""

from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import RoleGrant, Unit, User
from accounts.roles import Role
from cadres.models import Pairing
from core import bulk
from visits.codes import MessageKind, NeedKind, NeedState, ReferralState
from visits.models import Need, Referral, ReferralMessage

SPOKEN = {
    NeedKind.MEDICAL: (
        "老人小腿红肿三天，能否帮忙看看怎么处理？",
        "可先用药膏外敷，每日两次；一周不见好转请到皮肤科复诊。",
    ),
    NeedKind.EDUCATION: ("孩子上高中，能申请哪一档助学金？", "符合一档条件，请学校在本月底前报送申请表。"),
    NeedKind.BUSINESS: ("有护林员之类的公益性岗位吗？", "镇里下月招录两名，请携带身份证到人社所报名。"),
}
OFFICERS = (
    ("edu", "教育经办人", "区教育局"),
    ("jobs", "人社经办人", "区人力社保局"),
    ("skin", "皮肤科周医生", "区人民医院"),
)


def make_officers(*, since: date) -> None:
    """Officers of departments beside the one who has a sign-in; without a usable password."""
    for username, name, unit in OFFICERS:
        user = User.objects.create_user(username, display_name=name)
        facts = {"role": Role.DEPARTMENT_OFFICER, "unit": Unit.objects.get(name=unit), "starts_on": since}
        RoleGrant.objects.create(user=user, reason="演示", **facts)


class Referred:
    """Makes the rows; `as_of` is the day on which the demo lives."""

    def __init__(self, *, as_of: date, seed: int) -> None:
        self.as_of = as_of
        self.random = Random(seed + 11)  # noqa: S311 fictitious, no secret
        grants = RoleGrant.objects.filter(role=Role.DEPARTMENT_OFFICER).select_related("user").order_by("pk")
        self.officers: dict[int | None, User] = {}
        for grant in grants:
            self.officers.setdefault(grant.unit_id, grant.user)
        self.referrals: list[Referral] = []
        self.messages: list[ReferralMessage] = []

    @transaction.atomic
    def write(self, cadre: User) -> int:
        """A referral for each need that lies with a department; one answer waits for this cadre."""
        self._for_the_cadre(cadre)
        for need in self._passed_on():
            if need.owner != cadre or need.state == NeedState.CLOSED:
                self._one(need, answered=need.state == NeedState.CLOSED or self.random.random() < 0.3)
        bulk.insert(self.referrals)
        bulk.take_keys(self.messages, "referral")
        bulk.insert(self.messages)
        return len(self.referrals)

    def _passed_on(self) -> QuerySet[Need]:
        needs = Need.objects.filter(department__in=self.officers, owner__isnull=False)
        return needs.select_related("department", "owner").order_by("pk")

    def _for_the_cadre(self, cadre: User) -> None:
        """The article's case: a sore leg, shown to a doctor."""
        pairing = Pairing.objects.active().filter(cadre__user=cadre).order_by("household").first()
        if pairing is None:
            return
        day = max(self.as_of - timedelta(days=6), pairing.starts_on)
        need = Need.objects.create(
            household=pairing.household, kind=NeedKind.MEDICAL, text="老人腿上红肿，想请医生看看", owner=cadre,
            department=Unit.objects.get(name="区人民医院"), raised_on=day, due_on=day + timedelta(days=30),
            state=NeedState.IN_PROGRESS, client_id=UUID(int=self.random.getrandbits(128), version=4),
        )  # fmt: skip
        self._one(need, answered=True)

    def _one(self, need: Need, *, answered: bool) -> None:
        asked, said = SPOKEN.get(NeedKind(need.kind), SPOKEN[NeedKind.EDUCATION])
        officer = self.officers[need.department_id]
        sent_at = _at(need.raised_on, 10)
        ended = need.state == NeedState.CLOSED and need.closed_on
        answered_at = _at(min(need.raised_on + timedelta(days=2), need.closed_on or self.as_of), 15)
        state = ReferralState.TOLD if ended else ReferralState.ANSWERED if answered else ReferralState.SENT
        referral = Referral(
            need=need, unit=need.department, sent_by=need.owner, sent_at=sent_at, state=state,
            answered_at=answered_at if answered else None, told_on=need.closed_on if ended else None,
            told_by=need.owner if ended else None,
        )  # fmt: skip
        self.referrals.append(referral)
        self.messages.append(
            ReferralMessage(referral=referral, kind=MessageKind.QUESTION, text=asked, author=need.owner, at=sent_at)
        )
        if answered:
            facts = {"kind": MessageKind.ANSWER, "text": said, "author": officer, "at": answered_at}
            self.messages.append(ReferralMessage(referral=referral, **facts))


def _at(day: date, hour: int) -> datetime:
    return min(datetime.combine(day, time(hour), timezone.get_current_timezone()), timezone.now())
