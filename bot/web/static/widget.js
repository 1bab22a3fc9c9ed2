// <enschede-assistant language="nl"></enschede-assistant>: a button that opens the conversation; with the attribute
// `page`, the conversation itself. Everything is inside a shadow root, so neither it nor the page around it disturbs the
// other. See docs/embedding.md.
import { Conversation } from "./conversation.js";
import { button, element, icon, listed } from "./dom.js";
import { asText, assistantMessage, message, visitorMessage } from "./messages.js";
import { personalData } from "./personal.js";
import { THEME } from "./theme.js";

const OTHER = { nl: "en", en: "nl" };
const SLOW = 500; // milliseconds after which a waiting visitor is told so
const VERY_SLOW = 8000; // and told again
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
  #waiting = false;
  #listening;

  async connectedCallback() {
    this.#listening = new AbortController();
    if (this.shadowRoot) {
      this.#listen();
      return;
    }
    this.language = this.getAttribute("language") in OTHER ? this.getAttribute("language") : "nl";
    const themed = (this.getAttribute("theme-sheets")?.split(/\s+/) ?? THEME.sheets).concat(SHEETS);
    // Until all of it is there, and when it cannot be had, the page shows what stands inside the element: the forms
    // that need no JavaScript, or nothing.
    const parts = [loadTexts(this.language), loadTexts(OTHER[this.language]), ...themed.map(loadSheet)];
    const [texts, otherTexts, ...sheets] = await Promise.all(parts).catch(() => []);
    if (!texts) return;
    this.texts = texts;
    this.allTexts = { [this.language]: texts, [OTHER[this.language]]: otherTexts };
    this.conversation = new Conversation(SERVER, this.language);
    this.attachShadow({ mode: "open" }).adoptedStyleSheets = sheets;
    this.#build();
    this.#takeOver();
    this.#listen();
  }

  disconnectedCallback() {
    this.#listening.abort();
  }

  #listen() {
    const { signal } = this.#listening;
    const inUse = () => this.conversation?.markInUse();
    document.addEventListener("visibilitychange", inUse, { signal });
    addEventListener("pagehide", () => this.conversation?.markInUse(false), { signal });
    addEventListener("pageshow", inUse, { signal });
    addEventListener("offline", () => this.say(this.texts.offline), { signal });
    addEventListener("online", () => this.say(this.texts.online), { signal });
  }

  // Building

  #build() {
    const { texts } = this;
    const page = this.hasAttribute("page");
    const theme = `${this.getAttribute("theme") ?? THEME.name} ${this.getAttribute("color-scheme") === "light" ? "light" : ""}`;
    this.log = element("div", { class: "chat-log", role: "log", "aria-label": texts.log_label, tabindex: -1 });
    this.starters = listed(texts.start.map((question) => button("secondary", () => this.ask(question), question)),
      { class: "starters", "aria-label": texts.start_label });
    this.status = element("p", { class: "status", role: "status" });
    this.flag = element("div", { class: "flag", role: "alert" });
    this.tools = element("div", { class: "tools", role: "group", "aria-label": texts.tools_label });
    const notice = element("div", { class: "chat-notice utrecht-alert utrecht-alert--info", id: "notice" },
      element("p", {}, `${texts.notice} `, element("a", { class: "nl-link", href: `mailto:${texts.contact}` }, texts.contact), "."));
    const scroll = element("div", { class: "scroll" }, this.log, this.starters);
    const dock = element("div", { class: "dock" }, this.status, this.flag, this.#composer());
    const chat = element("div", { class: "chat" }, notice, scroll, dock, this.tools);
    this.#showAll();
    this.#showTools();
    if (page) {
      this.shadowRoot.append(element("div", { class: theme }, chat));
      return;
    }
    // Where the panel is a window, what scrolls inside it has to be reached by keyboard.
    scroll.tabIndex = 0;
    scroll.setAttribute("role", "group");
    scroll.setAttribute("aria-label", texts.log_label);
    this.launcher = button("primary with-icon", () => this.#toggle(true), icon("chat"), texts.launcher);
    this.launcher.setAttribute("aria-haspopup", "dialog");
    const close = button("subtle", () => this.#toggle(false), icon("close"));
    close.setAttribute("aria-label", texts.close);
    this.panel = element("div", { class: "chat-panel", role: "dialog", "aria-labelledby": "title", "aria-describedby": "notice", tabindex: -1,
      keydown: (event) => { if (event.key === "Escape" && !event.isComposing) this.#toggle(false); } },
      element("div", { class: "panel-head" }, element("h2", { id: "title" }, texts.panel_title), close), chat);
    this.shadowRoot.append(element("section", { class: theme, lang: this.language, "aria-label": texts.title },
      element("div", { class: "chat chat-launcher" }, this.launcher), this.panel));
    this.#showPanel(this.conversation.open);
  }

  /** What was typed while the scripts were on their way goes along. */
  #takeOver() {
    const early = this.querySelector("textarea");
    const focused = early !== null && early === document.activeElement;
    this.field.value = early?.value ?? "";
    this.replaceChildren();
    if (focused) this.field.focus();
  }

  #composer() {
    const { texts } = this;
    this.field = element("textarea", {
      id: "question", rows: 2, maxlength: 1000, "aria-describedby": "hint", input: () => this.flag.replaceChildren(),
      keydown: (event) => {
        if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        this.#submit();
      } });
    return element("form", { class: "composer", novalidate: true, submit: (event) => { event.preventDefault(); this.#submit(); } },
      element("label", { class: "utrecht-form-label", for: "question" }, texts.input_label),
      element("div", { class: "composer-row" }, this.field,
        element("button", { class: "nl-button nl-button--primary", type: "submit" }, texts.send)),
      element("p", { class: "hint", id: "hint" }, element("span", { class: "hint-notice" }, `${texts.hint_notice} `),
        element("span", { class: "hint-keys" }, texts.hint)));
  }

  #showAll() {
    this.log.replaceChildren(message("assistant", this.texts,
      element("div", { class: "message-body" }, element("p", { class: "message-text" }, this.texts.greeting))));
    for (const entry of this.conversation.entries) this.#show(entry);
    this.starters.hidden = this.conversation.entries.length > 0;
  }

  #show(entry) {
    const { texts } = this;
    const shown = entry.by === "visitor"
      ? visitorMessage(entry, texts)
      : assistantMessage(entry, texts, this.allTexts[entry.reply.language] ?? texts, {
        ask: (text) => this.ask(text), say: (text) => this.say(text),
        rate: (...opinion) => this.#rate(...opinion) });
    this.log.append(shown);
    if (entry.state === "failed") this.#showTrouble(entry, shown, texts.away);
    return shown;
  }

  #showTrouble(entry, question, text, seconds = 0) {
    const { texts } = this;
    const send = () => {
      if (again.getAttribute("aria-disabled") === "true" || this.#waiting) return;
      trouble.remove();
      this.#focusField();
      this.#deliver(entry, question);
    };
    const again = button("secondary", send, texts.again);
    const wait = seconds > 0 && ` ${texts.away_seconds.replace("{seconds}", seconds)}`;
    const trouble = element("div", { class: "trouble utrecht-alert utrecht-alert--error" }, element("p", {}, text, wait), again);
    if (wait) {
      again.setAttribute("aria-disabled", "true");
      again.classList.add("nl-button--disabled");
      setTimeout(() => {
        again.removeAttribute("aria-disabled");
        again.classList.remove("nl-button--disabled");
        if (again.isConnected) this.say(texts.ready_again);
      }, seconds * 1000);
    }
    question.after(trouble);
    trouble.scrollIntoView({ block: "nearest" });
  }

  #showTools() {
    const { texts } = this;
    const tool = (name, does) => button("subtle small", does, texts[name]);
    this.tools.replaceChildren(listed([
      tool("copy", () => this.#copy()), tool("download", () => this.#download()), tool("delete", () => this.#askToErase())]));
    this.tools.hidden = this.conversation.entries.length === 0;
  }

  // Opening and closing

  #showPanel(open) {
    this.panel.hidden = !open;
    this.launcher.hidden = open;
    this.launcher.setAttribute("aria-expanded", open);
    if (open) this.log.lastElementChild.scrollIntoView({ block: "nearest" });
  }

  #toggle(open) {
    this.#showPanel(open);
    this.conversation.open = open;
    this.conversation.save();
    if (open) this.#focusField();
    else this.launcher.focus();
  }

  /** To the field, but not where that opens a keyboard on the screen, over the conversation. */
  #focusField() {
    if (matchMedia("(pointer: coarse)").matches) (this.panel ?? this.log).focus({ preventScroll: true });
    else this.field.focus({ preventScroll: true });
  }

  // Talking

  /** Tells what goes on, for eyes and for screen readers. */
  say(text) {
    this.status.textContent = text;
  }

  #submit() {
    const text = this.field.value.trim();
    if (!text) return this.say(this.texts.empty);
    const kinds = personalData(text);
    if (kinds.length) return this.#showFlag(text, kinds);
    this.#sendField(text);
  }

  #sendField(text) {
    if (this.#waiting) return this.say(this.texts.one_at_a_time);
    this.field.value = "";
    this.flag.replaceChildren();
    this.ask(text);
  }

  #showFlag(text, kinds) {
    const { texts } = this;
    const names = kinds.map((kind) => texts.personal_kinds[kind]).join(", ");
    const edit = button("primary", () => { this.flag.replaceChildren(); this.field.focus(); }, texts.personal_edit);
    const send = button("secondary", () => { this.#focusField(); this.#sendField(text); }, texts.personal_send);
    this.flag.replaceChildren(element("div", { class: "utrecht-alert utrecht-alert--warning" },
      element("div", { class: "utrecht-alert__content" }, element("p", {}, texts.personal_found.replace("{kinds}", names)), listed([edit, send]))));
  }

  /** Sends a question as if it had been typed. One at a time, so that answers stay in order. */
  ask(text) {
    if (this.#waiting) return this.say(this.texts.one_at_a_time);
    const entry = this.conversation.add(text);
    const question = this.#show(entry);
    this.#focusField();
    this.starters.hidden = true;
    this.#showTools();
    return this.#deliver(entry, question);
  }

  async #deliver(entry, question) {
    const { texts } = this;
    this.#waiting = true;
    this.say("");
    question.scrollIntoView({ block: "nearest" });
    const timers = [setTimeout(() => this.say(texts.waiting), SLOW), setTimeout(() => this.say(texts.still_waiting), VERY_SLOW)];
    try {
      const answer = await this.conversation.deliver(entry);
      this.say("");
      const shown = this.#show(answer);
      question.after(shown);
      shown.scrollIntoView({ block: "nearest" });
    } catch ({ kind, seconds }) {
      this.say("");
      this.#showTrouble(entry, question, texts[kind], seconds);
    } finally {
      timers.forEach(clearTimeout);
      this.#waiting = false;
    }
  }

  async #rate(entry, rating, comment) {
    try {
      await this.conversation.rate(entry, rating, comment);
      return true;
    } catch {
      this.say(this.texts.rate_failed);
      return false;
    }
  }

  // The conversation as a whole

  async #copy() {
    try {
      await navigator.clipboard.writeText(asText(this.conversation.entries, this.texts));
      this.say(this.texts.copied);
    } catch {
      this.say(this.texts.copy_failed);
    }
  }

  #download() {
    const file = new Blob([asText(this.conversation.entries, this.texts)], { type: "text/plain;charset=utf-8" });
    const url = URL.createObjectURL(file);
    element("a", { href: url, download: this.texts.download_name }).click();
    URL.revokeObjectURL(url);
  }

  #askToErase() {
    const { texts } = this;
    const keep = button("secondary", () => { this.#showTools(); this.tools.querySelector("li:last-child button").focus(); }, texts.delete_no);
    const yes = button("primary", () => this.#erase(), texts.delete_yes);
    this.tools.replaceChildren(element("div", { class: "sure" }, element("p", { id: "sure" }, texts.delete_sure), yes, keep));
    yes.setAttribute("aria-describedby", "sure");
    yes.focus();
  }

  async #erase() {
    if (this.#waiting) return this.say(this.texts.one_at_a_time);
    try {
      await this.conversation.erase();
      this.#showAll();
      this.say(this.texts.deleted);
    } catch {
      this.say(this.texts.delete_failed);
    }
    this.#showTools();
    this.#focusField();
  }
}

customElements.define("enschede-assistant", EnschedeAssistant);
