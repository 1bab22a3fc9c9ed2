// Building what is shown: always from elements and text, never from markup.
const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  chat: "M4 3h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2h-8l-5 4.5V17H4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z",
  close: "M6.4 5 5 6.4l5.6 5.6L5 17.6 6.4 19l5.6-5.6 5.6 5.6 1.4-1.4-5.6-5.6L19 6.4 17.6 5 12 10.6z",
  up: "M2 10h4v11H2zm6 0 4-8c1.7 0 3 1.3 3 3l-.6 4H20c1.3 0 2.3 1.2 2 2.5l-1.7 7.6A2.5 2.5 0 0 1 17.9 21H10l-2-1z",
  down: "M2 14h4V3H2zm6 0 4 8c1.7 0 3-1.3 3-3l-.6-4H20c1.3 0 2.3-1.2 2-2.5l-1.7-7.6A2.5 2.5 0 0 0 17.9 3H10L8 4z",
};

/** An element. A function among its attributes listens to the event of that name; empty children are left out. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key, value);
    else if (typeof value === "boolean") made.toggleAttribute(key, value);
    else if (value != null) made.setAttribute(key, value);
  }
  made.append(...children.flat().filter(Boolean));
  return made;
}

export function icon(name) {
  const [svg, path] = ["svg", "path"].map((part) => document.createElementNS(SVG, part));
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** A button of one or more kinds ("subtle small"). Without `click` it submits its form. */
export function button(kinds, click, ...content) {
  const classes = kinds.split(" ").map((kind) => `nl-button--${kind}`).join(" ");
  return element("button", { type: click ? "button" : "submit", class: `nl-button ${classes}`, click }, content);
}

export function listed(items, attributes) {
  return element("ul", attributes, items.map((item) => element("li", {}, item)));
}
