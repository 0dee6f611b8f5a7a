// The page: clicks and files to the worker, the worker's messages to the screen. It decides nothing about a module.

import { usbOf } from "./serial.js";
import { AWAY } from "./sessions.js";
import { WORDS } from "./words.js";
import {
  $, addBlock, block, clear, element, failed, phaseOver, progress, reveal, saveAs, say, showError, storyOf, tellPhase,
} from "./show.js";

const worker = new Worker("./worker.js", { type: "module" });
const now = { busy: "", session: null, writes: false, last: null, answers: [], awake: null, others: [], looks: 0 };
const SETTLES_MS = 1_000; // a port that was plugged in cannot be opened at once
const BUTTONS = { update: "connect", rescue: "start-rescue", ask: "start-ask" };
const ELSEWHERE = ["port-busy", "other-module", "module-not-recognised"]; // what is looked for may be at another port
const LEFT_MS = 600_000;
const LOOKS = 6; // other tabs may be looking for their boards, too
const LOOKS_EACH_MS = 5_000;
const STEPS = ["firmware", "board", "plan", "update", "result"];
const STEP_OF = { ready: 0, files: 1, connecting: 1, plan: 2, updating: 3, result: 4 };

$("not-begun").remove();
for (const each of document.querySelectorAll("[data-word]")) each.textContent = WORDS[each.dataset.word];
for (const each of document.querySelectorAll("[data-label]")) each.setAttribute("aria-label", WORDS[each.dataset.label]);
const isOnlyAsked = new URLSearchParams(location.search).has("info");
document.body.classList.toggle("only-ask", isOnlyAsked);

function setState(state, words = state === "ready" && isOnlyAsked ? WORDS.status.readyToAsk : WORDS.status[state]) {
  document.body.dataset.state = state;
  say(words);
  const at = STEP_OF[state] ?? -1;
  STEPS.forEach((name, number) => {
    $(name).classList.toggle("now", number === at);
    $(name).classList.toggle("done", at > number && !$(name).classList.contains("failed"));
  });
  allow();
}

function allow() {
  const isReady = document.body.dataset.state !== "loading" && now.isReady && !now.busy;
  const hasFiles = isReady && now.hasFiles;
  for (const id of ["choose-files", "choose-folder", "start-rescue", "start-demo", "start-ask"]) $(id).disabled = !isReady;
  for (const id of ["via-board", "via-direct", "stay-slow"]) $(id).disabled = !isReady;
  $("connect").disabled = !hasFiles || now.keepsNothing;
  $("stop").disabled = !["update", "rescue", "demo", "ask"].includes(now.busy);
  $("again").disabled = $("save-report").disabled = !isReady;
}

function send(kind, words = {}) {
  now.busy = kind;
  now.focus = document.activeElement;
  allow();
  worker.postMessage({ kind, ...words });
}

// -- what somebody does ------------------------------------------------------------------

// What was agreed to was about the firmware that is forgotten here, too.
function forgetFiles() {
  now.hasFiles = false;
  now.session = null;
  worker.postMessage({ kind: "forget" });
}

function checkFiles(files) {
  if (!files.length) return;
  forgetFiles();
  clear(STEPS);
  say(WORDS.status.checking);
  send("files", { files: files.map((file) => ({ path: file.webkitRelativePath || file.name, file })) });
}

for (const id of ["choose-files", "choose-folder"]) {
  $(id).addEventListener("change", (event) => {
    checkFiles([...event.target.files]);
    event.target.value = "";
  });
}

// The browser's own question; the worker then finds the same port, which cannot be handed over.
async function choosePort(kind) {
  try {
    return await portWords(await navigator.serial.requestPort());
  } catch (error) {
    showError("no-port", element("p", "", WORDS.errors["no-port"]));
    $(BUTTONS[kind]).before($("error"));
    say(WORDS.status.error);
    return null;
  }
}

async function portWords(port) {
  const ports = await navigator.serial.getPorts();
  return {
    index: ports.indexOf(port),
    usb: usbOf(port),
    keepsRate: $("stay-slow").checked,
    via: $("via-direct").checked ? "direct" : "relay",
  };
}

