"""Fictitious complaints, words of households and their cards, through the product's own verbs."""

from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import RoleGrant, User
from accounts.roles import Role
from core.history import through
from district.models import Division
from households.models import Household
from visits import complaints
from visits.cards import make_cards
from visits.codes_voice import Satisfaction, Subject
from visits.models import Visit
from visits.voice import confirm_visit, say

# about, how many days ago, what, who it is about, the answer (none: it waits)
COMPLAINTS: tuple[tuple[str, int, str, str, str], ...] = (
    (Subject.AID, 26, "去年登记的果树苗一直没有领到，还发不发？", "", "树苗已补到镇农业服务中心，请去领取。"),
    (Subject.CADRE, 19, "帮扶干部说好来看危房，一个多月没有来。", "帮扶干部", ""),
    (Subject.SUGGESTION, 12, "卫生院义诊的日子能不能提前告诉村里？", "", "义诊日期今后按月在村务公开栏公布。"),
    (Subject.OFFICIAL, 8, "办低保材料跑了三趟，每次说的都不一样。", "", ""),
    (Subject.BURDEN, 5, "同样的收入情况手册上写一遍，系统里又要填一遍，希望合并。", "", ""),
    (Subject.OTHER, 2, "村口路灯坏了半个月，晚上走路不方便。", "", ""),
)  # fmt: skip
WORDS = {
    Satisfaction.SATISFIED: ("常来看我们，孩子上学的事也帮着跑了。", "", "果树嫁接教会了，谢谢。", ""),
    Satisfaction.SO_SO: ("人是好人，就是说的补贴还没下来。", "希望多介绍点活干。"),
    Satisfaction.UNSATISFIED: ("房子漏雨说了两次还没有修。",),
}
TOWNSHIP = "120119122000"  # the one that the demo shows


class Voices:
    """Makes the rows; `as_of` is the day on which the demo lives. Accounts must be there."""

    def __init__(self, *, as_of: date, seed: int) -> None:
        self.as_of = as_of
        self.random = Random(seed + 11)  # noqa: S311 fictitious, no secret

    @transaction.atomic
    def write(self) -> dict[str, int]:
        """Complaints about the demo's township, cards and words of its households; how many of each."""
        township = Division.objects.get(code=TOWNSHIP)
        homes = list(Household.objects.filter(village__parent=township, closed_on=None).order_by("code"))
        admin, official = self._holder(Role.DISTRICT_ADMIN), self._holder(Role.TOWNSHIP_OFFICIAL)
        cards = make_cards(homes[: len(homes) // 2], by=official)
        visits = list(Visit.objects.filter(household__in=homes).select_related("household", "entered_by"))
        codes = dict(cards)
        for visit in visits[:: max(1, len(visits) // 12)]:
            self._voice(visit, codes.get(visit.household))
        for about in COMPLAINTS:
            self._complaint(township, about, official=official, admin=admin)
        return {"complaints": len(COMPLAINTS), "cards": len(cards)}

    def _holder(self, role: str) -> User:
        return RoleGrant.objects.filter(role=role).select_related("user").order_by("pk")[0].user

    def _voice(self, visit: Visit, code: str | None) -> None:
        name = visit.household.head_name
        confirm_visit(
            visit, client_id=self._uuid(), by=visit.entered_by, card_code=code or "", name=name, at=visit.entered_at
        )
        satisfaction = self.random.choices(list(Satisfaction), (7, 2, 1))[0]
        words = self.random.choice(WORDS[satisfaction])
        say(
            visit.household,
            client_id=self._uuid(),
            satisfaction=satisfaction,
            words=words,
            visit=visit,
            at=visit.entered_at,
        )

    def _complaint(self, township: Division, about: tuple[str, int, str, str, str], **by: User) -> None:
        subject, ago, text, named, answer = about
        place = self.random.choice(list(township.children.order_by("code")))  # type: ignore[attr-defined]
        at: Any = datetime.combine(self.as_of - timedelta(days=ago), time(10, 20), timezone.get_current_timezone())
        one, _code = complaints.file_complaint(
            client_id=self._uuid(), subject=subject, place=place, text=text, named=named, at=at
        )
        handler = by["official"] if one.level == "township" else by["admin"]
        with through("load_demo", by=handler):
            if answer:
                complaints.answer(one, by=handler, answer=answer)
            elif self.random.random() < 0.4:
                complaints.take(one, by=handler)

    def _uuid(self) -> UUID:
        return UUID(int=self.random.getrandbits(128), version=4)
