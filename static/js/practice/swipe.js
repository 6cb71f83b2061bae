/** Swiping to the left or right with one finger: not where text is written, a point is set, or something scrolls sideways itself. */
const FARTHEST_MILLISECONDS = 800;
const LEAST_SHARE = 0.15;
const OWN_GESTURES = "input:not([type=radio], [type=checkbox]), textarea, select, audio, video, [data-canvas], [role=application], [contenteditable], dialog";

function scrollsSideways(element, limit) {
  for (let node = element; node && node !== limit.parentElement; node = node.parentElement) {
    if (node.scrollWidth > node.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(node).overflowX)) return true;
  }
  return false;
}

/** Calls `go` with 1 (to the next) or -1 (back). */
export function swipes(area, go) {
  let begun = null;
  area.addEventListener("touchstart", (event) => {
    const target = event.target;
    const isOurs = event.touches.length === 1 && !target.closest(OWN_GESTURES) && !scrollsSideways(target, area);
    begun = isOurs ? { x: event.touches[0].clientX, y: event.touches[0].clientY, at: event.timeStamp } : null;
  }, { passive: true });
  area.addEventListener("touchcancel", () => (begun = null), { passive: true });
  area.addEventListener("touchend", (event) => {
    if (!begun || event.touches.length) return;
    const { clientX, clientY } = event.changedTouches[0];
    const [across, along] = [clientX - begun.x, clientY - begun.y];
    const isQuick = event.timeStamp - begun.at < FARTHEST_MILLISECONDS;
    begun = null;
    if (!isQuick || Math.abs(across) < LEAST_SHARE * innerWidth || Math.abs(across) < 2 * Math.abs(along)) return;
    if (!document.getSelection()?.isCollapsed) return;
    go(across < 0 ? 1 : -1);
  }, { passive: true });
}