async function begin(kind, more = {}) {
  clear(["board", "plan", "update", "result"]);
  now.others = [];
  now.looks = 0;
  const port = await choosePort(kind);
  if (port) start(kind, { ...port, ...more });
}

function start(kind, words) {
  clear(["board", "plan", "update", "result"]);
  now.last = { kind, words };
  now.result = now.isOffered = null;
  setState("connecting", kind === "ask" ? WORDS.status.asking : undefined);
  $("update").hidden = false;
  send(kind, words);
}

$("connect").addEventListener("click", () => begin("update", agreedTo(!now.isOffered)));
// What was agreed to in a run that did not finish, and the board that it was about. Whoever presses a button may
// have put another module there; the page itself goes on with the same one, if it was not left for long.
const agreedTo = (isPressed = true) => ({
  consents: now.session?.consents ?? [],
  mac: now.session?.mac ?? "",
  goesOn: !isPressed && Date.now() - now.session.aliveAt < LEFT_MS,
});
$("start-rescue").addEventListener("click", () => begin("rescue", { seconds: 3600 }));
$("start-ask").addEventListener("click", () => {
  $("answers").replaceChildren();
  now.answers = [];
  begin("ask", { times: 10 });
});
$("start-demo").addEventListener("click", () => {
  clear(STEPS);
  now.hasFiles = false;
  now.last = { kind: "demo", words: {} };
  setState("connecting", WORDS.status.checking);
  send("demo");
});
$("stop").addEventListener("click", () => worker.postMessage({ kind: "stop" }));
$("again").addEventListener("click", () => {
  clear(STEPS);
  forgetFiles();
  setState("ready");
  window.scrollTo({ top: 0 });
  $("choose-files").focus();
});
$("save-report").addEventListener("click", () => send("report"));
$("save-answers").addEventListener("click", () => {
  const words = { page: $("version").textContent, browser: navigator.userAgent, answers: now.answers };
  saveAs("modemflash-answers.json", JSON.stringify(words, null, 1), "application/json");
});
$("agree").addEventListener("click", () => answer(true));
$("decline").addEventListener("click", () => answer(false));
$("danger-word").addEventListener("keydown", (event) => { if (event.key === "Enter") answer(true); });

function answer(yes) {
  $("question").hidden = true;
  $("update-title").focus();
  worker.postMessage({ kind: "answer", yes, word: yes ? $("danger-word").value : "" });
  if (yes) setState("updating");
}

// -- what the worker says -----------------------------------------------------------------

