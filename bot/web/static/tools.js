// What can be done with the conversation as a whole: copy it, save it, delete it.
import { button, element, listed } from "./dom.js";
import { asText } from "./messages.js";

/** `chat` has texts, conversation, say(text), showAll() and focus(). */
export function tools(chat) {
  const { conversation, texts } = chat;

  async function copy() {
    try {
      await navigator.clipboard.writeText(asText(conversation.entries, texts));
      chat.say(texts.copied);
    } catch {
      chat.say(texts.copy_failed);
    }
  }

  function download() {
    const file = new Blob([asText(conversation.entries, texts)], { type: "text/plain;charset=utf-8" });
    const url = URL.createObjectURL(file);
    element("a", { href: url, download: texts.download_name }).click();
    URL.revokeObjectURL(url);
  }

  /** Puts the question whether the visitor is sure in the place of the tools, or the tools in its place. */
  function askWhetherSure(asking) {
    sure.hidden = !asking;
    list.hidden = asking;
    (asking ? yes : erase).focus();
  }

  async function eraseAll() {
    try {
      await conversation.erase();
      askWhetherSure(false);
      chat.showAll();
      chat.focus();
      chat.say(texts.deleted);
    } catch {
      askWhetherSure(false);
      chat.say(texts.delete_failed);
    }
  }

  const tool = (name, does) => button("subtle small", does, texts[name]);
  const erase = tool("delete", () => askWhetherSure(true));
  const list = listed([tool("copy", copy), tool("download", download), erase]);
  const yes = button("primary", eraseAll, texts.delete_yes);
  yes.setAttribute("aria-describedby", "sure");
  const no = button("secondary", () => askWhetherSure(false), texts.delete_no);
  const sure = element("div", { class: "sure", hidden: true },
    element("p", { id: "sure" }, texts.delete_sure), yes, no);
  return element("div", { class: "tools", role: "group", "aria-label": texts.tools_label }, list, sure);
}
