"use strict";
// A worker: reads the ids of a text or a file, piece by piece, as `ingestctl` does. It is asked once, with
// `{source, smallest, largest, most}`: `source` is a Blob. It answers with `{count, again, heading, print, ids}`: how
// many there are, how many of them stood there before, a first line that was left out, what tells this list from
// others, and the ids between commas as a Blob; or with `{faults, wrong}`: the first words that are no ids, and how
// many there are; or with `{unreadable}`: why nothing can be read.

const MOST_FAULTS = 5;
const LONGEST_QUOTE = 40;
const LONGEST_WORD = 65_536;
const LONGEST_HEADING = 1_000;
const ID = /^(?:"(\d{1,10})"|(\d{1,10})(?:-(\d{1,10}))?)$/;
const TEXT = /\n|#[^\n]*|[^\s,#]+/g;
const LIST = /\n|[[\],]|[^ \t\r\n,[\]]+/g;
const LINE = /\n|[^\n]+/g;
const NUMBER = /^[1-9]\d{0,9}$/;
const NUMBER_OF_LINE = /"id"\s*:\s*([^\s,}]+)/g;
// What may follow what in a list of JSON.
const NEXT = { start: ["["], "[": ["number", "]"], number: [",", "]"], ",": ["number"], "]": [] };
// Two of these are how the mark at the begin of UTF-16 is decoded.
const NO_UTF_8 = "\ufffd\ufffd";

