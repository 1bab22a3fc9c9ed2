// What can be done with the conversation as a whole: copy it, save it, delete it.
import { button, element, listed } from "./dom.js";
import { asText } from "./messages.js";

/** `chat` has texts, conversation, say(text) and restart(), which shows a conversation that has just been emptied. */
export class Tools {
  constructor(chat) {
    this.chat = chat;
    this.element = element("div", { class: "tools", role: "group", "aria-label": chat.texts.tools_label });
    this.show();
  }

  show() {
    const { conversation, texts } = this.chat;
    const tool = (name, does) => button("subtle small", does, texts[name]);
    this.element.replaceChildren(listed([
      tool("copy", () => this.#copy()), tool("download", () => this.#download()), tool("delete", () => this.#askToErase())]));
    this.element.hidden = conversation.entries.length === 0;
  }

  async #copy() {
    const { conversation, texts } = this.chat;
    try {
      await navigator.clipboard.writeText(asText(conversation.entries, texts));
      this.chat.say(texts.copied);
    } catch {
      this.chat.say(texts.copy_failed);
    }
  }

  #download() {
    const { conversation, texts } = this.chat;
    const file = new Blob([asText(conversation.entries, texts)], { type: "text/plain;charset=utf-8" });
    const url = URL.createObjectURL(file);
    element("a", { href: url, download: texts.download_name }).click();
    URL.revokeObjectURL(url);
  }

  #askToErase() {
    const { texts } = this.chat;
    const question = element("p", { id: "sure" }, texts.delete_sure);
    const yes = button("primary", () => this.#erase(), texts.delete_yes);
    yes.setAttribute("aria-describedby", question.id);
    const no = button("secondary", () => this.#keep(), texts.delete_no);
    this.element.replaceChildren(element("div", { class: "sure" }, question, yes, no));
    yes.focus();
  }

  #keep() {
    this.show();
    this.element.querySelector("li:last-child button").focus();
  }

  async #erase() {
    const { conversation, texts } = this.chat;
    try {
      await conversation.erase();
      this.chat.restart();
      this.chat.say(texts.deleted);
    } catch {
      this.#keep();
      this.chat.say(texts.delete_failed);
    }
  }
}
