/** Dropdowns are <details data-dropdown> and open without scripts; this closes them on Escape, outside, and when another opens. */
const open = () => document.querySelectorAll("details[data-dropdown][open]");

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of open()) {
    menu.open = false;
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
  }
});

for (const kind of ["pointerdown", "focusin"]) {
  document.addEventListener(kind, (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
  });
}

/** A link to a place on this page closes the menu it stands in, so that the place is seen. */
document.addEventListener("click", (event) => {
  const link = event.target.closest?.('details[data-dropdown][open] a[href^="#"]');
  if (link) link.closest("details").open = false;
});

/** Bring the current link of a bar that scrolls into view, without moving the page. */
for (const current of document.querySelectorAll(".desk-nav [aria-current], .tabs [aria-current]")) {
  const bar = current.closest(".desk-nav, .tabs");
  bar.scrollLeft = current.offsetLeft - (bar.clientWidth - current.offsetWidth) / 2;
}
