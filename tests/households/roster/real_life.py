"""Households as townships write them into rosters, and what each must be read as.

Nothing here uses the product's own words or writer, so that both may not be wrong in the same way. `real_layouts.py`
lays these households out.
"""

import csv
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from households.roster.places import Place, Places
from households.roster.rows import Family

DIVISIONS = Path(__file__).parents[3] / "district/fixtures/divisions.csv"
VILLAGES = (
    ("别山镇", "西九户村", "120119106211"), ("别山镇", "南仇庄子村", "120119106212"),
    ("穿芳峪镇", "半壁山村", "120119122212"), ("穿芳峪镇", "小辛庄村", "120119122225"),
    ("孙各庄满族乡", "马家庄村", "120119203213"),
)  # fmt: skip
YEAR, TODAY = 2016, date(2018, 3, 1)

SURNAMES = "王李张刘陈赵周吴郑孙马胡"
GIVEN = "国建秀淑桂凤海春永玉芬华英"
RARE_NAMES = ("〇一", "𠮷田芳", "㛃英", "阿依古丽·买买提", "迪丽热巴·艾力")
WORDS = {
    "son": ("之子", "长子", "儿子"), "daughter": ("之女", "次女"), "father": ("之父", "父亲"),
    "mother": ("之母", "母亲"), "daughter_in_law": ("之儿媳", "儿媳"), "grandson": ("之孙子", "孙子"),
}  # fmt: skip
FEMALE = {"daughter", "mother", "daughter_in_law"}
EDUCATION = {"none": "文盲或半文盲", "primary": "小学", "junior": "初中", "senior": "高中"}
HEALTH = {
    ("healthy",): "健康",
    ("chronic",): "长期慢性病",
    ("disabled",): "残疾",
    ("chronic", "disabled"): "长期慢性病、残疾",
}
LABOUR = {"ordinary": "普通劳动力", "weak": "弱劳动力或半劳动力", "none": "无劳动力"}
ATTRIBUTE = {"general": "一般贫困户", "dibao": "低保户", "relief": "低收入救助户", "tekun": "五保户"}
CAUSE = {"illness": "因病", "disability": "因残", "skills": "缺技术", "labour": "缺劳力"}
UNITS = ("区林业局", "区教育局", "别山镇人民政府")
SOURCES = ("wage", "business", "property", "transfer")


@dataclass(frozen=True)
class Person:
    """Somebody with codes of households.codes and the word that the roster uses for the relation."""

    name: str
    number: str
    relation: str
    word: str
    female: bool
    born: date
    education: str
    health: tuple[str, ...]
    labour: str
    phone: str


@dataclass(frozen=True)
class House:
    """A household; money in fen, the helper as (name, unit, post, phone)."""

    township: str
    village: str
    village_code: str
    no: str
    people: tuple[Person, ...]
    attribute: str
    cause: str
    phone: str
    address: str
    money: dict[str, int]
    helper: tuple[str, str, str, str]

    @property
    def net(self) -> int:
        return sum(self.money[s] for s in SOURCES) - self.money["cost"]


@cache
def places() -> Places:
    """The district as it is, from its list of divisions."""
    with DIVISIONS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found: dict[str, list[Place]] = {"township": [], "village": []}
    for row in rows:
        if row["level"] in found:
            parent = row["parent_code"] if row["level"] == "village" else ""
            aliases = tuple(a for a in (row["official_name"], *row["aliases"].split("|")) if a)
            found[row["level"]].append(Place(row["code"], row["name"], aliases, parent))
    return Places(found["township"], found["village"])


