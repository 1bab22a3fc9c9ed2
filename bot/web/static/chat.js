// The conversation on the screen: the notice, the log, the field to type in, and what goes wrong.
import { button, element, listed } from "./dom.js";
import { assistantMessage, message, visitorMessage } from "./messages.js";
import { personalData } from "./personal.js";
import { Tools } from "./tools.js";

const SLOW = 500; // milliseconds after which a waiting visitor is told so
const VERY_SLOW = 8000; // and told again
const COMPOSING = 229; // the key code by which Safari tells that Enter ends a composition

export class Chat {
  #waiting = false;

  /** `allTexts` holds the texts by language, `language` is the page's. */
  constructor(conversation, allTexts, language) {
    this.conversation = conversation;
    this.allTexts = allTexts;
    this.texts = allTexts[language];
    const { texts } = this;
    this.log = element("div", { class: "chat-log", role: "log", "aria-label": texts.log_label, tabindex: -1 });
    this.starters = listed(texts.start.map((question) => button("secondary", () => this.ask(question), question)),
      { class: "starters", "aria-label": texts.start_label });
    this.status = element("p", { class: "status", role: "status" });
    this.flag = element("div", { class: "flag", role: "alert" });
    this.tools = new Tools(this);
    this.scroll = element("div", { class: "scroll" }, this.log, this.starters);
    this.element = element("div", { class: "chat" },
      element("div", { class: "chat-notice utrecht-alert utrecht-alert--info", id: "notice" },
        element("p", {}, `${texts.notice} `, element("a", { class: "nl-link", href: `mailto:${texts.contact}` }, texts.contact), ".")),
      this.scroll,
      element("div", { class: "dock" }, this.status, this.flag, this.#composer()),
      this.tools.element);
    this.#showAll();
  }

  #composer() {
    const { texts } = this;
    const submit = (event) => {
      event.preventDefault();
      this.#submit();
    };
    const keydown = (event) => {
      const composing = event.isComposing || event.keyCode === COMPOSING;
      if (event.key === "Enter" && !event.shiftKey && !composing) submit(event);
    };
    const input = () => this.flag.replaceChildren();
    this.field = element("textarea", { id: "question", rows: 2, maxlength: 1000, "aria-describedby": "hint", input, keydown });
    return element("form", { class: "composer", novalidate: true, submit },
      element("label", { class: "utrecht-form-label", for: "question" }, texts.input_label),
      element("div", { class: "composer-row" }, this.field,
        element("button", { class: "nl-button nl-button--primary", type: "submit" }, texts.send)),
      element("p", { class: "hint", id: "hint" },
        element("span", { class: "hint-notice" }, `${texts.hint_notice} `),
        element("span", { class: "hint-keys" }, texts.hint)));
  }

  /** To the field, but not where that opens a keyboard on the screen, over the conversation. */
  focus() {
    const target = matchMedia("(pointer: coarse)").matches ? this.log : this.field;
    target.focus({ preventScroll: true });
  }

  /** Tells what goes on, for eyes and for screen readers. */
  say(text) {
    this.status.textContent = text;
  }

  restart() {
    this.#showAll();
    this.tools.show();
    this.focus();
  }

  #showAll() {
    const { conversation, texts } = this;
    const greeting = element("div", { class: "message-body" }, element("p", { class: "message-text" }, texts.greeting));
    this.log.replaceChildren(message("assistant", texts, greeting));
    for (const entry of conversation.entries) this.#show(entry);
    this.starters.hidden = conversation.entries.length > 0;
  }

  #show(entry) {
    const { texts } = this;
    const shown = entry.by === "visitor"
      ? visitorMessage(entry, texts)
      : assistantMessage(entry, texts, this.allTexts[entry.reply.language] ?? texts, this);
    this.log.append(shown);
    if (entry.state === "failed") this.#showTrouble(entry, shown, texts.away);
    return shown;
  }

  // Sending

  #submit() {
    const text = this.field.value.trim();
    const kinds = personalData(text);
    if (!text) this.say(this.texts.empty);
    else if (kinds.length) this.#showFlag(text, kinds);
    else this.#sendTyped(text);
  }

  #sendTyped(text) {
    if (this.#waiting) return this.say(this.texts.one_at_a_time);
    this.field.value = "";
    this.flag.replaceChildren();
    this.ask(text);
  }

  /** Sends a question as if it had been typed. One at a time, so that answers stay in order. */
  ask(text) {
    if (this.#waiting) return this.say(this.texts.one_at_a_time);
    const entry = this.conversation.add(text);
    const question = this.#show(entry);
    this.focus();
    this.starters.hidden = true;
    this.tools.show();
    this.#deliver(entry, question);
  }

  async #deliver(entry, question) {
    const { texts } = this;
    this.#waiting = true;
    this.say("");
    question.scrollIntoView({ block: "nearest" });
    const timers = [[SLOW, texts.waiting], [VERY_SLOW, texts.still_waiting]].map(([wait, text]) => setTimeout(() => this.say(text), wait));
    try {
      const answer = this.#show(await this.conversation.deliver(entry));
      this.say("");
      question.after(answer);
      answer.scrollIntoView({ block: "nearest" });
    } catch ({ kind, seconds }) {
      this.say("");
      this.#showTrouble(entry, question, texts[kind], seconds);
    } finally {
      timers.forEach(clearTimeout);
      this.#waiting = false;
    }
  }

  /** Passes an opinion on. False when it did not arrive. */
  async rate(entry, rating, comment) {
    try {
      await this.conversation.rate(entry, rating, comment);
      return true;
    } catch {
      this.say(this.texts.rate_failed);
      return false;
    }
  }

  // What goes wrong, or should not go out

  #showTrouble(entry, question, text, seconds = 0) {
    const { texts } = this;
    const send = () => {
      if (again.getAttribute("aria-disabled") === "true" || this.#waiting) return;
      trouble.remove();
      this.focus();
      this.#deliver(entry, question);
    };
    const again = button("secondary", send, texts.again);
    const wait = seconds > 0 && ` ${texts.away_seconds.replace("{seconds}", seconds)}`;
    const trouble = element("div", { class: "trouble utrecht-alert utrecht-alert--error" }, element("p", {}, text, wait), again);
    if (wait) this.#holdBack(again, seconds);
    question.after(trouble);
    trouble.scrollIntoView({ block: "nearest" });
  }

  #holdBack(held, seconds) {
    held.setAttribute("aria-disabled", "true");
    held.classList.add("nl-button--disabled");
    setTimeout(() => {
      held.removeAttribute("aria-disabled");
      held.classList.remove("nl-button--disabled");
      if (held.isConnected) this.say(this.texts.ready_again);
    }, seconds * 1000);
  }

  #showFlag(text, kinds) {
    const { texts } = this;
    const edit = () => {
      this.flag.replaceChildren();
      this.field.focus();
    };
    const send = () => {
      this.focus();
      this.#sendTyped(text);
    };
    const names = kinds.map((kind) => texts.personal_kinds[kind]).join(", ");
    this.flag.replaceChildren(element("div", { class: "utrecht-alert utrecht-alert--warning" },
      element("div", { class: "utrecht-alert__content" },
        element("p", {}, texts.personal_found.replace("{kinds}", names)),
        listed([button("primary", edit, texts.personal_edit), button("secondary", send, texts.personal_send)]))));
  }
}
