// What was said, as elements: texts with lists and links, sources, choices, opinions; and as plain text to keep.
import { button, element, icon, listed } from "./dom.js";

// What becomes a link. The marks that end a sentence are not the address's.
const WEB = /https:\/\/[^\s<>"']+|www\.[\w-]+(?:\.[\w-]+)+[^\s<>"']*/;
const EMAIL = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/;
const PHONE = /\+31(?:[ -]?\d){9}|\b14 ?0\d{2,3}\b/;
const LINK = new RegExp(`((?:${WEB.source}|${EMAIL.source}|${PHONE.source})(?<![.,;:!?)\\]]))`);
const SAFE = /^(?:https|mailto|tel):/;
const LONG = 420; // characters of an answer above which it is folded
const SHOWN = 280; // characters of a folded answer that stay in sight, up to the next end of a line or sentence

const link = (address, text) =>
  SAFE.test(address) ? element("a", { class: "nl-link", href: address, rel: "noopener" }, text) : text;

function address(found) {
  if (found.startsWith("https:")) return found;
  if (found.startsWith("www.")) return `https://${found}`;
  return found.includes("@") ? `mailto:${found}` : `tel:${found.replace(/[ -]/g, "")}`;
}

/** A line of text with its addresses as links. */
export function linked(line) {
  // Split at a pattern with a group, every second part is what the group found.
  return line.split(LINK).map((part, at) => (at % 2 ? link(address(part), part) : part));
}

/** Lines as paragraphs, and lines that begin with a bullet as a list. */
function paragraphs(text) {
  const made = [];
  for (const line of text.split("\n").filter(Boolean)) {
    const bullet = line.startsWith("• ");
    if (bullet && made.at(-1)?.localName !== "ul") made.push(element("ul"));
    if (bullet) made.at(-1).append(element("li", {}, linked(line.slice(2))));
    else made.push(element("p", {}, linked(line)));
  }
  return made;
}

/** A text, of which the second half is folded away when it is long. */
function folding(text, texts) {
  const end = text.length > LONG ? text.slice(SHOWN).search(/(?<=[.!?]) |\n/) + SHOWN : -1;
  if (end < SHOWN || text.length - end < 80) return paragraphs(text);
  const rest = element("details", { class: "message-rest" },
    element("summary", { lang: texts.language },
      element("span", { class: "more" }, texts.show_all), element("span", { class: "less" }, texts.show_less)),
    element("div", { class: "message-text" }, paragraphs(text.slice(end + 1))));
  return [...paragraphs(text.slice(0, end)), rest];
}

/** "Page, checked in November 2026": the title of a source with its date, in the language of the texts. */
function dated({ title, as_of, dated: kind }, texts) {
  const [year, month, day] = as_of.split("-");
  const date = [texts[day ? `${kind}_day` : kind], day && Number(day), month && texts.months[month - 1], year];
  return `${title}, ${date.filter(Boolean).join(" ")}`;
}

function sources(found, texts) {
  const name = found.length === 1 ? texts.source : texts.sources;
  const summary = element("summary", {}, element("span", {}, `${name}: ${dated(found[0], texts)}`));
  const items = found.map((source) => [
    link(source.url, dated(source, texts)),
    source.note && element("span", { class: "note" }, source.note),
  ]);
  return element("details", { class: "message-source" }, summary, listed(items));
}

/** An answer: its texts, the questions to choose from, and its sources in its own language. */
function answer({ language, messages, sources: found }, chat) {
  const { allTexts, texts } = chat;
  const body = element("div", { class: "message-body", lang: language });
  for (const { text, buttons } of messages) {
    body.append(element("div", { class: "message-text" }, folding(text, texts)));
    const choices = buttons.map(({ title, payload }) => button("secondary", () => chat.ask(payload), title));
    if (choices.length) body.append(listed(choices, { class: "choices", "aria-label": texts.buttons_label }));
  }
  if (found.length) body.append(sources(found, allTexts[language]));
  return body;
}

/** Thumbs and, once one has been given, the place for a word of explanation. */
function opinion(entry, chat) {
  const { conversation, texts } = chat;
  async function give(rating, word) {
    try {
      await conversation.rate(entry, rating, word);
    } catch {
      return chat.say(texts.rate_failed);
    }
    mark();
    chat.say(texts.thanks);
    comment.value = "";
    explanation.hidden = word !== undefined;
    explanation.scrollIntoView({ block: "nearest" });
    if (word) thumbs.get(rating).focus();
  }
  const submit = (event) => {
    event.preventDefault();
    if (comment.value.trim()) give(entry.rated, comment.value.trim());
  };
  const thumb = (rating) => button("subtle small with-icon", () => give(rating), icon(rating), texts[rating]);
  const thumbs = new Map(["up", "down"].map((rating) => [rating, thumb(rating)]));
  const mark = () => thumbs.forEach((one, rating) => one.setAttribute("aria-pressed", rating === entry.rated));
  const comment = element("input", { name: "comment", maxlength: 500, autocomplete: "off" });
  const explanation = element("form", { class: "message-comment", hidden: true, submit },
    element("label", {}, texts.comment_label, comment), button("secondary small", null, texts.comment_send));
  mark();
  return element("div", { class: "rate", role: "group", "aria-label": texts.helpful },
    element("span", {}, texts.helpful), ...thumbs.values(), explanation);
}

/** What can be done with an answer: say whether it was useful, and have it in the other language. */
function actions(entry, chat) {
  const { texts } = chat;
  const other = button("subtle small", () => chat.ask(texts.other_answer), texts.other_answer);
  return element("div", { class: "message-actions" }, opinion(entry, chat),
    entry.reply.language === texts.language && element("div", { class: "other-answer", lang: texts.other }, other));
}

const speaker = (entry, texts) => (entry.by === "visitor" ? texts.you : texts.assistant);

/** An entry of the conversation. `chat` has texts, allTexts by language, conversation, ask(text) and say(text). */
export function message(entry, chat) {
  const { by, text, reply } = entry;
  return element("div", { class: `message message--${by}` },
    element("p", { class: "message-speaker" }, speaker(entry, chat.texts)),
    reply ? answer(reply, chat) : element("div", { class: "message-body" }, text),
    reply?.outcome === "answered" && actions(entry, chat));
}

/** The conversation as plain text, sources included. */
export function asText(entries, texts) {
  return entries.map((entry) => {
    const said = entry.text ?? entry.reply.messages.map((part) => part.text).join("\n");
    const found = entry.reply?.sources.map((source) => `${texts.source}: ${dated(source, texts)}`) ?? [];
    return [`${speaker(entry, texts)}: ${said}`, ...found].join("\n");
  }).join("\n\n");
}
