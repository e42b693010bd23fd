// Editing the script on a job's page. It works without this file; this makes it quicker.
"use strict";

// A form that is opened takes the focus, so that typing can begin at once. The panel may be replaced, so the document listens.
document.addEventListener(
  "toggle",
  (event) => {
    const details = event.target;
    if (!details.matches("[data-edit][open]")) return;
    const field = details.querySelector("textarea");
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  },
  true,
);

// What was typed is judged while somebody types: how long it takes, and what the cited page does not say.
let asked = null;

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-check]");
  if (!form) return;
  clearTimeout(asked);
  asked = setTimeout(() => judge(form), 400);
});

const changed = (field) => field.value !== field.dataset.saved;

async function judge(form) {
  const fields = [...form.querySelectorAll("textarea[name^=line-]")];
  const isKept = (line) => Boolean(form.querySelector(`[name=overruled-${line}]:checked`));
  const lines = fields.filter(changed).map((field) => {
    const line = Number(field.name.slice(5));
    return { line, text: field.value, overruled: isKept(line) };
  });
  let verdict;
  try {
    const answer = await fetch(form.dataset.check, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ lines }),
    });
    // Saving judges again, so a server that is busy just now costs nothing but the hint.
    if (!answer.ok) return;
    verdict = await answer.json();
  } catch {
    return;
  }
  for (const field of fields) {
    const line = verdict.lines.find((one) => one.line === Number(field.name.slice(5)));
    const errors = line ? line.errors : [];
    const note = document.getElementById(`${field.id}-note`);
    field.setAttribute("aria-invalid", String(errors.length > 0));
    note.classList.toggle("bad", errors.length > 0);
    note.textContent = errors.length ? `${errors.join("; ")}.` : line ? `About ${line.seconds.toFixed(1)} s to say.` : "";
  }
  const note = form.querySelector("#script-note");
  const room = verdict.max_seconds - verdict.seconds;
  note.classList.toggle("bad", Boolean(verdict.error));
  note.textContent = verdict.error
    ? `${verdict.error}.`
    : `Planned length: ${Math.round(verdict.seconds)} s; room for ${Math.floor(room)} s more.`;
}

// A page that is left with unsaved lines asks first.
let isSaving = false;
document.addEventListener("submit", () => (isSaving = true));
addEventListener("beforeunload", (event) => {
  const fields = [...document.querySelectorAll("form[data-check] textarea")];
  const isTyped = Boolean(document.querySelector("form[data-unsaved]"));
  if (!isSaving && (isTyped || fields.some(changed))) event.preventDefault();
});

// A script that is edited before anything is rendered: lines move at once, and the focus moves with them. A new line comes
// from the server, which draws its fields.
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-draft]");
  if (form) form.dataset.unsaved = "";
});

function number(form) {
  form.querySelectorAll(".lines > li").forEach((line, place) => {
    line.querySelector("label").textContent = `Line ${place + 1}`;
    for (const button of line.querySelectorAll("[data-move]")) {
      button.setAttribute("aria-label", button.getAttribute("aria-label").replace(/\d+/, place + 1));
    }
  });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("form[data-draft] [data-move]");
  if (!button || button.dataset.move === "add") return;
  event.preventDefault();
  const form = button.form;
  const line = button.closest("li");
  const [before, after] = [line.previousElementSibling, line.nextElementSibling];
  let focus = button;
  if (button.dataset.move === "up" && before) before.before(line);
  if (button.dataset.move === "down" && after) after.after(line);
  if (button.dataset.move === "remove") {
    const near = after || before;
    // The last line stays: a script without lines is none.
    if (!near) return;
    focus = near.querySelector("[data-move=remove]");
    line.remove();
  }
  number(form);
  form.dataset.unsaved = "";
  form.querySelector("[role=status]").textContent = "Not saved yet.";
  focus.focus();
});

// Versions carry the time at which they were finished.
function dateVersions() {
  for (const time of document.querySelectorAll("time[data-at]")) {
    const at = new Date(Number(time.dataset.at));
    time.dateTime = at.toISOString();
    time.textContent = at.toLocaleString();
    delete time.dataset.at;
  }
}
dateVersions();
const panel = document.getElementById("job");
if (panel) new MutationObserver(dateVersions).observe(panel, { childList: true, subtree: true });
