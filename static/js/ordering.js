/** Ordering questions: buttons move an item; the selects that carry the answer without scripts follow. */
function items(list) {
  return [...list.querySelectorAll(":scope > [data-item]")];
}

function renumber(list) {
  items(list).forEach((item, index) => (item.querySelector("select").value = String(index + 1)));
}

/** Puts the items where their selects say, after an answer was written from outside. */
function arrange(list) {
  const place = (item) => Number(item.querySelector("select").value) || Number.MAX_SAFE_INTEGER;
  list.append(...items(list).sort((a, b) => place(a) - place(b)));
}

function refresh(list) {
  const all = items(list);
  all.forEach((item, index) => {
    item.querySelector('[data-move="up"]').disabled = index === 0;
    item.querySelector('[data-move="down"]').disabled = index === all.length - 1;
  });
}

function move(list, item, direction) {
  const other = direction === "up" ? item.previousElementSibling : item.nextElementSibling;
  if (!other) return;
  if (direction === "up") other.before(item);
  else other.after(item);
  renumber(list);
  refresh(list);
  const button = item.querySelector(`[data-move="${direction}"]`);
  (button.disabled ? item.querySelector("[data-move]:not(:disabled)") : button)?.focus();
  const said = list.dataset.moved.replace("%item", item.querySelector(".ordering__text").textContent.trim()).replace("%place", String(items(list).indexOf(item) + 1));
  document.dispatchEvent(new CustomEvent("exam:say", { detail: said }));
  list.dispatchEvent(new Event("change", { bubbles: true }));
}

export function enhanceOrdering(list) {
  for (const moves of list.querySelectorAll(".ordering__moves")) moves.hidden = false;
  arrange(list);
  refresh(list);
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (button) move(list, button.closest("[data-item]"), button.dataset.move);
  });
  list.addEventListener("response:written", () => {
    arrange(list);
    refresh(list);
  });
  list.addEventListener("change", (event) => {
    if (event.target.matches("select")) refresh(list);
  });
}

function enhance(scope) {
  for (const list of scope.querySelectorAll("[data-ordering]")) enhanceOrdering(list);
}
enhance(document);
for (const name of ["htmx:afterSwap", "content:shown"]) document.addEventListener(name, (event) => enhance(event.target));
