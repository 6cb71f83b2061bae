// Practice: how long a question took, and the keyboard. The page works without it.
import "./answer-files.js";
import "./choice-limit.js";
import "./hotspot.js";
import "./ordering.js";
import "./sound-limit.js";
import "./word-count.js";

let shownAt = performance.now();

document.addEventListener("htmx:afterSwap", () => {
  shownAt = performance.now();
  const head = document.querySelector("#practice-item [data-question], #practice-item article");
  head?.focus({ preventScroll: true });
});

function noteSeconds(form) {
  const field = form?.querySelector?.("[data-seconds]");
  if (field) field.value = String(Math.round((performance.now() - shownAt) / 1000));
}

document.addEventListener("submit", (event) => noteSeconds(event.target), true);
document.addEventListener("htmx:configRequest", (event) => {
  if ("seconds" in event.detail.parameters) event.detail.parameters.seconds = String(Math.round((performance.now() - shownAt) / 1000));
});

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT|BUTTON)$/.test(event.target.tagName) && event.target.type !== "radio") return;
  if (event.key === "ArrowRight" && event.target.type !== "radio") document.querySelector("[data-next]")?.click();
  const place = "abcdefghijkl".indexOf(event.key.toLowerCase());
  if (place >= 0 && event.key.length === 1) document.querySelectorAll("#practice-item .option input")[place]?.click();
});
