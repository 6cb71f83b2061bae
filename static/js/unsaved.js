/** Asks before leaving a form marked data-unsaved whose fields were changed and not sent. */
const form = document.querySelector("form[data-unsaved]");
let isChanged = form?.dataset.unsaved === "1";

function warn(event) {
  if (isChanged) event.preventDefault();
}

if (form) {
  form.addEventListener("input", () => (isChanged = true));
  form.addEventListener("submit", () => (isChanged = false));
  addEventListener("beforeunload", warn);
}
