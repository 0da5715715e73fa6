"use strict";
// Copies the text that a button names in `data-copies`. Without a safe connection the browser has no clipboard for
// scripts; then the text is selected, as a person would.

const SHOWN_FOR = 3000;
let fading = null;

document.documentElement.classList.add("copies");
// The note that leads here from the form stays, but loading the page again does not show it again.
addEventListener("load", () => {
  if (document.querySelector("#submitted:target")) history.replaceState(null, "", location.pathname + location.search);
});
// Outside of what is polled, so that it stays.
const said = document.createElement("p");
said.className = "said";
said.setAttribute("role", "status");
document.body.append(said);

function say(text) {
  said.textContent = text;
  clearTimeout(fading);
  fading = setTimeout(() => { said.textContent = ""; }, SHOWN_FOR);
}

function select(node) {
  getSelection().selectAllChildren(node);
  return document.execCommand("copy");
}

async function copy(node) {
  if (!navigator.clipboard) return select(node);
  try {
    await navigator.clipboard.writeText(node.textContent);
    return true;
  } catch {
    return select(node);
  }
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies]");
  if (!button) return;
  const isDone = await copy(document.getElementById(button.dataset.copies));
  say(isDone ? "The id is copied" : "The id is selected: copy it");
});
