/** Boxes of which only so many may be ticked: one too many is taken back at once, and the hint beside them is read again. */
document.addEventListener("change", (event) => {
  const group = event.target.closest?.("[data-most]");
  const most = Number(group?.dataset.most) || 0;
  if (!most || event.target.type !== "checkbox" || group.querySelectorAll("input:checked").length <= most) return;
  event.target.checked = false;
  const hint = document.getElementById(group.getAttribute("aria-describedby"));
  if (!hint) return;
  hint.setAttribute("role", "alert");
  hint.textContent = hint.textContent.trim();
}, { capture: true });
