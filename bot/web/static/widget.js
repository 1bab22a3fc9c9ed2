// <enschede-assistant language="nl"></enschede-assistant>: a button that opens the conversation; with the attribute
// `page`, the conversation itself. All of it is inside a shadow root, so that it and the page around it leave each
// other alone. See docs/embedding.md.
import { Chat } from "./chat.js";
import { Conversation } from "./conversation.js";
import { button, element, icon } from "./dom.js";
import { THEME } from "./theme.js";

const SERVER = new URL(import.meta.url).origin;
const SHEETS = ["vendor/components.css", "assistant.css"];
const EVENTS = ["visibilitychange", "pageshow", "pagehide", "offline", "online"];

async function load(address) {
  const response = await fetch(new URL(address, import.meta.url), { credentials: "omit" });
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response;
}

const loadSheet = async (name) => new CSSStyleSheet().replace(await (await load(name)).text());
const loadTexts = async (language) => (await load(`/v1/texts/${language}`)).json();

class EnschedeAssistant extends HTMLElement {
  connectedCallback() {
    for (const name of EVENTS) addEventListener(name, this);
    if (!this.shadowRoot) this.#build();
  }

  disconnectedCallback() {
    for (const name of EVENTS) removeEventListener(name, this);
  }

  handleEvent({ type }) {
    if (!this.chat) return;
    if (type === "offline" || type === "online") this.chat.say(this.chat.texts[type]);
    else if (type === "pagehide") this.chat.conversation.save(false);
    else this.chat.conversation.save();
  }

  async #build() {
    const language = this.getAttribute("language") === "en" ? "en" : "nl";
    const themed = this.getAttribute("theme-sheets")?.split(/\s+/) ?? THEME.sheets;
    // Until all of it is there, and when it cannot be had, the page shows what stands inside the element: the forms
    // that need no JavaScript, or nothing.
    const parts = [loadTexts("nl"), loadTexts("en"), ...[...themed, ...SHEETS].map(loadSheet)];
    const [nl, en, ...sheets] = await Promise.all(parts).catch(() => []);
    if (!nl || this.shadowRoot) return;
    this.chat = new Chat(new Conversation(SERVER, language), { nl, en });
    this.attachShadow({ mode: "open" }).adoptedStyleSheets = sheets;
    const light = this.getAttribute("color-scheme") === "light" ? " light" : "";
    const theme = { class: (this.getAttribute("theme") ?? THEME.name) + light, lang: language };
    const page = this.hasAttribute("page");
    this.shadowRoot.append(page ? element("div", theme, this.chat.element) : this.#floating(theme));
    if (!page) this.#show(this.chat.conversation.open);
    this.#takeOver();
  }

  /** The launcher and the panel, in the corner of another site. */
  #floating(theme) {
    const { scroll, texts, element: chat } = this.chat;
    // Where the panel is a window, what scrolls inside it has to be reached by keyboard.
    Object.assign(scroll, { tabIndex: 0, role: "group", ariaLabel: texts.log_label });
    this.launcher = button("primary with-icon", () => this.#toggle(true), icon("chat"), texts.launcher);
    this.launcher.setAttribute("aria-haspopup", "dialog");
    const close = button("subtle", () => this.#toggle(false), icon("close"));
    close.setAttribute("aria-label", texts.close);
    const keydown = (event) => {
      if (event.key === "Escape" && !event.isComposing) this.#toggle(false);
    };
    const names = { "aria-labelledby": "title", "aria-describedby": "notice" };
    this.panel = element("div", { class: "chat-panel", role: "dialog", ...names, keydown },
      element("div", { class: "panel-head" }, element("h2", { id: "title" }, texts.panel_title), close), chat);
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
    const { conversation } = this.chat;
    this.#show(open);
    conversation.open = open;
    conversation.save();
    (open ? this.chat : this.launcher).focus();
  }

  /** What was typed while the scripts were on their way goes along. */
  #takeOver() {
    const early = this.querySelector("textarea");
    const focused = early?.matches(":focus");
    this.chat.field.value = early?.value ?? "";
    this.replaceChildren();
    if (focused) this.chat.field.focus();
  }
}

customElements.define("enschede-assistant", EnschedeAssistant);
