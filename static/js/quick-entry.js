// Ctrl and Enter saves what is typed; the button does the same.
const quick = document.querySelector("[data-quick]");
quick?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  quick.requestSubmit();
});
