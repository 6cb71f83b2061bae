/** The invigilator's room: clocks that run between refreshes, and a choice of candidates that survives them. */
import { format } from "./countdown.js";

const live = document.querySelector("[data-room-live]");
const count = document.querySelector("[data-chosen-count]");
const chosen = new Set();
let loadedAt = performance.now();

function tick() {
  const passed = Math.floor((performance.now() - loadedAt) / 1000);
  for (const clock of document.querySelectorAll("[data-left]")) {
    const left = Number(clock.dataset.left) - ("stands" in clock.dataset ? 0 : passed);
    clock.textContent = format(Math.max(0, left));
  }
}

function boxes() {
  return [...(live?.querySelectorAll('input[name="attempt"]') ?? [])];
}

function showCount() {
  if (count) count.textContent = chosen.size ? `(${chosen.size.toLocaleString()})` : "";
  const all = live?.querySelector("[data-choose-all]");
  if (!all) return;
  const shown = boxes();
  all.hidden = shown.length === 0;
  all.checked = shown.length > 0 && shown.every((box) => box.checked);
  all.indeterminate = !all.checked && shown.some((box) => box.checked);
}

function restore() {
  loadedAt = performance.now();
  const shown = boxes();
  for (const box of shown) box.checked = chosen.has(box.value);
  const present = new Set(shown.map((box) => box.value));
  for (const value of chosen) if (!present.has(value)) chosen.delete(value); // what cannot be seen is not acted on
  tick();
  showCount();
}

live?.addEventListener("change", ({ target }) => {
  if (target.matches("[data-choose-all]")) {
    for (const box of boxes()) {
      box.checked = target.checked;
      if (box.checked) chosen.add(box.value);
      else chosen.delete(box.value);
    }
  } else if (target.name === "attempt") {
    if (target.checked) chosen.add(target.value);
    else chosen.delete(target.value);
  }
  showCount();
});
document.addEventListener("htmx:afterSwap", (event) => event.target === live && restore());

for (const box of boxes()) if (box.checked) chosen.add(box.value);
tick();
showCount();
setInterval(tick, 1000);
