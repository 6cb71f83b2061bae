/*
 * The clock of a practice: shows the time spent of the time there is, says once that five minutes are left, and at the
 * end sends its own form, which finishes the practice with what is answered. The server ends it in any case.
 */
const WARNING_SECONDS = 300;

function shown(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const minutes = String(Math.floor((whole % 3600) / 60)).padStart(2, "0");
  const rest = String(whole % 60).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  return hours ? `${hours}:${minutes}:${rest}` : `${minutes}:${rest}`;
}

for (const clock of document.querySelectorAll("[data-practice-clock]")) {
  const text = clock.querySelector("[data-clock-text]");
  const warning = clock.querySelector("[data-clock-warning]");
  const limit = Number(clock.dataset.limitSeconds);
  const spent = Number(clock.dataset.spentSeconds);
  const openedAt = performance.now();
  let isOver = false;

  const tick = () => {
    const elapsed = Math.min(limit, spent + (performance.now() - openedAt) / 1000);
    text.textContent = clock.dataset.text.replace("{elapsed}", shown(elapsed)).replace("{limit}", shown(limit));
    const left = limit - elapsed;
    clock.toggleAttribute("data-late", left <= WARNING_SECONDS);
    if (left <= WARNING_SECONDS && left > 0 && !warning.textContent) warning.textContent = warning.dataset.text;
    if (left <= 0 && !isOver) {
      isOver = true;
      clearInterval(timer);
      clock.submit();
    }
  };
  const timer = setInterval(tick, 1000);
  tick();
}
