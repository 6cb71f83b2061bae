/** Where the candidate is: the question she touched last while it is in sight, else the one in the middle, else the first in sight. */
const room = document.querySelector("[data-exam-room]");
let touched = 0;

for (const name of ["focusin", "pointerdown", "input"]) {
  room.addEventListener(name, ({ target }) => (touched = Number(target.closest("[data-question]")?.dataset.slot) || touched));
}

function isInSight(question) {
  const { top, bottom } = question.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}

export function slotAtHand() {
  const open = [...room.querySelectorAll("[data-question]:not([hidden])")];
  if (open.length === 1) return Number(open[0].dataset.slot);
  const last = open.find((question) => Number(question.dataset.slot) === touched);
  if (last && isInSight(last)) return touched;
  const middle = document.elementFromPoint(innerWidth / 3, innerHeight * 0.4)?.closest("[data-question]");
  return Number((middle ?? open.find(isInSight))?.dataset.slot) || touched;
}
