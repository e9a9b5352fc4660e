"""What linters cannot see: keys that reach upward, long names, writes that leave no history, rows without scope."""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

from core.history import TrackedModel, TrackedQuerySet

ROOT = Path(__file__).resolve().parent.parent
APPS = ("core", "district", "accounts", "households", "cadres", "programs", "visits", "dashboards", "demo")
LONGEST = 30
MODELS = [model for label in APPS for model in apps.get_app_config(label).get_models()]
HISTORIES = [model for model in MODELS if hasattr(model, "tracked_fields")]
OWN = [model for model in MODELS if model not in HISTORIES]
TRACKED = [model for model in OWN if issubclass(model, TrackedModel)]
names_of = [model.__name__ for model in MODELS]

# Upward by relation name, as the rule on direction allows: scope must be one place, and reads these from below.
READ_BY_SCOPE = {"pairings", "needs", "measures"}
RELATIONS_OF_HIGHER_APPS = READ_BY_SCOPE | {"visits"}

# Not domain rows: work, logs and files that are not kept with a history.
WITHOUT_HISTORY = {
    "Job", "AccessLog", "RosterImport", "RosterFinding", "HeaderMapping", "RosterMend", "RosterLeftover", "IncomeSheet",
    "IncomeUpload", "Digest",
}  # fmt: skip


def rank(model):
    return APPS.index(model._meta.app_label) if model._meta.app_label in APPS else -1


def python_files():
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def test_there_is_something_to_look_at():
    assert {"Job", "Division", "User", "Household", "Pairing", "Measure", "Visit"} <= set(names_of)


def test_foreign_keys_point_downward_or_to_users():
    upward = [
        f"{model.__name__}.{field.name}"
        for model in MODELS
        for field in model._meta.get_fields()
        if field.concrete and field.is_relation and field.related_model is not None
        and rank(field.related_model) > rank(model)
        and field.related_model._meta.label != "accounts.User"
    ]  # fmt: skip
    assert upward == []


def test_only_scope_reads_relations_of_higher_apps_from_below():
    """`household.pairings` and `filter(pairings__…)` escape the import contract: below the owning apps, only here."""
    found = set()
    for path in python_files():
        app = path.relative_to(ROOT).parts[0]
        if APPS.index(app) > APPS.index("households"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            words = []
            if isinstance(node, ast.Attribute):
                words = [node.attr]
            elif isinstance(node, ast.keyword) and node.arg and "__" in node.arg:
                words = node.arg.split("__")
            if RELATIONS_OF_HIGHER_APPS & set(words[:1]):
                found.add(str(path.relative_to(ROOT)))
    assert found <= {"households/scope.py"}


@pytest.mark.parametrize("model", OWN, ids=lambda model: model.__name__)
def test_a_domain_row_has_a_history_and_a_guarded_queryset(model):
    if model.__name__ in WITHOUT_HISTORY:
        assert model not in TRACKED
        return
    assert model in TRACKED
    assert len(model.history.model._meta.db_table) <= LONGEST
    assert isinstance(model._default_manager.get_queryset(), TrackedQuerySet)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_names_in_the_database_are_short_enough_for_every_engine(model):
    names = [model._meta.db_table]
    names += [field.column for field in model._meta.concrete_fields]
    names += [constraint.name for constraint in model._meta.constraints]
    names += [index.name for index in model._meta.indexes]
    assert [name for name in names if len(name) > LONGEST] == []


def test_no_name_of_a_constraint_or_index_is_used_twice():
    names = [thing.name for model in OWN for thing in (*model._meta.constraints, *model._meta.indexes)]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("model", OWN, ids=lambda model: model.__name__)
def test_every_relation_protects_what_it_points_to(model):
    """Nothing is deleted: findings alone go with their import, and nothing else cascades or is set to NULL."""
    wrong = [
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and field.remote_field.on_delete is not models.PROTECT
    ]
    assert wrong == (["roster_import"] if model.__name__ == "RosterFinding" else [])


def hangs_on_a_household(model):
    return any(
        field.is_relation and field.concrete and field.related_model and field.related_model.__name__ == "Household"
        for field in model._meta.concrete_fields
    )


@pytest.mark.parametrize("model", [m for m in OWN if hangs_on_a_household(m)], ids=lambda model: model.__name__)
def test_what_hangs_on_a_household_knows_who_sees_it(model):
    assert callable(getattr(model._default_manager.get_queryset(), "visible_to", None))


# --- Writes that would leave no history ---
BYPASSES = {"bulk_create", "bulk_update", "_raw_delete", "raw"}
MAY_BYPASS = {"core/history.py", "core/bulk.py"}  # the guard and the fast path
# and link: rows of a many-to-many table, which hold no fact of their own
UNTRACKED = {
    "Job",
    "AccessLog",
    "RosterImport",
    "RosterFinding",
    "HeaderMapping",
    "RosterMend",
    "RosterLeftover",
    "Digest",
    "QuerySet",
    "Session",
    "link",
}


def bypasses(source):
    """Calls in a source that write past the guard: (line, what)."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        chain = ast.unparse(node.func)
        tracked = not any(chain.startswith(f"{name}.") for name in UNTRACKED)
        if node.func.attr in BYPASSES and tracked:
            yield node.lineno, node.func.attr
        if node.func.attr in {"update", "delete"} and "_base_manager" in chain:
            yield node.lineno, f"_base_manager … {node.func.attr}"


def test_no_source_writes_past_the_history():
    found = {
        str(path.relative_to(ROOT)): list(bypasses(path.read_text(encoding="utf-8")))
        for path in python_files()
        if str(path.relative_to(ROOT)) not in MAY_BYPASS
    }
    assert {path: calls for path, calls in found.items() if calls} == {}


@pytest.mark.parametrize(
    "source",
    [
        "Household.objects.bulk_create(rows)",
        "rows.bulk_update(x, ['a'])",
        "Member._base_manager.filter(pk=1).update(a=1)",
    ],
)
def test_the_scan_sees_what_it_should(source):
    assert list(bypasses(source))
    assert list(bypasses("Job.objects.bulk_create(rows)")) == []


def test_django_admin_is_not_there():
    assert not apps.is_installed("django.contrib.admin")
    assert [str(path) for path in python_files() if path.name in {"admin.py", "utils.py"}] == []
