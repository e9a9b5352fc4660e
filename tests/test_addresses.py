"""Who may open what: every named address × every role, with an object in sight of most and one outside.

Out of sight is 404, in sight but not allowed 403, a stranger is sent to the sign-in (302). An address that the table
does not know fails the run; so does a role that gets further than its cell says. Objects: `zhao…` hangs on the family
in 东山前村 that the cadre helps, with whom the liaison's unit, the clerk's village, the official's township and the
department's need have to do; `qian…` on a family elsewhere. `?zhao` is given in the query. A POST is sent empty.
"""

import json
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from accounts.roles import Role
from cadres.models import Cadre, Leave, Pairing
from core.models import Job, JobState
from district.models import Rank
from households.income_sheet.plan import Plan
from households.models import (
    ImportState,
    IncomeSheet,
    IncomeUpload,
    RosterImport,
    RosterLeftover,
    RosterMend,
    UploadState,
)
from programs.models import Measure
from tests.factories.accounts import SINCE, GrantFactory, UnitFactory, UserFactory
from tests.factories.households import StatementFactory
from visits.complaints import file_complaint
from visits.models import (
    Need,
    OutboxItem,
    ParkedPhoto,
    PlannedVisit,
    Referral,
    ReferralMessage,
    ReferralPhoto,
    Visit,
    VisitFact,
    VisitPhoto,
)

WHO = ("anonymous", "cadre", "unit_liaison", "village_clerk", "township_official", "department_officer",
       "district_admin", "inspector", "log_auditor", "system_admin")  # fmt: skip