// A first line without digits names a column.
function headingOf(text) {
  const line = text.slice(0, LONGEST_HEADING + 1);
  const end = line.indexOf("\n");
  const heading = line.slice(0, Math.max(end, 0));
  return /^[^#]*\p{L}/u.test(heading) && !/\d/.test(heading) ? heading : null;
}

class Ids {
  constructor(most) {
    this.most = most;
    this.values = new Uint32Array(1024);
    this.count = 0;
  }

  isFull(more) {
    return this.count + more > this.most;
  }

  add(id) {
    if (this.count === this.values.length) {
      const larger = new Uint32Array(2 * this.count);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.count++] = id;
  }

  get all() {
    return this.values.subarray(0, this.count);
  }

  again() {
    const sorted = this.all.slice().sort();
    let again = 0;
    for (let at = 1; at < sorted.length; at++) again += sorted[at] === sorted[at - 1];
    return again;
  }

  // Two FNV-1a of 32 bits. Should two lists ever have the same, the service refuses the second: it compares them.
  print() {
    let one = 0x811c9dc5;
    let other = 0x01234567;
    for (const id of this.all) {
      one = Math.imul(one ^ id, 16777619);
      other = Math.imul(other ^ (id >>> 7) ^ (id << 9), 16777619);
    }
    return `${(one >>> 0).toString(16)}${(other >>> 0).toString(16)}`;
  }
}

class Reader {
  constructor({ smallest, largest, most }) {
    this.smallest = smallest;
    this.largest = largest;
    this.range = `from ${smallest} to ${largest}`;
    this.ids = new Ids(most);
    this.line = 1;
    this.place = 0;
    this.faults = [];
    this.wrong = 0;
    this.heading = null;
    this.before = "start";
    this.opened = null;
    this.isBlank = true;
    this.tokens = null;
    this.isOver = false;
  }

  // What `text` begins with tells how it is written. Returns what is left of it.
  begin(text) {
    if (text.startsWith(NO_UTF_8)) throw new Error("it is not UTF-8: save it as UTF-8");
    const first = text.trimStart()[0];
    this.isBlank = first === undefined;
    this.tokens = first === "[" ? LIST : first === "{" ? LINE : TEXT;
    const heading = this.tokens === TEXT && headingOf(text);
    if (!heading) return text;
    const name = heading.trim();
    if (/[,;\t]/.test(name)) this.fault(name, 0, "names several columns: leave the one with the ids");
    else this.heading = name;
    this.place = heading.length;
    return text.slice(heading.length);
  }

  // Reads a text that ends between two tokens.
  read(text) {
    for (const found of text.matchAll(this.tokens)) {
      const [token] = found;
      if (token === "\n") this.line++;
      else if (this.tokens === LINE) this.object(token, found.index);
      else if (this.tokens === LIST) this.item(token, found.index);
      else if (token[0] !== "#") this.word(token, found.index);
      if (this.isOver) return;
    }
    this.place += text.length;
  }

  end() {
    if (this.isOver || this.tokens !== LIST || this.before === "]") return;
    Object.assign(this, this.opened);
    this.fault("[", 0, "begins a list of JSON that is not whole: its “]” is missing");
  }

  // A part of a list of JSON. Where the list is not as it must be, the rest has no certain meaning.
  item(token, at) {
    const kind = "[],".includes(token) ? token : "number";
    const isMeant = NEXT[this.before].includes(kind);
    this.before = kind;
    if (!isMeant) this.stop(token, at, "does not belong there: a list of JSON is written like [17, 18]");
    else if (kind === "number") this.number(token, at);
    else if (kind === "[") this.opened = { line: this.line, place: this.place + at };
  }

  // The number must be written as an id, too: JSON.parse makes 1 of 1.0.
  object(line, at) {
    if (!line.trim()) return;
    let id;
    try {
      id = JSON.stringify(JSON.parse(line).id);
    } catch {
      this.fault(line, at, 'is not a line of JSON like {"id": 17}');
      return;
    }
    const isWritten = Array.from(line.matchAll(NUMBER_OF_LINE)).some(([, word]) => word === id);
    this.number(isWritten ? id : "", at, line);
  }

  number(word, at, shown = word) {
    const id = NUMBER.test(word) ? Number(word) : NaN;
    if (this.isWithin(id)) this.add(id, id, shown, at);
    else this.fault(shown, at, `is not an id: in JSON they are whole numbers ${this.range}, without quotes`);
  }

  word(word, at) {
    const found = word.match(ID);
    const first = Number(found?.[1] ?? found?.[2]);
    const last = Number(found?.[3] ?? first);
    if (!this.isWithin(first) || !this.isWithin(last)) this.fault(word, at, "is not an id, nor a range like 10-20");
    else if (first > last) this.fault(word, at, `is a range backwards: write ${last}-${first}`);
    else this.add(first, last, word, at);
  }

  isWithin(id) {
    return id >= this.smallest && id <= this.largest;
  }

  add(first, last, shown, at) {
    const isFull = this.ids.isFull(last - first + 1);
    if (isFull) this.stop(shown, at, "is one too many: ingestctl submits longer lists, in parts");
    else for (let id = first; id <= last; id++) this.ids.add(id);
  }

  stop(word, at, why) {
    this.faults.splice(MOST_FAULTS - 1);
    this.fault(word, at, why);
    this.isOver = true;
  }

  fault(word, at, why) {
    this.wrong++;
    if (this.faults.length === MOST_FAULTS) return;
    const quote = word.length > LONGEST_QUOTE ? `${word.slice(0, LONGEST_QUOTE)}…` : word;
    const start = this.place + at;
    this.faults.push({ line: this.line, quote, why, start, end: start + word.length });
  }

  answer(isFile) {
    const { ids, heading, faults, wrong } = this;
    if (wrong) return { faults, wrong };
    if (!ids.count && (isFile || !this.isBlank)) return { count: 0, unreadable: "there are no ids in it" };
    const body = new Blob([ids.all.join(",")]);
    return { count: ids.count, again: ids.again(), heading, print: ids.print(), ids: body };
  }

  // Length of the part of a text that ends between two tokens: the last one may go on.
  whole(text) {
    if (this.tokens === LINE) return text.lastIndexOf("\n") + 1;
    const comment = this.tokens === TEXT ? text.indexOf("#", text.lastIndexOf("\n") + 1) : -1;
    if (comment >= 0) return comment;
    let end = text.length;
    while (end > 0 && !/[\s,]/.test(text[end - 1])) end--;
    return text.length - end > LONGEST_WORD ? text.length : end;
  }
}

async function readAll({ source, ...limits }) {
  const reader = new Reader(limits);
  const pieces = source.stream().pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let piece = await pieces.read(); !piece.done && !reader.isOver; piece = await pieces.read()) {
    const text = rest + piece.value;
    const fresh = reader.tokens ? text : reader.begin(text);
    const whole = reader.whole(fresh);
    reader.read(fresh.slice(0, whole));
    rest = fresh.slice(whole);
  }
  if (!reader.tokens) rest = reader.begin(rest);
  if (!reader.isOver) reader.read(rest);
  reader.end();
  return reader.answer(source instanceof File);
}

addEventListener("message", async ({ data }) => {
  try {
    postMessage(await readAll(data));
  } catch (error) {
    postMessage({ unreadable: error.message });
  }
});
