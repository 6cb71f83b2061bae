/** Regions of a picture: drawn by mouse or touch into the number fields of a row, which stay what is sent. */
const SVG = "http://www.w3.org/2000/svg";
const number = (value) => String(Math.round(value * 10) / 10);

function make(name, attributes = {}) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

/** The shape that kind and numbers say; null while they make none. */
function shapeOf(kind, coords, size) {
  const [a, b, c, d] = coords;
  if (kind === "default") return make("rect", { x: 0, y: 0, width: size.width, height: size.height });
  if (kind === "rect" && coords.length === 4) return make("rect", { x: Math.min(a, c), y: Math.min(b, d), width: Math.abs(c - a), height: Math.abs(d - b) });
  if (kind === "circle" && coords.length === 3) return make("circle", { cx: a, cy: b, r: Math.max(c, 0) });
  if (kind === "ellipse" && coords.length === 4) return make("ellipse", { cx: a, cy: b, rx: Math.max(c, 0), ry: Math.max(d, 0) });
  if (kind === "poly" && coords.length >= 4 && coords.length % 2 === 0) return make(coords.length < 6 ? "polyline" : "polygon", { points: coords.join(" ") });
  return null;
}

class Drawing {
  constructor(place) {
    this.place = place;
    this.prefix = place.dataset.drawing.replace(/drawing$/, "");
    this.form = place.closest("form");
    place.dataset.dressed = "";
    this.form.addEventListener("input", () => place.isConnected && this.draw());
    this.form.addEventListener("change", () => place.isConnected && this.draw());
    this.field("picture-file")?.addEventListener("change", (event) => this.send(event.target));
    for (const row of this.rows) this.addButton(row);
    this.draw();
  }

  field(name) {
    return this.form.elements[`${this.prefix}${name}`];
  }

  get rows() {
    return [...this.form.querySelectorAll(`[id^="row-${this.prefix}regions-"], [id^="row-${this.prefix}areas-"]`)].filter((row) => this.coordsOf(row));
  }

  coordsOf(row) {
    return row.querySelector('input[name$="-coords"]');
  }

  kindOf(row) {
    return row.querySelector('select[name$="-shape"]').value;
  }

  numbersOf(row) {
    return this.coordsOf(row).value.split(/[\s,，]+/).filter(Boolean).map(Number).filter(Number.isFinite);
  }

  addButton(row) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "button button--small", textContent: this.place.dataset.textDraw });
    button.setAttribute("aria-pressed", "false");
    button.dataset.draw = "";
    button.addEventListener("click", () => this.choose(row === this.active ? null : row));
    this.coordsOf(row).after(button);
  }

  choose(row) {
    this.active = row;
    this.corners = [];
    for (const other of this.rows) {
      const button = other.querySelector("[data-draw]");
      button.setAttribute("aria-pressed", String(other === row));
      button.textContent = other === row ? this.place.dataset.textDrawing : this.place.dataset.textDraw;
    }
    if (row) this.svg?.scrollIntoView({ block: "nearest" });
    this.draw();
  }

  get url() {
    return this.field("picture")?.closest("[data-picture]").querySelector("[data-picture-shown]")?.src ?? "";
  }

  draw() {
    const size = { width: Number(this.field("width")?.value), height: Number(this.field("height")?.value) };
    if (!this.url || !size.width || !size.height) {
      this.place.replaceChildren();
      this.svg = null;
      return;
    }
    if (!this.svg) this.prepare();
    this.size = size;
    this.svg.setAttribute("viewBox", `0 0 ${size.width} ${size.height}`);
    const picture = make("image", { href: this.url, width: size.width, height: size.height });
    const shapes = this.rows.flatMap((row, index) => {
      const shape = shapeOf(this.kindOf(row), this.numbersOf(row), size);
      if (!shape) return [];
      const isRight = row.querySelector('input[name$="-right"]')?.checked ?? true;
      shape.setAttribute("class", `hotspot__shape${row === this.active ? " hotspot__shape--chosen" : isRight ? " hotspot__shape--right" : ""}`);
      const box = this.numbersOf(row);
      const label = make("text", { x: box[0] ?? 0, y: box[1] ?? 0, dx: size.width / 80, dy: size.width / 20, class: "hotspot__number", "font-size": size.width / 22 });
      label.textContent = String(index + 1);
      return [shape, label];
    });
    this.svg.replaceChildren(picture, ...shapes);
  }

  prepare() {
    this.svg = make("svg", { class: "hotspot__picture", tabindex: "-1", "aria-hidden": "true" });
    const help = Object.assign(document.createElement("p"), { className: "field__help", textContent: this.place.dataset.textHelp });
    this.place.replaceChildren(this.svg, help);
    let from = null;
    const at = (event) => {
      const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM().inverse());
      return [Math.min(Math.max(point.x, 0), this.size.width), Math.min(Math.max(point.y, 0), this.size.height)];
    };
    this.svg.addEventListener("pointerdown", (event) => {
      if (!this.active) return;
      event.preventDefault();
      this.svg.focus({ preventScroll: true });
      if (this.kindOf(this.active) === "poly") {
        this.corners.push(...at(event));
        this.write(this.corners);
        return;
      }
      from = at(event);
      this.svg.setPointerCapture(event.pointerId);
    });
    this.svg.addEventListener("pointermove", (event) => {
      if (from) this.write(this.dragged(from, at(event)));
    });
    this.svg.addEventListener("pointerup", () => {
      if (from) this.choose(null);
      from = null;
    });
    this.svg.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === "Escape") {
        event.preventDefault();
        this.choose(null);
      }
    });
  }

  dragged([x1, y1], [x2, y2]) {
    const kind = this.kindOf(this.active);
    if (kind === "circle") return [x1, y1, Math.hypot(x2 - x1, y2 - y1)];
    if (kind === "ellipse") return [(x1 + x2) / 2, (y1 + y2) / 2, Math.abs(x2 - x1) / 2, Math.abs(y2 - y1) / 2];
    return [Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2), Math.max(y1, y2)];
  }

  write(coords) {
    const input = this.coordsOf(this.active);
    input.value = coords.map(number).join(", ");
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** Sends a chosen picture at once, so that it can be drawn on before the question is saved. */
  async send(input) {
    const box = input.closest("[data-picture]");
    const error = box.querySelector("[data-picture-error]");
    const words = JSON.parse(document.getElementById("rich-words").textContent);
    const body = new FormData();
    body.set("file", input.files[0]);
    body.set("csrfmiddlewaretoken", this.form.elements.csrfmiddlewaretoken.value);
    error.textContent = "";
    try {
      const answer = await fetch(words.uploadUrl, { method: "POST", body, credentials: "same-origin" });
      const kept = await answer.json();
      if (!answer.ok) throw new Error(kept.detail);
      box.querySelector("[data-picture-name]").value = kept.name;
      const shown = box.querySelector("[data-picture-shown]") ?? box.insertBefore(Object.assign(new Image(), { className: "editor-picture__shown", alt: "" }), input);
      shown.dataset.pictureShown = "";
      shown.src = kept.url;
      input.value = "";
      if (kept.width && kept.height) {
        this.field("width").value = String(kept.width);
        this.field("height").value = String(kept.height);
      }
      this.field("width").dispatchEvent(new Event("input", { bubbles: true }));
    } catch (problem) {
      error.textContent = problem.message || words.failed;
    }
  }
}

export function dressDrawings(root) {
  for (const place of root.querySelectorAll("[data-drawing]:not([data-dressed])")) new Drawing(place);
}