TABLE = """
                                                  anon cadr liai cler offi depa admi insp audi syst
GET  account_login               -                 200  302  302  302  302  302  302  302  302  302
GET  account_logout              -                  in  200  200  200  200  200  200  200  200  200
GET  account_change_password     -                  in  200  200  200  200  200  200  200  200  200
POST set_language                -                 302  302  302  302  302  302  302  302  302  302
GET  core:health_live            -                 200  200  200  200  200  200  200  200  200  200
GET  core:health_ready           -                 200  200  200  200  200  200  200  200  200  200
GET  core:manifest               -                 200  200  200  200  200  200  200  200  200  200
GET  core:worker                 -                 200  200  200  200  200  200  200  200  200  200
GET  core:offline_nothing        -                 200  200  200  200  200  200  200  200  200  200

GET  dashboards:home             -                  in  200  200  200  200  200  200  200  302  302
GET  dashboards:index            -                  in  403  403  302  302  403  302  302  403  403
GET  dashboards:district         -                  in  403  403  404  404  403  200  200  403  403
GET  dashboards:township         place.东山镇          in  403  403  404  200  403  200  200  403  403
GET  dashboards:township         place.西河镇          in  403  403  404  404  403  200  200  403  403
GET  dashboards:township         place.东山前村         in  403  403  200  200  403  200  200  403  403

GET  core:jobs                   -                  in  200  200  200  200  200  200  200  200  200
GET  core:job                    job.of_admin       in  404  404  404  404  404  200  404  404  404
GET  core:job                    job.of_official    in  404  404  404  404  404  200  404  404  404
GET  core:job_fragment           job.of_admin       in  404  404  404  404  404  200  404  404  404
GET  core:job_fragment           job.of_official    in  404  404  404  404  404  200  404  404  404
POST core:job_cancel             job.of_admin       in  404  404  404  404  404  302  404  404  404
POST core:job_cancel             job.of_official    in  404  404  404  404  404  302  404  404  404
POST core:job_retry              job.of_admin       in  404  404  404  404  404  302  404  404  404
POST core:job_retry              job.of_official    in  404  404  404  404  404  302  404  404  404

GET  accounts:me                 -                  in  200  200  200  200  200  200  200  200  200
GET  accounts:users              -                  in  403  403  403  403  403  403  403  403  200
GET  accounts:user_new           -                  in  403  403  403  403  403  403  403  403  200
GET  accounts:user               somebody           in  403  403  403  403  403  403  403  403  200
GET  accounts:user               itself             in  403  403  403  403  403  403  403  403  200
POST accounts:user_password      somebody           in  403  403  403  403  403  403  403  403  200
POST accounts:user_deactivate    somebody           in  403  403  403  403  403  403  403  403  302
POST accounts:user_reactivate    somebody           in  403  403  403  403  403  403  403  403  302
GET  accounts:grant_new          somebody           in  403  403  403  403  403  403  403  403  200
POST accounts:grant_end          grant              in  403  403  403  403  403  403  403  403  302
GET  accounts:audit              -                  in  403  403  403  403  403  403  403  200  403
GET  accounts:audit_history      -                  in  403  403  403  403  403  403  403  200  403

GET  district:campaign           -                  in  403  403  403  403  403  200  403  403  403
POST district:year_new           -                  in  403  403  403  403  403  302  403  403  403
GET  district:campaign_year      2016               in  403  403  403  403  403  200  403  403  403
GET  district:campaign_year      1999               in  403  403  403  403  403  404  403  403  403

GET  households:list             -                  in  200  200  200  200  200  200  200  403  403
POST households:search           -                  in  302  302  302  302  302  302  302  403  403
POST households:export           -                  in  403  403  403  302  403  302  302  403  403
GET  households:detail           zhao               in  200  200  200  200  200  200  200  404  404
GET  households:detail           qian               in  404  404  404  404  404  200  200  404  404
GET  households:new              -                  in  403  403  200  200  403  200  403  403  403
GET  households:edit             zhao               in  403  403  200  200  403  200  403  404  404
GET  households:edit             qian               in  404  404  404  404  404  200  403  404  404
GET  households:close            zhao               in  403  403  403  200  403  200  403  404  404
GET  households:close            qian               in  404  404  404  404  404  200  403  404  404
GET  households:reopen           zhao               in  403  403  403  200  403  200  403  404  404
GET  households:reopen           qian               in  404  404  404  404  404  200  403  404  404
GET  households:guarantees       zhao               in  403  403  200  200  403  200  403  404  404
GET  households:guarantees       qian               in  404  404  404  404  404  200  403  404  404
GET  households:member_new       zhao               in  403  403  200  200  403  200  403  404  404
GET  households:member_new       qian               in  404  404  404  404  404  200  403  404  404
GET  households:member_edit      zhao.member        in  403  403  200  200  403  200  403  404  404
GET  households:member_edit      qian.member        in  404  404  404  404  404  200  403  404  404
GET  households:member_leave     zhao.member        in  403  403  200  200  403  200  403  404  404
GET  households:member_leave     qian.member        in  404  404  404  404  404  200  403  404  404
GET  households:statement_new    zhao               in  403  403  200  200  403  200  403  404  404
GET  households:statement_new    qian               in  404  404  404  404  404  200  403  404  404
GET  households:statement_edit   zhao.statement     in  403  403  200  200  403  200  403  404  404
GET  households:statement_edit   qian.statement     in  404  404  404  404  404  200  403  404  404
GET  households:statement_check  zhao.statement     in  403  403  403  200  403  200  403  404  404
GET  households:statement_check  qian.statement     in  404  404  404  404  404  200  403  404  404
GET  households:history          zhao               in  200  200  200  200  200  200  200  404  404
GET  households:history          qian               in  404  404  404  404  404  200  200  404  404
GET  households:reveal           zhao&what=phone    in  200  403  403  200  403  200  403  404  404
GET  households:reveal           qian&what=phone    in  404  404  404  404  404  200  403  404  404
POST households:call             zhao               in  302  302  302  302  403  302  403  404  404
POST households:call             qian               in  404  404  404  404  404  302  403  404  404
GET  households:pending          -                  in  403  403  403  403  403  200  403  403  403
GET  households:decide           zhao.enrolment     in  403  403  403  403  403  200  403  404  404
GET  households:decide           qian.enrolment     in  404  404  404  404  404  200  403  404  404
GET  households:growth           -                  in  200  200  200  200  200  200  200  403  403
POST households:growth_run       -&year=2016        in  403  403  403  403  403  302  403  403  403
GET  households:imports          -                  in  403  403  403  403  403  200  403  403  403
GET  households:import_board      -                  in  403  403  403  403  403  200  403  403  403
GET  households:import_answers    import             in  403  403  403  403  403  200  403  403  403
POST households:import_answers    import             in  403  403  403  403  403  302  403  403  403
POST households:import_mend       import             in  403  403  403  403  403  302  403  403  403
POST households:import_unmend     mend               in  403  403  403  403  403  302  403  403  403
POST households:import_notes      import             in  403  403  403  403  403  302  403  403  403
POST households:import_note       import             in  403  403  403  403  403  302  403  403  403
POST households:import_commit_batch -                  in  403  403  403  403  403  302  403  403  403
GET  households:import_new       -                  in  403  403  403  403  403  200  403  403  403
GET  households:import_detail    import             in  403  403  403  403  403  200  403  403  403
POST households:import_commit    import             in  403  403  403  403  403  302  403  403  403
POST households:import_cancel    import             in  403  403  403  403  403  302  403  403  403
GET  households:import_undo      saved              in  403  403  403  403  403  200  403  403  403
POST households:import_undo      saved              in  403  403  403  403  403  302  403  403  403
GET  households:import_undo      import             in  403  403  403  403  403  404  403  403  403
GET  households:leftovers        -                  in  403  403  200  200  403  200  403  403  403
GET  households:leftover         zhao_left          in  403  403  200  200  403  200  403  403  403
GET  households:leftover         qian_left          in  403  403  404  404  403  200  403  403  403
GET  households:import_rejected  import             in  403  403  403  403  403  404  403  403  403
GET  households:income_sheets    -                  in  403  403  200  200  403  200  403  403  403
POST households:income_sheet_make -                 in  403  403  422  422  403  422  403  403  403
POST households:income_sheet_upload -               in  403  403  422  422  403  422  403  403  403
GET  households:income_sheet     income             in  403  403  404  200  403  200  403  403  403
POST households:income_sheet_save income            in  403  403  404  302  403  403  403  403  403
POST households:income_sheet_cancel income          in  403  403  404  302  403  403  403  403  403
POST households:income_sheet_check income           in  403  403  404  302  403  302  403  403  403
GET  households:income_sheet_undo income            in  403  403  404  302  403  302  403  403  403
GET  households:income_sheet_undo income_saved      in  403  403  404  200  403  200  403  403  403

GET  cadres:list                 -                  in  403  403  403  200  403  200  200  403  403
GET  cadres:new                  -                  in  403  403  403  403  403  200  403  403  403
GET  cadres:detail               zhao.cadre         in  200  200  404  200  404  200  200  404  404
GET  cadres:detail               qian.cadre         in  404  404  404  200  404  200  200  404  404
GET  cadres:edit                 zhao.cadre         in  403  403  404  403  404  200  403  404  404
GET  cadres:deactivate           zhao.cadre         in  403  403  404  403  404  200  403  404  404
GET  cadres:leave                zhao.cadre         in  200  200  404  403  404  200  403  404  404
GET  cadres:leave                qian.cadre         in  404  404  404  403  404  200  403  404  404
POST cadres:leave_end            zhao.leave         in  302  302  404  403  404  302  403  404  404
POST cadres:reactivate           left               in  404  404  404  403  404  302  403  404  404
GET  cadres:units                -                  in  403  403  403  200  403  200  200  403  403
GET  cadres:unit_new             -                  in  403  403  403  403  403  200  403  403  403
GET  cadres:unit_edit            unit               in  403  403  403  403  403  200  403  403  403
GET  cadres:pairing              -                  in  403  403  403  200  403  200  200  403  403
GET  cadres:coverage             -                  in  403  403  403  200  403  200  200  403  403
GET  cadres:options              -                  in  403  403  403  403  403  200  403  403  403
GET  cadres:pair                 zhao               in  403  403  403  403  403  200  403  404  404
GET  cadres:pair                 qian               in  404  404  404  404  404  200  403  404  404
GET  cadres:pairing_end          zhao.pairing       in  403  403  403  403  403  200  403  404  404
GET  cadres:pairing_end          qian.pairing       in  404  404  404  404  404  200  403  404  404
GET  cadres:pairing_transfer     zhao.pairing       in  403  403  403  403  403  200  403  404  404
GET  cadres:pairing_transfer     qian.pairing       in  404  404  404  404  404  200  403  404  404
GET  cadres:propose              -                  in  403  403  403  403  403  200  403  403  403
GET  cadres:proposal             job.proposal       in  404  404  404  404  404  200  404  404  404
GET  cadres:from_roster          saved              in  403  403  403  403  403  200  403  403  403
POST cadres:from_roster          saved              in  403  403  403  403  403  302  403  403  403
GET  cadres:from_roster          import             in  403  403  403  403  403  404  403  403  403

GET  programs:measures           -                  in  200  200  200  200  200  200  200  403  403
GET  programs:measure_new        ?zhao              in  200  200  403  200  200  200  403  404  404
GET  programs:measure_new        ?qian              in  404  404  404  404  404  200  403  404  404
GET  programs:measure            zhao.measure       in  200  200  200  200  200  200  200  404  404
GET  programs:measure            qian.measure       in  404  404  404  404  404  200  200  404  404

GET  visits:list                 -                  in  200  200  200  200  200  200  200  403  403
GET  visits:new                  -                  in  302  302  302  302  403  403  403  403  403
GET  visits:new                  ?zhao              in  200  200  200  200  403  403  403  404  404
GET  visits:new                  ?qian              in  404  404  404  404  404  403  403  404  404
GET  visits:detail               zhao.visit         in  200  200  200  200  200  200  200  404  404
GET  visits:detail               qian.visit         in  404  404  404  404  404  200  200  404  404
GET  visits:correct              zhao.visit         in  200  200  200  200  403  403  403  404  404
GET  visits:correct              qian.visit         in  404  404  404  404  404  403  403  404  404
POST visits:link                 zhao.visit         in  302  302  302  302  403  403  403  404  404
POST visits:link                 qian.visit         in  404  404  404  404  404  403  403  404  404
GET  visits:change               zhao.told          in  200  200  200  200  403  200  403  404  404
GET  visits:change               qian.told          in  404  404  404  404  404  200  403  404  404
POST visits:change_undo          zhao.told          in  302  403  302  302  403  302  403  404  404
POST visits:change_undo          qian.told          in  404  404  404  404  404  302  403  404  404
GET  visits:photo                zhao.photo         in  200  200  200  200  200  200  200  404  404
GET  visits:photo                qian.photo         in  404  404  404  404  404  200  200  404  404
GET  visits:offline              -                  in  200  403  403  403  403  403  403  403  403
GET  visits:offline_list         -                  in  200  403  403  403  403  403  403  403  403
GET  visits:offline_household    zhao               in  200  404  404  404  404  404  404  404  404
GET  visits:offline_household    qian               in  404  404  404  404  404  404  404  404  404
GET  visits:offline_need         zhao               in  200  404  404  404  404  404  404  404  404
GET  visits:offline_need         qian               in  404  404  404  404  404  404  404  404  404
GET  visits:todo                 -                  in  200  200  200  200  200  200  403  403  403
GET  visits:plan_new             -                  in  200  302  302  302  403  403  403  403  403
GET  visits:plan_new             ?zhao              in  200  200  200  200  403  403  403  403  403
GET  visits:plan_new             ?qian              in  404  404  404  404  403  403  403  403  403
GET  visits:plan                 zhao.plan          in  200  403  403  403  403  403  403  404  404
GET  visits:plan                 qian.plan          in  404  404  404  404  404  403  403  404  404
POST visits:plan_drop            zhao.plan          in  302  403  403  403  403  403  403  404  404
GET  visits:calendar             -                  in  200  200  200  200  403  403  403  403  403
GET  visits:calendar             -&view=list        in  200  200  200  200  403  403  403  403  403
GET  visits:calendar_file        -                  in  200  200  200  200  403  403  403  403  403
GET  visits:calendar_feed        of_nobody         404  404  404  404  404  404  404  404  404  404
GET  visits:reminders            -                  in  200  200  200  200  200  200  403  403  403
POST visits:reminders_mail       -                  in  302  302  302  302  302  302  403  403  403
POST visits:calendar_address     -                  in  200  200  200  200  403  403  403  403  403
POST visits:digest_read          -                  in  302  302  302  302  302  302  403  403  403
GET  visits:needs                -                  in  200  200  200  200  200  200  200  403  403
GET  visits:need                 zhao.need          in  200  200  200  200  200  200  200  404  404
GET  visits:need                 qian.need          in  404  404  404  404  404  200  200  404  404
GET  visits:need_new             ?zhao              in  200  200  200  200  403  403  403  404  404
GET  visits:need_new             ?qian              in  404  404  404  404  404  403  403  404  404
POST visits:need_close           zhao.need          in  422  422  422  422  403  422  403  404  404
POST visits:need_close           qian.need          in  404  404  404  404  404  422  403  404  404
GET  visits:outbox               -                  in  200  200  200  200  200  200  200  200  200
GET  visits:outbox_token         -                 401  200  200  200  200  200  200  200  200  200
POST visits:outbox_items         -                 401  422  422  422  422  422  422  422  422  422
POST visits:outbox_photos        -                 401  422  422  422  422  422  422  422  422  422
GET  visits:parked               -                  in  403  403  403  200  403  200  403  403  403
GET  visits:parked_item          zhao.parked        in  403  403  403  200  403  200  403  404  404
GET  visits:parked_item          qian.parked        in  404  404  404  404  404  200  403  404  404
GET  visits:parked_photo         zhao.parked_photo  in  403  403  403  200  403  200  403  404  404
GET  visits:parked_photo         qian.parked_photo  in  404  404  404  404  404  200  403  404  404
GET  visits:referrals            -                  in  200  200  200  200  200  200  403  403  403
GET  visits:referral_new         zhao.need          in  200  200  200  200  403  200  403  404  404
GET  visits:referral_new         qian.need          in  404  404  404  404  404  200  403  404  404
GET  visits:referral             zhao.referral      in  200  404  404  200  200  404  404  404  404
GET  visits:referral             qian.referral      in  404  404  404  404  404  404  404  404  404
POST visits:referral             zhao.referral      in  200  404  404  200  200  404  404  404  404
POST visits:referral_told        zhao.referral      in  422  404  404  422  403  404  404  404  404
POST visits:referral_told        qian.referral      in  404  404  404  404  404  404  404  404  404
POST visits:referral_take_back   zhao.referral      in  422  404  404  422  403  404  404  404  404
POST visits:referral_take_back   qian.referral      in  404  404  404  404  404  404  404  404  404
GET  visits:referral_photo       zhao.asked_photo   in  200  404  404  200  200  404  404  404  404
GET  visits:referral_photo       qian.asked_photo   in  404  404  404  404  404  404  404  404  404
GET  visits:say                  -                 200  200  200  200  200  200  200  200  200  200
GET  visits:say_villages         -                 200  200  200  200  200  200  200  200  200  200
GET  visits:ask                  -                 200  200  200  200  200  200  200  200  200  200
GET  visits:card_voice           -                 200  200  200  200  200  200  200  200  200  200
GET  visits:complaints           -                  in  200  200  200  200  200  200  200  200  200
GET  visits:complaint            complaint.near     in  404  404  404  200  404  200  404  404  404
GET  visits:complaint            complaint.far      in  404  404  404  404  404  200  404  404  404
GET  visits:complaint            complaint.above    in  404  404  404  404  404  200  404  404  404
GET  visits:complaint            complaint.about    in  404  404  404  404  404  200  404  404  404
GET  visits:complaint            complaint.own      in  200  404  404  200  404  200  404  404  404
POST visits:complaint            complaint.own      in  403  404  404  422  404  422  404  404  404
POST visits:complaint_act        complaint.near&act=take in 404 404 404 302  404  302  404  404  404
POST visits:complaint_act        complaint.own&act=take in 403 404  404  302  404  302  404  404  404
POST visits:complaint_act        complaint.near     in  404  404  404  404  404  404  404  404  404
POST visits:complaint_phone      complaint.near     in  404  404  404  422  404  422  404  404  404
POST visits:complaint_phone      complaint.own      in  403  404  404  422  404  422  404  404  404
GET  visits:voices               -                  in  403  403  403  200  403  200  403  403  403
GET  visits:voice                zhao.visit         in  200  200  200  200  403  403  403  404  404
GET  visits:voice                qian.visit         in  404  404  404  404  404  403  403  404  404
GET  visits:cards                -                  in  403  403  403  200  403  200  403  403  403
GET  visits:cards_village        zhao.village       in  404  404  404  200  404  200  404  404  404
GET  visits:cards_village        qian.village       in  404  404  404  404  404  200  404  404  404
GET  visits:card                 zhao               in  403  403  403  200  403  200  403  404  404
GET  visits:card                 qian               in  404  404  404  404  404  200  403  404  404
"""
LINES = [line.split() for line in TABLE.splitlines()[2:] if line]
ADDRESSES = {name for _method, name, *_rest in LINES}
DENIED = ("403", "404")
FORM = "application/x-www-form-urlencoded"


