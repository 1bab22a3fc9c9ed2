// Keyboard shortcuts: the element with data-key="j" is pressed, opened or typed in when j is. A key in two parts
// ("s d") is typed one after the other. Off while a field has the focus, and for whom has switched them off. Inside an
// element with data-typing, letters go to its field.
const KEPT = "review-keys";
const PATIENCE = 3000; // milliseconds in which the second part of a key has to follow
const FIELDS = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), select, textarea, [contenteditable]";

const dialog = document.getElementById("keys");
const button = document.getElementById("keys-button");
const status = document.getElementById("keys-status");
const box = document.getElementById("keys-switch");
let on = kept() !== "off";
let prefix = "";
let waiting = 0;

function kept() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null; // storage is forbidden: the choice lasts as long as the page
  }
}

function turn(value) {
  on = value;
  box.checked = on;
  document.documentElement.classList.toggle("keys-on", on);
  try {
    localStorage.setItem(KEPT, on ? "on" : "off");
  } catch {
    // see kept()
  }
}

/** What carries a key. Comparing attributes rather than building a selector: a key may be any character. */
const carrier = (key) => [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key);

function forget() {
  clearTimeout(waiting);
  for (const group of document.querySelectorAll("[data-prefix]")) group.classList.remove("awaited");
  if (prefix) status.textContent = "";
  prefix = "";
}

function expect(key, group) {
  forget();
  prefix = key;
  group.classList.add("awaited");
  group.scrollIntoView({ block: "nearest" });
  status.textContent = group.dataset.prompt;
  waiting = setTimeout(forget, PATIENCE);
}

function use(element) {
  if (element.matches(FIELDS)) {
    element.focus();
    element.select();
  } else if (element.matches("summary")) {
    element.parentElement.open = !element.parentElement.open;
    (element.parentElement.open ? element.parentElement.querySelector("button, input:not([type=hidden])") : element).focus();
  } else {
    element.click();
  }
}

function escape(target) {
  const open = target.closest("details[open]") ?? document.querySelector("details.verdict[open]");
  if (open) {
    open.open = false;
    open.querySelector("summary").focus();
  } else if (target.matches(FIELDS)) {
    (document.getElementById("turn") ?? document.getElementById("content")).focus({ preventScroll: true });
  }
}

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  // AltGr is how [ and ] are typed on some keyboards.
  const commanded = (event.ctrlKey || event.altKey || event.metaKey) && !event.getModifierState("AltGraph");
  if (!on || commanded || event.isComposing || event.defaultPrevented || dialog.open) return;
  if (key === "Escape") {
    forget();
    escape(target);
    return;
  }
  if (target.closest(FIELDS)) return;
  const field = target.closest("[data-typing]")?.querySelector("input:not([type=hidden])");
  if (field && /^\p{L}$/u.test(key)) {
    field.focus(); // which then gets the letter
    return;
  }
  const group = prefix ? null : document.querySelector(`[data-prefix="${CSS.escape(key)}"]`);
  const found = carrier(prefix ? `${prefix} ${key}` : key);
  if (group) expect(key, group);
  else forget();
  if (!group && !found) return;
  event.preventDefault();
  // A key that is held down presses once.
  if (found && !event.repeat) use(found);
});

button.hidden = false;
button.addEventListener("click", () => dialog.showModal());
document.getElementById("keys-close").addEventListener("click", () => dialog.close());
dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
box.addEventListener("change", () => turn(box.checked));
turn(on);
