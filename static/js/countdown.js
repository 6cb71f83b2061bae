/**
 * Counts down to data-until (ISO 8601), corrected by the server's clock in data-now (ISO 8601, when the page was made).
 * The element's own text stands until the first tick, so it must already say when. At zero it fires "countdown:end" and, with data-reload, reloads once.
 */
const two = (number) => String(number).padStart(2, "0");

/** Remaining seconds as "d:hh:mm:ss" without leading empty parts, at least "mm:ss"; data-days is the word after the number of days. */
export function format(seconds, daysWord = "") {
  const days = Math.floor(seconds / 86400);
  const hours = Math.floor(seconds / 3600) % 24;
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  if (days) return `${days}${daysWord || ":"} ${two(hours)}:${rest}`;
  return hours ? `${hours}:${rest}` : rest;
}

/** Starts one element; returns a function that stops it. The monotonic clock is used, so changing the device's time changes nothing. */
export function start(element) {
  const startedAt = performance.now();
  const serverNow = Date.parse(element.dataset.now) || Date.now();
  let timer = 0;
  const tick = () => {
    const left = Math.max(0, Math.ceil((Date.parse(element.dataset.until) - serverNow - (performance.now() - startedAt)) / 1000));
    (element.querySelector("[data-countdown-text]") ?? element).textContent = format(left, element.dataset.days);
    element.classList.toggle("timer--low", left <= Number(element.dataset.low ?? 300));
    if (left > 0) return;
    clearInterval(timer);
    element.dispatchEvent(new CustomEvent("countdown:end", { bubbles: true }));
    if ("reload" in element.dataset) setTimeout(() => location.reload(), 1000 + Math.random() * 2000);
  };
  timer = setInterval(tick, 1000);
  if (Number.isFinite(Date.parse(element.dataset.until))) tick();
  else clearInterval(timer);
  return () => clearInterval(timer);
}

for (const element of document.querySelectorAll("[data-until]")) start(element);
