// The question editor: rows change without a page load, rich text, pictures to draw on, a preview that follows. Every button
// is a form post without it.
import { dressDrawings } from "./region-editor.js";
import { setMath } from "./math.js";
import { dress } from "./rich-editor.js";

const frame = document.getElementById("question-form-frame");
let timer = 0;

document.documentElement.classList.add("js");

function form() { return document.getElementById("question-form"); }

async function send(url, data) {
  const answer = await fetch(url, { method: "POST", body: data, headers: { "HX-Request": "true" }, credentials: "same-origin" });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.text();
}

async function press(command) {
  const data = new FormData(form());
  data.set("do", command);
  try {
    frame.innerHTML = await send(form().getAttribute("action"), data);
  } catch {
    const button = form().querySelector(`[name="do"][value="${CSS.escape(command)}"]`);
    button?.removeAttribute("data-row-button");
    button?.click();
    return;
  }
  dress(frame);
  dressDrawings(frame);
  const focus = form().dataset.focus;
  const row = focus && document.getElementById(`row-${focus}`);
  const first = (row ?? (focus && document.getElementById(`id_${focus}`)))?.querySelector("textarea, input:not([type=hidden]), select");
  if (first?.richField) first.richField.focus();
  else first?.focus();
  preview();
}

function preview() {
  clearTimeout(timer);
  timer = setTimeout(async () => {
    const button = form().querySelector("[data-preview]");
    try {
      document.getElementById("preview").innerHTML = await send(button.getAttribute("formaction"), new FormData(form()));
      setMath(document.getElementById("preview"));
    } catch { /* the preview is a convenience: what is typed stays in the form */ }
  }, 600);
}

frame.addEventListener("click", (event) => {
  const button = event.target.closest("[data-row-button]");
  if (!button) return;
  event.preventDefault();
  press(button.value);
});
frame.addEventListener("change", (event) => { if (event.target.matches("[data-refreshes]")) press("refresh:"); });
frame.addEventListener("input", preview);
frame.addEventListener("keydown", (event) => {
  if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  const row = event.target.closest(".editor-row");
  const verb = event.key === "ArrowUp" ? "up" : "down";
  const button = row?.querySelector(`:scope > .editor-row__head [value^="${verb}:"]`);
  if (button && !button.disabled) { event.preventDefault(); press(button.value); }
});
dressDrawings(frame);
