"""Find what students handed in: whose it is, and of which chapters. No file stops the others.

Whose it is, is settled first, for all files; only then one file a chapter is chosen: the platform's
latest attempt, else the newest. So the result is the same on every call. A notebook is recognised
by the exercises and declared names in its cells, not by its file name.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from course.grading.assigned_names import assigned
from course.grading.assignment import Assignment, Chapter
from course.grading.file_names import (
    Claim,
    chapter_named,
    claim_of,
    folded,
    natural,
    stem,
    without_chapter,
)
from course.grading.handed_in_files import File, files_in
from course.grading.named_data import code_in
from course.grading.roster import Owners, Roster
from course.grading.submitted_notebook import Notebook, UnreadableError, parse
from course.judging.judged_data import judged_by


@dataclass
class Handin:
    """One chapter of a notebook that was handed in, or a file without any, of one student."""

    student: str
    file: File
    claim: Claim
    team: tuple[str, ...] = ()
    """Everybody whose hand-in it is."""
    is_unclear: bool = False
    """It could be that of several students."""
    problem: str = ""
    """Why it cannot be graded; empty if it was read."""
    note: str = ""
    """Why it is left alone, though nothing is wrong; empty if it is graded."""
    notebook: Notebook | None = None
    chapter: Chapter | None = None
    plan: dict[str, dict] | None = None
    """What to collect: all that the chapters of this notebook ask for."""
    exact: bool = False
    """May it import `course.exact`? So it may if all of its chapters are beyond the lecture."""
    shown: str = ""
    """The path as it is shown and stored."""

    @property
    def path(self) -> Path:
        """The file, or the archive that it is in."""
        return self.file.path

    @property
    def code(self) -> list[str]:
        """The sources of its code cells; none if it could not be read."""
        return self.notebook.code if self.notebook else []

    @property
    def order(self) -> tuple:
        """The latest attempt is the greatest."""
        return (
            self.claim.attempt,
            int(self.claim.file or 0),
            int(self.file.modified),
            natural(self.file.shown),
        )


def collect(
    folder: Path, assignment: Assignment, roster: Roster | None = None, known: Iterable[str] = ()
) -> list[Handin]:
    """Everything that was handed in, read, in the order of names.

    Parameters
    ----------
    folder : Path
        A folder or a zip archive.
    assignment : Assignment
    roster : Roster, optional
    known : iterable of str
        Names under which students are known from before; spellings of these stay.

    Raises
    ------
    FileNotFoundError, NotADirectoryError
        If there is no such folder.
    ValueError
        If an archive cannot be opened.
    """
    roster = Roster() if roster is None else roster
    chapters = [chapter.name for chapter in assignment.all_chapters]
    files = files_in(folder)
    claims = claims_of(files, chapters, roster)
    spellings = {folded(name): name for name in sorted(known)}
    spellings |= {folded(name): name for name in roster}
    namesakes = numbers_by_name(claims)
    handins: list[Handin] = []
    for file, claim in zip(files, claims, strict=True):
        owners = roster.owners(claim)
        if owners is None:
            name = claim.name
            if claim.user and len(namesakes[folded(name)]) > 1:
                name = f"{name}_{claim.user}"
            owners = Owners((spellings.setdefault(folded(name), name),))
        handins += read(file, claim, owners, assignment)
    choose(handins, chapters)
    return handins


def numbers_by_name(claims: list[Claim]) -> dict[str, set[str]]:
    """The platform's numbers of students, by name: several if they are namesakes."""
    found = defaultdict(set)
    for claim in claims:
        found[folded(claim.name)].add(claim.user)
    return found


def claims_of(files: list[File], chapters: list[str], roster: Roster) -> list[Claim]:
    """What each file's name says, without a folder or archive around a whole class."""
    depth = 0
    while is_wrapped(files, depth, chapters, roster):
        depth += 1
    claims = [claim_at(file, depth, chapters) for file in files]
    # An archive of a whole class may lie beside others: the roster knows its students.
    of_archive: dict[str, list[int]] = defaultdict(list)
    for place, file in enumerate(files):
        if len(file.parts) > depth + 1 and file.parts[depth].lower().endswith(".zip"):
            of_archive[file.parts[depth]].append(place)
    for places in of_archive.values():
        if roster.owners(claims[places[0]]) is None:
            inner = {place: claim_at(files[place], depth + 1, chapters) for place in places}
            if len(people(inner.values(), roster)) > 1:
                for place, claim in inner.items():
                    claims[place] = claim
    return claims


def claim_at(file: File, depth: int, chapters: list[str]) -> Claim:
    """What a file's name says, from some depth of its path on."""
    parts = file.parts[depth:] or file.parts[-1:]
    return claim_of(parts, len(parts) > 1 or file.is_folder, chapters)


def people(claims: Iterable[Claim], roster: Roster) -> set[str]:
    """The students on the roster whose files these are."""
    owners = [roster.owners(claim) for claim in claims]
    return {name for found in owners if found for name in found.students}


