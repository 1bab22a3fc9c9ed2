// The chat page with JavaScript: the same forms, without reloading. Everything shown is built from text nodes.
const root = document.getElementById("chat");
const texts = JSON.parse(root.dataset.texts);
const language = root.dataset.language;
const log = document.getElementById("log");
const status = document.getElementById("status");
const form = document.getElementById("compose");
const field = document.getElementById("question");
const starters = document.getElementById("starters");
const SLOW = 500; // milliseconds after which a waiting visitor is told so
const PERSONAL = /[\w.+-]+@(?!enschede\.nl)[\w-]+\.\w+|\b[A-Z]{2}\d{2}[A-Z]{4}\d{6,}|\b\d{8,9}\b|\b0[\d -]{8,}\d/i;

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function sessionId() {
  let id = sessionStorage.getItem("session");
  if (!id) {
    const bytes = crypto.getRandomValues(new Uint8Array(24));
    id = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    sessionStorage.setItem("session", id);
  }
  return id;
}

function show(kind, text, in_language = language) {
  const speaker = element("p", { class: "speaker", lang: language }, kind === "user" ? texts.you : texts.assistant);
  const message = element("div", { class: `message ${kind}`, lang: in_language }, speaker, element("p", { class: "text" }, text));
  log.append(message);
  message.scrollIntoView({ block: "nearest" });
  return message;
}

function choices(buttons) {
  const list = element("ul", { class: "choices", "aria-label": texts.buttons_label });
  for (const button of buttons) {
    const press = element("button", { type: "button" }, button.title);
    press.addEventListener("click", () => ask(button.payload));
    list.append(element("li", {}, press));
  }
  return list;
}

function dated(source) {
  return `${source.title}, ${texts[source.dated] ?? ""} ${source.as_of}`;
}

function sources(found) {
  const list = element("ul", {});
  for (const source of found) list.append(element("li", {}, source.note ? `${dated(source)}. ${source.note}` : dated(source)));
  return element("details", { class: "source" }, element("summary", {}, `${texts.source}: ${dated(found[0])}`), list);
}

function rating(messageId) {
  const row = element("div", { class: "rate", role: "group", "aria-label": texts.helpful, lang: language }, element("span", {}, texts.helpful));
  for (const value of ["up", "down"]) {
    const press = element("button", { type: "button" }, texts[value]);
    press.addEventListener("click", async () => {
      const body = JSON.stringify({ message_id: messageId, rating: value });
      const answer = await fetch("/v1/feedback", { method: "POST", headers: { "Content-Type": "application/json" }, body }).catch(() => null);
      if (answer?.ok) row.replaceChildren(texts.thanks);
    });
    row.append(press);
  }
  return row;
}

function answer(reply) {
  for (const part of reply.messages) {
    const message = show("assistant", part.text, reply.language);
    if (reply.sources?.length) message.append(sources(reply.sources));
    if (part.buttons?.length) message.append(choices(part.buttons));
    if (reply.outcome === "answered") message.append(rating(reply.message_id));
  }
}

function failed(text) {
  const message = show("assistant", navigator.onLine ? texts.away : texts.offline);
  const again = element("button", { type: "button" }, texts.again);
  again.addEventListener("click", () => { message.remove(); send(text); });
  message.append(element("div", { class: "choices" }, again));
  again.focus();
}

let pending = false;

async function send(text) {
  pending = true;
  const slow = setTimeout(() => { status.textContent = texts.waiting; }, SLOW);
  try {
    const body = JSON.stringify({ session_id: sessionId(), text, language });
    const response = await fetch("/v1/messages", { method: "POST", headers: { "Content-Type": "application/json" }, body });
    if (!response.ok) throw new Error(String(response.status));
    answer(await response.json());
    field.focus();
  } catch {
    failed(text);
  } finally {
    pending = false;
    clearTimeout(slow);
    status.textContent = "";
  }
}

function ask(text) {
  if (pending) return Promise.resolve(); // one question at a time: the answers stay in order
  starters.hidden = true;
  show("user", text);
  return send(text);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = field.value.trim();
  if (pending) return;
  if (!text) { status.textContent = texts.empty; return; }
  if (PERSONAL.test(text) && field.dataset.warned !== text) {
    field.dataset.warned = text; // a second press sends it all the same: the server masks it
    status.textContent = texts.personal;
    return;
  }
  field.value = "";
  ask(text);
});
field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    form.requestSubmit();
  }
});
starters.addEventListener("submit", (event) => {
  event.preventDefault();
  ask(event.submitter.value);
});
