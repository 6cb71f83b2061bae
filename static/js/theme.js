/** Light, dark or as the system: a click moves to the next one; the server reads the cookie and renders data-theme. */
const ORDER = ["auto", "light", "dark"];
const root = document.documentElement;

function show(theme) {
  for (const button of document.querySelectorAll("[data-theme-toggle]")) {
    button.hidden = false;
    button.querySelector("[data-theme-label]").textContent = button.dataset[`label${theme[0].toUpperCase()}${theme.slice(1)}`];
    for (const icon of button.querySelectorAll("[data-theme-icon]")) icon.hidden = icon.dataset.themeIcon !== theme;
  }
}

function choose(theme) {
  root.dataset.theme = theme;
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax${secure}`;
  document.querySelector('meta[name="color-scheme"]')?.setAttribute("content", theme === "auto" ? "light dark" : theme);
  show(theme);
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-theme-toggle]")) return;
  choose(ORDER[(ORDER.indexOf(root.dataset.theme) + 1) % ORDER.length]);
});

show(ORDER.includes(root.dataset.theme) ? root.dataset.theme : "auto");
