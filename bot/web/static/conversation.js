// The conversation: what was said, kept in this tab alone, and the requests to the chat API (/v1).
const KEY = "enschede-assistant";
const LONGEST_WAIT = 30_000; // milliseconds before a request without an answer is given up

/** Why a message did not arrive. kind: offline, busy, away or unreadable; seconds: how long to wait, 0 when not said. */
export class Trouble extends Error {
  constructor(kind, seconds = 0) {
    super(kind);
    this.kind = kind;
    this.seconds = seconds;
  }
}

function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Seconds in a Retry-After header: a number or a date. */
function waitingTime(header) {
  if (!header) return 0;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Math.max(0, Math.ceil(seconds || 0));
}

/**
 * Entries are {by: "visitor", id, text, state: "waiting" | "sent" | "failed"} and {by: "assistant", reply, rated}.
 * They live in sessionStorage: a reload keeps them, another tab has its own, a closed tab takes them along.
 */
export class Conversation {
  constructor(server, language) {
    this.server = server;
    this.language = language;
    const kept = this.#read();
    // A tab made as a copy of another gets a copy of its storage, in which that other tab is still marked as in use.
    const mine = kept && !kept.inUse;
    this.session = mine ? kept.session : newId();
    this.entries = mine ? kept.entries : [];
    this.open = Boolean(mine && kept.open);
    for (const entry of this.entries) if (entry.state === "waiting") entry.state = "failed";
    this.markInUse();
  }

  /** Marks the storage as in use while the page is in sight. To be called when it comes into sight or goes out of it. */
  markInUse(inUse = document.visibilityState === "visible") {
    this.inUse = inUse;
    this.save();
  }

  save() {
    const { session, entries, open, inUse } = this;
    try {
      sessionStorage.setItem(KEY, JSON.stringify({ session, entries, open, inUse }));
    } catch {
      // Storage is full or forbidden: the conversation then lasts as long as the page.
    }
  }

  #read() {
    try {
      return JSON.parse(sessionStorage.getItem(KEY));
    } catch {
      return null;
    }
  }

  add(text) {
    const entry = { by: "visitor", id: newId(), text, state: "waiting" };
    this.entries.push(entry);
    this.save();
    return entry;
  }

  /** Sends a visitor's entry, also once more: the id tells the server that it is the same one. Throws Trouble. */
  async deliver(entry) {
    entry.state = "waiting";
    try {
      const body = { session_id: this.session, text: entry.text, language: this.language, client_message_id: entry.id };
      const reply = await (await this.#request("POST", "messages", body)).json();
      const answer = { by: "assistant", reply };
      entry.state = "sent";
      // After its question, which is not the last entry when an older message was sent again.
      this.entries.splice(this.entries.indexOf(entry) + 1, 0, answer);
      return answer;
    } catch (error) {
      entry.state = "failed";
      throw error instanceof Trouble ? error : new Trouble("away");
    } finally {
      this.save();
    }
  }

  async rate(entry, rating, comment) {
    await this.#request("POST", "feedback", { message_id: entry.reply.message_id, rating, comment });
    entry.rated = rating;
    this.save();
  }

  /** Deletes the conversation on the server, then here. Throws Trouble, and then nothing is deleted here. */
  async erase() {
    await this.#request("DELETE", `sessions/${this.session}`);
    this.session = newId();
    this.entries = [];
    this.save();
  }

  async #request(method, path, body) {
    if (!navigator.onLine) throw new Trouble("offline");
    const response = await fetch(`${this.server}/v1/${path}`, {
      method,
      headers: body && { "Content-Type": "application/json" },
      body: body && JSON.stringify(body),
      credentials: "omit",
      signal: AbortSignal.timeout(LONGEST_WAIT),
    }).catch(() => {
      throw new Trouble(navigator.onLine ? "away" : "offline");
    });
    if (response.ok) return response;
    const wait = waitingTime(response.headers.get("Retry-After"));
    if (response.status === 429) throw new Trouble("busy", wait);
    throw response.status < 500 ? new Trouble("unreadable") : new Trouble("away", wait);
  }
}
