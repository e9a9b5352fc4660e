"""Which sheets of a file are taken, with which header, and what must be asked before."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from .cells import text
from .files import non_blank
from .headers import PER_HEAD, PLACE_FIELDS, Header, find_header, is_roster, problem_of
from .layouts import arranged
from .places import Places
from .rows import ERROR, WARNING, Answers, Finding, Mapping, Refusal, Sheet, SheetReading
from .years import OfYear, of_year

NO_DATA = ("empty", "hidden", "not_a_table", "left_out")


@dataclass(slots=True)
class Used:
    """A sheet that is taken. `place` stands in for its columns of township, village and income year."""

    sheet: Sheet
    header: Header
    place: dict[str, str] = field(default_factory=dict)
    years: OfYear | None = None

    @property
    def says_no_year(self) -> bool:
        """Whether neither a column nor the headers of the income say which year it is of."""
        return "income_year" not in self.header.fields and "income_year" not in self.place


@dataclass(slots=True)
class Choice:
    """The sheets that are taken, what is said of every sheet, and why the file is refused."""

    used: list[Used] = field(default_factory=list)
    seen: dict[str, SheetReading] = field(default_factory=dict)
    refusal: Refusal | None = None
    findings: list[Finding] = field(default_factory=list)


def choose(
    sheets: Iterable[Sheet], *, mapping: Mapping | None, answers: Answers, places: Places, file_name: str,
    year: int | None = None,
) -> Choice:  # fmt: skip
    """Find the headers; the first thing that a page would ask refuses the file."""
    choice = Choice()
    candidates: list[Used] = []
    for sheet in sheets:
        why = sheet.why or _why_not(sheet, answers)
        header = None if why else find_header(sheet, mapping, answers.columns.get(sheet.name))
        if header is None:
            choice.seen[sheet.name] = SheetReading(sheet.name, used=False, why=why or "no_header")
            continue
        of_one = of_year(header, year)
        header = arranged(of_one.header, answers.columns.get(sheet.name, ()))
        candidates.append(Used(sheet, header, years=of_one))
        choice.seen[sheet.name] = _seen(sheet, header, "")
    if not candidates:
        blank = all(s.why in NO_DATA for s in choice.seen.values())
        choice.refusal = Refusal("file_empty" if blank else "header_not_found")
        return choice
    rosters = [c for c in candidates if is_roster(c.header) or answers.sheets.get(c.sheet.name)]
    choice.used = rosters or candidates
    for other in candidates:
        if other not in choice.used:
            choice.seen[other.sheet.name] = _seen(other.sheet, other.header, "other_table")
    for used in choice.used:
        _place(choice, used, answers, places, file_name)
        problem = _which_year(used) or _problem(choice, used, answers, places)
        choice.refusal = choice.refusal or problem
        answered = {**(mapping or Mapping()).by_fingerprint.get(used.header.fingerprint, {})}
        _say_unused(choice, used, answered.keys() | answers.columns.get(used.sheet.name, {}).keys())
    return choice


def _say_unused(choice: Choice, used: Used, answered: Collection[str]) -> None:
    """Name each column that holds something under a header that nobody knows, unless somebody has answered it."""
    rows = used.sheet.rows[used.header.rows[-1] + 1 :]
    said = {f.column for f in choice.findings if f.code == "column_unused"}
    for column in used.header.columns:
        asked = column.how == "unused" and not column.known and column.label not in said
        if not asked or column.letter in answered or column.header in answered:
            continue
        if any(column.index < len(row) and text(row[column.index]) for row in rows):
            choice.findings.append(Finding(used.sheet.name, None, column.label, "", "", "column_unused", WARNING))


def _why_not(sheet: Sheet, answers: Answers) -> str:
    if not any(non_blank(row) for row in sheet.rows):
        return "empty"
    return "left_out" if answers.sheets.get(sheet.name) is False else ""


def _seen(sheet: Sheet, header: Header, why: str) -> SheetReading:
    rows = tuple(sheet.first_row + i for i in header.rows)
    return SheetReading(sheet.name, used=not why, header_rows=rows, why=why, fingerprint=header.fingerprint)


def _place(choice: Choice, used: Used, answers: Answers, places: Places, file_name: str) -> None:
    """Let an answer, or an accepted proposal, stand in for columns of place that the sheet has not."""
    name, lacking = used.sheet.name, _places_lacking(used.header)
    if not lacking:
        return
    proposed = places.told_by(_texts_of(used, file_name), _only_township(used))
    if "village" not in lacking:
        proposed = proposed and proposed[:9] + "000"
    answer = answers.places.get(name, "")
    taken = places.standing_in(answer or (proposed if answers.accept_proposed else ""))
    if taken.keys() & {"village_code", "township"} and (set(lacking) <= _covered(taken)):
        used.place = taken
    asked = not used.place
    choice.seen[name] = replace(choice.seen[name], place_proposed=proposed, place_question=asked)
    if used.place and not answer:
        params = {"expected": places.words_of(proposed)}
        choice.findings.append(Finding(name, None, "", "township", "", "place_proposed", WARNING, params=params))


def _which_year(used: Used) -> Refusal | None:
    """Ask for the year where income columns name several; the one that they name stands in for a column of years."""
    of_one = used.years
    if of_one is None:
        return None
    if of_one.asked:
        return Refusal("year_several", {"years": "、".join(map(str, of_one.asked)), "sheet": used.sheet.name})
    if of_one.year and (used.header.of("income_year") is None or of_one.is_choice):
        used.place["income_year"] = str(of_one.year)
    return None


def _covered(taken: dict[str, str]) -> set[str]:
    return set(PLACE_FIELDS) if "village_code" in taken else set(taken)


def _places_lacking(header: Header) -> list[str]:
    return [f for f in header.missing if f in PLACE_FIELDS]


def _texts_of(used: Used, file_name: str) -> list[str]:
    """What may tell the place: the sheet's name, the lines above the header, the file's name."""
    above = used.sheet.rows[: used.header.rows[0]]
    titles = [v for row in above for v in row if isinstance(v, str) and v.strip()]
    return [used.sheet.name, *titles, PurePath(file_name).stem]


def _only_township(used: Used) -> str:
    """The township that the sheet's column names on all rows, "" if there are several or none."""
    column = used.header.of("township")
    if column is None:
        return ""
    rows = used.sheet.rows[used.header.rows[-1] + 1 :]
    names = {text(row[column.index]) for row in rows if column.index < len(row)} - {""}
    return names.pop() if len(names) == 1 else ""


def _problem(choice: Choice, used: Used, answers: Answers, places: Places) -> Refusal | None:
    sheet, header = used.sheet, used.header
    placed = _covered(used.place) if used.place else set()
    problem = problem_of(header, sheet, accept_proposed=answers.accept_proposed, placed=placed)
    if problem is None or problem.code != "column_missing":
        return problem
    if not choice.findings or choice.refusal is None:
        choice.findings += _per_head(sheet, header)
    proposed = choice.seen[sheet.name].place_proposed
    missing = [f for f in header.missing if f not in placed]
    tells = _covered(places.standing_in(proposed)) if proposed else set()
    if missing[0] in PLACE_FIELDS and set(missing) & set(PLACE_FIELDS) <= tells:
        return Refusal("township_unknown", {"sheet": sheet.name, "expected": places.words_of(proposed)})
    return problem


def _per_head(sheet: Sheet, header: Header) -> list[Finding]:
    """Said when a file has income per head alone, which never feeds a household's total."""
    if "net" not in header.missing:
        return []
    return [
        Finding(sheet.name, None, column.header, "", "", "income_is_per_head", ERROR)
        for column in header.columns
        if column.known in PER_HEAD
    ]
