"""Fictitious units, cadres and accounts."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from accounts.models import RoleGrant, Unit, UnitKind, User
from accounts.roles import Role
from cadres.models import Cadre, Pairing
from core import bulk
from core.crypto import keyed_hash
from district.models import Division, Level, Rank
from households.models import Household
from households.roster.sample import FEMALE, MALE, SURNAMES

LEADERS, DIVISION_LEVEL = 33, 1035  # the only whole numbers that agree with 1,068 cadres and 3,270 households
HOUSEHOLDS = 3270
TOWNSHIP_SHOWN = "120119122000"  # where the accounts of the demo look in
STATISTICAL_ROW = "120119401000"
BUREAUS = (
    "区教育局", "区民政局", "区卫生健康局", "区人力社保局", "区农业农村局", "区林业局", "区水务局", "区财政局",
    "区商务委", "区文化和旅游局", "区住房建设委", "区交通局", "区司法局", "区审计局", "区市场监管局", "区应急管理局",
    "区发展改革委", "区工业和信息化委", "区科学技术局", "区统计局", "区残联", "区妇联", "区总工会", "区工商联",
    "团区委", "区委组织部", "区委宣传部", "区委统战部", "区委党校", "区档案馆", "区税务局", "区供销社",
)  # fmt: skip
INSTITUTIONS = ("区人民医院", "区中医医院", "区妇幼保健院", "区职业教育中心", "区第一中学", "区疾控中心")
HEADS = {
    "镇人民政府": "镇长",
    "乡人民政府": "乡长",
    "局": "局长",
    "医院": "院长",
    "中学": "校长",
}  # by the end of the name
ONE_EACH = {UnitKind.TOWNSHIP: ("人大主席", "武装部长"), UnitKind.INSTITUTION: ("书记",)}
OTHERS = ("党委委员", "三级调研员", "四级调研员")
SKILLS = ("", "", "", "果树栽培", "医疗", "财务", "法律", "教育", "旅游经营", "电商销售", "农机")
ACCOUNTS_FILE = "demo-accounts.json"


def make_units() -> tuple[list[Unit], Unit]:
    """Township governments, bureaus and institutions; and the office of the district's leaders."""
    townships = Division.objects.filter(level=Level.TOWNSHIP).exclude(code=STATISTICAL_ROW)
    units = [
        Unit(name=f"{t.name}人民政府" if not t.name.endswith("街道") else f"{t.name}办事处", kind=UnitKind.TOWNSHIP,
             affiliation="区", division=t)
        for t in townships
    ]  # fmt: skip
    units += [Unit(name=name, kind=UnitKind.BUREAU, affiliation="区") for name in BUREAUS]
    units += [Unit(name=name, kind=UnitKind.INSTITUTION, affiliation="区") for name in INSTITUTIONS]
    office = Unit(name="区委、区政府", kind=UnitKind.OTHER, affiliation="区")
    bulk.insert([*units, office])
    return units, office


