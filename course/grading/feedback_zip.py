"""The feedback pages in one archive, named so that Canvas or Moodle gives each to its student."""

import re
import zipfile
from pathlib import Path

from course.grading.feedback import filename
from course.grading.file_names import Claim
from course.grading.roster import Roster
from course.grading.student_results import StudentResult
from course.grading.submissions import Handin

#: Entries have this date: the same pages make the same archive.
DATE = (2000, 1, 1, 0, 0, 0)


def write(
    path: Path,
    pages: Path,
    system: str,
    results: list[StudentResult],
    handins: list[Handin],
    roster: Roster | None = None,
) -> list[str]:
    """Write the archive; return the students whose number on the platform is not known.

    Moodle takes it where many feedback files are uploaded in a zip, Canvas where submissions are
    uploaded again. Both go by the numbers that they wrote into the names of what was handed in.
    """
    names = names_of(system, results, handins, roster or Roster())
    with zipfile.ZipFile(path, "w") as archive:
        for student, name in sorted(names.items()):
            entry = zipfile.ZipInfo(name, DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, (pages / filename(student)).read_bytes())
    return [result.student for result in results if result.student not in names]


def names_of(
    system: str, results: list[StudentResult], handins: list[Handin], roster: Roster
) -> dict[str, str]:
    """The entry of each student whom the platform can find."""
    names = {}
    if system == "moodle":
        called = {result.student: result.details.get("name") or "Student" for result in results}
        for number, student in roster.numbers.items():
            names[student] = moodle_name(called.get(student, "Student"), number)
    for handin in sorted(handins, key=lambda h: (bool(h.chapter), h.order)):
        claim, student = handin.claim, handin.student
        is_own = roster.numbers.get(claim.user) == student or handin.team == (student,)
        if claim.platform != system or not is_own or handin.is_unclear:
            continue
        if system == "moodle":
            names[student] = moodle_name(claim.name, claim.user)
        else:
            names[student] = canvas_name(claim)
    return names


def moodle_name(name: str, number: str) -> str:
    """A page's path: Moodle reads the number behind the first underscore.

    Older versions name a student's folder with the underscore at its end, newer ones read both.
    """
    return f"{re.sub(r'[_/]', ' ', name)}_{number}_assignsubmission_file_/feedback.html"


def canvas_name(claim: Claim) -> str:
    """A page's name: Canvas reads the first two numbers, the student's and the handed-in file's."""
    return f"{claim.name}_{claim.user}_{claim.file}_feedback.html"
