"""What is said of one answer."""

from dataclasses import dataclass

CORRECT, PARTLY, WRONG, MISSING = "correct", "partly", "wrong", "missing"
NEEDS_MARKING = "needs marking"
CONFRONTED = "confronted"  # a guess, held against the later answer: it counts, right or wrong
FAILED = "failed"  # judging it failed, which is a mistake of ours: no points, and none lost
STATUSES = (CORRECT, PARTLY, WRONG, MISSING, NEEDS_MARKING, CONFRONTED, FAILED)


@dataclass(frozen=True)
class Verdict:
    """One declared name, judged.

    name: the declared name; status: one of STATUSES; message: a sentence for the student that
    gives nothing away, or ""; mistake: the name of a recognised mistake, or ""; share: of the
    points of this name, from 0 to 1.
    """

    name: str
    status: str
    message: str = ""
    mistake: str = ""
    share: float = 0.0


def correct(name: str, message: str = "") -> Verdict:
    return Verdict(name, CORRECT, message, share=1.0)


def wrong(name: str, message: str, mistake: str = "") -> Verdict:
    return Verdict(name, WRONG, message, mistake)


def partly(name: str, message: str, share: float) -> Verdict:
    return Verdict(name, PARTLY, message, share=share)


def failed(name: str, error: Exception) -> Verdict:
    return Verdict(
        name, FAILED, f"our mistake, not yours: it could not be judged ({type(error).__name__})"
    )
