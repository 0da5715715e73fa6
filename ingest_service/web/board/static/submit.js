// The form: shows the dry run of what is in it, and then submits just that.

import { ask, Failure, sayFailure } from "./answers.js";
import { currentIds, focusIds } from "./ids_field.js";
import { counted, showPlan } from "./plan.js";

const form = document.getElementById("submission");
const deadline = document.getElementById("deadline");
const refused = document.getElementById("refused");
const failed = document.getElementById("failed");
const plan = document.getElementById("plan");
const submit = document.getElementById("submit");
const JSON_HEADER = { "Content-Type": "application/json" };
const LONGEST_SECONDS = 300;
const TAKEN_ONCE = "Should they be taken already, submitting them again changes nothing.";

// What the dry run was of: it is submitted just so.
let planned = null;
let isBusy = false;

function forgetPlan() {
  planned = null;
  plan.hidden = true;
  refused.replaceChildren();
  failed.replaceChildren();
}

// Returns the deadline in UTC, or "" if there is none. Throws a Failure.
function wantedDeadline() {
  if (!deadline.value) return "";
  const by = new Date(deadline.value);
  if (!Number.isNaN(by.getTime())) return by.toISOString();
  throw new Failure("The deadline cannot be read", ["It is a date and a time, and the year has four digits."], true);
}

// Returns what the form asks for. Throws a Failure.
async function wanted() {
  const ids = await currentIds();
  if (ids.count === 0) throw new Failure("There are no ids yet", [], true);
  if (!ids.count) throw new Failure("Not all of the ids can be read", ["See what is said below them."], true);
  const priority = form.elements.priority.value;
  const by = wantedDeadline();
  const rest = JSON.stringify({ priority, ...(by && { deadline: by }) }).slice(1);
  const body = new Blob(['{"ids":[', ids.ids, "],", rest]);
  return { count: ids.count, priority, by, body, content: [ids.print, ids.count, priority, by].join(" ") };
}

async function dryRun() {
  forgetPlan();
  const now = (planned = await wanted());
  const request = { body: now.body, headers: JSON_HEADER, seconds: LONGEST_SECONDS };
  const { answer, content } = await ask("POST", `${form.dataset.ingest}?dry_run=true`, request);
  if (planned !== now) return;
  const isTaken = showPlan(content, now.by, Date.parse(answer.headers.get("Date")), form.dataset.ingestions);
  submit.hidden = !isTaken;
  submit.textContent = `Submit ${counted(now.count, "id")} as ${now.priority}`;
  plan.hidden = false;
  plan.focus();
}

// The same content is sent with the same key until it is taken, also after the page was loaded again.
function keyOf(content) {
  if (history.state?.content !== content) history.replaceState({ content, key: newKey() }, "");
  return history.state.key;
}

// randomUUID is missing where the page comes over plain HTTP from another machine.
const newKey = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");

async function submitPlanned() {
  failed.replaceChildren();
  const headers = { ...JSON_HEADER, "Idempotency-Key": keyOf(planned.content) };
  const request = { body: planned.body, headers, seconds: LONGEST_SECONDS };
  const { content } = await ask("POST", form.dataset.ingest, request);
  history.replaceState(null, "");
  location.assign(`${form.dataset.ingestions}/${content.ingestion_id}#submitted`);
  // Nothing more is clicked until the other page is there.
  await new Promise((resolve) => addEventListener("pageshow", resolve, { once: true }));
  forgetPlan();
}

// Runs one thing at a time: clicks meanwhile do nothing. What fails is written into `place`.
async function once(button, words, place, run, ...more) {
  if (isBusy) return;
  const label = button.textContent;
  isBusy = true;
  button.setAttribute("aria-disabled", true);
  button.textContent = words;
  try {
    await run();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    sayFailure(place, error, ...(error.isSure ? [] : more));
  } finally {
    isBusy = false;
    button.removeAttribute("aria-disabled");
    if (button.textContent === words) button.textContent = label;
  }
}

form.addEventListener("input", forgetPlan);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  once(form.querySelector(".main"), "Asking …", refused, dryRun);
});
submit.addEventListener("click", () => once(submit, "Submitting …", failed, submitPlanned, TAKEN_ONCE));
document.getElementById("change").addEventListener("click", () => {
  forgetPlan();
  focusIds();
});

const root = new URL(".", new URL(form.dataset.ingest, location));
for (const address of document.querySelectorAll(".terminal b")) address.textContent = root;
form.hidden = false;
