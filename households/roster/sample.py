"""A fictitious, plausible district for rosters, demos and tests: nobody in it exists.

ID numbers begin with 129999, which no place has, and end with a right check digit. All is made from a seed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from households.codes import Attribute, Cause, Education, Health, Labour, Relation, StudentStatus
from households.id_numbers import with_check_digit

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许"
    "傅曾彭吕苏卢蒋蔡贾丁薛叶阎余潘杜戴夏钟汪田任姜范"
)
MALE = "建国志强永福德旺宝山海涛金柱长河玉田守业景贵占魁连生树林庆丰兆祥润泽浩宇子轩鹏飞博文凯旋振东"
FEMALE = "秀英桂兰淑珍玉梅凤霞素琴翠花雅丽小燕雪晴思雨欣怡佳慧婉婷丽娟巧云月娥彩虹晓红静茹"
SIZES = ((1, 16), (2, 31), (3, 26), (4, 17), (5, 7), (6, 3))
SHARE_GROWN = 0.785
SHARE_CHANGED = 0.012  # and those whose growth is missed because of a birth: 2 % in all
FALLS = {"wage_lost": 38, "livestock": 32, "transfer_less": 26, "people_up": 4}

Village = tuple[str, str, str]  # township, village, the village's 12-digit code


@dataclass(frozen=True, slots=True)
class Person:
    """A fictitious member of a household."""

    name: str
    id_no: str
    sex: str
    born: date
    relation: str
    education: str
    student: str
    health: tuple[str, ...]
    labour: str


@dataclass(frozen=True, slots=True)
class Home:
    """A fictitious household in one year; `parts` are yuan by source, empty when no income was handed in."""

    code: str
    township: str
    village: str
    village_code: str
    attribute: str
    cause: str
    phone: str
    address: str
    people: tuple[Person, ...]
    parts: dict[str, Decimal]
    guarantees: tuple[str, ...]

    @property
    def total(self) -> Decimal:
        """Wage + business − cost + property + transfer."""
        return sum((-v if k == "business_cost" else v for k, v in self.parts.items()), Decimal())


class District:
    """Makes households one after the other; no ID number and no code twice."""

    def __init__(self, villages: Sequence[Village], *, seed: int, year: int, line: Decimal) -> None:
        self.random = Random(seed)  # noqa: S311 - fictitious people, no secret
        self.villages = sorted(villages, key=lambda v: v[2])
        self.year = year
        self.line = line
        self._made = 0
        self._sequence: dict[tuple[date, str], int] = {}

    def first_year(self, households: int) -> list[Home]:
        """Households under the income line, village by village."""
        places = sorted(self.random.choice(self.villages) for _ in range(households))
        places.sort(key=lambda v: v[2])
        return [self._home(place, share=self.random.uniform(0.35, 0.98)) for place in places]

    def next_year(self, homes: Sequence[Home], *, missing: float = 0.03, over_line: float = 0.01) -> list[Home]:
        """The year after: most grow by a tenth or more, some fall, 2 % change members.

        `missing`: share without a statement. `over_line`: share of new households at or over the line, on top.
        """
        self.year += 1
        order = list(range(len(homes)))
        self.random.shuffle(order)
        without = set(order[: round(len(homes) * missing)])
        grown = [replace(self._grown(h), parts={}) if i in without else self._grown(h) for i, h in enumerate(homes)]
        new = [self._home(self.random.choice(self.villages), share=self.random.uniform(1.0, 1.6))
               for _ in range(round(len(homes) * over_line))]  # fmt: skip
        return sorted(grown + new, key=lambda h: (h.village_code, h.code))

    def same_people_later(self, homes: Sequence[Home], years: int) -> list[Home]:
        """The same households and people so many years later: only their incomes move, as in next_year()."""
        for _ in range(years):
            parts = {home.code: home.parts for home in self.next_year(homes, missing=0, over_line=0)}
            homes = [replace(home, parts=parts[home.code]) for home in homes]
        return list(homes)

    # people

    def _home(self, place: Village, *, share: float) -> Home:
        size = self.random.choices([s for s, _ in SIZES], [w for _, w in SIZES])[0]
        people = self._family(size)
        cause = self._cause(people)
        self._made += 1
        target = (self.line * Decimal(str(round(share, 4)))).quantize(Decimal(1))
        target = max(target, self.line) if share >= 1 else min(target, self.line - 1)
        able = any(p.labour in (Labour.ORDINARY, Labour.SKILLED) for p in people)
        return Home(
            code=f"99{100_000 + self._made:08d}",
            township=place[0],
            village=place[1],
            village_code=place[2],
            attribute=self._attribute(able),
            cause=cause,
            phone=f"1400000{self._made % 10_000:04d}",
            address=f"{place[0]}{place[1]}{self.random.randint(1, 9)}区{self.random.randint(1, 60)}号",
            people=people,
            parts=self._parts(target, able),
            guarantees=self._guarantees(people),
        )

    def _family(self, size: int) -> tuple[Person, ...]:
        age = self.random.randint(58, 82) if size == 1 else self.random.randint(34, 72)
        male = self.random.random() < 0.85
        head = self._person(Relation.HEAD, age, male=male)
        people = [head]
        wishes = [Relation.SPOUSE, self._child(), self._child(), Relation.FATHER, Relation.MOTHER]
        if size == 2 and self.random.random() < 0.3:
            wishes = [self._child()]
        if age > 60:
            wishes = [
                Relation.SPOUSE,
                Relation.SON,
                Relation.DAUGHTER_IN_LAW,
                Relation.GRANDSON,
                Relation.GRANDDAUGHTER,
            ]
        surname = head.name[0]
        people += [self._relative(relation, age, surname, head_male=male) for relation in wishes[: size - 1]]
        return tuple(people)

    def _child(self) -> str:
        return self.random.choice((Relation.SON, Relation.DAUGHTER))

    def _relative(self, relation: str, age: int, surname: str, *, head_male: bool) -> Person:
        ages = {
            Relation.SPOUSE: age + self.random.randint(-4, 2), Relation.SON: age - self.random.randint(22, 30),
            Relation.DAUGHTER: age - self.random.randint(22, 30), Relation.FATHER: age + self.random.randint(21, 26),
            Relation.MOTHER: age + self.random.randint(20, 25),
            Relation.DAUGHTER_IN_LAW: age - self.random.randint(23, 30),
        }  # fmt: skip
        years = max(0, ages.get(Relation(relation), self.random.randint(3, 17)))
        male = relation in (Relation.SON, Relation.FATHER, Relation.GRANDSON)
        if relation == Relation.SPOUSE:
            male = not head_male
        own = relation in (Relation.SPOUSE, Relation.MOTHER, Relation.DAUGHTER_IN_LAW)
        return self._person(relation, years, male=male, surname="" if own else surname)

    def _person(self, relation: str, age: int, *, male: bool, surname: str = "") -> Person:
        born = date(self.year, 1, 1) - timedelta(days=age * 365 + self.random.randint(0, 360))
        pool = MALE if male else FEMALE
        given = "".join(self.random.sample(pool, 2 if self.random.random() < 0.8 else 1))
        sex = "male" if male else "female"
        health = self._health(age)
        student, education = _schooling(self.year - born.year, self.random)
        return Person(
            name=(surname or self.random.choice(SURNAMES)) + given,
            id_no=self._id_no(born, sex),
            sex=sex,
            born=born,
            relation=relation,
            education=education,
            student=student,
            health=health,
            labour=self._labour(self.year - born.year, health, student),
        )

    def _id_no(self, born: date, sex: str) -> str:
        sequence = self._sequence.get((born, sex), 1 if sex == "male" else 2)
        self._sequence[(born, sex)] = sequence + 2
        return with_check_digit(f"129999{born:%Y%m%d}{sequence:03d}")

    def _health(self, age: int) -> tuple[str, ...]:
        ill = 0.06 if age < 40 else 0.3 if age < 65 else 0.5
        draw = self.random.random()
        if draw > ill:
            return (Health.HEALTHY,)
        kinds = ((Health.CHRONIC,), (Health.DISABLED,), (Health.SERIOUS,), (Health.CHRONIC, Health.DISABLED))
        return self.random.choices(kinds, (55, 25, 15, 5))[0]

    def _labour(self, age: int, health: tuple[str, ...], student: str) -> str:
        if age < 16 or student != StudentStatus.NOT_STUDENT:
            return Labour.NONE
        if Health.SERIOUS in health or (Health.DISABLED in health and self.random.random() < 0.5):
            return Labour.LOST
        if age >= 60:
            return Labour.WEAK if age < 70 and health == (Health.HEALTHY,) else Labour.NONE
        if health != (Health.HEALTHY,):
            return Labour.WEAK
        return Labour.SKILLED if self.random.random() < 0.1 else Labour.ORDINARY

    # households

    def _cause(self, people: Sequence[Person]) -> str:
        health = {h for p in people for h in p.health}
        if _pupils(people) and self.random.random() < 0.35:
            return Cause.SCHOOLING
        if health & {Health.SERIOUS, Health.CHRONIC} and self.random.random() < 0.75:
            return Cause.ILLNESS
        if Health.DISABLED in health:
            return Cause.DISABILITY
        if all(p.labour in (Labour.NONE, Labour.LOST, Labour.WEAK) for p in people):
            return Cause.LABOUR
        return self.random.choices(
            (Cause.SKILLS, Cause.FUNDS, Cause.LABOUR, Cause.DISASTER, Cause.OTHER), (45, 25, 15, 8, 7)
        )[0]

    def _attribute(self, able: bool) -> str:
        choices = (Attribute.GENERAL, Attribute.DIBAO, Attribute.RELIEF, Attribute.TEKUN)
        return self.random.choices(choices, (62, 22, 14, 2) if able else (25, 48, 17, 10))[0]

    def _parts(self, target: Decimal, able: bool) -> dict[str, Decimal]:
        """Yuan by source that come to the target exactly."""
        wage, business, rent = (0.45, 0.3, 0.04) if able else (0.0, 0.22, 0.06)
        draw = self.random.uniform
        shares = {
            "wage": wage * draw(0.6, 1.2),
            "business": business * draw(0.6, 1.2),
            "property": rent * draw(0.0, 1.5),
        }
        parts = {k: (target * Decimal(str(round(v, 4)))).quantize(Decimal(1)) for k, v in shares.items()}
        parts["transfer"] = target - sum(parts.values())
        parts["business_cost"] = (parts["business"] * Decimal(str(round(draw(0.2, 0.45), 4)))).quantize(Decimal(1))
        parts["business"] += parts["business_cost"]
        return parts

    def _guarantees(self, people: Sequence[Person]) -> tuple[str, ...]:
        """States of food, clothing, schooling, medical, housing, old age."""
        old = any(self.year - p.born.year >= 60 for p in people)
        fits = (True, True, _pupils(people), True, True, old)
        gaps = (0.002, 0.002, 0.01, 0.02, 0.05, 0.015)
        return tuple(
            "not_applicable" if not fit else self.random.choices(("gap", "unverified", "held"), (gap, 0.04, 1))[0]
            for fit, gap in zip(fits, gaps, strict=True)
        )

    # the year after

    def _grown(self, home: Home) -> Home:
        draw = self.random.random()
        if draw < SHARE_CHANGED:
            home = self._changed(home)
        if self.random.random() < SHARE_GROWN:
            return replace(home, parts=_scaled(home.parts, Decimal(str(round(self.random.uniform(1.105, 1.32), 4)))))
        return self._fallen(home, self.random.choices(list(FALLS), list(FALLS.values()))[0])

    def _changed(self, home: Home) -> Home:
        """A grown child leaves, or a child is born."""
        leaving = [p for p in home.people if p.relation == Relation.DAUGHTER and self.year - p.born.year >= 20]
        if leaving and self.random.random() < 0.5:
            return replace(home, people=tuple(p for p in home.people if p is not leaving[0]))
        return self._with_child(home)

    def _with_child(self, home: Home) -> Home:
        young = next((p for p in home.people if p.relation == Relation.HEAD and self.year - p.born.year < 48), None)
        relation = self._child() if young else self.random.choice((Relation.GRANDSON, Relation.GRANDDAUGHTER))
        male = relation in (Relation.SON, Relation.GRANDSON)
        child = self._person(relation, 0, male=male, surname=home.people[0].name[0])
        return replace(home, people=(*home.people, child))

    def _fallen(self, home: Home, kind: str) -> Home:
        """Less than a tenth more for each person: why is told by what changed."""
        parts = _scaled(home.parts, Decimal(str(round(self.random.uniform(1.0, 1.06), 4))))
        if kind == "people_up":
            return replace(self._with_child(home), parts=parts)
        source = {"wage_lost": "wage", "livestock": "business", "transfer_less": "transfer"}[kind]
        source = source if parts[source] else "transfer"
        lost = (parts[source] * Decimal(str(round(self.random.uniform(0.25, 0.7), 4)))).quantize(Decimal(1))
        if source == "business":
            lost = min(lost, parts["business"])
        return replace(home, parts=parts | {source: parts[source] - lost})


def _pupils(people: Sequence[Person]) -> bool:
    return any(p.student not in (StudentStatus.NOT_STUDENT, StudentStatus.PRESCHOOL) for p in people)


def _scaled(parts: dict[str, Decimal], factor: Decimal) -> dict[str, Decimal]:
    """All sources times the factor, rounded so that the total is not less than asked; whole yuan, as offices write."""
    up = {k: (v * factor).to_integral_value("ROUND_CEILING") for k, v in parts.items()}
    return up | {"business_cost": (parts["business_cost"] * factor).to_integral_value("ROUND_FLOOR")}


def _schooling(age: int, random: Random) -> tuple[str, str]:
    """(student status, education) at an age."""
    steps = (
        (3, StudentStatus.PRESCHOOL, Education.PRESCHOOL), (6, StudentStatus.KINDERGARTEN, Education.PRESCHOOL),
        (12, StudentStatus.PRIMARY, Education.PRIMARY), (15, StudentStatus.JUNIOR, Education.JUNIOR),
        (18, StudentStatus.SENIOR, Education.SENIOR),
    )  # fmt: skip
    for before, student, education in steps:
        if age < before:
            return student, education
    if age < 22 and random.random() < 0.5:
        return StudentStatus.COLLEGE, Education.COLLEGE
    levels = (Education.NONE, Education.PRIMARY, Education.JUNIOR, Education.SENIOR, Education.COLLEGE)
    weights = (25, 45, 25, 4, 1) if age > 55 else (4, 26, 52, 13, 5)
    return StudentStatus.NOT_STUDENT, random.choices(levels, weights)[0]
