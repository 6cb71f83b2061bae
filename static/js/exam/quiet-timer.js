/** The timer can be hidden. It comes back by itself when few minutes are left: once at five, once at one. */
import { keepDisplay, readDisplay } from "./device.js";

export function quietTimer({ timer, toggle, say }) {
  if (!timer || !toggle) return;
  const text = timer.querySelector("[data-timer-time]") ?? timer;
  let isHidden = readDisplay().timer === false && !timer.classList.contains("timer--low");

  function show() {
    text.hidden = isHidden;
    timer.toggleAttribute("data-quiet", isHidden);
    toggle.querySelector("[data-when=shown]").hidden = isHidden;
    toggle.querySelector("[data-when=quiet]").hidden = !isHidden;
    toggle.setAttribute("aria-label", isHidden ? toggle.dataset.labelShow : toggle.dataset.labelHide);
    toggle.title = toggle.getAttribute("aria-label");
  }
  function comeBack() {
    if (!isHidden) return;
    isHidden = false;
    show();
  }
  toggle.hidden = false;
  toggle.addEventListener("click", () => {
    isHidden = !isHidden;
    keepDisplay({ timer: !isHidden });
    show();
    say(isHidden ? toggle.dataset.saidHidden : toggle.dataset.saidShown);
  });
  document.addEventListener("exam:time", comeBack);
  // A page that slept through the announcement still shows the time when it wakes.
  let wasLow = timer.classList.contains("timer--low");
  new MutationObserver(() => {
    const isLow = timer.classList.contains("timer--low");
    if (isLow && !wasLow) comeBack();
    wasLow = isLow;
  }).observe(timer, { attributes: true, attributeFilter: ["class"] });
  show();
}
