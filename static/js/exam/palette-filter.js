/** Narrows the palette to what is still to do; it follows as answers and flags come and go. */
const FITS = {
  all: () => true,
  open: (item) => !item.hasAttribute("data-answered"),
  flagged: (item) => item.hasAttribute("data-flagged"),
};

export function paletteFilter(filter) {
  if (!filter) return;
  const palette = document.querySelector(filter.dataset.filterPalette);
  const items = [...palette.querySelectorAll("[data-palette]")];
  const nothing = document.querySelector("[data-palette-nothing]");
  function apply() {
    const wanted = filter.querySelector("input:checked").value;
    let shown = 0;
    for (const item of items) {
      const fits = FITS[wanted](item);
      if (item.hidden === fits) item.hidden = !fits;
      shown += fits;
    }
    nothing.hidden = shown > 0;
    for (const input of filter.querySelectorAll("input")) {
      const count = input.parentElement.querySelector("[data-filter-count]");
      if (count) count.textContent = items.filter(FITS[input.value]).length.toLocaleString();
    }
  }
  filter.hidden = false;
  filter.addEventListener("change", (event) => {
    event.stopPropagation();
    apply();
  });
  new MutationObserver(apply).observe(palette, { subtree: true, attributes: true, attributeFilter: ["data-answered", "data-flagged"] });
  apply();
}
