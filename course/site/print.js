// Rearranges the book, rendered as a single page, for paper. Run by course/site/pdf.py.

(version) => {
  const article = document.querySelector("article.bd-article") ?? document.body;
  const make = (tag, className, text = "") =>
    Object.assign(document.createElement(tag), { className, textContent: text });
  const words = (heading) => {
    const copy = heading.cloneNode(true);
    copy.querySelectorAll(".headerlink").forEach((e) => e.remove());
    return copy.textContent.trim();
  };

  // The front page becomes a cover, and a page that says for whom the book is
  const front = article.querySelector("section"), cover = make("section", "print-cover");
  const author = document.querySelector(".footer-items .component-author, .component-author");
  const idea = front.querySelector(".pooling-picture");
  idea?.nextElementSibling.remove(); // how to move it
  cover.append(front.querySelector("h1"), front.querySelector(".hook"), idea ?? "",
    make("p", "print-author", author?.textContent.trim()), make("p", "print-author", version));
  front.querySelectorAll(":scope > section:has(.cards)").forEach((e) => e.remove());
  const contents = make("section", "print-contents");
  const about = make("section", "print-chapter");
  about.id = "about";
  about.append(make("h2", "", "About this book"), ...front.querySelectorAll(":scope > .front, :scope > section"));
  front.prepend(cover, contents, about);

  // Links within the book lead to places on paper
  article.querySelectorAll('a[href^="index.html#"]').forEach((link) => {
    link.setAttribute("href", link.getAttribute("href").slice("index.html".length));
  });

  // Solutions, answers of quizzes and answer keys go to the end, chapter by chapter
  const end = make("section", "print-chapter");
  end.id = "solutions-at-the-end";
  end.append(make("h2", "", "Solutions"));
  let count = 0;
  for (const mark of article.querySelectorAll('span[id^="document-"]')) {
    const chapter = mark.nextElementSibling;
    chapter?.classList.add("print-chapter");
    chapter?.prepend(mark); // between two chapters it would have a page of its own
    const folded = [...(chapter?.querySelectorAll(
      "details.solution, .quiz > details, .tag_key-numbers details, details:has(table.key-numbers)")
      ?? [])];
    if (!folded.length) continue;
    const heading = document.createElement("h3");
    heading.textContent = words(chapter.querySelector("h2"));
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

  // Contents, for which pdf.py finds the page numbers; and each chapter's title above its pages
  const heads = make("style", "");
  const list = (chapters) => {
    const parts = make("ol", "");
    for (const chapter of chapters) {
      const title = words(chapter.querySelector("h2")), link = make("a", "");
      link.href = `#${chapter.id}`;
      link.append(make("span", "", title), make("span", "page"));
      parts.append(make("li", ""));
      parts.lastChild.append(link);
      const name = `chapter-${heads.childNodes.length}`;
      chapter.style.page = name;
      heads.append(`@page ${name} { @top-right { content: ${JSON.stringify(title)}; } }\n`);
    }
    return parts;
  };
  contents.append(make("h2", "", "Contents"), list([about]));
  const captions = [...document.querySelectorAll(".bd-sidebar-primary .caption")];
  article.querySelectorAll(".toctree-wrapper").forEach((part, k) => {
    contents.append(make("h3", "", captions[k].textContent),
      list(part.querySelectorAll(":scope > .print-chapter")));
  });
  if (end.isConnected) contents.append(make("h3", "", "At the end"), list([end]));
  document.head.append(heads);
}