def is_wrapped(files: list[File], depth: int, chapters: list[str], roster: Roster) -> bool:
    """Does everything lie in one folder or archive that is the class's, not a student's?"""
    if len({file.parts[depth] for file in files if len(file.parts) > depth}) != 1 or any(
        len(file.parts) < depth + 2 for file in files
    ):
        return False
    if roster.owners(claim_at(files[0], depth, chapters)):
        return False
    inner = [claim_at(file, depth + 1, chapters) for file in files]
    named = {
        folded(claim.name)
        for file, claim in zip(files, inner, strict=True)
        if len(file.parts) == depth + 2 and without_chapter(stem(file.parts[-1]), chapters)[1]
    }
    return len(people(inner, roster)) > 1 or len(named) > 1


def read(file: File, claim: Claim, owners: Owners, assignment: Assignment) -> list[Handin]:
    """A file as the hand-ins that it is: one for each of its students and chapters."""
    if owners.could_be:
        problem = (
            f"It could be {' or '.join(owners.could_be)}, so it was graded for nobody. Rename it "
            "so that its name begins with the student's own key."
        )
        return [
            Handin(student, file, claim, (student,), True, problem, shown=file.shown)
            for student in owners.could_be
        ]
    handin = Handin("", file, claim, owners.students, False, file.problem, shown=file.shown)
    found = [handin]
    if not handin.problem:
        try:
            handin.notebook = parse(file.read())
            found = by_chapter(handin, assignment)
        except UnreadableError as error:
            handin.notebook, handin.problem = None, str(error)
        except (OSError, RecursionError, MemoryError) as error:
            handin.notebook = None
            handin.problem = f"It could not be read ({type(error).__name__})."
    return [replace(handin, student=student) for student in owners.students for handin in found]


def by_chapter(handin: Handin, assignment: Assignment) -> list[Handin]:
    """A notebook, once for each chapter that it is of and that is graded."""
    assert handin.notebook is not None
    found = recognise(handin.notebook, assignment)
    graded = [chapter for chapter in found if chapter in assignment.chapters]
    if not graded:
        handin.note = f"It is of {found[0].name}, which was not asked for."
        return [handin]
    with judged_by(code_in(handin.code)):
        plan = together(graded)
        plans = [chapter.plan if plan is None else plan for chapter in graded]
    return [
        replace(
            handin,
            chapter=chapter,
            plan=asked,
            exact=all(other.optional for other in graded),
            shown=handin.shown if chapter is graded[0] else f"{handin.shown} ({chapter.name})",
        )
        for chapter, asked in zip(graded, plans, strict=True)
    ]


def together(chapters: list[Chapter]) -> dict[str, dict] | None:
    """What chapters in one notebook ask for together; None if they ask for a name in two ways."""
    plan: dict[str, dict] = {}
    for chapter in chapters:
        if any(plan.get(name, asked) != asked for name, asked in chapter.plan.items()):
            return None
        plan |= chapter.plan
    return plan


def recognise(notebook: Notebook, assignment: Assignment) -> list[Chapter]:
    """The chapters of a notebook: that of which it has most, and others that it has pasted in."""
    exercises = {cell["exercise"] for cell in notebook.cells}
    names: set[str] = set().union(*map(assigned, notebook.code))
    tagged, has, asks = Counter[str](), Counter[str](), Counter[str]()
    for chapter in assignment.all_chapters:
        own = {name for e in chapter.exercises for name in e.expects}
        tagged[chapter.name] = len(exercises & {e.id for e in chapter.exercises})
        has[chapter.name] = tagged[chapter.name] + len(names & own)
        asks[chapter.name] = len(own)
    best = max(assignment.all_chapters, key=lambda chapter: has[chapter.name])
    if not has[best.name]:
        raise UnreadableError(
            "It is none of the notebooks with exercises: it assigns none of the "
            "names that the exercises ask for."
        )
    others = [
        chapter
        for chapter in assignment.all_chapters
        if chapter is not best
        and (tagged[chapter.name] or has[chapter.name] >= asks[chapter.name] / 2)
    ]
    return [best, *others]


def choose(handins: list[Handin], chapters: list[str]) -> None:
    """Leave one file a student and chapter, the latest; what else there is becomes a note."""
    latest: dict[tuple[str, str], Handin] = {}
    for handin in handins:
        if handin.chapter:
            key = handin.student, handin.chapter.name
            latest[key] = max(latest.get(key, handin), handin, key=lambda h: h.order)
    students = {student for student, _ in latest}
    for handin in handins:
        if handin.is_unclear:
            continue
        name = (
            handin.chapter.name
            if handin.chapter
            else chapter_named(handin.file.parts[-1], chapters)
        )
        graded = latest.get((handin.student, name))
        if handin.chapter and graded is not handin:
            assert graded is not None
            handin.note = f"Another file of {name} was graded: {graded.shown}."
            handin.notebook = handin.chapter = None
        elif handin.problem and graded and handin.order < graded.order:
            handin.note = f"Another file of {name} was graded: {graded.shown}. {handin.problem}"
        elif handin.problem and handin.student in students and is_stray(handin.file):
            handin.note = handin.problem
        if handin.note:
            handin.problem = ""


def is_stray(file: File) -> bool:
    """Is it a file of another kind, which a student handed in beside a notebook?"""
    return not file.is_notebook and not file.is_folder