def named(resolver, namespace=""):
    """All addresses by their full names."""
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from named(pattern, namespace + (f"{pattern.namespace}:" if pattern.namespace else ""))
        else:
            yield f"{namespace}{pattern.name}"


def test_every_address_is_in_the_table():
    assert set(named(get_resolver())) == ADDRESSES


def test_every_role_is_in_the_table():
    assert set(WHO) == {"anonymous", *Role.values}


@pytest.mark.parametrize("app", sorted({name.partition(":")[0] for name in ADDRESSES}))
def test_who_may_open(app, rows, signed_in):
    """All addresses of an app in one test: the cast is made once, and what a request changed is taken back."""
    wrong = []
    for method, name, of, *expected in (line for line in LINES if line[1].partition(":")[0] == app):
        path, query = address_of(name, of, rows)
        found = [answer(method, path, query, signed_in[who]) for who in WHO]
        if found != expected:
            wrong.append([method, name, of, *found])
        for who, status in zip(WHO, found, strict=True):
            if method == "GET" and status in DENIED:  # a form that is not shown is not taken either
                sent = answer("POST", path, query, signed_in[who])
                wrong += [["POST", name, of, who, sent]] if sent not in (status, "405") else []
    assert wrong == []


@pytest.fixture
def signed_in(people):
    """The key of each one's session by name, "" for a stranger."""
    keys = dict.fromkeys(WHO, "")
    for who in WHO[1:]:
        client = Client()
        client.force_login(getattr(people, who), backend="accounts.backends.NameOrPhoneBackend")
        keys[who] = client.session.session_key
    return keys


