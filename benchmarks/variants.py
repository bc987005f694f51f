"""Do data sets of students' own keep the exercises what they are?

``python benchmarks/variants.py 1000`` makes so many students, gives each the data set that a course
key gives, and answers with exact draws from the posteriors, 4 chains of 1,000, in place of fits:
right; with planted mistakes, a third of those that the tests plant; and with the numbers, intervals
and tables of a neighbour in a class of 30, beside fits of their own. Each student answers one of
the chapters 2 to 5, in turn; with ``--all`` all of them, which takes four times as long. It prints
a table in Markdown, and below it what was found, one by one.
"""

import argparse
import hashlib
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from tqdm import tqdm

from course.grading import assignment
from course.grading.course_key import CourseKey
from course.grading.judge_notebook import Answer, judge_exercise
from course.grading.own_data import PART, RIGHT_ELSEWHERE, ClassData
from course.judging import questions
from course.judging.judge import judge
from course.judging.judged_data import judged_by
from course.paths import PROJECT
from course.submission.answers import collect

sys.path.append(str(PROJECT / "tests" / "helpers"))

from honest import honest_answers, simulated_fit
from wrong_answers import WRONG, Student

KEY = CourseKey(hashlib.sha256(b"the measurement").digest())
CLASS, SHARE, DRAWS = 30, 3, 1_000
RIGHT = ("correct", "needs marking", "confronted")


@cache
def data_set(number: int) -> tuple[str, list[str]]:
    """The code of a student's data set, and the conditions that those before it broke."""
    return KEY.accepted(f"student {number}")


@cache
def chapters() -> list[assignment.Chapter]:
    """Those whose answers depend on the data."""
    found = [chapter for chapter in assignment.load().chapters if chapter.part == PART]
    return [c for c in found if any(numbers_of(exercise.id) for exercise in c.exercises)]


