// The videos that were made in this browser: a list of links that never leaves it.
"use strict";

const recent = (() => {
  const KEY = "brainwrought.recent";
  const MOST = 12;
  const base = document.body.dataset.base;
  const at = (id) => document.getElementById(id);

  const read = () => {
    try {
      const jobs = JSON.parse(localStorage.getItem(KEY));
      return Array.isArray(jobs) ? jobs.filter((job) => /^[0-9a-f]{32}$/.test(job.id)) : [];
    } catch {
      return [];
    }
  };
  const write = (jobs) => {
    try {
      localStorage.setItem(KEY, JSON.stringify(jobs.slice(0, MOST)));
    } catch {
      // A browser that keeps nothing has no list.
    }
  };
  const forget = (id) => write(read().filter((job) => job.id !== id));

  // Remembers the job on this page, with the title it has now.
  const remember = () => {
    const panel = document.querySelector("[data-job]");
    if (!panel) return;
    const { job: id } = panel.dataset;
    const known = read();
    const before = known.find((job) => job.id === id);
    const title = panel.querySelector("h1").textContent;
    write([{ id, title, at: before ? before.at : Date.now() }, ...known.filter((job) => job.id !== id)]);
  };

  const show = () => {
    const list = at("recent-list");
    if (!list) return;
    const jobs = read();
    at("recent").hidden = jobs.length === 0;
    list.replaceChildren(
      ...jobs.map((job) => {
        const item = document.createElement("li");
        const link = document.createElement("a");
        link.href = `${base}/?job_id=${job.id}`;
        link.textContent = job.title;
        const time = document.createElement("time");
        const date = new Date(job.at);
        time.dateTime = date.toISOString();
        time.textContent = date.toLocaleDateString(undefined, { dateStyle: "medium" });
        item.append(link, " ", time);
        return item;
      }),
    );
  };

  const missing = document.querySelector("[data-missing]");
  if (missing) forget(missing.dataset.missing);
  document.addEventListener("submit", (event) => {
    if ("forget" in event.target.dataset) forget(event.target.dataset.forget);
  });
  if (at("forget-all")) {
    at("forget-all").addEventListener("click", () => {
      write([]);
      show();
      at("tab-submit").focus();
    });
  }
  remember();
  show();
  return { remember };
})();