def answer(method, path, query, session):
    """The status, "in" if it leads to the sign-in; what was changed is taken back."""
    client = Client()
    if session:
        client.cookies["sessionid"] = session
    with transaction.atomic():
        response = client.generic(method, f"{path}?{query}", query, content_type=FORM)
        response.close()
        transaction.set_rollback(True)
    to_sign_in = response.status_code == 302 and response["Location"].startswith(reverse("account_login"))
    return "in" if to_sign_in else str(response.status_code)


def address_of(name, of, rows):
    """Path and query with what the table's word stands for: nothing, a year, a place's code, or a row's number."""
    word, _, query = of.partition("&")
    if word == "-":
        return reverse(name), query
    if word == "of_nobody":
        return reverse(name, args=["not-a-token"]), query
    if word.isdecimal():
        return reverse(name, args=[int(word)]), query
    row = rows[word.lstrip("?").split(".")[0]]
    for part in word.split(".")[1:]:
        row = getattr(row, part)
    if word.startswith("?"):
        return reverse(name), f"household={row.pk}"
    return reverse(name, args=[row.code if word.startswith("place.") else row.pk]), query


@pytest.fixture
def rows(small_district, people, zhao, qian, tmp_path, settings):
    """Objects by the words of the table."""
    settings.MEDIA_ROOT = str(tmp_path)
    places = {name: SimpleNamespace(code=place.code) for name, place in small_district.places.items()}
    other = Cadre.objects.create(
        name="李明", unit=UnitFactory(name="区卫生局"), rank=Rank.DIVISION_LEVEL, active_from=SINCE
    )
    Pairing.objects.create(
        household=qian, cadre=other, campaign=small_district.campaign, slot=1, quota=3, starts_on=SINCE
    )
    roster = RosterImport.objects.create(
        campaign=small_district.campaign, file_name="花名册.xlsx", file_path="none", sha256="0" * 64,
        state=ImportState.CANCELLED, created_by=people.district_admin,
    )  # fmt: skip
    saved = RosterImport.objects.create(
        campaign=small_district.campaign, file_name="花名册.xlsx", file_path="none", sha256="1" * 64,
        state=ImportState.COMMITTED, created_by=people.district_admin,
    )  # fmt: skip
    mend = RosterMend.objects.create(
        roster_import=roster, sheet="花名册", row=2, field="name", made_by=people.district_admin
    )
    qian.phone = "13900000002"
    qian.save()
    person = UserFactory(username="somebody")
    left = {"active_from": SINCE, "active_to": timezone.localdate()}
    return {
        "zhao": _all_of(zhao, people.cadre),
        "qian": _all_of(qian, people.stranger),
        "place": SimpleNamespace(**places),
        "import": roster,
        "income": _income_upload(small_district.places["东山镇"], people.township_official),
        "income_saved": _income_upload(
            small_district.places["东山镇"], people.township_official, state=UploadState.SAVED
        ),
        "mend": mend,
        "zhao_left": _left_out(saved, zhao.village),
        "qian_left": _left_out(saved, qian.village),
        "saved": saved,
        "job": SimpleNamespace(
            of_admin=Job.objects.create(
                kind="roster_check", started_by=people.district_admin, args={"import": roster.pk}
            ),
            of_official=Job.objects.create(
                kind="assess_growth", args={"year": 2017}, started_by=people.township_official
            ),
            proposal=Job.objects.create(
                kind="propose_pairings", state=JobState.FAILED, started_by=people.district_admin
            ),
        ),
        "complaint": _complaints(small_district.places, people),
        "left": Cadre.objects.create(name="孙离", unit=other.unit, rank=Rank.DIVISION_LEVEL, **left),
        "unit": other.unit,
        "somebody": person,
        "itself": people.system_admin,
        "grant": GrantFactory(user=person),
    }