def measured(number: int, of_each: bool = False) -> dict[str, Counter]:
    """What is found for one student; `of_each`: in all chapters."""
    chosen = chapters() if of_each else [chapters()[number % len(chapters())]]
    code, broken = data_set(number)
    found = {
        "rejected": Counter(broken) + Counter(accepted=1),
        "refused": Counter(),
        "planted": Counter(),
        "neighbours": Counter(),
    }
    own = ClassData(KEY, {}, [])
    first = number - number % CLASS
    around = (data_set(other)[0] for other in range(first, first + CLASS))
    own.others = {"": "the common data"} | {each: str(n) for n, each in enumerate(around)}
    with judged_by(code):
        answers = right_answers(number, chosen)
        for exercise, given in answers.items():
            for verdict in judge(exercise, given):
                if verdict.name in given and given[verdict.name]["status"] != "missing":
                    right = verdict.status in RIGHT
                    found["refused"]["right" if right else f"refused: {verdict.name}"] += 1
        student = Student(number, DRAWS)
        possible = [key for key, wrong in WRONG.items() if wrong.exercise in answers]
        for key in possible[number // len(chapters()) % SHARE :: SHARE]:
            found["planted"][planted(key, student, answers, own, code)] += 1
    plt.close("all")
    neighbour = data_set(first + (number + 1) % CLASS)[0]
    with judged_by(neighbour):
        theirs = right_answers(number + 10_000_000, chosen, numbers_of)
    with judged_by(code):
        for chapter in chosen:
            named = copied(chapter, answers, theirs, own, code)
            seen = "recognised" if named == neighbour_name(own, neighbour) else "missed"
            found["neighbours"][f"{chapter.name}: {seen}"] += 1
    simulated_fit.cache_clear()
    return found


def right_answers(
    seed: int, chosen: list[assignment.Chapter], names: Callable = questions.plan
) -> dict[str, dict]:
    """What right answers are collected as, by exercise; `names`: of those of an exercise, which."""
    exercises = [exercise.id for chapter in chosen for exercise in chapter.exercises]
    found = {}
    for exercise in exercises:
        if names(exercise):
            asked = {name: questions.plan(exercise)[name] for name in names(exercise)}
            found[exercise] = collect(honest_answers(exercise, seed, DRAWS), asked)
    plt.close("all")
    return found


def planted(key: str, student: Student, answers: dict, own: ClassData, code: str) -> str:
    """What becomes of a planted mistake."""
    wrong = WRONG[key]
    given = {wrong.name: wrong.make(student)}
    claims = answers[wrong.exercise] | {
        wrong.name: collect(given, questions.plan(wrong.exercise))[wrong.name]
    }
    chapter, exercise = next(
        (c, e) for c in chapters() for e in c.exercises if e.id == wrong.exercise
    )
    of_exercise = judge_exercise(exercise, claims, {})
    own.name_numbers_of_others(chapter, claims, of_exercise, code)
    answer = next((a for a in of_exercise if a.name == wrong.name), None)
    if answer is None:
        return "without credit"
    if answer.status in RIGHT:
        return f"passed: {key}"
    if answer.mistake.startswith(RIGHT_ELSEWHERE):
        return f"taken for a neighbour's: {key}"
    if wrong.is_ is None:
        names = [mistake.name for mistake in wrong.or_as]
        misnamed = answer.mistake and answer.mistake not in names
        return f"misnamed: {key} as {answer.mistake}" if misnamed else "without a name"
    if answer.mistake == wrong.is_.name:
        return "named"
    return f"misnamed: {key} as {answer.mistake}" if answer.mistake else f"not named: {key}"


def numbers_of(exercise: str) -> list[str]:
    """The names of an exercise that are numbers, intervals or tables of a model."""
    kinds = questions.Number | questions.Interval | questions.Table
    return [n for n, asked in questions.QUESTIONS[exercise].items() if isinstance(asked, kinds)]


def copied(chapter: assignment.Chapter, mine: dict, theirs: dict, own: ClassData, code: str) -> str:
    """What the grader says where the numbers of a chapter are a neighbour's."""
    answers: list[Answer] = []
    claims: dict[str, dict] = {}
    for exercise in chapter.exercises:
        if exercise.id not in theirs:
            continue
        of_exercise = mine[exercise.id] | theirs[exercise.id]
        answers += judge_exercise(exercise, of_exercise, {})
        claims |= of_exercise
    own.name_numbers_of_others(chapter, claims, answers, code)
    return next((a.mistake for a in answers if a.mistake.startswith(RIGHT_ELSEWHERE)), "")


def neighbour_name(own: ClassData, code: str) -> str:
    return f"{RIGHT_ELSEWHERE} ({own.others[code]})"


def measure(students: int, workers: int, of_each: bool = False) -> dict[str, Counter]:
    """What is found for so many students, added up; interrupted, for those that are done."""
    total: dict[str, Counter] = {}
    with ProcessPoolExecutor(workers) as pool:
        each = pool.map(partial(measured, of_each=of_each), range(students), chunksize=CLASS)
        try:
            for found in tqdm(each, total=students, unit="student"):
                for what, counts in found.items():
                    total[what] = total.get(what, Counter()) + counts
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
    return total


def report(total: dict[str, Counter]) -> str:
    """The table, and below it what did not go as it should."""
    refused, planted_, near = total["refused"], total["planted"], total["neighbours"]
    answers = sum(refused.values())
    named = planted_["named"]
    meant = sum(n for what, n in planted_.items() if what.split(":")[0] in MEANT)
    recognised = sum(n for what, n in near.items() if what.endswith("recognised"))
    tried = sum(total["rejected"].values())
    rows = [
        ("data sets made", tried, ""),
        ("accepted", total["rejected"]["accepted"], share(total["rejected"]["accepted"], tried)),
        ("right answers", answers, ""),
        ("refused", answers - refused["right"], share(answers - refused["right"], answers)),
        ("planted mistakes that have a name", meant, ""),
        ("named", named, share(named, meant)),
        ("chapters with a neighbour's answers", sum(near.values()), ""),
        ("recognised", recognised, share(recognised, sum(near.values()))),
    ]
    lines = ["| | number | share |", "| --- | ---: | ---: |"]
    lines += [f"| {what} | {number:,} | {part} |" for what, number, part in rows]
    for what in total:
        lines += ["", f"{what}:"]
        lines += [f"  {number:,}  {each}" for each, number in total[what].most_common()]
    return "\n".join(lines)


#: What becomes of planted mistakes that have a name.
MEANT = ("named", "not named", "passed", "misnamed", "taken for a neighbour's")


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f} %" if whole else ""


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("students", type=int, nargs="?", default=1_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--all", action="store_true", help="all chapters for each student")
    options = parser.parse_args()
    print(report(measure(options.students, options.workers, options.all)))
