"""Fictitious visits, needs and aid over the months before a date, so that the pages look as in use."""

import json
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import Unit
from cadres.models import Pairing
from core import bulk
from demo.people import TOWNSHIP_SHOWN
from district.models import Division
from households.codes import StudentStatus
from households.models import Member
from programs.codes import MeasureKind, MeasureSource, MeasureState
from programs.models import Measure
from visits.codes import REACHING, Change, ItemKind, ItemState, Mode, NeedKind, NeedState
from visits.models import Need, OutboxItem, Visit

DAYS = 150
MODES = ((Mode.HOME, 68), (Mode.PHONE, 22), (Mode.NOT_HOME, 6), (Mode.MESSAGE, 4))
TEXTS: dict[str, tuple[str, ...]] = {
    "": ("家中一切正常。", "无变化，生活平稳。", "院里收拾得干净，老人精神不错。", "", "", ""),
    Change.FAMILY: ("儿子从外地回来过节，家里添了帮手。", "孙女出生，已提醒办理户口登记。"),
    Change.INCOME: ("今年梨的收购价比去年高，收入有增加。", "养殖亏了一些，打算明年改种蔬菜。", "低保金已按月到账。"),
    Change.HEALTH: ("老人腿疼，已帮助预约镇卫生院。", "高血压药已续开，嘱咐按时服用。", "出院后恢复得不错。"),
    Change.HOUSING: ("东屋漏雨，已联系村委会登记修缮。", "房屋修缮完工，已住回去。"),
    Change.SCHOOL: ("孩子今年上高中，学费压力较大。", "助学金申请材料已交学校。"),
    Change.JOB: ("妻子在镇上餐馆找到工作，月工资三千左右。", "合同到期，正在找新的零工。"),
}
NEEDS: dict[str, tuple[str, ...]] = {
    NeedKind.RELIEF: ("冬季取暖用煤不够", "临时生活困难，申请救助"),
    NeedKind.BUSINESS: ("想学红香酥梨嫁接技术", "想找一份离家近的工作", "申请公益性岗位"),
    NeedKind.EDUCATION: ("申请助学金", "孩子住校费用有困难"),
    NeedKind.MEDICAL: ("申请住院费用减免", "办理慢性病用药备案", "需要轮椅"),
    NeedKind.OTHER: ("院墙需要修补", "老年证丢失需补办"),
}
DEPARTMENTS = {NeedKind.EDUCATION: "区教育局", NeedKind.MEDICAL: "区人民医院", NeedKind.BUSINESS: "区人力社保局"}
AID: tuple[tuple[str, int | None, int | None, str], ...] = (
    (MeasureKind.GIFT, 300, None, "慰问金"),
    (MeasureKind.GIFT, None, 2, "米、油（份）"),
    (MeasureKind.GIFT, 500, None, "春节慰问"),
)
PARKED_TEXTS = ("山上没有信号，回来后补传。老人身体好，柴火已备足。", "女儿周末回家，帮忙收了玉米。")
OTHER_AID: tuple[tuple[str, str, int | None, int | None, str], ...] = (
    (MeasureKind.INDUSTRY, MeasureSource.FISCAL, None, 60, "红香酥梨苗（株）"),
    (MeasureKind.EDUCATION, MeasureSource.UNIT, 2000, None, "助学金"),
    (MeasureKind.FEE_RELIEF, MeasureSource.FISCAL, 700, None, "住院个人负担部分减免10%"),
    (MeasureKind.POST, MeasureSource.FISCAL, None, 12, "护林员（月）"),
    (MeasureKind.EMPLOYMENT, MeasureSource.UNIT, None, 1, "介绍到镇内企业务工（人）"),
    (MeasureKind.HOUSING, MeasureSource.FISCAL, 14000, None, "危房改造补助"),
)


