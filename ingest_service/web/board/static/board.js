"use strict";
// Keeps a page as it is on the server: polls the address in `data-poll` of <main>, and puts in what has changed.
// What stays the same is not touched, so focus, selection and place in the page stay too.

const main = document.getElementById("main");
const icon = document.getElementById("icon");
const trouble = document.getElementById("trouble");
const SECOND = 1000;
const PATIENCE = 10 * SECOND;
const SETTLED = 30 * SECOND;

// The time of the service less that of this machine.
let skew = main.dataset.now ? Date.parse(main.dataset.now) - Date.now() : 0;
let tag = null;
let goneSince = null;
let lastSeen = Date.now();
let timer = null;
let asking = false;
let clock = null;
let isFinal = false;

const now = () => Date.now() + skew;
const two = (count) => String(count).padStart(2, "0");

const day = new Intl.DateTimeFormat(undefined, { year: "numeric", month: "2-digit", day: "2-digit" });
const time = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});

function local(moment) {
  const date = day.format(moment);
  return date === day.format(now()) ? time.format(moment) : `${date} ${time.format(moment)}`;
}

// As the templates write it.
function span(seconds) {
  const [m, h, d] = [60, 3600, 86400].map((unit) => Math.floor(seconds / unit));
  if (d) return `${d} d ${two(h % 24)} h`;
  if (h) return `${h} h ${two(m % 60)} min`;
  return m ? `${m} min ${two(seconds % 60)} s` : `${seconds} s`;
}

function digits(seconds) {
  const hours = Math.floor(seconds / 3600);
  return `${hours ? `${hours}:` : ""}${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

// The difference of two times as a clock shows them: it goes down by one at every tick.
const left = (moment) => Math.max(0, Math.floor(moment / SECOND) - Math.floor(now() / SECOND));

function until(moment) {
  const seconds = left(moment);
  return seconds ? `in ${span(seconds)}` : "now";
}

// The forms of a countdown, as the templates name them.
const forms = {
  until,
  left: (moment) => (left(moment) ? span(left(moment)) : "now"),
  digits: (moment) => digits(left(moment)),
};

function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function fillIn(root) {
  for (const node of root.querySelectorAll("time")) write(node, local(Date.parse(node.dateTime)));
  for (const node of root.querySelectorAll("[data-until]")) {
    write(node, forms[node.dataset.form](Date.parse(node.dataset.until)));
  }
}

function title(live) {
  const { kind, waiting, next, title, ends } = live.dataset;
  const parts = [];
  if (goneSince) parts.push("offline");
  else if (kind === "bad") parts.push("not ready");
  if (waiting === "0") parts.push("nothing waits");
  else if (waiting) parts.push(`${Number(waiting).toLocaleString("fr").replace(/\s/g, "\u202f")} waiting`);
  if (waiting && waiting !== "0") parts.push(next ? `next ${until(Date.parse(next))}` : "paused");
  if (title) parts.push(title);
  if (ends) parts.push(`done ${until(Date.parse(ends))}`);
  return parts.join(" · ") || "Ingest service";
}

function show() {
  fillIn(main);
  const live = document.getElementById("live");
  if (!live) return;
  const wanted = title(live);
  if (document.title !== wanted) document.title = wanted;
  const sign = goneSince || live.dataset.kind === "bad" ? icon.dataset.bad : icon.dataset.good;
  if (icon.getAttribute("href") !== sign) icon.setAttribute("href", sign);
}

function tick() {
  clearTimeout(clock);
  if (document.hidden) return;
  show();
  clock = setTimeout(tick, SECOND - (now() % SECOND));
}

const key = (node) => (node.nodeType === Node.ELEMENT_NODE ? node.dataset.key : undefined);
const alike = (one, other) =>
  one.nodeName === other.nodeName && one.id === other.id && one.classList[0] === other.classList[0];

// What stands for `next` among the nodes from `at` on, up to one with a key.
function standsFor(next, at) {
  if (next.nodeType !== Node.ELEMENT_NODE) return at && at.nodeName === next.nodeName ? at : null;
  for (let one = at; one && !key(one); one = one.nextSibling) {
    if (one.nodeType === Node.ELEMENT_NODE && alike(one, next)) return one;
  }
  return null;
}

function takeOver(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
    return;
  }
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  takeOverChildren(old, fresh);
}

function removeAll(from, stop) {
  while (from && !stop(from)) {
    const behind = from.nextSibling;
    from.remove();
    from = behind;
  }
  return from;
}

// An element that is moved loses its focus: what stands before one that stays is removed instead.
function takeOverChildren(old, fresh) {
  const kept = new Set([...fresh.childNodes].map(key));
  for (const child of [...old.childNodes]) if (key(child) && !kept.has(key(child))) child.remove();
  let at = old.firstChild;
  for (const next of [...fresh.childNodes]) {
    const named = key(next) && [...old.children].find((child) => key(child) === key(next));
    const match = key(next) ? named : standsFor(next, at);
    if (!match) {
      old.insertBefore(next, at);
      continue;
    }
    at = removeAll(at, (one) => one === match || key(one));
    if (match === at) at = at.nextSibling;
    else old.insertBefore(match, at);
    takeOver(match, next);
  }
  removeAll(at, () => false);
}

function learn(answer, asked) {
  const server = Date.parse(answer.headers.get("X-Server-Time"));
  const arrived = Date.now();
  if (Number.isNaN(server)) return;
  // The answer was made between the two; what still fits is not corrected, so that no countdown trembles.
  if (server < asked + skew || server > arrived + skew) skew = server - (asked + arrived) / 2;
}

function putIn(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").body;
  const live = fresh.querySelector("#live");
  // Another release answers: its page comes with another script. While it replaces the old one, both may answer.
  const isOther = live && live.dataset.digest !== document.documentElement.dataset.digest;
  if (isOther && performance.now() > SETTLED) location.reload();
  fillIn(fresh);
  takeOverChildren(main, fresh);
}

function isHere() {
  lastSeen = Date.now();
  goneSince = null;
  trouble.hidden = true;
  document.body.classList.remove("gone");
}

function isGone(reason) {
  goneSince = goneSince || lastSeen;
  const since = local(goneSince + skew);
  write(trouble, `Offline since ${since}: ${reason}. What is shown is from then; it goes on by itself.`);
  trouble.hidden = false;
  document.body.classList.add("gone");
}

async function ask() {
  const asked = Date.now();
  const headers = tag ? { "If-None-Match": tag } : {};
  const answer = await fetch(main.dataset.poll, {
    headers, cache: "no-store", signal: AbortSignal.timeout(PATIENCE),
  });
  if (answer.status !== 304 && answer.status !== 200) throw new Error(`it answers with ${answer.status}`);
  learn(answer, asked);
  if (answer.status === 200) {
    putIn(await answer.text());
    tag = answer.headers.get("ETag");
  }
  isFinal = !answer.headers.has("Retry-After");
  return Number(answer.headers.get("Retry-After"));
}

async function poll() {
  clearTimeout(timer);
  if (document.hidden || asking || isFinal) return;
  asking = true;
  let pause = 2;
  try {
    pause = await ask();
    isHere();
  } catch (error) {
    isGone(error.name === "Error" ? error.message : "the service does not answer");
  }
  asking = false;
  show();
  if (!isFinal) timer = setTimeout(poll, pause * SECOND);
}

const zone = document.getElementById("zone");
zone.textContent = `times in ${Intl.DateTimeFormat().resolvedOptions().timeZone}`;
tick();
if (main.dataset.poll) {
  poll();
  addEventListener("online", poll);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) {
      tick();
      poll();
    }
  });
}
