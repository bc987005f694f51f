// Rearranges the book, rendered as a single page, for paper. Run by course/site/pdf.py.

() => {
  const article = document.querySelector("article.bd-article") ?? document.body;

  // Links within the book lead to places on paper
  article.querySelectorAll('a[href^="index.html#"]').forEach((link) => {
    link.setAttribute("href", link.getAttribute("href").slice("index.html".length));
  });

  // Solutions, answers of quizzes and answer keys go to the end, chapter by chapter
  const end = document.createElement("section");
  end.className = "print-chapter";
  end.innerHTML = "<h2>Solutions</h2>";
  let count = 0;
  for (const mark of article.querySelectorAll('span[id^="document-"]')) {
    const chapter = mark.nextElementSibling;
    chapter?.classList.add("print-chapter");
    const folded = [...(chapter?.querySelectorAll(
      "details.solution, .quiz > details, .tag_key-numbers details, details:has(table.key-numbers)")
      ?? [])];
    if (!folded.length) continue;
    const heading = document.createElement("h3");
    heading.textContent = chapter.querySelector("h2").firstChild.textContent;
    end.append(heading);
    for (const details of folded) {
      if (!details.isConnected) continue;
      const title = document.createElement("h4");
      const quiz = details.closest(".quiz");
      if (quiz) {
        title.textContent = `Check yourself ${++count}`;
        quiz.querySelector("strong").textContent = `Check yourself ${count}.`;
      } else {
        const summary = details.querySelector(":scope > summary"); // not that of code inside
        title.textContent = (summary.querySelector(".collapsed") ?? summary).textContent.trim();
      }
      details.querySelector(":scope > summary").remove();
      const section = document.createElement("section");
      section.id = details.id;
      section.append(title, ...details.childNodes);
      end.append(section);
      details.remove();
    }
  }
  if (end.childElementCount > 1) article.append(end);

  // Code that only draws a figure stays folded on the site; on paper there is nothing to unfold
  article.querySelectorAll("details.hide:not(:has(table))").forEach((e) => {
    if (!end.contains(e)) e.remove();
  });
  article.querySelectorAll("details").forEach((e) => { e.open = true; });
}
