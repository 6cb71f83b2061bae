/** Text size, contrast, reading width and whether single keys are shortcuts: chosen in the panel, kept on this device. */
import { keepDisplay, readDisplay } from "./device.js";

const root = document.documentElement;

export function displayPanel(panel) {
  if (!panel) return { areShortcutsOn: () => true };
  const kept = readDisplay();
  const state = { text: kept.text ?? 1, contrast: kept.contrast === true, width: kept.width ?? "normal", keys: kept.keys !== false };

  function apply() {
    if (state.text > 1) root.dataset.roomText = String(state.text);
    else delete root.dataset.roomText;
    root.toggleAttribute("data-room-contrast", state.contrast);
    if (state.width === "normal") delete root.dataset.roomWidth;
    else root.dataset.roomWidth = state.width;
  }
  for (const input of panel.querySelectorAll("[data-display]")) {
    const name = input.dataset.display;
    if (input.type === "checkbox") input.checked = state[name];
    else input.checked = String(state[name]) === input.value;
    input.addEventListener("change", () => {
      if (input.type === "checkbox") state[name] = input.checked;
      else state[name] = name === "text" ? Number(input.value) : input.value;
      keepDisplay({ [name]: state[name] });
      apply();
    });
  }
  panel.hidden = false;
  apply();
  return { areShortcutsOn: () => state.keys };
}
