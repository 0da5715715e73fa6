"use strict";
// Keeps the charts of the last hour or day, and the tables while they are open, as the service has them: asks twice a
// minute. Nothing is loaded before it comes near the screen. (Stands on board.js and charts.js.)
{
const section = document.getElementById("plot");
const spans = document.getElementById("spans");
const tables = document.getElementById("tables");
const when = document.getElementById("when");
const AGAIN_AFTER = 5;
const HALF_MINUTE = 30;

const charts = new Charts(document.getElementById("charts"), say);
let span = "hour";
let columns = null;
let columnsOf = null;
let entityTag = null;
let turn = 0;
let wait = null;

const count = (number) => number.toLocaleString("fr").replace(/\s/g, "\u202f");
const sum = (column) => column.reduce((all, one) => all + one, 0);
const known = (column) => column.filter((one) => one !== null);
const measured = (milliseconds) =>
  milliseconds < SECOND ? `${milliseconds} ms` : `${(milliseconds / SECOND).toFixed(3)} s`;

// What happened in one stretch, or in all of them (null), in words.
function words(place) {
  const part = (name) => (place === null ? columns[name] : [columns[name][place]]);
  const seats = sum(part("slots")) * columns.slot_size;
  const lags = known(part("longest_lag_ms"));
  return {
    waiting: count(part("waiting").at(-1)),
    empty: columns.empty ? local(columns.empty * SECOND) : "",
    slots: count(sum(part("slots"))),
    taken: seats ? `${Math.floor((100 * sum(part("ids"))) / seats)} %` : "–",
    failed: count(sum(part("failed"))),
    again: count(sum(part("again"))),
    late: lags.length ? measured(Math.max(...lags)) : "–",
  };
}

function say(place) {
  const said = words(place);
  for (const node of section.querySelectorAll("[data-shows]")) {
    write(node, said[node.dataset.shows]);
    node.parentNode.hidden = !said[node.dataset.shows];
  }
  write(when, place === null ? `all of the last ${span}` : columns.nameOf(place));
}

function load() {
  return new Promise((loaded, failed) => {
    const script = document.createElement("script");
    script.src = section.dataset.library;
    script.onload = loaded;
    script.onerror = failed;
    document.head.append(script);
  });
}

async function answerOf(address, headers) {
  const answer = await fetch(address, { headers, cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
  if (answer.status !== 200 && answer.status !== 304) throw new Error(`it answers with ${answer.status}`);
  return answer;
}

async function renewTables() {
  if (!tables.open) return;
  tables.lastElementChild.innerHTML = await (await answerOf(section.dataset.tables, {})).text();
  fillIn(tables);
}

async function renew(isNow) {
  const wanted = span;
  const headers = entityTag && columnsOf === wanted ? { "If-None-Match": entityTag } : {};
  const answer = await answerOf(`${section.dataset.plot}?span=${wanted}`, headers);
  const found = answer.status === 200 ? new Columns(await answer.json()) : columns;
  if (!globalThis.uPlot) await load();
  if (!isNow()) return AGAIN_AFTER;
  [columns, columnsOf, entityTag] = [found, wanted, answer.headers.get("ETag")];
  charts.root.hidden = when.hidden = false;
  charts.show(columns, span);
  say(charts.place);
  await renewTables();
  return Number(answer.headers.get("Retry-After")) || HALF_MINUTE;
}

async function follow() {
  clearTimeout(wait);
  if (document.hidden) return;
  const own = ++turn;
  let pause = AGAIN_AFTER;
  try {
    pause = await renew(() => own === turn);
  } catch {
    // The board says so already; what is drawn stays.
  }
  if (own === turn) wait = setTimeout(follow, pause * SECOND);
}

function begin() {
  document.addEventListener("visibilitychange", follow);
  addEventListener("online", follow);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => charts.redraw());
  follow();
}

tables.open = false;
tables.addEventListener("toggle", () => renewTables().catch(() => {}));
spans.hidden = false;
spans.addEventListener("change", (event) => {
  span = event.target.value;
  follow();
});
const near = new IntersectionObserver((seen) => {
  if (!seen.some((one) => one.isIntersecting)) return;
  near.disconnect();
  begin();
}, { rootMargin: "300px" });
near.observe(section);
}
