// The form: the upload, the slider of the length, and samples of voices, backgrounds and captions.
"use strict";

(() => {
  const base = document.body.dataset.base;
  const at = (id) => document.getElementById(id);

  // What must be put right has to be seen.
  document.addEventListener(
    "invalid",
    (event) => {
      const more = event.target.closest("details");
      if (more) more.open = true;
    },
    true,
  );

  // The slider and the number are one choice.
  const slider = at("length-slider");
  if (slider) {
    const number = at("length");
    slider.hidden = false;
    slider.addEventListener("input", () => (number.value = slider.value));
    number.addEventListener("input", () => (slider.value = number.value));
  }

  // A style fills in the form at once, so that a file that was chosen stays.
  for (const link of document.querySelectorAll("[data-choices]")) {
    link.setAttribute("role", "button");
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const form = link.closest("form");
      for (const [name, value] of Object.entries(JSON.parse(link.dataset.choices))) {
        const field = form.elements[name];
        if (!field) continue;
        const controls = field instanceof RadioNodeList ? [...field] : [field];
        for (const control of controls) {
          if (control.type === "file") continue;
          if (control.type === "radio") control.checked = control.value === String(value);
          else control.value = String(value);
          control.dispatchEvent(new Event("change", { bubbles: true }));
        }
      }
      for (const other of form.querySelectorAll("[data-choices]")) other.toggleAttribute("aria-current", other === link);
      at("style-summary").textContent = link.title;
    });
  }

  // Samples move while they are pointed at, have the focus, or are chosen; never for people who want no motion.
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  for (const video of document.querySelectorAll("video[data-sample]")) {
    const card = video.closest(".sample");
    const radio = card.querySelector("input");
    video.controls = false;
    const play = () => {
      if (!still.matches) video.play().catch(() => {});
    };
    const pause = () => {
      if (!radio.checked && !card.matches(":hover") && document.activeElement !== radio) video.pause();
    };
    card.addEventListener("pointerenter", play);
    card.addEventListener("pointerleave", pause);
    radio.addEventListener("focus", play);
    radio.addEventListener("blur", pause);
    video.addEventListener("click", () => {
      radio.checked = true;
      radio.dispatchEvent(new Event("change", { bubbles: true }));
      play();
    });
    document.addEventListener("change", (event) => {
      if (event.target.name === radio.name) (radio.checked ? play : pause)();
    });
  }
  // The first frames are fetched once somebody looks at the options.
  for (const more of document.querySelectorAll("details.more")) {
    const load = () => {
      if (more.open) for (const video of more.querySelectorAll("video[data-sample]")) video.preload = "auto";
    };
    more.addEventListener("toggle", load);
    load();
  }

  // One voice speaks at a time; pressing again stops it.
  const player = new Audio();
  let speaking = null;
  const quiet = () => {
    player.pause();
    if (speaking) speaking.textContent = "Listen";
    speaking = null;
  };
  player.addEventListener("ended", quiet);
  for (const link of document.querySelectorAll("[data-listen]")) {
    link.setAttribute("role", "button");
    const toggle = (event) => {
      event.preventDefault();
      const again = speaking === link;
      quiet();
      if (again) return;
      speaking = link;
      link.textContent = "Stop";
      player.src = link.href;
      player.play().catch(() => {
        quiet();
        link.textContent = "No sample";
      });
    };
    link.addEventListener("click", toggle);
    link.addEventListener("keydown", (event) => {
      if (event.key === " ") toggle(event);
    });
  }

  // The upload: drag and drop, and how far it is.
  const form = at("upload");
  if (!form) return;
  const drop = at("drop");
  const input = at("pdf");
  const choose = () => {
    const file = input.files[0];
    at("chosen").textContent = file ? file.name : "Choose a file or drop it here";
    drop.classList.toggle("full", Boolean(file));
    fail("");
  };
  const fail = (message) => {
    at("upload-error").textContent = message;
    at("upload-error").hidden = !message;
  };
  input.addEventListener("change", choose);
  for (const name of ["dragover", "dragenter"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  for (const name of ["dragleave", "drop"]) {
    drop.addEventListener(name, () => drop.classList.remove("over"));
  }
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) {
      input.files = event.dataTransfer.files;
      choose();
    }
  });
  if (input.files.length) choose();

  // One key for one choice of file and options: a second try after a lost answer finds the first job.
  let key = null;
  let pressed = null;
  const label = at("start").textContent;
  form.addEventListener("input", () => (key = null));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    quiet();
    const most = Number(form.dataset.megabytes);
    // A server that refuses in the middle of an upload cannot always make itself heard.
    if (input.files[0] && input.files[0].size > most * 1e6) {
      return fail(`This file has ${Math.ceil(input.files[0].size / 1e6)} MB. The limit on this server is ${most} MB.`);
    }
    // The other button asks for another job.
    if (event.submitter !== pressed) key = null;
    pressed = event.submitter;
    key = key || Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(16)).join("");
    const request = new XMLHttpRequest();
    const bar = at("upload-progress");
    const start = at("start");
    const settle = (message) => {
      start.disabled = false;
      start.textContent = label;
      bar.hidden = true;
      fail(message);
    };
    request.upload.addEventListener("progress", (sent) => {
      if (sent.lengthComputable) bar.value = (100 * sent.loaded) / sent.total;
    });
    request.addEventListener("load", () => {
      let answer = {};
      try {
        answer = JSON.parse(request.responseText);
      } catch {
        // What stands in between may answer with anything.
      }
      if (request.status === 202) return location.assign(`${base}/?job_id=${answer.job_id}`);
      const message = answer.error ? answer.error.message : `the server answered ${request.status}`;
      settle(`${message.charAt(0).toUpperCase()}${message.slice(1)}.`);
    });
    request.addEventListener("error", () =>
      settle("The connection was lost. Press the button again; nothing is done twice."),
    );
    request.open("POST", `${base}/api/jobs`);
    request.setRequestHeader("Idempotency-Key", key);
    const data = new FormData(form);
    if (event.submitter && event.submitter.name) data.append(event.submitter.name, event.submitter.value);
    request.send(data);
    start.disabled = true;
    start.textContent = "Uploading…";
    bar.value = 0;
    bar.hidden = false;
    fail("");
  });
})();