const show = {
  download({ done, total }) {
    $("loading").value = done / total;
    say(WORDS.loaded((done / 1e6).toFixed(1), (total / 1e6).toFixed(1)));
  },
  ready({ release, build, ms }) {
    $("version").textContent = `${release} (${build})`;
    document.body.dataset.readyMs = Math.round(ms);
    now.isReady = true;
    setState("ready");
  },
  storage({ why }) {
    reveal("storage", why && WORDS.storage(why));
    now.keepsNothing = Boolean(why);
    allow();
  },
  session({ session }) {
    now.session = session;
    now.looks = LOOKS;
    $("via-direct").checked = session.via === "direct";
    $("stay-slow").checked = session.keepsRate;
    say(WORDS.status.resuming);
    send("keptFiles");
  },
  state({ state }) {
    if (state === "plan") setState("plan");
  },
  block({ section: told, block: what, error }) {
    const section = told === "plan" && document.body.dataset.state === "updating" ? "update" : told;
    if (error && ["board", "plan", "update"].includes(section)) { // it goes on: no word of its end
      const warning = element("div", "warning", block(what));
      warning.role = "alert";
      storyOf(section).append(warning);
      $(section).hidden = false;
    } else if (error) {
      $("error").append(block(what));
      $("error").hidden = false;
      $(section).hidden = false;
      storyOf(section).before($("error"));
    } else {
      addBlock(section, what);
    }
  },
  progress(message) {
    now.writes = Boolean(message.writes);
    progress(message);
    reveal("may-close", now.last?.words.via === "relay" && now.writes ? WORDS.mayClose : "");
    tellPhase(message);
    // What was agreed to before, or is at work already, begins without a question.
    const isBegun = now.last?.kind === "update" && message.total && message.phase !== "verify" && $("question").hidden;
    if (isBegun && ["connecting", "plan"].includes(document.body.dataset.state)) setState("updating");
  },
  phase: phaseOver,
  // What somebody has to do now.
  turn({ text }) {
    $("turn").textContent = text;
    $("turn").hidden = !text;
    $("update").hidden = false;
    if (text) say(text);
  },
  ask({ what, word, text }) {
    setState("plan");
    $("plan").hidden = $("question").hidden = false;
    $("question-text").textContent = text || (what === "goOn" ? WORDS.goOnQuestion : WORDS.planQuestion);
    $("question-text").classList.toggle("warning", Boolean(word));
    $("danger").hidden = !word;
    $("danger-label").textContent = word ? WORDS.dangerLabel(word) : "";
    $("danger-word").value = "";
    $("agree").textContent = { plan: WORDS.agreePlan, goOn: WORDS.agreeGoOn, danger: WORDS.agreeDanger, question: WORDS.agreeQuestion }[what];
    $("decline").textContent = WORDS.decline;
    (word ? $("danger-word") : $("plan-title")).focus();
    navigator.storage?.persist?.();
  },
  checked({ outcome, code, happened, families }) {
    if (outcome !== "nothing-to-do") {
      failed("firmware", code, happened);
      setState("error");
      return;
    }
    if (now.busy === "demo") { // its firmware is for no real modem
      setState("connecting");
      return;
    }
    now.hasFiles = true;
    const needsAdapter = families.includes("quectel-gnss");
    if (needsAdapter !== Boolean(now.needsAdapter)) $(needsAdapter ? "via-direct" : "via-board").checked = true;
    now.needsAdapter = needsAdapter;
    setState("files");
  },
  result(result) {
    now.isElsewhere = now.last.kind === "update" && ELSEWHERE.includes(result.code) && (now.others.length || now.looks > 0);
    if (now.isElsewhere) return;
    const isGood = ["updated", "nothing-to-do"].includes(result.outcome);
    if (!isGood) failed("result", result.code, result.happened);
    progress({ title: "" });
    reveal("may-close", "");
    $("question").hidden = $("turn").hidden = true;
    $("result").hidden = false;
    $("result").dataset.outcome = result.outcome;
    $("result").dataset.code = result.code;
    $("result").classList.toggle("failed", !isGood);
    for (const name of isGood ? [] : $("plan").hidden ? ["board", "update"] : ["update"]) $(name).classList.add("failed");
    $("result").classList.toggle("good", isGood);
    const isBegun = result.outcome !== "failed" || result.modem_state !== "untouched" || now.last.kind !== "update";
    const title = WORDS.result[isBegun ? result.outcome : "refused"];
    $("result-title").textContent = title;
    document.title = WORDS.titleOf(title);
    now.result = result;
    if (now.last.kind === "update") {
      if (result.outcome === "failed" && result.modem_state !== "untouched") now.session ??= { consents: [] };
      if (result.isOver) now.session = null;
      else if (now.session) now.session.aliveAt = Date.now();
    }
    const next = now.last.kind === "demo" ? WORDS.next.demo
      : result.outcome === "updated" ? WORDS.next.updated(now.last.words.via === "relay")
      : isGood ? "" : result.modem_state === "untouched" && !now.session ? WORDS.next.untouched : WORDS.next.unfinished(now.last.words.via === "relay");
    const hasCommands = /`(modemflash|pip) |--[a-z]/.test($("error").textContent);
    $("next").textContent = [next, hasCommands ? WORDS.commands : ""].filter(Boolean).join(" ");
    setState("result", `${title}.`);
    $("result-title").focus();
  },
  agreed({ consents, mac }) {
    now.session = { consents, mac, aliveAt: Date.now() };
  },
  keepsRate() {
    $("stay-slow").checked = true;
    if (now.last) now.last.words.keepsRate = true;
  },
  answer({ row }) {
    now.answers.push(row);
    $("answers").append(element("li", "", WORDS.answer(row)));
    $("save-answers").hidden = false;
  },
  save({ name, data }) {
    saveAs(name, data, "application/zip");
  },
  async awake({ id, on }) {
    now.wantsAwake = on;
    worker.postMessage({ kind: "answered", id, value: await holdAwake() });
  },
  failed({ job, text }) {
    const code = job === "load" ? "load-failed" : "page-failed";
    console.error(text);
    showError(code, element("p", "bold", WORDS.errors[code]), element("p", "dim", text.slice(-400)));
    if (document.body.dataset.state === "updating") storyOf("update").before($("error"));
    setState("error");
  },
  // The worker has this lock as long as it lives: whoever else gets it knows that it died.
  alive({ lock }) {
    navigator.locks.request(lock, () => {
      progress({ title: "" });
      reveal("may-close", "");
      $("question").hidden = $("turn").hidden = true;
      now.busy = "";
      now.isReady = false;
      show.failed({ job: "", text: WORDS.workerDied });
    });
  },
  trace({ text }) {
    console.error(text);
  },
  idle({ job }) {
    now.busy = "";
    allow();
    if (document.activeElement === document.body) now.focus?.focus({ preventScroll: true }); // it was disabled
    if (job === "keptFiles" && now.session) goOn();
    else if (job === "update" && now.isElsewhere) lookElsewhere();
  },
};

async function holdAwake() {
  try {
    if (now.wantsAwake) now.awake = await navigator.wakeLock.request("screen");
    else await now.awake?.release();
    return true;
  } catch {
    return false;
  }
}

function lookElsewhere() {
  clear(["board", "plan", "update", "result"]);
  setState("connecting", WORDS.status.resuming);
  if (now.others.length) start("update", now.others.shift());
  else setTimeout(() => { if (!now.busy && now.session && now.looks-- > 0) goOn(); }, LOOKS_EACH_MS);
}

// Takes up what was agreed to, where its port is granted and there: no second question. Boards of one kind
// are told apart by who answers at each, first where it was: no other tab looks for its own there.
async function goOn() {
  const there = (await navigator.serial.getPorts()).filter((port) => port.connected !== false);
  const alike = (await Promise.all(there.map(portWords))).filter(({ usb }) => usb === now.session.usb);
  alike.sort((one, other) => (other.index === now.session.index) - (one.index === now.session.index));
  now.others = alike.map((words) => ({ ...words, ...agreedTo(false), onlyIt: alike.length > 1, isStrict: now.looks === LOOKS }));
  now.isOffered = !now.others.length; // some browsers grant a port to one page alone
  if (now.isOffered) say(WORDS.status.resuming);
  else start("update", now.others.shift());
}

worker.onmessage = ({ data }) => show[data.kind]?.(data);
worker.onerror = (event) => show.failed({ job: now.isReady ? "" : "load", text: event.message ?? WORDS.workerDied });

navigator.serial?.addEventListener("connect", ({ target }) => {
  const isAwaited = () => !now.busy && now.session && now.last?.kind === "update"
    && AWAY.includes(now.result?.code) && usbOf(target) === now.last.words.usb;
  setTimeout(async () => {
    if (isAwaited()) start("update", { ...await portWords(target), ...agreedTo(false) });
  }, SETTLES_MS);
});
// Browsers let the computer sleep as soon as a tab is hidden.
document.addEventListener("visibilitychange", () => { if (!document.hidden && now.wantsAwake) holdAwake(); });
window.addEventListener("beforeunload", (event) => {
  const goesOnAlone = now.last?.words.via === "relay" && now.writes;
  if (now.busy === "update" && document.body.dataset.state === "updating" && !goesOnAlone) event.preventDefault();
});

// -- what this browser can ------------------------------------------------------------------

const missing = !window.isSecureContext ? "not-secure"
  : !("serial" in navigator) ? "no-web-serial"
  : !("Suspending" in WebAssembly) ? "no-jspi" : "";
if (missing) {
  worker.terminate();
  document.body.classList.add("cannot");
  showError(missing, element("p", "", WORDS.errors[missing]));
  setState("error");
} else {
  setState("loading");
  if (location.protocol === "https:" || new URLSearchParams(location.search).has("offline")) {
    navigator.serviceWorker?.register("./service_worker.js").then((registered) => {
      const look = () => reveal("newer", registered.waiting ? WORDS.newer : "");
      look();
      registered.addEventListener("updatefound", () => registered.installing.addEventListener("statechange", look));
    });
  }
}
