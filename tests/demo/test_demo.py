"""The demo district, loaded by its command into databases of its own: what it holds, and the same again by seed."""

import json
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from accounts.roles import Role
from core.crypto import unseal_text
from tools.steps import PYTHON, ROOT

pytestmark = pytest.mark.slow

HOUSEHOLDS, AS_OF = 60, date(2018, 3, 1)
PENDING = 1  # one in a hundred, on top
LOAD = ("load_demo", "--households", str(HOUSEHOLDS), "--as-of", AS_OF.isoformat())


@dataclass
class Demo:
    """An installation with a demo: its folder and its database."""

    var_dir: Path

    def manage(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command of manage.py on SQLite in the folder."""
        env = os.environ | {"VAR_DIR": str(self.var_dir), "DATABASE_URL": "", "REDIS_URL": "", "HASHED_STATIC": "off"}
        return subprocess.run(
            [PYTHON, "manage.py", *words], cwd=ROOT, env=env, capture_output=True, text=True, check=False
        )

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.var_dir / "bangfu.sqlite3")) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Tables without rows, for copies."""
    found = Demo(tmp_path_factory.mktemp("empty"))
    done = found.manage("migrate", "--verbosity", "0")
    assert done.returncode == 0, done.stderr
    return found


@pytest.fixture(scope="module")
def demo(empty: Demo, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Sixty households as of 1 March 2018."""
    return load(empty, tmp_path_factory.mktemp("demo"))


def load(empty: Demo, var_dir: Path, *more: str) -> Demo:
    """Load the demo into a copy of the empty installation."""
    shutil.copytree(empty.var_dir, var_dir, dirs_exist_ok=True)
    demo = Demo(var_dir)
    done = demo.manage(*LOAD, *more)
    assert done.returncode == 0, done.stderr
    return demo


def test_every_active_household_has_one_cadre_and_the_pending_ones_have_none(demo: Demo) -> None:
    by_state = demo.rows(
        "SELECT e.state, count(*), count(p.id) FROM households_enrolment e"
        " LEFT JOIN cadres_pairing p ON p.household_id = e.household_id AND p.ended_on IS NULL"
        " GROUP BY e.state ORDER BY e.state"
    )
    assert by_state == [("active", HOUSEHOLDS, HOUSEHOLDS), ("pending", PENDING, 0)]


def test_every_cadre_is_exactly_at_quota(demo: Demo) -> None:
    quotas = demo.rows(
        "SELECT c.rank, q.households, count(p.id) FROM cadres_cadre c"
        " JOIN district_rankquota q ON q.rank = c.rank"
        " LEFT JOIN cadres_pairing p ON p.cadre_id = c.id AND p.ended_on IS NULL GROUP BY c.id"
    )
    assert {(rank, quota) for rank, quota, _paired in quotas} <= {("district_leader", 5), ("division_level", 3)}
    assert [paired for _rank, _quota, paired in quotas] == [quota for _rank, quota, _paired in quotas]
    assert sum(paired for _rank, _quota, paired in quotas) == HOUSEHOLDS


def test_campaign_and_statements_are_those_of_the_day_in_which_it_lives(demo: Demo) -> None:
    assert demo.rows("SELECT year FROM district_campaignyear ORDER BY year") == [
        (year,) for year in range(2016, 2021)
    ]  # fmt: skip
    assert demo.rows("SELECT starts_on, ends_on, base_year FROM district_campaign") == [
        ("2016-04-01", "2020-12-31", 2016)
    ]  # fmt: skip
    without = round(HOUSEHOLDS * 0.03)
    assert demo.rows("SELECT year, count(*) FROM households_incomestatement GROUP BY year ORDER BY year") == [
        (2016, HOUSEHOLDS),
        (2017, HOUSEHOLDS + PENDING - without),
    ]


def test_visits_and_needs_lie_in_the_months_before_the_day(demo: Demo) -> None:
    ((visits, first, last),) = demo.rows("SELECT count(*), min(visited_on), max(visited_on) FROM visits_visit")
    assert visits > HOUSEHOLDS
    assert date(2017, 9, 1) <= date.fromisoformat(first) < date.fromisoformat(last) <= AS_OF
    assert demo.rows("SELECT count(*) FROM visits_visit WHERE date(entered_at) < visited_on") == [(0,)]
    assert demo.rows("SELECT count(*) FROM visits_need WHERE raised_on > '2018-03-01' OR closed_on > '2018-03-01'") == [
        (0,)
    ]


def test_people_are_fictitious(demo: Demo) -> None:
    numbers = [unseal_text(cipher) for (cipher,) in demo.rows("SELECT id_no FROM households_member WHERE id_no <> ''")]
    assert len(numbers) > HOUSEHOLDS
    assert {number[:6] for number in numbers} == {"129999"}


def test_one_sign_in_for_each_role_is_printed_and_kept(demo: Demo) -> None:
    accounts = json.loads(demo.manage("demo_accounts", "--json").stdout)
    assert [account["role"] for account in accounts] == [str(role) for role in Role]
    assert len({account["password"] for account in accounts}) == len(Role)
    assert (demo.var_dir / "demo-accounts.json").stat().st_mode & 0o077 == 0
    plain = demo.manage("demo_accounts").stdout.splitlines()
    assert [line.split() for line in plain] == [
        [account["username"], account["password"], *Role(account["role"]).label.split()] for account in accounts
    ]  # fmt: skip


def test_a_second_load_is_refused_and_changes_nothing(demo: Demo) -> None:
    before = everything_of(demo)
    again = demo.manage(*LOAD)
    assert again.returncode != 0
    assert "Traceback" not in again.stderr
    assert everything_of(demo) == before


def test_the_same_seed_gives_the_same_district_and_another_seed_another(
    empty: Demo, demo: Demo, tmp_path_factory: pytest.TempPathFactory
) -> None:
    same = load(empty, tmp_path_factory.mktemp("same"))
    other = load(empty, tmp_path_factory.mktemp("other"), "--seed", "2")
    assert everything_of(same) == everything_of(demo)
    assert all(
        theirs != ours for theirs, ours in zip(everything_of(other), everything_of(demo), strict=True)
    )  # fmt: skip


def everything_of(demo: Demo) -> list[list[tuple[Any, ...]]]:
    """What must not differ: people by the hash of their number, incomes, pairings, visits, needs, aid."""
    household = "(SELECT code FROM households_household h WHERE h.id = household_id)"
    cadre = "(SELECT name FROM cadres_cadre c WHERE c.id = cadre_id)"
    return [
        demo.rows(f"SELECT {columns} FROM {table} ORDER BY 1, 2, 3")  # noqa: S608 words of our own
        for table, columns in (
            ("households_household", "code, head_name, village_id, main_cause, attribute"),
            ("households_member", f"{household}, id_no_hash, name, relation, birth_date"),
            ("households_incomestatement", f"{household}, year, disposable_total, people, state"),
            ("households_growthassessment", f"{household}, year, verdict, growth_bp, reason"),
            ("cadres_pairing", f"{household}, slot, {cadre}, starts_on"),
            ("visits_visit", "client_id, visited_on, mode, changes, text, entered_at"),
            ("visits_need", f"client_id, {household}, kind, text, state, due_on"),
            ("programs_measure", f"client_id, {household}, kind, yuan, quantity, note"),
        )
    ]


def test_a_day_in_the_future_and_too_few_households_are_refused(empty: Demo) -> None:
    for words in (("--as-of", "2999-01-01"), ("--households", "2")):
        refused = empty.manage("load_demo", *words)
        assert (refused.returncode, "Traceback" in refused.stderr) == (2, False)
    assert empty.rows("SELECT count(*) FROM households_household") == [(0,)]
