// Asks the API, and says in words what came of it. `local` and `span` are of the script of all pages.

const TIME = /(\d{4}-\d\d-\d\dT[\d:.]+Z)/;
const CONTROL = /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]/gu;

// What was not done, or perhaps was: `isSure` is true if it surely was not. `lines` say why.
export class Failure extends Error {
  constructor(title, lines, isSure) {
    super(title);
    this.lines = lines;
    this.isSure = isSure;
  }
}

// Returns the answer with its JSON as `content`. Throws a Failure.
export async function ask(method, url, { body = null, headers = {}, seconds }) {
  let answer;
  try {
    answer = await fetch(url, { method, body, headers, signal: AbortSignal.timeout(1000 * seconds) });
    if (answer.ok) return { answer, content: await answer.json() };
  } catch {
    throw new Failure("No answer came", [], false);
  }
  throw await failureOf(answer);
}

async function failureOf(answer) {
  const { error, details = {} } = await answer.json().catch(() => ({}));
  const title = error ?? `The answer was ${answer.status} ${answer.statusText}`.trim();
  const lines = Object.entries(details).flatMap(([field, said]) => sentences(field, said));
  const wait = answer.headers.get("Retry-After");
  if (wait && Number(wait)) lines.push(`It can be tried again in ${span(Number(wait))}.`);
  return new Failure(title, lines, answer.status < 500);
}

// What a person can read alone: "must be …" needs its field, and a bare time says nothing.
function sentences(field, said) {
  const spoken = said.filter((text) => text.replace(TIME, ""));
  return spoken.map((text) => (/^(must|may|is) /.test(text) ? `${field} ${text}` : text));
}

export const shown = (text) =>
  text.replace(CONTROL, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);

// A time, which the script of all pages writes in local time.
export function timeOf(iso) {
  const time = document.createElement("time");
  time.dateTime = iso;
  time.title = `${iso.replace("T", " ").replace("Z", "")} UTC`;
  time.textContent = local(Date.parse(iso));
  return time;
}

function withTimes(text) {
  return shown(text).split(TIME).map((part) => (TIME.test(part) ? timeOf(part) : part));
}

export function element(name, ...content) {
  const node = document.createElement(name);
  node.append(...content);
  return node;
}

export function sayFailure(node, failure, ...more) {
  const lines = [...failure.lines, ...more].map((line) => element("p", ...withTimes(line)));
  node.replaceChildren(element("b", `✕ ${shown(failure.message)}`), ...lines);
}
