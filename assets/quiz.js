// Quizzes: a question, options, and folded answers in a chapter become a form that answers at once.
// Without this script the answers stay folded below the options. The right one begins "Right.".

(() => {
  let count = 0;

  function upgrade(quiz) {
    const question = quiz.querySelector("p");
    const options = quiz.querySelector("ol");
    const answers = quiz.querySelector("details");
    const feedback = [...answers.querySelectorAll("ol > li")];
    const form = document.createElement("form");
    form.innerHTML = `
      <fieldset><legend></legend></fieldset>
      <button type="submit">Check</button>
      <div class="quiz-feedback" role="status"></div>`;
    const group = form.querySelector("fieldset"), result = form.querySelector(".quiz-feedback");
    const name = `quiz-${++count}`;

    group.querySelector("legend").append(...question.childNodes);
    [...options.children].forEach((option, k) => {
      const label = document.createElement("label"), radio = document.createElement("input");
      const text = document.createElement("span");
      Object.assign(radio, { type: "radio", name, value: k });
      text.append(...(option.querySelector("p") ?? option).childNodes);
      label.append(radio, text);
      group.append(label);
    });

    form.addEventListener("change", () => {
      result.replaceChildren();
      delete result.dataset.verdict;
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const chosen = new FormData(form).get(name);
      if (chosen === null) {
        delete result.dataset.verdict;
        result.textContent = "Choose an answer first.";
        return;
      }
      const answer = (feedback[chosen].querySelector("p") ?? feedback[chosen]).cloneNode(true);
      const right = answer.textContent.trim().startsWith("Right.");
      const text = document.createElement("p");
      if (!right) text.append(Object.assign(document.createElement("strong"), { textContent: "Not quite. " }));
      text.append(...answer.childNodes);
      result.dataset.verdict = right ? "right" : "wrong";
      result.replaceChildren(text);
    });

    question.remove();
    options.remove();
    answers.hidden = true;
    quiz.prepend(form);
  }

  document.querySelectorAll(".quiz").forEach(upgrade);
})();
