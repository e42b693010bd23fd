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
