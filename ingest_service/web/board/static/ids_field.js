// The field for ids: a text that is written or pasted, or a file. What it has is read in a worker at each change.

import { element, shown } from "./answers.js";
import { counted } from "./plan.js";

const form = document.getElementById("submission");
const text = document.getElementById("text");
const file = document.getElementById("file");
const kept = document.getElementById("kept");
const remove = kept.querySelector("button");
const found = document.getElementById("found");
const limits = Object.fromEntries(["smallest", "largest", "most"].map((name) => [name, Number(form.dataset[name])]));
// A field with more characters is slow to show and to edit.
const LONGEST_TEXT = 100_000;
const TYPING = 150;

// A file, or a long text that was pasted, in place of the text in the field.
let source = null;
// What the reader makes of it: a promise, of null if something has changed meanwhile.
let reading = Promise.resolve({ count: 0 });
let stopReading = () => {};

// Returns what is read: the answer of the worker to the last change.
export async function currentIds() {
  let ids = null;
  while (!ids) ids = await reading;
  return ids;
}

export const focusIds = () => (source ? remove : text).focus();

function read(blob, pause = 0) {
  stopReading();
  found.classList.add("busy");
  reading = new Promise((resolve) => {
    let worker = null;
    const start = () => {
      worker = new Worker(form.dataset.reader);
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = () => resolve({ unreadable: "the reader failed" });
      worker.postMessage({ source: blob, ...limits });
    };
    const timer = setTimeout(start, pause);
    stopReading = () => {
      clearTimeout(timer);
      worker?.terminate();
      resolve(null);
    };
  });
  reading.then((ids) => ids && tell(ids));
}

function tell(ids) {
  const isBad = Boolean(ids.faults ?? ids.unreadable);
  found.classList.remove("busy");
  found.classList.toggle("bad", isBad);
  text.setAttribute("aria-invalid", isBad);
  if (ids.unreadable) found.textContent = `✕ This cannot be read: ${shown(ids.unreadable)}`;
  else if (ids.faults) tellFaults(ids);
  else found.textContent = ids.count ? `✓ ${summary(ids)}` : "";
}

function summary({ count, again, heading }) {
  const parts = [counted(count, "id")];
  if (again) parts.push(`${counted(again, "duplicate")} kept`);
  if (heading) parts.push(`the first line, “${shown(heading)}”, is taken for a heading`);
  return parts.join(" · ");
}

function tellFaults({ faults, wrong }) {
  const list = element("ul", ...faults.map(faultOf));
  if (wrong > faults.length) list.append(element("li", `and ${wrong - faults.length} more`));
  found.replaceChildren(element("b", "✕ Not all of this can be read"), list);
}

function faultOf({ line, quote, why, start, end }) {
  const place = source ? element("b", `line ${line}`) : element("button", `line ${line}`);
  Object.assign(place, { type: "button", className: "plain", title: "Select it in the field" });
  place.onclick = () => {
    text.focus();
    text.setSelectionRange(start, end);
  };
  return element("li", place, ` “${shown(quote)}” ${why}`);
}

// Takes a Blob in place of the text, or the text again.
function keep(blob, name = "") {
  source = blob;
  kept.hidden = !blob;
  text.hidden = Boolean(blob);
  kept.querySelector("b").textContent = shown(name);
  kept.querySelector("span").textContent = blob ? sizeOf(blob.size) : "";
  if (!blob) file.value = "";
  form.dispatchEvent(new Event("input"));
  read(blob ?? new Blob([text.value]));
}

const sizeOf = (bytes) => (bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`);

text.addEventListener("input", () => read(new Blob([text.value]), TYPING));
text.addEventListener("paste", (event) => {
  const pasted = event.clipboardData.getData("text/plain");
  if (text.value.length + pasted.length <= LONGEST_TEXT) return;
  event.preventDefault();
  const { value, selectionStart, selectionEnd } = text;
  keep(new Blob([value.slice(0, selectionStart), pasted, value.slice(selectionEnd)]), "pasted text");
  remove.focus();
});
file.addEventListener("change", () => keep(file.files[0] ?? null, file.files[0]?.name));
remove.addEventListener("click", () => {
  keep(null);
  text.focus();
});
addEventListener("dragover", (event) => {
  if (!event.dataTransfer.types.includes("Files")) return;
  event.preventDefault();
  form.classList.add("drop");
});
addEventListener("dragleave", () => form.classList.remove("drop"));
addEventListener("drop", (event) => {
  form.classList.remove("drop");
  const [dropped] = event.dataTransfer.files;
  if (!dropped) return;
  event.preventDefault();
  keep(dropped, dropped.name);
});
// The browser puts in what was there before the page was loaded again.
if (text.value) read(new Blob([text.value]));
