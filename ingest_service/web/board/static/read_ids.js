"use strict";
// A worker: reads the ids of a text or a file, piece by piece, as `ingestctl` does. It is asked once, with
// `{source, smallest, largest, most}`: `source` is a Blob. It answers with `{count, again, heading, print, ids}`: how
// many there are, how many of them stood there before, a first line that was left out, what tells this list from
// others, and the ids between commas as a Blob; or with `{faults, wrong}`: the first words that are no ids, and how
// many there are.

const MOST_FAULTS = 5;
const LONGEST_QUOTE = 40;
const LONGEST_WORD = 65_536;
const ID = /^(?:"(\d{1,10})"|(\d{1,10})(?:-(\d{1,10}))?)$/;
const TEXT = /\n|#[^\n]*|[^\s,#]+/g;
const LIST = /\n|[[\]]|[^\s,[\]]+/g;
const LINE = /\n|[^\n]+/g;
// A first line without digits names a column.
const HEADING = /^[^\d\n#]*\p{L}[^\d\n]*(?=\n)/u;

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
    this.ids = new Ids(most);
    this.line = 1;
    this.place = 0;
    this.faults = [];
    this.wrong = 0;
    this.heading = null;
    this.depth = 0;
    this.tokens = null;
    this.isOver = false;
  }

  // What `text` begins with tells how it is written. Returns what is left of it.
  begin(text) {
    const first = text.trimStart()[0];
    this.tokens = first === "[" ? LIST : first === "{" ? LINE : TEXT;
    const heading = this.tokens === TEXT && text.match(HEADING);
    if (!heading) return text;
    const name = heading[0].trim();
    if (/[,;\t]/.test(name)) this.fault(name, 0, "names several columns: leave the one with the ids");
    else this.heading = name;
    this.place = heading[0].length;
    return text.slice(heading[0].length);
  }

  // Reads a text that ends between two tokens.
  read(text) {
    for (const found of text.matchAll(this.tokens)) {
      const [token] = found;
      if (token === "\n") this.line++;
      else if (this.tokens === LINE) this.object(token, found.index);
      else if (this.tokens === LIST && "[]".includes(token)) this.depth += token === "[" ? 1 : -1;
      else if (token[0] !== "#" || this.tokens === LIST) this.word(token, found.index);
      if (this.isOver) return;
    }
    this.place += text.length;
  }

  end() {
    if (this.depth) this.fault("[", 0, "begins a list of JSON that is not whole: its brackets do not match");
  }

  object(line, at) {
    try {
      const value = JSON.parse(line);
      this.word(String(value.id ?? value), at, line);
    } catch {
      if (line.trim()) this.fault(line, at, 'is not a line of JSON like {"id": 17}');
    }
  }

  word(word, at, shown = word) {
    const found = word.match(ID);
    const first = Number(found?.[1] ?? found?.[2]);
    const last = Number(found?.[3] ?? first);
    const isWithin = (id) => id >= this.smallest && id <= this.largest;
    if (!isWithin(first) || !isWithin(last)) this.fault(shown, at, "is not an id, nor a range like 10-20");
    else if (first > last) this.fault(shown, at, `is a range backwards: write ${last}-${first}`);
    else if (this.ids.isFull(last - first + 1)) this.stop(shown, at);
    else for (let id = first; id <= last; id++) this.ids.add(id);
  }

  stop(word, at) {
    this.faults.splice(MOST_FAULTS - 1);
    this.fault(word, at, "is one too many: ingestctl submits longer lists, in parts");
    this.isOver = true;
  }

  fault(word, at, why) {
    this.wrong++;
    if (this.faults.length === MOST_FAULTS) return;
    const quote = word.length > LONGEST_QUOTE ? `${word.slice(0, LONGEST_QUOTE)}…` : word;
    const start = this.place + at;
    this.faults.push({ line: this.line, quote, why, start, end: start + word.length });
  }

  answer() {
    const { ids, heading, faults, wrong } = this;
    if (wrong) return { faults, wrong };
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
  return reader.answer();
}

addEventListener("message", async ({ data }) => {
  try {
    postMessage(await readAll(data));
  } catch (error) {
    postMessage({ unreadable: error.message });
  }
});
