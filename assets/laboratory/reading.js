// Reading data of the reader's own: text with two or more columns, into groups of numbers.

(() => {
  const laboratory = window.laboratory;
  const { UnusableError } = laboratory;

  const MISSING = /^(|na|n\/a|nan|null|none|\.|-|\?)$/i;
  const NAMED = 3; // of the values that were left out, as many are shown

  /** Column names and rows of text as spreadsheets and CSV files write it; UnusableError if empty. */
  function readTable(text) {
    const lines = text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
    const delimiter = findDelimiter(lines.split("\n").find((line) => line.trim()) ?? "");
    const rows = splitRows(lines, delimiter).filter(({ cells }) => cells.some((cell) => cell !== ""));
    if (!rows.length) throw new UnusableError("There is nothing to read yet.");
    const width = Math.max(...rows.map(({ cells }) => cells.length));
    if (width < 2) {
      throw new UnusableError(
        "Only one column was found. Two are needed: which group a value belongs to, and the value.");
    }
    const comma = delimiter !== ","; // then a comma may be a decimal point
    const headed = !rows[0].cells.some((cell) => Number.isFinite(toNumber(cell, comma)));
    const names = Array.from({ length: width }, (_, k) =>
      (headed && rows[0].cells[k]) || `column ${k + 1}`);
    return { names, rows: headed ? rows.slice(1) : rows, comma };
  }

  /** What separates the cells of a line: tab, semicolon, comma, or else white space. */
  function findDelimiter(line) {
    return ["\t", ";", ","].find((mark) => line.includes(mark)) ?? " ";
  }

  /** Cells of each line, with quotes as in CSV files; `line` counts from 1. */
  function splitRows(text, delimiter) {
    const rows = [];
    let cells = [], cell = "", quoted = false, line = 1, started = 1;
    const endCell = () => { cells.push(cell.trim()); cell = ""; };
    const endRow = () => { endCell(); rows.push({ cells, line: started }); cells = []; };
    for (let i = 0; i < text.length; i++) {
      const mark = text[i];
      if (mark === "\n") line += 1;
      if (quoted && mark === '"' && text[i + 1] === '"') { cell += mark; i += 1; }
      else if (mark === '"' && (quoted || !cell.trim())) quoted = !quoted;
      else if (quoted) cell += mark;
      else if (mark === "\n") { endRow(); started = line; }
      else if (mark === delimiter && (mark !== " " || cell.trim())) endCell();
      else if (mark !== delimiter) cell += mark;
    }
    endRow();
    return rows;
  }

  /** A number as people write it, NaN for anything else. */
  function toNumber(cell, comma) {
    const plain = comma && /^[^.]*,[^,.]*$/.test(cell) ? cell.replace(",", ".") : cell;
    return /^[-+−]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(plain) ? Number(plain.replace("−", "-")) : NaN;
  }

  /** Which columns are likely the groups and the values: [group, value]. */
  function guessColumns({ names, rows, comma }) {
    const kinds = names.map((_, k) => {
      const cells = rows.map(({ cells: own }) => own[k] ?? "").filter((cell) => !MISSING.test(cell));
      const numbers = cells.filter((cell) => Number.isFinite(toNumber(cell, comma))).length;
      return { k, numeric: cells.length > 0 && numbers > cells.length / 2, distinct: new Set(cells).size };
    });
    const numeric = kinds.filter((each) => each.numeric);
    const value = (numeric.at(-1) ?? kinds.at(-1)).k;
    const others = kinds.filter(({ k }) => k !== value);
    const grouping = others.filter(({ distinct }) => distinct > 1 && distinct < rows.length);
    return [(grouping[0] ?? others[0]).k, value];
  }

  /**
   * Groups, [label, values] each, from two columns, and in words what was left out and why.
   *
   * Throws UnusableError if nothing is left, or if most of the values are text.
   */
  function groupsFrom(table, group, value) {
    const groups = new Map(), text = [];
    let missing = 0, nameless = 0;
    for (const { cells, line } of table.rows) {
      const label = cells[group] ?? "", cell = cells[value] ?? "";
      const number = toNumber(cell, table.comma);
      if (MISSING.test(cell)) missing += 1;
      else if (!Number.isFinite(number)) text.push(`“${cell}” in line ${line}`);
      else if (MISSING.test(label)) nameless += 1;
      else groups.set(label, [...(groups.get(label) ?? []), number]);
    }
    const [groupName, valueName] = [table.names[group], table.names[value]];
    if (group === value) throw new UnusableError("Group and value are the same column: choose two.");
    if (text.length > table.rows.length / 2) {
      throw new UnusableError(`The column “${valueName}” holds text, such as ${text[0]}: it has no `
        + "numbers to take means of. Choose another column for the values.");
    }
    if (!groups.size) throw new UnusableError(`No row has both a “${groupName}” and a number.`);
    return { groups: [...groups], left: leftOut({ missing, nameless, text, groupName, valueName }) };
  }

  function leftOut({ missing, nameless, text, groupName, valueName }) {
    const rows = (count) => (count === 1 ? "1 row" : `${count} rows`), said = [];
    if (missing) said.push(`${rows(missing)} without a value of “${valueName}”`);
    if (nameless) said.push(`${rows(nameless)} without a “${groupName}”`);
    if (text.length) {
      const more = text.length > NAMED ? ` and ${text.length - NAMED} more` : "";
      said.push(`${rows(text.length)} with text for a number (${text.slice(0, NAMED).join(", ")}${more})`);
    }
    return said.length ? `Left out: ${said.join("; ")}.` : "";
  }

  Object.assign(laboratory, { readTable, guessColumns, groupsFrom });
})();
