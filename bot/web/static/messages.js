// What was said, as elements: texts with lists and links, sources, choices, opinions; and as plain text to keep.
import { button, element, icon, listed } from "./dom.js";

const LINK = /https:\/\/[^\s<>"']+|www\.[\w-]+(?:\.[\w-]+)+[^\s<>"']*|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\+31(?:[ -]?\d){9}|\b14 ?0\d{2,3}\b/g;
const SAFE = new Set(["https:", "mailto:", "tel:"]);
const LONG = 420; // characters of an answer above which it is folded
const SHOWN = 280; // characters of a folded answer that stay in sight, up to the next end of a line or sentence

function link(address, text) {
  const safe = URL.canParse(address) && SAFE.has(new URL(address).protocol);
  return safe ? element("a", { class: "nl-link", href: address, rel: "noopener" }, text) : text;
}

function address(found) {
  if (found.includes("@") && !found.startsWith("http")) return `mailto:${found}`;
  if (/^[+\d]/.test(found)) return `tel:${found.replace(/[ -]/g, "")}`;
  return found.startsWith("www.") ? `https://${found}` : found;
}

/** A line of text with its addresses as links. */
function linked(line) {
  const parts = [];
  let at = 0;
  for (const match of line.matchAll(LINK)) {
    const found = match[0].replace(/[.,;:!?)\]]+$/, ""); // the sentence's marks are not the address's
    parts.push(line.slice(at, match.index), link(address(found), found));
    at = match.index + found.length;
  }
  return [...parts, line.slice(at)];
}

/** Lines as paragraphs, and lines that begin with a bullet as a list. */
function paragraphs(text) {
  const made = [];
  for (const line of text.split("\n").filter(Boolean)) {
    if (!line.startsWith("• ")) {
      made.push(element("p", {}, ...linked(line)));
      continue;
    }
    if (made.at(-1)?.localName !== "ul") made.push(element("ul"));
    made.at(-1).append(element("li", {}, ...linked(line.slice(2))));
  }
  return made;
}

/** A text with, when it is long, its second half behind a button. */
function folding(text, texts) {
  const end = text.length > LONG ? text.slice(SHOWN).search(/(?<=[.!?]) |\n/) + SHOWN : -1;
  if (end < SHOWN || text.length - end < 80) return paragraphs(text);
  const rest = element("div", { class: "message-text", hidden: true }, ...paragraphs(text.slice(end + 1)));
  const toggle = button("subtle small", () => {
    rest.hidden = !rest.hidden;
    toggle.textContent = rest.hidden ? texts.show_all : texts.show_less;
    toggle.setAttribute("aria-expanded", !rest.hidden);
  }, texts.show_all);
  toggle.setAttribute("aria-expanded", "false");
  toggle.lang = texts.language;
  return [...paragraphs(text.slice(0, end)), rest, toggle];
}

/** "Page, checked in November 2026": the title of a source with its date, in the language of the texts. */
function dated({ title, as_of, dated: kind }, texts) {
  const [year, month, day] = as_of.split("-");
  const date = [day && Number(day), month && texts.months[month - 1], year].filter(Boolean).join(" ");
  return [title, [texts[day ? `${kind}_day` : kind], date].filter(Boolean).join(" ")].join(", ");
}

function sources(found, texts) {
  const name = found.length === 1 ? texts.source : texts.sources;
  const items = found.map((source) => [
    source.url ? link(source.url, dated(source, texts)) : dated(source, texts),
    source.note && element("span", { class: "note" }, source.note),
  ]);
  const list = element("ul", {}, ...items.map((parts) => element("li", {}, ...parts.filter(Boolean))));
  const summary = element("summary", {}, element("span", {}, `${name}: ${dated(found[0], texts)}`));
  return element("details", { class: "message-source" }, summary, list);
}

/** Thumbs, and after them the place for a word of explanation. */
function opinion(entry, texts, does) {
  const row = element("div", { class: "rate", role: "group", "aria-label": texts.helpful }, element("span", {}, texts.helpful));
  const thumbs = ["up", "down"].map((rating) => {
    const thumb = button("subtle small with-icon", () => give(rating), icon(rating), texts[rating]);
    thumb.dataset.rating = rating;
    return thumb;
  });
  const mark = () => thumbs.forEach((thumb) => {
    const chosen = thumb.dataset.rating === entry.rated;
    thumb.setAttribute("aria-pressed", chosen);
    thumb.classList.toggle("nl-button--chosen", chosen);
  });
  async function give(rating, comment) {
    if (!(await does.rate(entry, rating, comment))) return;
    mark();
    does.say(texts.thanks);
    row.querySelector("form")?.remove();
    if (comment === undefined) row.append(explanation(rating));
    else thumbs.find((thumb) => thumb.dataset.rating === rating).focus();
  }
  function explanation(rating) {
    const field = element("input", { name: "comment", maxlength: 500, autocomplete: "off" });
    const submit = (event) => {
      event.preventDefault();
      if (field.value.trim()) give(rating, field.value.trim());
    };
    return element("form", { class: "message-comment", submit },
      element("label", {}, texts.comment_label, field),
      element("button", { class: "nl-button nl-button--secondary nl-button--small" }, texts.comment_send));
  }
  mark();
  row.append(...thumbs);
  return row;
}

/** A message with its speaker's name. */
export function message(by, texts, body, ...below) {
  const name = by === "visitor" ? texts.you : texts.assistant;
  return element("div", { class: `message message--${by}` }, element("p", { class: "message-speaker" }, name), body, ...below);
}

export function visitorMessage(entry, texts) {
  return message("visitor", texts, element("div", { class: "message-body" }, entry.text));
}

/** An answer. `does` has ask(text), rate(entry, rating, comment) and say(text); `replyTexts` are of the answer's language. */
export function assistantMessage(entry, texts, replyTexts, does) {
  const { reply } = entry;
  const body = element("div", { class: "message-body", lang: reply.language });
  for (const part of reply.messages) {
    body.append(element("div", { class: "message-text" }, ...folding(part.text, texts)));
    const choices = (part.buttons ?? []).map(({ title, payload }) => button("secondary", () => does.ask(payload), title));
    if (choices.length) body.append(listed(choices, { class: "choices", "aria-label": texts.buttons_label }));
  }
  if (reply.sources?.length) body.append(sources(reply.sources, replyTexts));
  const answered = reply.outcome === "answered";
  const other = button("subtle small", () => does.ask(texts.other_answer), texts.other_answer);
  other.lang = texts.other;
  const actions = element("div", { class: "message-actions" },
    answered && opinion(entry, texts, does),
    answered && reply.language === texts.language && element("div", { class: "other-answer" }, other));
  return message("assistant", texts, body, answered && actions);
}

/** The conversation as plain text, sources included. */
export function asText(entries, texts) {
  return entries.map((entry) => {
    if (entry.by === "visitor") return `${texts.you}: ${entry.text}`;
    const found = (entry.reply.sources ?? []).map((source) => `${texts.source}: ${dated(source, texts)}`);
    return [`${texts.assistant}: ${entry.reply.messages.map((part) => part.text).join("\n")}`, ...found].join("\n");
  }).join("\n\n");
}
