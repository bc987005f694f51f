"""Data sets of students' own among what was handed in: whose each is, and whose numbers.

A notebook is judged by the data set that its code names, if it is the one that the student was
given. Else it is judged all the same, and its points wait for the instructor.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from course.exact import Target
from course.grading.assignment import Chapter
from course.grading.course_key import CourseKey, owner_of
from course.grading.judge_notebook import Answer
from course.grading.named_data import code_in, named_in
from course.judging import conditions, questions, reference
from course.judging.judge import right_alone
from course.judging.judged_data import judged_by
from course.judging.verdict import PARTLY, WRONG

#: The part of the book in which students have data of their own.
PART = "activity"
COMMON = "the common data"
#: The status of a notebook with another data set than its student's.
OTHER_DATA = "other data"
TOLD = (
    "It works with another data set than the one that you were given, so your instructor decides "
    "what it is worth."
)
#: The mistake of an answer that would be right for somebody else's data.
RIGHT_ELSEWHERE = "right for another data set"
#: Of the numbers that are wrong, so many must be right for one other data set.
FEWEST, SHARE = 2, 0.8


@dataclass(frozen=True)
class Origin:
    """Which data set a notebook works with, and, if it is not the student's own, whose that is."""

    code: str = ""
    whose: str = ""


class ClassData:
    """The data sets of a class.

    Parameters
    ----------
    key : CourseKey, optional
        Without one, every notebook is taken to have the data set that it should have.
    roster : mapping
        Students, with what is known of each.
    handins : sequence of course.grading.submissions.Handin
    """

    def __init__(self, key: CourseKey | None, roster: Mapping[str, dict], handins: Sequence):
        self.key, self.roster, self.handins = key, roster, handins

    def owner(self, student: str) -> str:
        return owner_of(student, self.roster.get(student, {}))

    def origin(self, handin) -> Origin:
        """The data set of a hand-in. A code that is none leaves the common data."""
        if handin.chapter is None or handin.chapter.part != PART:
            return Origin()
        code = code_in(handin.code)
        if self.key is None or (code and self.key.is_of(code, self.owner(handin.student))):
            return Origin(code)
        if not code:
            return Origin(code, "an unknown code" if named_in(handin.code) else COMMON)
        found = [s for s in self.roster if self.key.is_of(code, self.owner(s))]
        return Origin(code, f"the data set of {found[0]}" if found else "nobody's data set")

    @cached_property
    def others(self) -> dict[str, str]:
        """Whose data set each code is that somebody handed in; the common one, too."""
        found = {"": COMMON}
        for handin in self.handins if self.key else ():
            origin = self.origin(handin)
            if origin.code and not origin.whose:
                found.setdefault(origin.code, handin.student)
        return found

    def codes(self) -> dict[tuple[str, str], str]:
        """The code of the data set of each student's notebook of a chapter, where it has one."""
        graded = [handin for handin in self.handins if handin.chapter]
        found = {(h.student, h.chapter.name): self.origin(h).code for h in graded}
        return {key: code for key, code in found.items() if code}

    def not_their_own(self, results: Sequence) -> list[tuple[str, str, str]]:
        """Chapter, student, and what is there: another data set, or numbers of another one.

        results: one `course.grading.student_results.StudentResult` a student.
        """
        found = [
            (handin.chapter.name, handin.student, origin.whose)
            for handin in self.handins
            if (origin := self.origin(handin)).whose
        ]
        for result in results:
            names: dict[tuple[str, str], list[str]] = {}
            for answer in result.answers:
                if (mistake := answer["mistake"] or "").startswith(RIGHT_ELSEWHERE):
                    names.setdefault((answer["chapter"], mistake), []).append(answer["name"])
            for (chapter, mistake), said in names.items():
                found.append((chapter, result.student, f"{mistake}: {', '.join(said)}"))
        return sorted(found)

    def rules(self, handin, rules: str) -> str:
        """A digest of what a notebook is judged by: the assignment's rules, and the data sets."""
        if self.key is None:
            return rules
        parts = [rules, str(self.origin(handin)), *sorted(self.others)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]

    def name_numbers_of_others(
        self, chapter: Chapter, claims: Mapping, answers: list[Answer], own: str
    ) -> None:
        """Give wrong answers that are right for another data set of the class that mistake.

        A table tells by itself. Of numbers and intervals it takes two or more, and nearly
        all that are wrong: one may agree by chance.
        """
        if self.key is None or chapter.part != PART:
            return
        wrong = {a.name: a for a in answers if a.status in (WRONG, PARTLY) and a.name in claims}
        kinds = {name: questions.QUESTIONS[a.exercise][name] for name, a in wrong.items()}
        tables = {n for n, asked in kinds.items() if isinstance(asked, questions.Table)}
        numbers = {
            n for n, q in kinds.items() if isinstance(q, questions.Number | questions.Interval)
        }
        if not tables and len(numbers) < FEWEST:
            return
        best: set[str] = set()
        whose = ""
        for code, student in self.others.items():
            if code == own:
                continue
            right: set[str] = set()
            with judged_by(code):
                for exercise in dict.fromkeys(a.exercise for a in wrong.values()):
                    asked = {
                        n: claims[n] for n in tables | numbers if wrong[n].exercise == exercise
                    }
                    right |= right_alone(exercise, asked)
            enough = len(right & numbers) >= max(FEWEST, SHARE * len(numbers))
            if (right & tables or enough) and len(right) > len(best):
                best, whose = right, student
        for name in best:
            wrong[name].mistake = f"{RIGHT_ELSEWHERE} ({whose})"
            wrong[name].message = "This would be right for another data set than yours."


def facts(code: str) -> dict[str, str]:
    """What rubrics say of the common data, said of a data set of its own; by name of the answer."""
    if not code:
        return {}
    with judged_by(code):
        songs, means = reference.songs(), reference.sample_means()
        counts = songs["artist"].value_counts()
        pooled, typical = (
            reference.marginal(model, Target("mu"), "chapter").median
            for model in ("complete_pooled", "hierarchical")
        )
        outside = int(means.between(*sorted((pooled, typical))).sum())
        her, him = (
            "{} of {}".format(*conditions.songs_inside(a)) for a in ("Beyoncé", "Kendrick Lamar")
        )
        return {
            "assessment_02": f"{(songs['popularity'] < 20).sum()} songs are below 20",
            "bummer_05b": f"all predictions are near {pooled:.0f}",
            "meaning_07": f"near {means['Mia X']:.1f}",
            "bummer_09a": f"there are {len(means)} artists",
            "description_14": f"the complete pooled predictions are near {pooled:.0f}; "
            f"{outside} of {len(means)} artists have a mean between mu and the mean of all songs",
            "spread_14": f"Beyoncé {her}, Kendrick Lamar {him}",
            "why_15b": f"{counts['Frank Ocean']} songs by Ocean, "
            f"{counts['Sean Kingston']} by Kingston",
        }
