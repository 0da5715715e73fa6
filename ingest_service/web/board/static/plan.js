// The dry run as the page shows it. `span` is of the script of all pages.

import { element, timeOf } from "./answers.js";

const plan = document.getElementById("plan");
const cell = (name) => plan.querySelector(`#${name}`);
const thin = (count) => count.toLocaleString("fr").replace(/\s/g, "\u202f");
export const counted = (count, noun) => `${thin(count)} ${noun}${count === 1 ? "" : "s"}`;

const small = (text) => element("small", text);

// Seconds are compared as clocks show them.
function ahead(iso, now) {
  const seconds = Math.floor(Date.parse(iso) / 1000) - Math.floor(now / 1000);
  return seconds > 0 ? `in ${span(seconds)}` : "at once";
}

function write(name, iso, now, unknown) {
  cell(name).replaceChildren(...(iso ? [timeOf(iso), " ", small(ahead(iso, now))] : [unknown]));
}

// Returns whether the service would take it.
function meets(deadline, endsAt) {
  const node = cell("meets");
  node.hidden = !deadline;
  if (!deadline) return true;
  const holds = endsAt !== null && Date.parse(endsAt) <= Date.parse(deadline);
  const late = endsAt && Math.ceil((Date.parse(endsAt) - Date.parse(deadline)) / 1000);
  const words = holds ? "✓ holds" : endsAt ? `✕ missed by ${span(late)}` : "✕ not known to hold";
  node.className = holds ? "good" : "bad";
  node.lastElementChild.replaceChildren(timeOf(deadline), " ", small(words));
  return holds;
}

function row(delay, ingestions) {
  const link = element("a", delay.ingestion_id.slice(0, 8));
  link.href = `${ingestions}/${delay.ingestion_id}`;
  const times = [delay.would_complete_at, delay.completes_at].map((iso) => (iso ? timeOf(iso) : "not known"));
  const cells = [link, delay.priority, ...times, span(Math.round(delay.seconds))];
  return element("tr", ...cells.map((content) => element("td", content)));
}

function delays({ delayed, delays: worst }, ingestions) {
  const more = delayed > worst.length ? `; these ${worst.length} the most` : "";
  cell("delays").textContent = delayed ? `Delays ${counted(delayed, "other ingestion")}${more}.` : "Delays nothing else.";
  plan.querySelector("tbody").replaceChildren(...worst.map((delay) => row(delay, ingestions)));
  plan.querySelector(".scroll").hidden = !worst.length;
}

// Shows the content of a dry run's answer, made at `now`. Returns whether the service would take the submission.
export function showPlan(content, deadline, now, ingestions) {
  write("starts", content.starts_at, now, "when an operator resumes");
  write("ends", content.completes_at, now, "not known while paused");
  cell("takes").replaceChildren(counted(content.slots, "slot"), " ", small(after(content.position)));
  delays(content, ingestions);
  return meets(deadline, content.completes_at);
}

const after = (position) => (position ? `after ${counted(position, "other")}` : "the next ones");
