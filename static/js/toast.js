/** Messages that can be put away, and announce(text, level) for what happens after the page was rendered. */
const ICONS = { info: "info", success: "check-circle", warning: "alert", danger: "x-circle" };

function spriteAddress() {
  const use = document.querySelector(".icon use");
  return use ? use.getAttribute("href").split("#")[0] : "";
}

function reveal(scope) {
  for (const button of scope.querySelectorAll("[data-dismiss]")) button.hidden = false;
}

/** Adds a message to the page's live region. level: info | success | warning | danger. Only text is accepted, never markup. */
export function announce(text, level = "info") {
  const region = document.querySelector("[data-messages]");
  if (!region) return;
  const tone = ICONS[level] ? level : "info";
  const alert = document.createElement("div");
  alert.className = `alert alert--${tone}`;
  const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  icon.setAttribute("class", "icon");
  icon.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${spriteAddress()}#${ICONS[tone]}`);
  icon.append(use);
  const body = document.createElement("p");
  body.className = "alert__body";
  body.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "button button--quiet button--small alert__close";
  close.dataset.dismiss = "";
  close.textContent = region.dataset.dismissLabel;
  alert.append(icon, body, close);
  region.append(alert);
}

document.addEventListener("click", (event) => {
  event.target.closest("[data-dismiss]")?.closest(".alert")?.remove();
});
document.addEventListener("announce", (event) => announce(event.detail.text ?? event.detail.value, event.detail.level));
document.addEventListener("htmx:afterSwap", (event) => reveal(event.target));
reveal(document);
