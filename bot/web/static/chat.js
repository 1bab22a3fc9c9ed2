// The conversation on the screen: the notice, the log, the field to type in, and what goes wrong.
import { button, element, listed } from "./dom.js";
import { linked, message } from "./messages.js";
import { personalData } from "./personal.js";
import { tools } from "./tools.js";

const SLOW = 500; // milliseconds after which a waiting visitor is told so
const VERY_SLOW = 8000; // and told again
const COMPOSING = 229; // the key code by which Safari tells that Enter ends a composition

export class Chat {
  #waiting = false;

  /** `allTexts` holds the texts by language; the conversation's language is the page's. */
  constructor(conversation, allTexts) {
    const texts = allTexts[conversation.language];
    Object.assign(this, { conversation, allTexts, texts });
    this.log = element("div", { class: "chat-log", role: "log", "aria-label": texts.log_label, tabindex: -1 });
    const starters = listed(texts.start.map((question) => button("secondary", () => this.ask(question), question)),
      { class: "starters", "aria-label": texts.start_label });
    this.status = element("p", { class: "status", role: "status" });
    this.flag = element("div", { class: "flag", role: "alert" });
    this.scroll = element("div", { class: "scroll" }, this.log, starters);
    this.element = element("div", { class: "chat" },
      element("div", { class: "chat-notice utrecht-alert utrecht-alert--info", id: "notice" },
        element("p", {}, linked(`${texts.notice} ${texts.contact}.`))),
      this.scroll,
      element("div", { class: "dock" }, this.status, this.flag, this.#composer()),
      tools(this));
    this.showAll();
  }

  #composer() {
    const { texts } = this;
    const submit = (event) => {
      event.preventDefault();
      this.#check(this.field.value.trim());
    };
    const keydown = (event) => {
      const composing = event.isComposing || event.keyCode === COMPOSING;
      if (event.key === "Enter" && !event.shiftKey && !composing) submit(event);
    };
    const input = () => this.flag.replaceChildren();
    const attributes = { id: "question", rows: 2, maxlength: 1000, "aria-describedby": "hint" };
    this.field = element("textarea", { ...attributes, input, keydown });
    return element("form", { class: "composer", submit },
      element("label", { class: "utrecht-form-label", for: "question" }, texts.input_label),
      element("div", { class: "composer-row" }, this.field, button("primary", null, texts.send)),
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

  showAll() {
    const { conversation, texts } = this;
    const greeting = { language: texts.language, messages: [{ text: texts.greeting, buttons: [] }], sources: [] };
    this.log.replaceChildren(message({ by: "assistant", reply: greeting }, this));
    for (const entry of conversation.entries) {
      const shown = message(entry, this);
      this.log.append(shown);
      if (entry.sent === false) shown.after(this.#trouble(entry, shown));
    }
  }

  /** Sends what was typed, unless it is nothing or may hold what should not be sent. */
  #check(text) {
    const kinds = personalData(text);
    if (!text) this.say(this.texts.empty);
    else if (kinds.length) this.#showFlag(text, kinds);
    else this.ask(text);
  }

  #showFlag(text, kinds) {
    const { texts } = this;
    const names = kinds.map((kind) => texts.personal_kinds[kind]).join(", ");
    const edit = () => {
      this.flag.replaceChildren();
      this.field.focus();
    };
    const send = () => this.ask(text);
    const choices = [button("primary", edit, texts.personal_edit), button("secondary", send, texts.personal_send)];
    this.flag.replaceChildren(element("div", { class: "utrecht-alert utrecht-alert--warning" },
      element("p", {}, texts.personal_found.replace("{kinds}", names)), listed(choices)));
  }

  /** Sends a question, typed or chosen. One at a time, so that answers stay in order. */
  ask(text) {
    if (this.#waiting) return this.say(this.texts.one_at_a_time);
    if (this.field.value.trim() === text) this.field.value = "";
    this.flag.replaceChildren();
    const entry = this.conversation.add(text);
    const question = message(entry, this);
    this.log.append(question);
    this.focus();
    this.#deliver(entry, question);
  }

  async #deliver(entry, question) {
    this.#waiting = true;
    this.say("");
    question.scrollIntoView({ block: "nearest" });
    const slow = setTimeout(() => this.say(this.texts.waiting), SLOW);
    const verySlow = setTimeout(() => this.say(this.texts.still_waiting), VERY_SLOW);
    const outcome = await this.conversation.deliver(entry).then((answer) => message(answer, this))
      .catch((error) => this.#trouble(entry, question, error));
    clearTimeout(slow);
    clearTimeout(verySlow);
    this.#waiting = false;
    this.say("");
    question.after(outcome);
    outcome.scrollIntoView({ block: "nearest" });
  }

  /** Why a question was not sent, and a button to send it again; held back for as long as the server asks. */
  #trouble(entry, question, { kind = navigator.onLine ? "away" : "offline", seconds = 0, why } = {}) {
    const { texts } = this;
    const send = () => {
      if (again.getAttribute("aria-disabled") === "true" || this.#waiting) return;
      trouble.remove();
      this.focus();
      this.#deliver(entry, question);
    };
    const again = button("secondary", send, texts.again);
    const hold = (held) => {
      again.setAttribute("aria-disabled", held);
      again.classList.toggle("nl-button--disabled", held);
      if (!held && again.isConnected) this.say(texts.ready_again);
    };
    if (seconds) hold(true);
    if (seconds) setTimeout(hold, seconds * 1000, false);
    const wait = seconds && ` ${texts.away_seconds.replace("{seconds}", seconds)}`;
    const off = why && linked(`${texts.switched_off} ${why.reason} ${texts.off_contact} ${why.contact}.`);
    const trouble = element("div", { class: "trouble utrecht-alert utrecht-alert--error" },
      element("p", {}, off ?? [texts[kind], wait]), again);
    return trouble;
  }
}
