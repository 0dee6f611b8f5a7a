// The worker: it owns the interpreter and the port. The page sends it clicks and files, it sends the page
// messages to show (`inside/screen.py`, `inside/jobs.py`). All of the program is Python.

import { Device, usbOf } from "./serial.js";
import * as kept from "./kept.js";
import { Sessions } from "./sessions.js";
import { WORDS } from "./words.js";

const ALIVE_EACH_MS = 20_000;
const state = { stops: 0, answer: null, device: null, files: [], busy: false };
const post = (message) => self.postMessage(message);

self.modemflashBrowser = {
  post(text) {
    const message = JSON.parse(text);
    if (message.kind === "consent") sessions.agree(message);
    else if (message.kind === "result") message.isOver = sessions.end(message);
    else if (message.kind === "keepsRate") sessions.keepRate();
    if (!["consent", "keepsRate"].includes(message.kind)) post(message);
  },
  stops: () => state.stops,
  answer: () => new Promise((resolve) => { state.answer = resolve; }),
  sleep: (ms) => new Promise((resolve) => { setTimeout(resolve, ms); }),
  copy: (index, path) => state.files[index].arrayBuffer().then(
    (content) => { put(path, new Uint8Array(content)); return ""; },
    (error) => error.name,
  ),
  save: (path, data) => kept.save(path, data),
  holdAwake: (on) => asked("awake", { on }),
  saveAs: (name, data) => post({ kind: "save", name, data }),
};

self.modemflashWords = JSON.stringify(WORDS.program);
const sessions = new Sessions(state, post);

// A question that only the page can answer, such as for a wake lock.
const open = new Map();
function asked(kind, fields) {
  const id = open.size + Math.random();
  return new Promise((resolve) => {
    open.set(id, resolve);
    post({ kind, id, ...fields });
  });
}

async function load() {
  const begun = performance.now();
  const list = await (await fetch("./files.json")).json();
  const total = list.files.reduce((sum, each) => sum + each.bytes, 0);
  let done = 0;
  const plain = self.fetch.bind(self);
  const names = new Set(list.files.map((each) => each.name));
  // What the interpreter asks for is counted on its way, and unpacked where the page has it packed.
  self.fetch = async (what, ...words) => {
    const url = new URL(what.url ?? what, self.location.href);
    const name = url.pathname.slice(url.pathname.lastIndexOf("/") + 1);
    const isPacked = names.has(`${name}.bin`);
    if (isPacked) url.pathname += ".bin";
    const answer = await plain(url, ...words);
    if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
    let body = answer.body.pipeThrough(new TransformStream({
      transform(chunk, out) {
        done += chunk.length;
        post({ kind: "download", done: Math.min(done, total), total });
        out.enqueue(chunk);
      },
    }));
    if (isPacked) body = body.pipeThrough(new DecompressionStream("gzip"));
    const type = name.endsWith(".wasm") ? "application/wasm" : "application/octet-stream";
    return new Response(body, { status: answer.status, headers: { "content-type": type } });
  };
  const { loadPyodide } = await import("./pyodide.js");
  const python = await loadPyodide({
    indexURL: new URL("./", self.location.href).href,
    stdLibURL: new URL("./python.zip", self.location.href).href,
    env: { HOME: "/state", MODEMFLASH_HOME: "/state" },
  });
  self.fetch = plain;
  const interpreter_ms = performance.now() - begun;
  python.FS.mkdirTree("/files");
  self.program = python.pyimport("modemflash_web.inside.start");
  self.program.begin();
  self.python = python;
  post({
    kind: "ready", release: self.program.RELEASE, interpreter_ms, ms: performance.now() - begun,
    build: list.build,
  });
  post({ kind: "storage", why: await kept.save("trial", new Uint8Array([1])) });
  await sessions.adopt();
}

function put(path, content) {
  self.python.FS.mkdirTree(path.slice(0, path.lastIndexOf("/")));
  self.python.FS.writeFile(path, content);
}

function empty(folder) {
  const { FS } = self.python;
  for (const name of FS.readdir(folder)) {
    if (name === "." || name === "..") continue;
    const path = `${folder}/${name}`;
    if (FS.isDir(FS.stat(path).mode)) {
      empty(path);
      FS.rmdir(path);
    } else FS.unlink(path);
  }
}

const jobs = {
  async files({ files }) {
    empty("/files");
    state.files = files.map(({ file }) => file);
    await self.program.check.callPromising(JSON.stringify(files.map(({ path, file }) => [path, file.size])));
  },
  async keptFiles() {
    empty("/files");
    for (const [path, content] of Object.entries(await kept.load(sessions.files))) put(`/files/${path}`, content);
    await self.program.check.callPromising("[]");
  },
  async connect({ index, usb, keepsRate }) {
    const ports = await navigator.serial.getPorts();
    const port = ports[index];
    if (!port || usbOf(port) !== usb) throw new Error(WORDS.errors["no-port"]);
    if (state.device?.port !== port) {
      await state.device?.close();
      state.device = new Device(port);
    }
    state.device.others = ports.filter((each) => each !== port);
    self.program.connect(state.device, keepsRate);
  },
  async update(words) {
    await jobs.connect(words);
    sessions.begin(words, self.python.FS);
    const alive = setInterval(() => sessions.sayAlive(), ALIVE_EACH_MS);
    try {
      await self.program.update.callPromising(words.via, JSON.stringify(words));
    } finally {
      clearInterval(alive);
    }
  },
  async rescue(words) {
    await jobs.connect(words);
    await self.program.rescue.callPromising(words.seconds);
  },
  async ask(words) {
    await jobs.connect(words);
    await self.program.ask.callPromising(words.times, words.via);
  },
  async demo() {
    await self.program.demo.callPromising();
  },
  async report() {
    await self.program.report.callPromising();
  },
};

// Things that are taken at any time, while a job runs too.
const clicks = {
  stop() {
    state.stops += 1;
    clicks.answer({ yes: false, word: "" });
  },
  answer({ yes, word }) {
    state.answer?.(JSON.stringify({ yes, word }));
    state.answer = null;
  },
  forget: () => sessions.forget(),
  answered({ id, value }) {
    open.get(id)?.(value);
    open.delete(id);
  },
};

self.onmessage = async ({ data }) => {
  if (clicks[data.kind]) {
    clicks[data.kind](data);
    return;
  }
  if (state.busy) return;
  state.busy = true;
  state.stops = 0;
  sessions.words = null; // `update` alone has one
  try {
    for (const [path, content] of Object.entries(await kept.load("state"))) put(`/state/${path}`, content);
    await jobs[data.kind](data);
  } catch (error) {
    post({ kind: "failed", job: data.kind, text: String(error?.message ?? error) });
  } finally {
    state.busy = false;
    post({ kind: "idle", job: data.kind });
  }
};

const notLoaded = (error) => post({ kind: "failed", job: "load", text: String(error?.stack ?? error) });
// The interpreter waits for ever for a file of its own that does not come whole.
self.addEventListener("unhandledrejection", ({ reason }) => { if (!self.python) notLoaded(reason); });
load().catch(notLoaded);
