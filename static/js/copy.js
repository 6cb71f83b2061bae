/* Buttons that copy an address: data-copy holds it, data-copied-label what they say afterwards. Hidden without a script. */
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  const label = button.querySelector("[data-copy-label]");
  const before = label.textContent;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    label.textContent = button.dataset.copiedLabel;
    setTimeout(() => { label.textContent = before; }, 2000);
  });
}
