/** A form that is sent once: the button shows that it is busy, and a page from the back-forward cache is fresh again. */
for (const form of document.querySelectorAll("[data-submit-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    form.querySelector('[type="submit"]').setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", () => {
    delete form.dataset.sent;
    form.querySelector('[type="submit"]').removeAttribute("aria-busy");
  });
}