def _complaints(places, people):
    """About 东山镇, about 西河镇, about the township's staff, about its official by name, and the cadre's own."""

    def one(place, **facts):
        facts = {"subject": "aid", "text": "慰问品没有收到", **facts}
        return file_complaint(client_id=uuid4(), place=places[place], **facts)[0]

    return SimpleNamespace(
        near=one("东山前村", phone="13900000009"), far=one("西河镇"), above=one("东山镇", subject="official"),
        about=one("东山镇", named=people.township_official.display_name), own=one("东山前村", by=people.cadre),
    )  # fmt: skip


def _left_out(roster_import, village):
    """A rejected household of this village."""
    return RosterLeftover.objects.create(
        roster_import=roster_import, key=f"99{village.pk}", township=village.parent, village=village,
        codes=["id_checksum"],
    )  # fmt: skip


def _income_upload(place, user, **facts):
    sheet = IncomeSheet.objects.create(division=place, year=2017, token=f"t{facts}", made_by=user)
    plan = Plan()
    return IncomeUpload.objects.create(
        sheet=sheet, file_name="收入.xlsx", uploaded_by=user, given="[]", plan=json.dumps(plan.as_json()),
        counts=plan.counts, **facts,
    )  # fmt: skip


def _all_of(household, user):
    """The household with one row of every kind that hangs on it; the cast has paired it and raised a need, or not."""
    today = timezone.localdate()
    pairing = household.pairings.get()
    visit = Visit.objects.create(
        household=household, visitor=pairing.cadre, visited_on=today, mode="home", reached=True, entered_by=user
    )
    picture = default_storage.save("photo.jpg", ContentFile(b"a picture"))
    parked = OutboxItem.objects.create(
        client_id=uuid4(), kind="visit", by=UserFactory(), household=household, written_on=today, state="parked"
    )
    kept = {"file": picture, "thumbnail": picture, "width": 1, "height": 1}
    need = household.needs.first() or Need.objects.create(
        household=household, kind="education", raised_on=today, due_on=today + timedelta(days=30)
    )
    referral = Referral.objects.create(need=need, unit=need.department or pairing.cadre.unit, sent_by=user)
    question = ReferralMessage.objects.create(referral=referral, kind="question", text="学费能减吗", author=user)
    return SimpleNamespace(
        pk=household.pk, village=household.village, member=household.members.first(),
        statement=StatementFactory(household=household),
        enrolment=household.enrolments.get(), pairing=pairing, cadre=pairing.cadre, visit=visit,
        photo=VisitPhoto.objects.create(visit=visit, **kept),
        parked=parked, parked_photo=ParkedPhoto.objects.create(item=parked, client_id=uuid4(), **kept),
        told=VisitFact.objects.create(visit=visit, fact="income", after='"up"', settled_at=timezone.now()),
        measure=Measure.objects.create(household=household, kind="other", source="other", starts_on=today),
        need=need, referral=referral,
        asked_photo=ReferralPhoto.objects.create(message=question, file=picture, thumbnail=picture, width=1, height=1),
        plan=PlannedVisit.objects.create(household=household, planned_on=today + timedelta(days=1), planned_by=user),
        leave=Leave.objects.create(
            cadre=pairing.cadre, starts_on=today, ends_on=today + timedelta(days=2), entered_by=user
        ),
    )  # fmt: skip
