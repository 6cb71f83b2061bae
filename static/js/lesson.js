/** The lesson room: notes at a place of the film, the drawer of the outline, keys, and progress as it is reported. */

const room = document.querySelector("[data-lesson]");
const video = document.querySelector(".player video, .player audio");

function clock(seconds) {
  const whole = Math.floor(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  return shown.map((part, place) => (place ? String(part).padStart(2, "0") : String(part))).join(":");
}

function showPlace() {
  const here = document.querySelector("[data-note-here]");
  const field = document.querySelector("[data-note-position]");
  if (!here || !field) return;
  const at = video?.currentTime ?? 0;
  field.value = here.checked && video ? String(Math.floor(at)) : "";
  document.querySelector("[data-note-clock]").textContent = video ? clock(at) : "";
}

function jump(seconds) {
  if (!video) return;
  video.currentTime = Number(seconds);
  video.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  video.play().catch(() => {});
}

document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-jump]");
  if (target) jump(target.dataset.jump);
});
document.addEventListener("change", (event) => { if (event.target.matches("[data-note-here]")) showPlace(); });
document.addEventListener("focusin", (event) => { if (event.target.id === "note-text") showPlace(); });
document.addEventListener("htmx:afterSwap", showPlace);
document.addEventListener("htmx:configRequest", (event) => { if (event.target.matches("[data-note-form]")) event.detail.parameters.set?.("position", document.querySelector("[data-note-position]").value); });
video?.addEventListener("timeupdate", () => { if (document.activeElement?.id !== "note-text") showPlace(); });
showPlace();

// Without a film to jump in, the places are only words.
if (!video) for (const button of document.querySelectorAll("[data-jump]")) button.disabled = true;

const drawer = document.querySelector("[data-drawer]");
const narrow = matchMedia("(max-width: 63.99rem)");
const fitDrawer = () => { if (drawer) drawer.open = !narrow.matches; };
narrow.addEventListener("change", fitDrawer);
fitDrawer();
// Scrolled by hand: scrollIntoView would also move the place from which the Tab key sets out.
const here = document.querySelector(".lesson__aside [aria-current]");
const outline = here?.closest(".lesson__aside");
if (outline && outline.scrollHeight > outline.clientHeight) {
  outline.scrollTop += here.getBoundingClientRect().bottom - outline.getBoundingClientRect().bottom + here.offsetHeight;
}

document.addEventListener("lesson-progress", (event) => {
  const { percent, completed, course_percent: course } = event.detail;
  const hint = document.querySelector("[data-watch-hint]");
  if (hint) {
    hint.textContent = hint.dataset.template.replace("{percent}", String(percent));
    hint.hidden = completed;
  }
  const bar = document.querySelector(".lesson-bar__progress");
  if (bar) {
    bar.querySelector("progress").value = course;
    const texts = bar.querySelectorAll(".progress__text span");
    if (texts[1]) texts[1].textContent = `${course}%`;
  }
  const badge = document.querySelector("[data-done-badge]");
  if (completed && badge?.hidden) {
    badge.hidden = false;
    document.querySelector("[data-current-tick]")?.classList.replace("tick--started", "tick--done");
    document.dispatchEvent(new CustomEvent("announce", { detail: { text: room.dataset.textDone, level: "success" } }));
  }
});

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable], video, dialog")) return;
  const key = event.key.toLowerCase();
  if (key === "t") {
    const field = document.getElementById("note-text");
    if (field) { event.preventDefault(); field.focus(); }
    return;
  }
  const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (target) { event.preventDefault(); target.click(); }
});
