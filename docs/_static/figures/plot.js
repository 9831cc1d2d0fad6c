// Axes, curves and points in SVG, and a slider: what the figures of the site are made of.
"use strict";

const Figures = {};

{
const SVG = "http://www.w3.org/2000/svg";

const sigmoid = (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));
const format = (value, digits = 3) => value.toFixed(digits).replace("-", "−");

function element(name, attributes, parent) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  parent?.append(made);
  return made;
}

// A plot with its own coordinates: x from left to right, y from bottom to top.
class Plot {
  // On a narrow screen it has fewer units, so that its words keep their size.
  constructor(parent, { x, y, title, xTitle, yTitle, width = Math.min(560, parent.clientWidth || 560), height = 300, yTicks = 5, xTicks = 5, yLabel }) {
    const margin = { left: 72, right: 14, top: 12, bottom: 44 };
    Object.assign(this, { x, y, width, height, margin });
    this.svg = element("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": title }, parent);
    const [left, right] = [this.atX(x[0]), this.atX(x[1])];
    const [bottom, top] = [this.atY(y[0]), this.atY(y[1])];
    for (let i = 0; i <= xTicks; i++) {
      const value = x[0] + ((x[1] - x[0]) * i) / xTicks;
      element("line", { x1: this.atX(value), x2: this.atX(value), y1: top, y2: bottom, class: "grid" }, this.svg);
      this.text(this.atX(value), bottom + 16, String(Math.round(value * 100) / 100).replace("-", "−"), "middle");
    }
    for (let i = 0; i <= yTicks; i++) {
      const value = y[0] + ((y[1] - y[0]) * i) / yTicks;
      element("line", { x1: left, x2: right, y1: this.atY(value), y2: this.atY(value), class: "grid" }, this.svg);
      const told = yLabel ? yLabel(value) : String(Math.round(value * 100) / 100).replace("-", "−");
      this.text(left - 6, this.atY(value) + 4, told, "end");
    }
    this.text((left + right) / 2, height - 6, xTitle, "middle");
    const upwards = this.text(0, 0, yTitle, "middle");
    upwards.setAttribute("transform", `translate(13 ${(top + bottom) / 2}) rotate(-90)`);
  }

  atX(value) {
    const { left, right } = this.margin;
    return left + ((value - this.x[0]) / (this.x[1] - this.x[0])) * (this.width - left - right);
  }

  atY(value) {
    const { top, bottom } = this.margin;
    const clipped = Math.min(Math.max(value, Math.min(...this.y)), Math.max(...this.y));
    return this.height - bottom - ((clipped - this.y[0]) / (this.y[1] - this.y[0])) * (this.height - top - bottom);
  }

  text(x, y, words, anchor) {
    const made = element("text", { x, y, "text-anchor": anchor }, this.svg);
    made.textContent = words;
    return made;
  }

  // A polyline that `draw` gives new points.
  curve(style) {
    const made = element("polyline", { class: `curve ${style}` }, this.svg);
    return (points) => made.setAttribute("points", points.map(([x, y]) => `${this.atX(x)},${this.atY(y)}`).join(" "));
  }

  sampled(f, count = 160) {
    return Array.from({ length: count + 1 }, (_, i) => {
      const x = this.x[0] + ((this.x[1] - this.x[0]) * i) / count;
      return [x, f(x)];
    });
  }

  // A dot that a pointer drags and the arrow keys move; `moved` is given its new x.
  handle(moved, step) {
    const dot = element("circle", { r: 9, class: "handle", tabindex: 0, role: "slider" }, this.svg);
    const [low, high] = this.x;
    const within = (value) => Math.min(Math.max(value, low), high);
    let now = 0;
    const toX = (event) => {
      const box = this.svg.getBoundingClientRect();
      const pixel = ((event.clientX - box.left) / box.width) * this.width;
      const { left, right } = this.margin;
      return low + ((pixel - left) / (this.width - left - right)) * (high - low);
    };
    dot.addEventListener("pointerdown", (event) => {
      dot.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    dot.addEventListener("pointermove", (event) => {
      if (dot.hasPointerCapture(event.pointerId)) moved(within(toX(event)));
    });
    dot.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -step, ArrowRight: step, ArrowDown: -step, ArrowUp: step }[event.key];
      if (by === undefined) return;
      event.preventDefault();
      event.stopPropagation(); // the arrow keys of the site turn pages
      moved(within(now + by));
    });
    dot.setAttribute("aria-valuemin", low);
    dot.setAttribute("aria-valuemax", high);
    return (x, y) => {
      now = x;
      dot.setAttribute("cx", this.atX(x));
      dot.setAttribute("cy", this.atY(y));
      dot.setAttribute("aria-valuenow", format(x, 2));
    };
  }
}

// A labelled slider; `moved` is called at once and at each change.
function slider(parent, { label, min, max, step, value, digits = 2 }, moved) {
  const line = document.createElement("label");
  const input = Object.assign(document.createElement("input"), { type: "range", min, max, step, value });
  const name = document.createElement("span");
  const told = document.createElement("output");
  name.textContent = label;
  line.append(name, input, told);
  parent.append(line);
  const tell = () => {
    told.textContent = format(Number(input.value), digits);
    moved(Number(input.value));
  };
  input.addEventListener("input", tell);
  told.textContent = format(Number(value), digits);
  return {
    get value() {
      return Number(input.value);
    },
    set value(next) {
      input.value = next;
      told.textContent = format(Number(next), digits);
    },
  };
}

function sentence(parent) {
  const made = document.createElement("p");
  made.setAttribute("aria-live", "polite");
  parent.append(made);
  return made;
}

function legend(parent, entries) {
  const made = document.createElement("p");
  made.className = "legend";
  for (const [style, words] of entries) {
    const key = document.createElement("span");
    key.className = `key ${style}`;
    made.append(key, ` ${words} `);
  }
  parent.append(made);
}

Object.assign(Figures, { sigmoid, format, element, Plot, slider, sentence, legend });
}
