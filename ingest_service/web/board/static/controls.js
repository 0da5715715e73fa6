// Buttons that change something: each asks once, in a dialog, and says what came of it. `main`, `now`, `poll` and `time`
// are of the script of all pages.

import { ask, element, Failure, sayFailure } from "./answers.js";

const LONGEST_SECONDS = 60;
// The state may be another one after a while.
const SHOWN_SECONDS = 20;
const PERHAPS = "It may have been done: look before you try again.";

const done = element("div");
done.id = "done";
done.setAttribute("role", "status");
document.getElementById("trouble").after(done);

const question = element("h2");
question.id = "question";
const meaning = element("p");
meaning.id = "meaning";
const yes = Object.assign(element("button"), { value: "yes", className: "main" });
const no = Object.assign(element("button", "Leave it"), { value: "no", className: "plain", autofocus: true });
const choice = Object.assign(element("form", yes, no), { method: "dialog" });
const dialog = element("dialog", question, meaning, choice);
dialog.setAttribute("aria-labelledby", question.id);
dialog.setAttribute("aria-describedby", meaning.id);
document.body.append(dialog);

// What the dialog asks for: the page may change the button meanwhile.
let wanted = null;
let shown = null;

function askOnce(control) {
  wanted = { ...control.dataset };
  question.textContent = wanted.question;
  meaning.textContent = wanted.meaning;
  yes.textContent = control.textContent;
  dialog.returnValue = "no";
  dialog.showModal();
}

async function carryOut({ method, address, body, done: words }) {
  done.classList.remove("bad");
  done.textContent = "";
  const headers = { "Content-Type": "application/json" };
  try {
    await ask(method, address, { body: body || null, headers, seconds: LONGEST_SECONDS });
    done.textContent = `${time.format(now())} ✓ ${words}`;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    done.classList.add("bad");
    sayFailure(done, error, ...(error.isSure ? [] : [PERHAPS]));
  }
  clearTimeout(shown);
  shown = setTimeout(() => { done.textContent = ""; }, SHOWN_SECONDS * 1000);
  await poll();
  // The button may be gone, for there is nothing more to change.
  if (document.activeElement === document.body) main.focus();
}

document.addEventListener("click", (event) => {
  const control = event.target.closest(".control");
  if (control) askOnce(control);
});
dialog.addEventListener("close", () => {
  if (dialog.returnValue === "yes") carryOut(wanted);
});
document.documentElement.classList.add("has-controls");