def checked(first_17: str) -> str:
    """The ID number with its check digit (GB 11643)."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return first_17 + "10X98765432"[sum(int(d) * w for d, w in zip(first_17, weights, strict=True)) % 11]


def some_houses(chance: Random, count: int) -> tuple[House, ...]:
    """Valid households, sorted by place as a roster is."""
    sequence = iter(range(1, 500))
    places_of = sorted(chance.choice(VILLAGES) for _ in range(count))
    return tuple(_house(chance, i, place, sequence) for i, place in enumerate(places_of))


def _house(chance: Random, i: int, place: tuple[str, str, str], sequence: Any) -> House:
    age = chance.randint(30, 70)
    relations = ["head", *(["spouse"] if chance.randint(0, 1) else [])]
    relations += [chance.choice(list(WORDS)) for _ in range(chance.randint(0, 2))]
    male = bool(chance.randint(0, 3))
    money = {
        source: chance.choice((0, chance.randint(0, 400_000_00), chance.randint(0, 9_999) * 100)) for source in SOURCES
    }
    money["cost"] = chance.randint(0, money["business"])
    helper = (
        _name(chance),
        chance.choice(UNITS),
        chance.choice(("科长", "科员")),
        f"139{chance.randint(0, 99_999_999):08d}",
    )
    return House(
        *place,
        no=f"{place[2]}{i + 1:04d}",
        people=tuple(_person(chance, r, age, next(sequence), head_male=male) for r in relations),
        attribute=chance.choice(list(ATTRIBUTE)),
        cause=chance.choice(list(CAUSE)),
        phone=f"140{chance.randint(0, 99_999_999):08d}",
        address=f"{place[1]}{chance.randint(1, 9)}区{chance.randint(1, 99)}号",
        money=money,
        helper=helper,
    )


def _person(chance: Random, relation: str, age: int, running: int, *, head_male: bool) -> Person:
    ages = {"head": age, "spouse": age, "father": age + 24, "mother": age + 23, "grandson": 3}
    years = ages.get(relation, max(age - 26, 1))
    born = date(YEAR, 1, 1) - timedelta(days=years * 365 + chance.randint(0, 360))
    female = {"head": not head_male, "spouse": head_male}.get(relation, relation in FEMALE)
    return Person(
        name=_name(chance),
        number=checked(f"120225{born:%Y%m%d}{running * 2 % 1000 + (not female):03d}"),
        relation=relation,
        word={"head": "户主", "spouse": "配偶"}.get(relation) or chance.choice(WORDS[relation]),
        female=female,
        born=born,
        education=chance.choice(list(EDUCATION)),
        health=chance.choice(list(HEALTH)),
        labour=chance.choice(list(LABOUR)),
        phone=f"150{chance.randint(0, 99_999_999):08d}" if chance.randint(0, 1) else "",
    )


def _name(chance: Random) -> str:
    if chance.randint(0, 9) == 9:
        return chance.choice(RARE_NAMES)
    return chance.choice(SURNAMES) + "".join(chance.choice(GIVEN) for _ in range(chance.randint(1, 2)))


OF_PERSON = {
    "name",
    "number",
    "relation",
    "sex",
    "born",
    "education",
    "health",
    "labour",
    "member_phone",
    "nation",
    "student",
}
INCOME = ("wage", "business", "cost", "property", "transfer", "net", "gross")


def amount(house: House, name: str) -> int:
    """Fen of an income column."""
    if name == "gross":
        return sum(house.money[s] for s in SOURCES)
    return house.net if name == "net" else house.money[name]


def value(name: str, house: House, person: Person, row: int) -> Any:
    """A cell as offices write it: the form changes from row to row."""
    if name in INCOME:
        return money(amount(house, name), row)
    plain: dict[str, Any] = {
        "period": f"{YEAR}12", "county": "蓟州区", "nation": "汉族", "student": "非在校生", "blank": None, "yes": "是",
        "township": (house.township, house.township[:-1] if house.township.endswith("镇") else house.township)[row % 2],
        "village": (house.village, house.village + "委会")[row % 2],
        "village_code": house.village_code, "no": house.no, "address": house.address,
        "name": (person.name, f"{person.name[0]} {person.name[1]}" if len(person.name) == 2 else person.name)[row % 2],
        "head_name": house.people[0].name, "head_number": house.people[0].number,
        "number": (person.number, person.number.lower(), f"{person.number} ")[row % 3],
        "relation": person.word, "sex": "女" if person.female else "男",
        "born": person.born.strftime(("%Y-%m-%d", "%Y%m%d", "%Y年%-m月%-d日", "%Y/%-m/%-d")[row % 4]),
        "education": EDUCATION[person.education], "health": HEALTH[person.health], "labour": LABOUR[person.labour],
        "member_phone": person.phone, "people": (len(house.people), f"{len(house.people)}人")[row % 2],
        "attribute": ATTRIBUTE[house.attribute], "cause": CAUSE[house.cause],
        "phone": (house.phone, int(house.phone))[row % 2], "year": (YEAR, f"{YEAR}年")[row % 2],
        "per_head": round(house.net / len(house.people) / 100, 2), "able": len(house.people),
        "helper": house.helper[0], "unit": house.helper[1], "post": house.helper[2], "helper_phone": house.helper[3],
        "note": None, "leader": "胡永海", "leader_phone": "13800000000",
    }  # fmt: skip
    return plain[name]


def money(fen: int, row: int) -> Any:
    """Yuan as a number, with thousands separators, with 元, or in full-width digits."""
    exact = f"{fen / 100:.2f}"
    wide = str.maketrans("0123456789.", "０１２３４５６７８９．")
    return (
        fen / 100,
        f"{fen / 100:,.2f}",
        f"{exact}元",
        exact.translate(wide),
        fen // 100 if fen % 100 == 0 else fen / 100,
    )[row % 5]


# what must be read


def expected(house: House, fields: Collection[str], *, alone: bool) -> dict[str, Any]:
    """The facts of a household in a roster of these fields; `alone`: only its head is written."""
    people = house.people[:1] if alone else house.people
    given = {name: amount(house, name) if name in fields else None for name in INCOME}
    sources = [a for s in SOURCES if (a := given[s]) is not None]
    stated = given["gross"] if given["net"] is None else given["net"]
    return {
        "no": house.no if "no" in fields else "",
        "village": house.village_code,
        "people": [_person_expected(p, fields) for p in people],
        "count": len(house.people),
        "attribute": house.attribute if "attribute" in fields else "",
        "cause": house.cause if "cause" in fields else "",
        "phone": house.phone if "phone" in fields else "",
        "address": house.address if "address" in fields else "",
        "year": YEAR,
        "income": [*(given[s] for s in (*SOURCES, "cost")), stated],
        "total": sum(sources) - (given["cost"] or 0) if sources else stated,
        "helper": house.helper if "helper" in fields else None,
    }


def _person_expected(person: Person, fields: Collection[str]) -> tuple[Any, ...]:
    return (
        person.name,
        person.number,
        person.relation,
        "female" if person.female else "male",
        person.born,
        person.education if "education" in fields else "",
        person.health if "health" in fields else (),
        person.labour if "labour" in fields else "",
        "not_student" if "student" in fields else "",
        person.phone if "member_phone" in fields else "",
        "",
    )


def facts(family: Family) -> dict[str, Any]:
    """The facts of a family as read, to compare with expected()."""
    income = family.income
    assert income is not None
    money = (
        income.wage, income.business, income.property_income, income.transfer, income.business_cost, income.stated_total
    )  # fmt: skip
    helper = family.helper
    return {
        "no": family.code,
        "village": family.village_code,
        "people": [
            (m.name, m.id_no, m.relation, m.sex, m.birth_date, m.education, m.health, m.labour, m.student_status,
             m.phone, m.no_id_reason)
            for m in family.members
        ],
        "count": family.people,
        "attribute": family.attribute,
        "cause": family.main_cause,
        "phone": family.phone,
        "address": family.address,
        "year": family.year,
        "income": [None if m is None else int(m * 100) for m in money],
        "total": None if income.total is None else int(income.total * 100),
        "helper": (helper.name, helper.unit, helper.post, helper.phone) if helper else None,
    }  # fmt: skip