def numbers_of(households: int) -> tuple[int, int]:
    """District leaders and division-level cadres whose quotas of 5 and 3 add up to exactly this many households."""
    leaders = round(households * LEADERS / HOUSEHOLDS)
    while leaders > 0 and (households - 5 * leaders < 0 or (households - 5 * leaders) % 3):
        leaders -= 1
    while (households - 5 * leaders) % 3:
        leaders += 1
    return leaders, max(0, (households - 5 * leaders) // 3)


@transaction.atomic
def make_cadres(households: int, *, since: date, seed: int) -> list[Cadre]:
    """Cadres with accounts (no usable password) and the grant of the role, spread over the units."""
    random = Random(seed)  # noqa: S311 fictitious people, no secret
    units, office = make_units()
    leaders, others = numbers_of(households)
    places = [(office, Rank.DISTRICT_LEADER, "区级领导")] * leaders
    turn = cycle(units)
    free = {unit.name: [_head_of(unit), *ONE_EACH.get(UnitKind(unit.kind), ())] for unit in units}
    for _ in range(others):
        unit = next(turn)
        single = free[unit.name]
        post = single.pop(0) if single else random.choice((f"副{_head_of(unit)}", *OTHERS))
        places.append((unit, Rank.DIVISION_LEVEL, post))
    names = _names(random, len(places))
    users = [
        User(username=f"cadre{number:04d}", display_name=name, password=make_password(None), phone=phone,
             phone_hash=keyed_hash(phone))
        for number, name in enumerate(names, start=1)
        for phone in [f"1400001{number:04d}"]
    ]  # fmt: skip
    bulk.insert(users)
    bulk.insert([RoleGrant(user=user, role=Role.CADRE, reason="帮扶攻坚行动", starts_on=since) for user in users])
    cadres = [
        Cadre(user=user, name=user.display_name, unit=unit, rank=rank, post=post, skills=random.choice(SKILLS),
              phone=user.phone, phone_hash=user.phone_hash, active_from=since)
        for user, (unit, rank, post) in zip(users, places, strict=True)
    ]  # fmt: skip
    bulk.insert(cadres)
    return cadres


def _head_of(unit: Unit) -> str:
    return next((post for end, post in HEADS.items() if unit.name.endswith(end)), "主任")


def _names(random: Random, count: int) -> list[str]:
    names = []
    for _ in range(count):
        given = MALE if random.random() < 0.72 else FEMALE
        names.append(random.choice(SURNAMES) + "".join(random.sample(given, random.choice((1, 2, 2)))))
    return names


@dataclass(frozen=True, slots=True)
class SignIn:
    """A printed sign-in."""

    role: str
    username: str
    password: str


def make_accounts(cadres: Sequence[Cadre], *, since: date) -> list[SignIn]:
    """One account for each role, with a password of its own that only this installation knows."""
    cadre, liaison_unit = _someone(cadres)
    township = Division.objects.get(code=TOWNSHIP_SHOWN)
    busiest = (
        Household.objects.filter(village__parent=township)
        .values("village")
        .annotate(n=Count("pk"))
        .order_by("-n", "village")
    )
    village = Division.objects.get(pk=busiest[0]["village"]) if busiest else township.children.first()  # type: ignore[attr-defined]
    hospital = Unit.objects.get(name="区人民医院")
    until = timezone.localdate() + timedelta(days=90)
    plan: list[tuple[str, str, str, dict[str, Any]]] = [
        (Role.UNIT_LIAISON, "liaison", "单位联络员", {"unit": liaison_unit}),
        (Role.VILLAGE_CLERK, "clerk", "村级信息员", {"division": village}),
        (Role.TOWNSHIP_OFFICIAL, "township", "乡镇工作人员", {"division": township}),
        (Role.DEPARTMENT_OFFICER, "department", "部门经办人", {"unit": hospital}),
        (Role.DISTRICT_ADMIN, "admin", "区级管理员", {}),
        (Role.INSPECTOR, "inspector", "督查审计人员", {"reason": "专项督查（演示）", "ends_on": until}),
        (Role.LOG_AUDITOR, "auditor", "审计管理员", {}),
        (Role.SYSTEM_ADMIN, "sysadmin", "系统管理员", {}),
    ]
    assert cadre.user is not None  # every demo cadre has an account
    sign_ins = [_set_password(cadre.user, Role.CADRE)]
    for role, username, name, facts in plan:
        user = User.objects.create_user(username, display_name=name)
        RoleGrant.objects.create(**{"user": user, "role": role, "starts_on": since, "reason": "演示", **facts})
        sign_ins.append(_set_password(user, role))
    _keep(sign_ins)
    return sign_ins


def _someone(cadres: Sequence[Cadre]) -> tuple[Cadre, Unit]:
    """A division-level cadre of the township that the demo shows, renamed to a user name easy to type."""
    paired = Pairing.objects.active().filter(
        cadre__unit__division__code=TOWNSHIP_SHOWN, household__village__parent__code=TOWNSHIP_SHOWN
    )
    first = paired.order_by("cadre").first()
    cadre = first.cadre if first else cadres[-1]
    user = cadre.user
    assert user is not None  # every demo cadre has an account
    user.username = "cadre"
    user.save()
    return cadre, cadre.unit


def _set_password(user: User, role: str) -> SignIn:
    password = secrets.token_urlsafe(9)
    user.set_password(password)
    user.save()
    return SignIn(str(role), user.username, password)


def _keep(sign_ins: Sequence[SignIn]) -> None:
    path = Path(settings.VAR_DIR) / ACCOUNTS_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    rows = [{"role": s.role, "username": s.username, "password": s.password} for s in sign_ins]
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")


def kept_accounts() -> list[dict[str, str]]:
    """The printed sign-ins of this installation; none if it is no demo."""
    path = Path(settings.VAR_DIR) / ACCOUNTS_FILE
    found: list[dict[str, str]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return found
