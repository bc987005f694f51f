// The search page: Sphinx's own search, with glossary entries by their names, and readable offline.

// Excerpts are cut from pages that a browser may not fetch from files
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;

// Results are [page, title, anchor, description, score, file], the best one last. TERMS, of the
// glossary, are [name, page, anchor]; a page of which a term was found is no result of its own.
const searchPages = Search._performSearch;
Search._performSearch = (query, ...terms) => {
  const words = query.toLowerCase().trim().split(/\s+/);
  const starts = (name, word) => name.split(/\s+/).some((part) => part.startsWith(word));
  const named = TERMS.filter(([name]) => words.every((word) => starts(name.toLowerCase(), word)))
    .sort(([a], [b]) => b.length - a.length)
    .map(([name, page, id]) => [page, `Glossary: ${name}`, `#${id}`, null, 100, ""]);
  const others = searchPages(query, ...terms)
    .filter(([page]) => !named.some(([own]) => own === page));
  return [...others, ...named];
};
