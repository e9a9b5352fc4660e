"""A worker killed in the middle of an assessment: nothing half done, and the job finishes by itself, once."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.faults, pytest.mark.slow]
ROOT = Path(__file__).resolve().parent.parent.parent

SET_UP = """
from django.db import transaction
from core import jobs
from households import growth
from tests.households.growth_data import make_campaign, make_many, make_village
jobs.run_job.delay = lambda job_id: None
with transaction.atomic():
    make_many(make_campaign(), make_village(), [(1_260_000, 3, 1_386_000, 3), (1_260_000, 3, 1_385_999, 3)])
say(growth.start(2017).pk)
"""
STOP_HALF_WAY = """
import time
from core.jobs import run_job
from households import growth
whole = growth._run
def half(part, params, ids):
    whole(part, params, ids)
    say("flags written, history not")
    time.sleep(60)
growth._run = half
run_job(JOB)
"""
LOOK = """
from core.models import Job
from households.models import GrowthAssessment as Flag
job = Job.objects.get(pk=JOB)
say([job.state, job.attempt, list(Flag.objects.order_by("pk").values_list("verdict", flat=True)), Flag.history.count()])
"""
SWEEP = """
from core import jobs
sent = []
jobs.run_job.delay = sent.append
jobs.sweep()
for job_id in sent + sent:  # a message may come twice
    jobs.run_job(job_id)
say(sent)
"""


@pytest.fixture
def environment(migrated, tmp_path):
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    at_once = {"JOB_LEASE_SECONDS": "0", "JOB_RESEND_SECONDS": "0"}
    environment = kept | at_once | {"VAR_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    shutil.copy(migrated, tmp_path / "bangfu.sqlite3")
    return environment


def begin(code, environment):
    """A process of its own with this code; say() writes a line of JSON."""
    head = "import json, django\ndjango.setup()\ndef say(what): print(json.dumps(what), flush=True)\n"
    return subprocess.Popen(
        [sys.executable, "-c", head + code], cwd=ROOT, stdout=subprocess.PIPE, text=True,
        env=environment | {"DJANGO_SETTINGS_MODULE": "config.settings"},
    )  # fmt: skip


def done(code, environment):
    out, _errors = begin(code, environment).communicate(timeout=60)
    return json.loads(out)


def test_a_killed_assessment_leaves_nothing_and_is_finished_once(environment):
    job = done(SET_UP, environment)
    worker = begin(STOP_HALF_WAY.replace("JOB", str(job)), environment)
    assert json.loads(worker.stdout.readline()) == "flags written, history not"
    worker.kill()
    worker.communicate()
    look = LOOK.replace("JOB", str(job))
    assert done(look, environment) == ["running", 1, [], 0]
    assert done(SWEEP, environment) == [job]
    assert done(look, environment) == ["done", 2, ["met", "missed"], 2]
