// The list of a bank by keys: j and k, x, /, n and p; all on the page chosen at once. Everything is a form without it.
const list = document.querySelector("[data-question-list]");

if (list) {
  const boxes = [...list.querySelectorAll('input[name="question"]')];
  const links = [...list.querySelectorAll("[data-question-link]")];
  const all = list.querySelector("[data-choose-all]");
  const said = list.querySelector("[data-chosen]");
  let last = null;

  const say = () => {
    const count = boxes.filter((box) => box.checked).length;
    said.textContent = count ? list.dataset.textChosen.replace("{n}", String(count)) : "";
    if (all) {
      all.checked = count === boxes.length;
      all.indeterminate = count > 0 && count < boxes.length;
    }
  };

  if (all) {
    all.hidden = false;
    all.addEventListener("change", () => {
      for (const box of boxes) box.checked = all.checked;
      say();
    });
  }
  list.addEventListener("click", (event) => {
    const at = boxes.indexOf(event.target);
    if (at < 0) return;
    if (event.shiftKey && last !== null) {
      for (const box of boxes.slice(Math.min(at, last), Math.max(at, last) + 1)) box.checked = event.target.checked;
    }
    last = at;
    say();
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]), select, textarea")) return;
    const at = links.findIndex((link) => link === document.activeElement || link.closest("[data-question-row]").contains(document.activeElement));
    const turn = { n: "[data-page-next]", p: "[data-page-previous]" }[event.key];
    if (event.key === "j") links[Math.min(at + 1, links.length - 1)].focus();
    else if (event.key === "k") links[Math.max(at - 1, 0)].focus();
    else if (event.key === "x" && boxes[at]) { boxes[at].checked = !boxes[at].checked; say(); }
    else if (event.key === "/") document.getElementById("id_q")?.focus();
    else if (turn && document.querySelector(turn)) document.querySelector(turn).click();
    else return;
    event.preventDefault();
  });
  say();
}
