"""Rejected households stay on the worklist of their township until they are imported, entered by hand or refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from accounts.roles import Role
from core import jobs
from core.crypto import keyed_hash
from district.models import Division
from households.models import Household, RosterFinding, RosterImport, RosterLeftover
from households.register import open_household
from households.roster import leftovers, undo
from tests.factories.accounts import GrantFactory, UserFactory

from .conftest import HEADER, PEOPLE, line, run
from .test_at_once import checked, confirmed

Roster = Callable[..., Path]
pytestmark = pytest.mark.usefixtures("campaign")
GOOD = [line("1001", "赵一", "户主"), line("1001", "李二", "配偶")]
BAD = [line("1002", "孙四", "户主", wage="很多"), line("1002", "周五", "配偶")]
MENDED = [line("1002", "孙四", "户主", wage=4000), line("1002", "周五", "配偶")]
NO_CODE = [h for h in HEADER if h != "户编号"]


def without_code(row: list[Any]) -> list[Any]:
    return [*row[:2], *row[3:]]


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def admin(client: Any) -> Any:
    user = UserFactory(username="admin")
    GrantFactory(user=user, role=Role.DISTRICT_ADMIN)
    client.force_login(user)
    client.cookies["django_language"] = "en"
    client.user = user
    return client


def states() -> list[tuple[str, str, str]]:
    return list(RosterLeftover.objects.values_list("key", "state", "reason"))


def on_list() -> list[str]:
    return list(leftovers.worklist().filter(state="open").values_list("key", flat=True))


@pytest.mark.both_engines
class TestKept:
    def test_a_commit_keeps_what_it_rejects(self, roster: Roster) -> None:
        run(roster(*GOOD, *BAD))
        row = RosterLeftover.objects.get()
        assert (row.key, row.head_name, row.head_hash, row.codes, row.state) == (
            "1002", "孙四", keyed_hash(PEOPLE["孙四"]), ["money_not_number"], "open",
        )  # fmt: skip
        assert (str(row.township), str(row.village), row.place) == ("穿芳峪镇", "小辛庄村", "穿芳峪镇 小辛庄村")
        assert row.roster_import == RosterImport.objects.get()

    def test_by_the_worker_as_by_the_command(self, roster: Roster) -> None:
        row = confirmed(checked(roster(*GOOD, *BAD)))
        jobs.run_job(row.job_id)
        assert states() == [("1002", "open", "")]

    def test_nothing_is_kept_of_a_clean_file_or_before_the_commit(self, roster: Roster) -> None:
        run(roster(*GOOD))
        run(roster(*BAD), commit=False)
        assert states() == []

    def test_a_village_that_nobody_knows_is_kept_as_written(self, roster: Roster) -> None:
        run(roster(*GOOD, line("1002", "孙四", "户主", village="无此村")))
        row = RosterLeftover.objects.get()
        assert (row.place, str(row.township), row.village) == ("穿芳峪镇 无此村", "穿芳峪镇", None)

    def test_two_codes_that_only_begin_alike_are_two(self, roster: Roster) -> None:
        code = "9" * 65
        run(roster(*GOOD, line(f"{code}1", "孙四", "户主"), line(f"{code}2", "周五", "户主")))
        keys = [key for key, _state, _reason in states()]
        assert (len(set(keys)), [len(key) for key in keys]) == (2, [40, 40])
        found = RosterFinding.objects.filter(household_code__in=keys).values_list("code", flat=True)
        assert list(found) == ["household_no_invalid"] * 2

    def test_two_sheets_whose_names_only_begin_alike_are_two(self, tmp_path: Path) -> None:
        book = openpyxl.Workbook()
        for last, name in (("甲", "孙四"), ("乙", "王三")):
            sheet = book.create_sheet(f"{'二〇一六年度低收入户花名册' * 3}"[:30] + last)
            sheet.append(NO_CODE)
            sheet.append(without_code(line("", name, "户主", wage="很多" if name == "孙四" else 4000)))
        del book["Sheet"]
        path = tmp_path / "花名册.xlsx"
        book.save(path)
        document = run(path)
        assert (document["counts"]["households"]["created"], document["counts"]["households"]["rejected"]) == (1, 1)

    def test_without_a_code_it_is_known_by_its_place_and_its_head(self, roster: Roster) -> None:
        run(roster(*map(without_code, BAD), header=NO_CODE))
        assert states() == [("花名册!2", "open", "")]
        run(roster(*map(without_code, MENDED), header=NO_CODE))
        assert [state for _key, state, _reason in states()] == ["imported"]


@pytest.mark.both_engines
class TestSettled:
    @pytest.fixture(autouse=True)
    def _first(self, roster: Roster, campaign: Any) -> None:
        run(roster(*GOOD, *BAD))

    def test_by_a_later_import_that_takes_it(self, roster: Roster) -> None:
        run(roster(*MENDED))
        second = RosterImport.objects.latest("pk")
        assert (states(), on_list()) == ([("1002", "imported", f"import {second.pk}")], [])

    def test_by_one_that_knows_it_by_its_head(self, roster: Roster) -> None:
        run(roster(line("7002", "孙四", "户主")))
        assert on_list() == []

    def test_left_out_again_it_stands_once(self, roster: Roster) -> None:
        run(roster(*BAD))
        first, second = RosterImport.objects.order_by("pk")
        assert states() == [("1002", "open", f"import {second.pk}"), ("1002", "open", "")]
        assert [row.roster_import for row in leftovers.worklist()] == [second]
        undo.undo(second, by=None)
        assert [row.roster_import for row in leftovers.worklist()] == [first]

    def test_the_undo_of_what_settled_it_opens_it_again(self, roster: Roster) -> None:
        run(roster(*MENDED))
        undo.undo(RosterImport.objects.latest("pk"), by=None)
        assert (states(), on_list()) == ([("1002", "open", "")], ["1002"])

    def test_the_undo_of_its_own_import_takes_it_off_the_list(self) -> None:
        undo.undo(RosterImport.objects.get(), by=None)
        assert on_list() == []

    @pytest.mark.parametrize("code", ["1002", "9009"])
    def test_by_hand_by_its_code_or_its_head(self, code: str) -> None:
        assert leftovers.settle_entered() == 0
        open_household(
            by=UserFactory(username="clerk"), village=Division.objects.get(name="小辛庄村"), code=code,
            head_name="孙四", head_id_no=PEOPLE["孙四"], people=2, income=3000,
        )  # fmt: skip
        assert (leftovers.settle_entered(), states()) == (1, [("1002", "entered", "")])

    def test_refused_with_a_reason_and_taken_up_again(self) -> None:
        row, user = RosterLeftover.objects.get(), UserFactory(username="admin")
        with pytest.raises(ValueError, match="reason"):
            leftovers.refuse(row, by=user, reason=" ")
        assert leftovers.refuse(row, by=user, reason="已搬走")
        assert not leftovers.refuse(row, by=user, reason="再次")
        assert (states(), on_list()) == ([("1002", "refused", "已搬走")], [])
        assert leftovers.take_up_again(row)
        assert not leftovers.take_up_again(row)
        assert (states(), on_list()) == ([("1002", "open", "")], ["1002"])

    def test_what_was_refused_stays_refused_when_it_is_imported(self, roster: Roster) -> None:
        leftovers.refuse(RosterLeftover.objects.get(), by=UserFactory(username="admin"), reason="已搬走")
        run(roster(*MENDED))
        assert states() == [("1002", "refused", "已搬走")]

    @pytest.fixture
    def refused(self) -> RosterLeftover:
        row = RosterLeftover.objects.get()
        leftovers.refuse(row, by=UserFactory(username="admin"), reason="已搬走")
        return RosterLeftover.objects.get()

    def all_listed(self) -> list[tuple[str, str, str]]:
        return list(leftovers.worklist().values_list("key", "state", "reason"))

    def test_the_same_rows_again_stay_refused(self, roster: Roster, refused: RosterLeftover) -> None:
        run(roster(line("1000", "王三", "户主"), *GOOD, *BAD))
        assert self.all_listed() == [("1002", "refused", "已搬走")]
        again = leftovers.worklist().get()
        assert (again.pk > refused.pk, again.settled_by, again.settled_at) == (
            True, refused.settled_by, refused.settled_at
        )  # fmt: skip
        undo.undo(RosterImport.objects.latest("pk"), by=None)
        assert leftovers.worklist().get() == refused

    def test_by_the_worker_too(self, roster: Roster, refused: RosterLeftover) -> None:
        row = confirmed(checked(roster(*GOOD, *BAD)))
        jobs.run_job(row.job_id)
        assert self.all_listed() == [("1002", "refused", "已搬走")]

    @pytest.mark.parametrize(
        "rows",
        [
            [line("1002", "孙四", "户主", wage="不详"), BAD[1]],
            [BAD[0]],
            [BAD[0], line("1002", "周五", "配偶", phone="13800138000")],
            [line("1002", "孙四", "户主", wage="很多", transfer=2), BAD[1]],
        ],
    )
    def test_other_rows_of_it_wait_anew(self, roster: Roster, refused: RosterLeftover, rows: list[Any]) -> None:
        run(roster(*rows))
        assert on_list() == ["1002"]

    def test_taken_up_again_it_waits_when_it_comes_again(self, roster: Roster, refused: RosterLeftover) -> None:
        run(roster(*BAD))
        leftovers.take_up_again(leftovers.worklist().get())
        assert self.all_listed() == [("1002", "open", "")]
        run(roster(*BAD))
        assert self.all_listed() == [("1002", "open", "")]

    def test_one_known_by_nothing_but_its_name_stands_for_no_other(self, roster: Roster) -> None:
        def bad(name: str) -> list[object]:
            row = without_code(line("", name, "户主", wage="很多"))
            row[3] = "129999"
            return row

        run(roster(bad("孙四"), header=NO_CODE))
        leftovers.refuse(RosterLeftover.objects.latest("pk"), by=UserFactory(username="admin"), reason="已搬走")
        run(roster(bad("孙四"), bad("王三"), header=NO_CODE))
        assert on_list() == ["1002", "花名册!3"]
        run(roster(bad("王三"), bad("孙四"), header=NO_CODE))
        assert on_list() == ["1002", "花名册!3", "花名册!2", "花名册!3"]


class TestPages:
    def rows(self, page: Any) -> list[str]:
        return [row.record.key for row in page.context["table"].rows]

    def test_the_list_by_township_and_state(self, admin: Any, roster: Roster) -> None:
        run(roster(*GOOD, *BAD))
        url = reverse("households:leftovers")
        page = admin.get(url)
        text = page.content.decode()
        assert (self.rows(page), "孙四" in text, "1 household is still open" in text) == (["1002"], True, True)
        code = RosterLeftover.objects.get().township.code  # type: ignore[union-attr]
        asked = ("township=" + code, "state=refused", "state=all", "q=孙", "q=赵")
        found = [self.rows(admin.get(f"{url}?{query}")) for query in asked]
        assert found == [["1002"], [], ["1002"], ["1002"], []]

    @pytest.mark.parametrize("number", [1, 3])
    def test_as_many_queries_however_long(
        self, admin: Any, roster: Roster, number: int, django_assert_num_queries: Any
    ) -> None:
        names = ("赵一", "孙四", "王三")[:number]
        run(roster(*(line(f"200{n}", name, "户主", wage="很多") for n, name in enumerate(names))))
        with django_assert_num_queries(8):
            page = admin.get(reverse("households:leftovers"))
        assert len(self.rows(page)) == number

    def test_refused_on_its_page_and_put_back(self, admin: Any, roster: Roster) -> None:
        run(roster(*BAD))
        row = RosterLeftover.objects.get()
        url = reverse("households:leftover", args=[row.pk])
        assert "Enter by hand" in admin.get(url).content.decode()
        assert admin.post(url, {"act": "refuse"}).status_code == 422
        admin.post(url, {"act": "refuse", "reason": "已搬走"})
        row.refresh_from_db()
        assert (row.state, row.reason, row.settled_by) == ("refused", "已搬走", admin.user)
        assert "已搬走" in admin.get(url).content.decode()
        admin.post(url, {"act": "reopen"})
        row.refresh_from_db()
        assert (row.state, row.settled_by) == ("open", None)

    def test_a_household_that_is_there_is_corrected_by_hand(self, admin: Any, roster: Roster) -> None:
        run(roster(*MENDED))
        run(roster(*BAD))
        row = RosterLeftover.objects.get()
        url = reverse("households:leftover", args=[row.pk])
        household = Household.objects.get()
        assert reverse("households:detail", args=[household.pk]) in admin.get(url).content.decode()
        admin.post(url, {"act": "entered"})
        row.refresh_from_db()
        assert (row.state, row.settled_by) == ("entered", admin.user)

    def test_the_form_of_a_new_household_begins_with_it(self, admin: Any, roster: Roster) -> None:
        run(roster(*BAD))
        row = RosterLeftover.objects.get()
        page = admin.get(reverse("households:new"), {"leftover": row.pk})
        form = page.context["form"]
        assert (form["code"].value(), form["head_name"].value()) == ("1002", "孙四")
        assert admin.get(reverse("households:new"), {"leftover": "²x"}).status_code == 200


class TestUndoPages:
    @pytest.fixture
    def saved(self, roster: Roster) -> RosterImport:
        row = confirmed(checked(roster(*GOOD, *BAD)))
        jobs.run_job(row.job_id)
        return RosterImport.objects.get(pk=row.pk)

    def test_undone_from_its_page(self, admin: Any, saved: RosterImport) -> None:
        detail, url = (reverse(f"households:{name}", args=[saved.pk]) for name in ("import_detail", "import_undo"))
        assert url in admin.get(detail).content.decode()
        page = admin.get(url)
        assert [kind["made"] for kind in page.context["kinds"]] == [1, 2, 1, 1]
        assert admin.post(url)["Location"] == detail
        job = undo.latest_job(saved)
        assert job is not None
        assert "data-reload-when-done" in admin.get(detail).content.decode()
        jobs.run_job(job.pk)
        text = admin.get(detail).content.decode()
        assert ("This import was undone" in text, Household.objects.count()) == (True, 0)
        assert admin.get(url).status_code == 404

    def test_what_stands_on_it_is_said(self, admin: Any, saved: RosterImport, roster: Roster) -> None:
        run(roster(line("1001", "赵一", "户主", phone="13800138000"), line("1001", "李二", "配偶")))
        url = reverse("households:import_undo", args=[saved.pk])
        text = admin.get(url).content.decode()
        second = RosterImport.objects.latest("pk")
        assert f"Changed by import {second.pk} since" in text
        assert "1 household (1001)" in " ".join(text.split())
        assert (admin.post(url)["Location"], undo.latest_job(saved)) == (url, None)

    def test_the_rejected_rows_of_a_removed_file(self, admin: Any, saved: RosterImport) -> None:
        url = reverse("households:import_rejected", args=[saved.pk])
        assert admin.get(url).status_code == 200
        default_storage.delete(saved.file_path)
        page = admin.get(url, follow=True)
        assert "The uploaded file is no longer kept" in page.content.decode()
