// What makes the page pleasant; without it everything works by plain forms and links.
"use strict";

const base = document.body.dataset.base;
const at = (id) => document.getElementById(id);
document.documentElement.classList.add("scripted");

// Tabs: arrows move, and a click does not load the page anew.
const tabs = [...document.querySelectorAll("[role=tab]")];

function openTab(tab) {
  for (const other of tabs) {
    const isOpen = other === tab;
    other.setAttribute("aria-selected", String(isOpen));
    other.tabIndex = isOpen ? 0 : -1;
    at(other.getAttribute("aria-controls")).hidden = !isOpen;
  }
}

for (const tab of tabs) {
  tab.tabIndex = tab.getAttribute("aria-selected") === "true" ? 0 : -1;
  tab.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    openTab(tab);
  });
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === " ") {
      event.preventDefault();
      tab.click();
    }
    if (!step) return;
    event.preventDefault();
    const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
    openTab(next);
    next.focus();
  });
}

// Copying, and sharing where the system can.
async function copy(text, button) {
  const before = button.dataset.label || button.textContent;
  button.dataset.label = before;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    // Without TLS browsers have no clipboard for pages, but they still copy what is selected.
    const field = document.createElement("textarea");
    field.value = text;
    button.after(field);
    field.select();
    const isCopied = document.execCommand("copy");
    field.remove();
    button.focus();
    button.textContent = isCopied ? "Copied" : "Copy it from the address bar";
  }
  at("said").textContent = button.textContent;
  setTimeout(() => (button.textContent = before), 1600);
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) {
    const what = document.querySelector(button.dataset.copy);
    return copy(what.href || what.textContent, button);
  }
  const share = event.target.closest("[data-share]");
  if (!share || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  const shared = { title: document.querySelector("h1").textContent, url: share.href };
  // A phone has a sheet for this; elsewhere the link is copied.
  if (navigator.share && matchMedia("(pointer: coarse)").matches) {
    try {
      return await navigator.share(shared);
    } catch (error) {
      if (error.name === "AbortError") return;
    }
  }
  copy(shared.url, share);

});

// A page that waits for a video somebody shared.
if (document.querySelector("[data-waiting]")) setTimeout(() => location.reload(), 10000);

// A job that moves.
const lost = "The connection was lost; trying again…";
const place = at("job");

function arm() {
  for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
  const panel = place && place.querySelector("[data-job]");
  if (panel && "live" in panel.dataset) follow(panel.dataset.job);
}

async function redraw(id) {
  const answer = await fetch(`${base}/jobs/${id}/panel`);
  if (!answer.ok) return location.reload();
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  place.replaceChildren(...fresh.body.childNodes);
  document.title = `${place.querySelector("h1").textContent} · Brainwrought`;
  recent.remember();
  arm();
  const news = at("news");
  const words = news.textContent;
  news.textContent = "";
  setTimeout(() => (news.textContent = words), 100);
}

function follow(id) {
  if (!window.EventSource) return poll(id);
  const source = new EventSource(`${base}/api/jobs/${id}/events`);
  let shown = Number(at("log").dataset.count);
  let passed = 0;
  let failures = 0;
  source.addEventListener("job", (event) => {
    failures = 0;
    show(JSON.parse(event.data));
  });
  source.addEventListener("log", (event) => {
    passed += 1;
    // The page has the first lines already.
    if (passed > shown) log(JSON.parse(event.data));
  });
  for (const name of ["end", "gone"]) {
    source.addEventListener(name, () => {
      source.close();
      redraw(id);
    });
  }
  source.addEventListener("error", () => {
    failures += 1;
    at("left").textContent = lost;
    if (source.readyState === EventSource.CLOSED || failures > 4) {
      source.close();
      poll(id);
    }
  });
  addEventListener("pagehide", () => source.close(), { once: true });
}

async function poll(id) {
  try {
    const answer = await fetch(`${base}/api/jobs/${id}`);
    const job = await answer.json();
    if (answer.status === 404 || ["COMPLETED", "FAILED", "CANCELLED"].includes(job.status)) return redraw(id);
    if (answer.ok) show(job);
  } catch {
    at("left").textContent = lost;
  }
  setTimeout(() => poll(id), 3000);
}

function show(job) {
  const { share, doing, seconds_left: left } = job.progress;
  at("bar").value = share * 1000;
  at("percent").textContent = `${Math.round(share * 100)} %`;
  at("left").textContent = left == null ? "" : left < 90 ? `about ${left} s left` : `about ${Math.ceil(left / 60)} min left`;
  if (at("doing").textContent !== doing) {
    for (const name of ["doing", "news", "caption"]) if (at(name)) at(name).textContent = doing;
  }
  const pill = place.querySelector(".meta .pill");
  pill.textContent = job.status.toLowerCase();
  pill.dataset.pill = job.status;
  stages(job.stages);
}

const weights = ["DONE", "NEW", "READY", "CANCELLED", "RUNNING", "ERROR"];

function stages(tasks) {
  const rows = new Map();
  for (const task of tasks) {
    const row = rows.get(task.stage) || { label: task.label.split(" part ")[0], status: "DONE", done: 0, all: 0, seconds: 0 };
    row.all += 1;
    row.done += task.status === "DONE" ? 1 : 0;
    row.seconds += task.seconds || 0;
    if (weights.indexOf(task.status) > weights.indexOf(row.status)) row.status = task.status;
    rows.set(task.stage, row);
  }
  const drawn = [...rows.values()].map((row) => {
    const line = document.createElement("tr");
    line.dataset.status = row.status;
    const head = document.createElement("th");
    head.scope = "row";
    head.textContent = row.label;
    line.append(head);
    for (const text of [row.status.toLowerCase(), `${row.done} / ${row.all}`, row.seconds ? `${row.seconds.toFixed(1)} s` : ""]) {
      line.insertCell().textContent = text;
    }
    return line;
  });
  at("stages").replaceChildren(...drawn);
}

function log(line) {
  const item = document.createElement("li");
  item.dataset.level = line.level;
  const task = document.createElement("b");
  task.textContent = line.task;
  item.append(task, ` ${line.message}`);
  at("log").append(item);
}

arm();
