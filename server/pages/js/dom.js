// Elements from plain values. Text is only ever a text node.

export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) set(element, name, value);
  element.append(...children.flat().filter((child) => child != null && child !== false));
  return element;
}

function set(element, name, value) {
  if (value == null || value === false) return;
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (name === "share") element.style.setProperty("--share", String(Math.min(1, Math.max(0, value))));
  else element.setAttribute(name, value === true && !name.includes("-") ? "" : String(value));
}

export function byId(id) {
  return document.getElementById(id);
}

export function laneChip(lane) {
  return el("span", { class: "lane", "data-lane": lane }, lane);
}