class Fieldwork:
    """Makes the rows; `as_of` is the day on which the demo lives."""

    def __init__(self, *, as_of: date, seed: int) -> None:
        self.as_of = as_of
        self.random = Random(seed + 7)  # noqa: S311 fictitious, no secret
        self.departments = {u.name: u for u in Unit.objects.filter(name__in=DEPARTMENTS.values())}
        self.township = Division.objects.get(code=TOWNSHIP_SHOWN)
        self.visits: list[Visit] = []
        pupils = Member.objects.filter(active=True).exclude(student_status__in=("", StudentStatus.NOT_STUDENT))
        self.with_pupils = set(pupils.values_list("household", flat=True))
        self.needs: list[Need] = []
        self.measures: list[Measure] = []
        self.handed: list[tuple[Visit, Measure]] = []

    @transaction.atomic
    def write(self) -> dict[str, int]:
        """Work for every active pairing; returns how many rows of each kind."""
        pairings = (
            Pairing.objects.active()
            .select_related("household__village", "cadre__user", "cadre__unit")
            .order_by("household")
        )
        for pairing in pairings:
            for day in self._days(pairing):
                self._visit(pairing, day)
            if self.random.random() < 0.22:
                self._other_aid(pairing)
        for rows in (self.measures, self.visits, self.needs):
            bulk.insert(rows)
        link = Visit.measures.through
        link.objects.bulk_create([link(visit=visit, measure=measure) for visit, measure in self.handed])
        self._parked(list(pairings))
        return {"visits": len(self.visits), "needs": len(self.needs), "measures": len(self.measures)}

    def _parked(self, pairings: list[Pairing]) -> None:
        """Records that a cadre sent after the households had gone to others: the township has them to place."""
        here = [pairing for pairing in pairings if pairing.household.village.parent_id == self.township.pk]
        cadres = [pairing.cadre for pairing in here]
        own = [cadre for cadre in cadres if cadre.unit.division_id == self.township.pk]
        writer = min(own or cadres, key=lambda cadre: (cadre.name, cadre.pk), default=None)  # whom the demo signs in
        if writer is None:
            return
        somebody = next(pairing.cadre for pairing in pairings if pairing.cadre_id != writer.pk)
        here.sort(key=lambda pairing: pairing.cadre_id == writer.pk)  # households of others first
        for pairing, text in zip(here, PARKED_TEXTS, strict=False):
            by = somebody if pairing.cadre_id == writer.pk else writer
            day = self.as_of - timedelta(days=2)
            fields = {"visited_on": [day.isoformat()], "mode": [Mode.HOME.value], "text": [text]}
            OutboxItem(
                client_id=self._uuid(), kind=ItemKind.VISIT, by=by.user, household=pairing.household,
                written_on=day, state=ItemState.PARKED, typed=json.dumps(fields),
            ).save(force_insert=True)  # fmt: skip

    def _days(self, pairing: Pairing) -> list[date]:
        kind = self.random.random()
        if kind < 0.03:
            return []
        ages = [self.random.randint(62, DAYS)] if kind < 0.11 else [self.random.randint(0, 55)]
        ages += [
            a
            for a in (ages[0] + self.random.randint(18, 60) for _ in range(self.random.choice((0, 0, 1))))
            if a <= DAYS
        ]
        days = [self.as_of - timedelta(days=age) for age in sorted(ages, reverse=True)]
        return [day for day in days if day >= pairing.starts_on]

    def _visit(self, pairing: Pairing, day: date) -> None:
        random, user = self.random, pairing.cadre.user
        mode = random.choices([m for m, _ in MODES], [w for _, w in MODES])[0]
        reached = mode in REACHING
        told = self._fitting(Change.values, pairing, Change.SCHOOL)
        changes = [random.choice(told)] if reached and random.random() < 0.28 else []
        late = timedelta(days=random.choice((1, 2, 3))) if random.random() < 0.12 else timedelta()
        entered = datetime.combine(
            day, time(random.randint(9, 18), random.randint(0, 59)), timezone.get_current_timezone()
        )
        texts = TEXTS[changes[0] if changes else ""]
        visit = Visit(
            client_id=self._uuid(), household=pairing.household, visitor=pairing.cadre, visited_on=day, mode=mode,
            reached=reached, changes=changes, text=random.choice(texts) if reached else "",
            entered_at=min(entered + late, timezone.now()), entered_by=user, by_deputy=False,
        )  # fmt: skip
        self.visits.append(visit)
        if reached and random.random() < 0.11:
            self._need(visit, pairing, day)
        if mode == Mode.HOME and random.random() < 0.16:
            kind, yuan, quantity, note = random.choice(AID)
            source = random.choice((MeasureSource.CADRE, MeasureSource.UNIT))
            measure = self._measure(pairing, kind, source, day, yuan, quantity, note)
            self.handed.append((visit, measure))

    def _need(self, visit: Visit, pairing: Pairing, day: date) -> None:
        random = self.random
        kind = random.choice(self._fitting(NeedKind.values, pairing, NeedKind.EDUCATION))
        due = day + timedelta(days=30)
        department = self.departments.get(DEPARTMENTS.get(NeedKind(kind), "")) if random.random() < 0.5 else None
        ended = day < self.as_of - timedelta(days=20) and random.random() < 0.7
        facts: dict[str, Any] = {"state": NeedState.OPEN if department is None else NeedState.IN_PROGRESS}
        if ended:
            closed = min(day + timedelta(days=random.randint(3, 19)), self.as_of)
            facts = {
                "state": NeedState.CLOSED,
                "result": random.choice(("已办结，户主满意。", "材料已批复。", "已协调解决。")),
                "closed_on": closed,
            }
        self.needs.append(
            Need(client_id=self._uuid(), household=pairing.household, visit=visit, kind=kind,
                 text=random.choice(NEEDS[kind]), owner=pairing.cadre.user, department=department, raised_on=day,
                 due_on=due, **facts)
        )  # fmt: skip

    def _fitting(self, kinds: list[str], pairing: Pairing, of_pupils: str) -> list[str]:
        """The kinds without the one of schooling where nobody goes to school."""
        return [kind for kind in kinds if kind != of_pupils or pairing.household_id in self.with_pupils]

    def _other_aid(self, pairing: Pairing) -> None:
        given = [
            row for row in OTHER_AID if row[0] in self._fitting(MeasureKind.values, pairing, MeasureKind.EDUCATION)
        ]
        kind, source, yuan, quantity, note = self.random.choice(given)
        day = self.as_of - timedelta(days=self.random.randint(5, DAYS))
        self._measure(pairing, kind, source, day, yuan, quantity, note)

    def _measure(
        self, pairing: Pairing, kind: str, source: str, day: date, yuan: int | None, quantity: int | None, note: str
    ) -> Measure:
        measure = Measure(
            client_id=self._uuid(), household=pairing.household, kind=kind, source=source, starts_on=day,
            yuan=Decimal(yuan) if yuan else None, quantity=quantity, note=note, state=MeasureState.DONE,
            responsible=pairing.cadre,
        )  # fmt: skip
        self.measures.append(measure)
        return measure

    def _uuid(self) -> UUID:
        return UUID(int=self.random.getrandbits(128), version=4)
