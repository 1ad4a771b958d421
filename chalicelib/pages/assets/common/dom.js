/**
 * Elements, made without a word of markup: every text that comes from people becomes a text node.
 */

/**
 * Make an element: `h("button", { class: "primary", onclick: buy }, "Buy")`.
 *
 * Properties that begin with `on` are listeners; true is an attribute without a value; null, undefined and false are
 * left out. Children are nodes, texts, numbers, or lists of those; null and false are left out.
 */
export function h(tag, properties = {}, ...children) {
  return fill(document.createElement(tag), properties, children);
}

/** Make an SVG element, in the same way. */
export function svg(tag, properties = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), properties, children);
}

/** Give an element these children instead of those it has. */
export function show(parent, ...children) {
  parent.replaceChildren(...children.flat(Infinity).filter(isShown));
  return parent;
}

/** Write a text into an element, unless it stands there already: what listens for changes hears only of changes. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter(isShown));
  return element;
}

function isShown(child) {
  return child !== null && child !== undefined && child !== false;
}

/** Say a text to those who listen to the page, once they have a moment. The same text is not said twice in a row. */
export function announce(text) {
  write(document.getElementById("announcer"), text);
}

/** Say a text at once: what was refused, whose turn it is. It is said again even if it is the same. */
export function alarm(text) {
  const element = document.getElementById("alarm");
  element.textContent = "";
  requestAnimationFrame(() => { element.textContent = text; });
}

/** Move the focus to where a new part of the page begins, so that a keyboard and a reader go on from there. */
export function focusOn(element) {
  if (!element.matches("a[href], button, input, select, textarea, [tabindex]")) element.setAttribute("tabindex", "-1");
  element.focus({ preventScroll: false });
}
