// An update that was agreed to, kept until it is over: its files, its port's kind, its consents. A page that is
// opened again takes up the one that no open tab has: a lock that lives as long as the tab says which.

import * as kept from "./kept.js";

export const AWAY = ["port-lost", "port-absent"]; // results of a run whose plug was pulled
const LOCK = "modemflash session ";

export class Sessions {
  constructor(state, post) {
    this.state = state;
    this.post = post;
    this.name = "";
    this.words = null;
    this.done = Promise.resolve();
    this.hasFiles = false;
  }

  get files() {
    return `sessions/${this.name}/files`;
  }

  // Holds a name of its own, or that of a tab that is gone.
  async adopt() {
    const dead = [];
    const all = await kept.load("sessions");
    const text = (content) => new TextDecoder().decode(content);
    for (const [path, content] of Object.entries(all)) {
      const [name, file] = path.split("/");
      if (file !== "words.json") continue;
      try {
        const session = { name, ...JSON.parse(text(content)) };
        dead.push({ ...session, aliveAt: Number(text(all[`${name}/alive`])) || session.at });
      } catch {
        // torn: its tab was closed while it was written
      }
    }
    dead.sort((one, other) => other.at - one.at);
    for (const session of dead) {
      if (!(await this.hold(session.name))) continue;
      this.post({ kind: "session", session });
      return;
    }
    await this.hold(crypto.randomUUID());
  }

  hold(name) {
    return new Promise((resolve) => {
      navigator.locks.request(LOCK + name, { ifAvailable: true }, (lock) => {
        if (lock) {
          this.name = name;
          this.post({ kind: "alive", lock: lock.name });
        }
        resolve(Boolean(lock));
        return lock ? new Promise(() => {}) : undefined;
      }).catch(() => resolve(false)); // a browser that keeps nothing lends no locks either
    });
  }

  begin(words, fileSystem) {
    this.words = words;
    this.fileSystem = fileSystem;
    this.consents = words.consents ?? [];
    this.isTakenUp = this.consents.length > 0;
    this.mac = words.mac ?? "";
  }

  // A consent was given: what is needed to go on is kept from here on.
  agree({ consent, subject, mac }) {
    if (!this.words) return; // the demo
    this.consents = [...this.consents, { consent, subject }];
    this.mac = mac || this.mac;
    this.post({ kind: "agreed", consents: this.consents, mac: this.mac });
    this.save();
  }

  // A board that restarts when its port is opened: the next page opens it once, too.
  keepRate() {
    this.post({ kind: "keepsRate" });
    if (!this.words) return;
    this.words.keepsRate = true;
    if (this.consents.length) this.save();
  }

  // The words last: they say that all is there.
  save() {
    const text = JSON.stringify({ ...this.words, consents: this.consents, mac: this.mac, at: Date.now() });
    this.done = this.done.then(async () => {
      if (!this.hasFiles) await this.saveFiles("/files", "");
      this.hasFiles = true;
      await kept.save(`sessions/${this.name}/words.json`, new TextEncoder().encode(text));
    });
  }

  // When it was at work last: see `inside/people.py`. A file of its own, so that `words.json` is never torn.
  sayAlive() {
    if (!this.words || !this.consents.length) return;
    const text = new TextEncoder().encode(String(Date.now()));
    this.done = this.done.then(() => this.words && kept.save(`sessions/${this.name}/alive`, text));
  }

  async saveFiles(folder, path) {
    for (const name of this.fileSystem.readdir(folder)) {
      if (name === "." || name === "..") continue;
      const at = `${folder}/${name}`;
      if (this.fileSystem.isDir(this.fileSystem.stat(at).mode)) await this.saveFiles(at, `${path}${name}/`);
      else await kept.save(`${this.files}/${path}${name}`, this.fileSystem.readFile(at));
    }
  }

  // Whether it is over. What an earlier run has begun is not, where a later one did not reach the modem; nor
  // what was agreed to before its plug was pulled.
  end({ outcome, code, modem_state }) {
    const isAwaited = this.isTakenUp || (AWAY.includes(code) && this.consents.length > 0);
    const isOver = Boolean(this.words)
      && (["updated", "nothing-to-do", "installed-unconfirmed"].includes(outcome)
        || (modem_state === "untouched" && !isAwaited));
    if (isOver) this.forget();
    return isOver;
  }

  forget() {
    this.words = null;
    this.done = this.done.then(async () => {
      this.hasFiles = false;
      if (this.name) await kept.remove(`sessions/${this.name}`);
    });
  }
}
