// <enschede-assistant language="nl"></enschede-assistant>: a button that opens the conversation; with the attribute
// `page`, the conversation itself. All of it is inside a shadow root, so that it and the page around it leave each other
// alone. See docs/embedding.md.
import { Chat } from "./chat.js";
import { Conversation } from "./conversation.js";
import { button, element, icon } from "./dom.js";
import { THEME } from "./theme.js";

const OTHER = { nl: "en", en: "nl" };
const SERVER = new URL(import.meta.url).origin;
const SHEETS = ["vendor/components.css", "assistant.css"];

async function loaded(url) {
  const response = await fetch(url, { credentials: "omit" });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response;
}

async function loadSheet(name) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(await (await loaded(new URL(name, import.meta.url))).text());
  return sheet;
}

async function loadTexts(language) {
  return { ...(await (await loaded(`${SERVER}/v1/texts/${language}`)).json()), language, other: OTHER[language] };
}

class EnschedeAssistant extends HTMLElement {
  #listening;

  async connectedCallback() {
    this.#listening = new AbortController();
    if (!this.shadowRoot) await this.#build();
    if (this.chat) this.#listen();
  }

  disconnectedCallback() {
    this.#listening.abort();
  }

  async #build() {
    const language = this.getAttribute("language") in OTHER ? this.getAttribute("language") : "nl";
    const themed = this.getAttribute("theme-sheets")?.split(/\s+/) ?? THEME.sheets;
    // Until all of it is there, and when it cannot be had, the page shows what stands inside the element: the forms
    // that need no JavaScript, or nothing.
    const parts = [loadTexts("nl"), loadTexts("en"), ...[...themed, ...SHEETS].map(loadSheet)];
    const [nl, en, ...sheets] = await Promise.all(parts).catch(() => []);
    if (!nl) return;
    this.conversation = new Conversation(SERVER, language);
    this.chat = new Chat(this.conversation, { nl, en }, language);
    this.attachShadow({ mode: "open" }).adoptedStyleSheets = sheets;
    const light = this.getAttribute("color-scheme") === "light" ? " light" : "";
    const theme = { class: (this.getAttribute("theme") ?? THEME.name) + light, lang: language };
    this.shadowRoot.append(this.hasAttribute("page") ? element("div", theme, this.chat.element) : this.#floating(theme));
    if (this.panel) this.#show(this.conversation.open);
    this.#takeOver();
  }

  /** The launcher and the panel, in the corner of another site. */
  #floating(theme) {
    const { scroll, texts } = this.chat;
    // Where the panel is a window, what scrolls inside it has to be reached by keyboard.
    for (const [name, value] of [["tabindex", 0], ["role", "group"], ["aria-label", texts.log_label]]) scroll.setAttribute(name, value);
    this.launcher = button("primary with-icon", () => this.#toggle(true), icon("chat"), texts.launcher);
    this.launcher.setAttribute("aria-haspopup", "dialog");
    const close = button("subtle", () => this.#toggle(false), icon("close"));
    close.setAttribute("aria-label", texts.close);
    const keydown = (event) => {
      if (event.key === "Escape" && !event.isComposing) this.#toggle(false);
    };
    this.panel = element("div", { class: "chat-panel", role: "dialog", "aria-labelledby": "title", "aria-describedby": "notice", keydown },
      element("div", { class: "panel-head" }, element("h2", { id: "title" }, texts.panel_title), close),
      this.chat.element);
    return element("section", { ...theme, "aria-label": texts.title },
      element("div", { class: "chat chat-launcher" }, this.launcher), this.panel);
  }

  #show(open) {
    this.panel.hidden = !open;
    this.launcher.hidden = open;
    this.launcher.setAttribute("aria-expanded", open);
    if (open) this.chat.log.lastElementChild.scrollIntoView({ block: "nearest" });
  }

  #toggle(open) {
    this.#show(open);
    this.conversation.open = open;
    this.conversation.save();
    if (open) this.chat.focus();
    else this.launcher.focus();
  }

  /** What was typed while the scripts were on their way goes along. */
  #takeOver() {
    const early = this.querySelector("textarea");
    const focused = early !== null && early === document.activeElement;
    this.chat.field.value = early?.value ?? "";
    this.replaceChildren();
    if (focused) this.chat.field.focus();
  }

  #listen() {
    const { chat, conversation } = this;
    const { signal } = this.#listening;
    const on = (target, name, does) => target.addEventListener(name, does, { signal });
    on(document, "visibilitychange", () => conversation.markInUse());
    on(window, "pageshow", () => conversation.markInUse());
    on(window, "pagehide", () => conversation.markInUse(false));
    on(window, "offline", () => chat.say(chat.texts.offline));
    on(window, "online", () => chat.say(chat.texts.online));
  }
}

customElements.define("enschede-assistant", EnschedeAssistant);
