/** Asks before a form with data-confirm is sent. Without scripts or <dialog> the form is simply sent, so the server keeps its own guard. */
const dialog = document.querySelector("#confirm-dialog");
const confirmed = new WeakSet();

function ask(source) {
  const title = dialog.querySelector(".dialog__title");
  const action = dialog.querySelector('button[value="confirm"]');
  title.textContent = source.dataset.confirmTitle || title.dataset.default;
  dialog.querySelector(".dialog__text").textContent = source.dataset.confirm;
  action.textContent = source.dataset.confirmAction || action.dataset.default;
  action.classList.toggle("button--danger", "confirmDanger" in source.dataset);
  action.classList.toggle("button--primary", !("confirmDanger" in source.dataset));
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "confirm"), { once: true });
  });
}

if (dialog?.showModal) {
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const source = event.submitter?.dataset.confirm ? event.submitter : form.dataset.confirm ? form : null;
    if (!source || confirmed.has(form)) {
      confirmed.delete(form);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    const submitter = event.submitter;
    if (!(await ask(source))) return;
    confirmed.add(form);
    form.requestSubmit(submitter);
  }, true);

  document.addEventListener("htmx:confirm", (event) => {
    const source = event.target.closest("[data-confirm]");
    if (!source || source.matches("form")) return;
    event.preventDefault();
    ask(source).then((yes) => yes && event.detail.issueRequest(true));
  });

  for (const opener of document.querySelectorAll("[data-dialog-open]")) {
    const target = document.getElementById(opener.dataset.dialogOpen);
    if (!target?.showModal) continue;
    opener.hidden = false;
    opener.addEventListener("click", () => target.showModal());
  }
}
