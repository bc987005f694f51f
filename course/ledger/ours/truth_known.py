"""Chapter beyond/05: what is known of simulated data before they are simulated."""

from scipy.stats import f

from course.ledger.claims.world import World
from course.ledger.ours import Chapter

chapter = Chapter("beyond/05-truth-known")


def probability_of_zero(groups: int, sigma_mu: float, sigma_y: float, songs: int) -> float:
    """How often the maximum likelihood estimate of sigma_mu is zero, with equally many songs.

    It is where the mean square between groups, with `groups` in its denominator, is not above the
    mean square within. The ratio of the two is F distributed, up to its expectation.
    """
    expected = 1 + songs * sigma_mu**2 / sigma_y**2
    return float(f.cdf(groups / (groups - 1) / expected, groups - 1, groups * (songs - 1)))


@chapter.number("truth-coverage", "calibration of the 80 % interval of sigma_mu", matters=0.06)
def _(world: World) -> float:
    return 0.8


@chapter.number("truth-zero-5", "share of zero estimates of sigma_mu, 5 groups", matters=0.05)
def _(world: World) -> float:
    return probability_of_zero(5, sigma_mu=5, sigma_y=14, songs=4)


@chapter.number("truth-zero-44", "share of zero estimates of sigma_mu, 44 groups", matters=0.05)
def _(world: World) -> float:
    return probability_of_zero(44, sigma_mu=5, sigma_y=14, songs=4)
