/**
 * CSV as people and spreadsheets write it (RFC 4180), read and written by one rule.
 *
 * The rule of formulas: a spreadsheet runs a cell that begins with = + - @, a tab or a line break, or the wide forms of
 * those signs. Such a text is written with a ' before it, which spreadsheets show as text; reading takes it off again.
 */

const BYTE_ORDER_MARK = "\ufeff";
const LINE_END = "\r\n";
const SEPARATORS = [",", ";", "\t"];
const FORMULA = /^'*[=+\-@\t\r\n＝＋－＠]/;
const GUARDED = /^'+[=+\-@\t\r\n＝＋－＠]/;

/** Give a text that no spreadsheet takes for a formula; all others stay as they are. */
export function guard(text) {
  return FORMULA.test(text) ? `'${text}` : text;
}

/** Give the text that `guard` was given. */
export function unguard(text) {
  return GUARDED.test(text) ? text.slice(1) : text;
}

/** Give what a file begins with, so that spreadsheets read it as UTF-8. */
export const csvStart = () => BYTE_ORDER_MARK;

/** Write one record: each cell quoted and guarded, null and undefined empty, with the end of its line. */
export function csvLine(cells) {
  return cells.map((cell) => `"${guard(String(cell ?? "")).replaceAll('"', '""')}"`).join(",") + LINE_END;
}

/**
 * Read the records of a CSV text, one at a time: `{ line, cells, isOpen }`.
 *
 * `line` is the line of the file in which the record begins, from 1; `isOpen` says that a quote of it is never closed.
 * The separator is that of the three (comma, semicolon, tab) which the first line has most of. Lines may end in CRLF,
 * LF or CR; empty ones are left out. Cells are trimmed outside quotes, and come unguarded.
 */
export function* csvRecords(text) {
  const source = text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
  const separator = separatorOf(source);
  const piece = new RegExp(`[^"${separator}\r\n]+|"|${separator}|\r\n|\r|\n`, "g");
  let record = started(1);
  let line = 1;
  for (const [token] of source.matchAll(piece)) {
    const isEnd = token === "\r\n" || token === "\r" || token === "\n";
    if (isEnd) line += 1;
    if (record.isQuoted && token !== '"') record.cell += token;
    else if (token === '"') quote(record);
    else if (token === separator) endCell(record);
    else if (isEnd) {
      yield* finished(record);
      record = started(line);
    } else addPlain(record, token);
  }
  yield* finished(record);
}

function separatorOf(source) {
  const first = /^[^\r\n]*/.exec(source)[0].replace(/"[^"]*"/g, "");
  const counts = SEPARATORS.map((separator) => first.split(separator).length);
  return SEPARATORS[counts.indexOf(Math.max(...counts))];
}

function started(line) {
  return { line, cells: [], cell: "", isQuoted: false, wasQuoted: false };
}

function quote(record) {
  if (record.isQuoted) {
    record.isQuoted = false;
  } else if (record.wasQuoted) { // two quotes within quotes are one
    record.cell += '"';
    record.isQuoted = true;
  } else if (record.cell.trim() === "") {
    record.cell = "";
    record.isQuoted = record.wasQuoted = true;
  } else {
    record.cell += '"'; // 5" is a text, not the beginning of a quote
  }
}

function addPlain(record, token) {
  if (!record.wasQuoted) record.cell += token;
  else if (token.trim() !== "") record.cell += token;
}

function endCell(record) {
  record.cells.push(unguard(record.wasQuoted ? record.cell : record.cell.trim()));
  record.cell = "";
  record.isQuoted = record.wasQuoted = false;
}

function* finished(record) {
  const isOpen = record.isQuoted;
  endCell(record);
  if (record.cells.length > 1 || record.cells[0] !== "") yield { line: record.line, cells: record.cells, isOpen };
}
