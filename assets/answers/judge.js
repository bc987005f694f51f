// The verdict on a number or an interval that comes without a fit: course/judging/values.py and
// judge_alone in course/judging/judge.py. Tolerances, mistakes and sentences come from there
// (questions.js); values are computed.

(() => {
  const { answers } = window;
  const { STANDARD_ERRORS, SEPARATION, ROUNDING, ASSUMED_SIZE, PROBABILITY } = answers.rules;

  const RIGHT = { verdict: "right", sentence: "" };
  const notYet = (sentence) => ({ verdict: "not yet", sentence });
  const looksLike = (sentence) => ({ verdict: "looks like", sentence });

  /**
   * The verdict on a value, a list of one number or of two.
   *
   * It is judged as if it came from so many effective draws; a value that is not right then, but
   * to the last digit that of a mistake, is that mistake.
   */
  function judge(question, value) {
    const { sentences } = answers.rules;
    if (!value.every((number) => Number.isFinite(number) && Math.abs(number) < 1e100)) {
      return notYet(sentences.unreadable);
    }
    if (question.kind === "derived") return judgeDerived(question, value[0]);
    const found = asFrom(ASSUMED_SIZE, question, value);
    if (found.verdict === "right") return found;
    const exactly = asFrom(Infinity, question, value);
    if (exactly.verdict === "looks like") return exactly;
    if (value[0] > value[1]) {
      const turned = asFrom(ASSUMED_SIZE, { ...question, others: [] }, [value[1], value[0]]);
      if (turned.verdict === "right") return looksLike(sentences.reversed);
    }
    return found;
  }

  /** The verdict on a value from draws of this effective size. */
  function asFrom(size, question, value) {
    const { sentences } = answers.rules, half = 0.5 * 10 ** -question.decimals + ROUNDING;
    const errorsOf = (errors) => errors.map((error) => error / Math.sqrt(size));
    const truths = question.priors.map((priors) => {
      const { values, errors } = answers.expected(question.asked, priors);
      return { values, errors: errorsOf(errors) };
    });
    const within = truths.map(({ values, errors }) => value.map((number, i) =>
      Math.abs(number - values[i]) <= half + STANDARD_ERRORS * errors[i]));
    if (within.some((ends) => ends.every(Boolean))) return RIGHT;
    const mistake = nearestMistake(value, truths, question.others, half, errorsOf);
    if (mistake) return looksLike(mistake);
    const oneEnd = value.length === 2 && within.some((ends) => ends.some(Boolean));
    return notYet(oneEnd ? sentences.oneEnd : sentences.notWithinError);
  }

  /** What is said of the mistake nearest a value; null if that one is not apart from the truth. */
  function nearestMistake(value, truths, others, half, errorsOf) {
    let best = null, nearest = Infinity;
    const probabilities = new Set();
    for (const other of others) {
      for (const priors of other.priors) {
        const found = answers.expected(other.asked, priors);
        if (found.values.length !== value.length) continue;
        const mistaken = found.values.map((number) => number * other.scale);
        const errors = errorsOf(found.errors.map((error) => error * Math.abs(other.scale)));
        const rounding = half * Math.min(1, Math.abs(other.scale));
        const distance = Math.max(...value.map((number, i) =>
          Math.abs(number - mistaken[i]) / (rounding + STANDARD_ERRORS * errors[i])));
        if (!(distance <= 1)) continue;
        if (other.prob !== PROBABILITY) probabilities.add(other.prob);
        if (distance >= nearest) continue;
        const apart = truths.every((truth) => mistaken.some((number, i) =>
          Math.abs(number - truth.values[i])
            >= half + SEPARATION * Math.max(errors[i], truth.errors[i])));
        nearest = distance;
        best = apart ? other : null;
      }
    }
    if (!best) return null;
    const { mistakes, sentences } = answers.rules;
    const leftOpen = best.prob !== PROBABILITY && probabilities.size !== 1;
    return leftOpen ? sentences.otherProbability : mistakes[best.mistake];
  }

  /** The verdict on a number that the data alone determine: right within half a unit. */
  function judgeDerived({ key, decimals, others, rounded, hint }, value) {
    const results = answers.shrinkage(), truth = results[key];
    const half = 0.5 * 10 ** -decimals + ROUNDING, { mistakes } = answers.rules;
    if (Math.abs(value - truth) <= half) return RIGHT;
    const mistake = others.find((other) => {
      const near = half * (other.key.startsWith("thousand") ? 1000 : 1);
      const result = results[other.key];
      return Math.abs(result - truth) > 3 * half && Math.abs(value - result) <= near;
    });
    if (mistake) return looksLike(mistakes[mistake.mistake]);
    const digits = decimalsOf(value), unit = 0.5 * 10 ** -digits + ROUNDING;
    if (digits > 0 && digits < decimals && Math.abs(value - truth) <= unit) {
      return looksLike(mistakes[rounded]);
    }
    return notYet(hint);
  }

  /** The decimals with which a number was written, at most 6. */
  function decimalsOf(value) {
    const close = (d) => {
      const near = Number(value.toFixed(d));
      return Math.abs(value - near) <= 1e-9 + 1e-5 * Math.abs(near);
    };
    return [0, 1, 2, 3, 4, 5].find(close) ?? 6;
  }

  Object.assign(answers, { judge });
})();
