// The conversation: what was said, kept in this tab alone, and the requests to the chat API (/v1).
const KEY = "enschede-assistant";
const LONGEST_WAIT = 30_000; // milliseconds before a request without an answer is given up

/**
 * What the server refused. kind: busy, away, off or unreadable; seconds: how long to wait, 0 when not said; why: what
 * to tell when it is switched off, {reason, contact}.
 */
const refusal = (kind, seconds = 0, why = null) => Object.assign(new Error(kind), { kind, seconds, why });

const hex = (byte) => byte.toString(16).padStart(2, "0");
/** Not crypto.randomUUID(), which pages without https lack. */
const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), hex).join("");

/** Seconds in a Retry-After header, which holds a number or a date, or is not there. */
function waitingTime(header) {
  const seconds = Number(header) || (Date.parse(header) - Date.now()) / 1000;
  return Math.max(0, Math.ceil(seconds || 0));
}

/** What this tab kept; nothing when storage is forbidden. */
function kept() {
  try {
    const found = JSON.parse(sessionStorage.getItem(KEY)) ?? {};
    // A tab made as a copy of another gets a copy of its storage, in which that other tab is still marked as in use.
    return found.inUse ? {} : found;
  } catch {
    return {};
  }
}

/**
 * Entries are {by: "visitor", id, text, sent} and {by: "assistant", reply, rated}. What was not sent has no answer yet.
 * They live in sessionStorage: a reload keeps them, another tab has its own, a closed tab takes them along.
 */
export class Conversation {
  constructor(server, language) {
    const { session = newId(), entries = [], open = false } = kept();
    Object.assign(this, { server, language, session, entries, open });
    this.save();
  }

  /** Keeps the conversation, marked as in use while the page is in sight. To be called also when that changes. */
  save(inUse = document.visibilityState === "visible") {
    const { session, entries, open } = this;
    try {
      sessionStorage.setItem(KEY, JSON.stringify({ session, entries, open, inUse }));
    } catch {
      // Storage is full or forbidden: the conversation then lasts as long as the page.
    }
  }

  add(text) {
    const entry = { by: "visitor", id: newId(), text, sent: false };
    this.entries.push(entry);
    this.save();
    return entry;
  }

  /** Sends a visitor's entry, also once more: the id tells the server that it is the same one. */
  async deliver(entry) {
    const { entries } = this; // which are others once the conversation has been deleted
    const body = { session_id: this.session, text: entry.text, language: this.language, client_message_id: entry.id };
    const response = await this.#request("POST", "messages", body);
    const answer = { by: "assistant", reply: await response.json() };
    entry.sent = true;
    // After its question, which is not the last entry when an older message was sent again.
    entries.splice(entries.indexOf(entry) + 1, 0, answer);
    this.save();
    return answer;
  }

  async rate(entry, rating, comment) {
    await this.#request("POST", "feedback", { message_id: entry.reply.message_id, rating, comment });
    entry.rated = rating;
    this.save();
  }

  /** Deletes the conversation on the server, then here. When that fails nothing is deleted here. */
  async erase() {
    await this.#request("DELETE", `sessions/${this.session}`);
    this.session = newId();
    this.entries = [];
    this.save();
  }

  /** Throws a refusal, or what fetch throws when no answer came. */
  async #request(method, path, body) {
    const response = await fetch(`${this.server}/v1/${path}`, {
      method,
      headers: body && { "Content-Type": "application/json" },
      body: body && JSON.stringify(body),
      credentials: "omit",
      signal: AbortSignal.timeout(LONGEST_WAIT),
    });
    if (response.ok) return response;
    const wait = waitingTime(response.headers.get("Retry-After"));
    if (response.status === 429) throw refusal("busy", wait);
    const problem = response.status === 503 ? await response.json().catch(() => null) : null;
    if (problem?.switched_off) throw refusal("off", 0, problem);
    throw response.status < 500 ? refusal("unreadable") : refusal("away", wait);
  }
}
