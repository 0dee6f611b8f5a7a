// Makes the page's elements from the messages of the worker. Text only ever becomes text nodes.

import { WORDS } from "./words.js";

export const $ = (id) => document.getElementById(id);
const TONES = new Set(["bold", "dim", "green", "yellow", "red", "cyan"]);

export function element(name, className = "", ...inside) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...inside);
  return made;
}

function spans(pieces) {
  return pieces.map(([text, style]) => {
    const styles = style.split(" ");
    if (styles.includes("word")) return element("strong", "", WORDS[text]);
    const tones = styles.filter((each) => TONES.has(each));
    return tones.length ? element("span", tones.join(" "), text) : document.createTextNode(text);
  });
}

// One block of `inside/blocks.py`.
export function block(what) {
  if (what.text) return element("p", "", ...spans(what.text));
  if (what.rows) {
    const isMark = what.rows.length === 1 && what.rows[0][0].length <= 2 && what.rows[0][0];
    const list = element("dl", isMark ? `mark ${what.tone}` : "");
    let before = null;
    for (const [label, value] of what.rows) {
      if (!label && before) before.append("\n", ...spans(value));
      else {
        before = element("dd", "", ...spans(value));
        list.append(element("dt", "", label), before);
      }
    }
    return list;
  }
  const head = element("tr", "", ...what.head.map((each) => {
    const cell = element("th", "", each);
    cell.scope = "col";
    return cell;
  }));
  const rows = what.table.map((row) => element("tr", "", ...row.map((cell) => element("td", "", ...spans(cell)))));
  const table = element("table", what.head.includes("usual") ? "times" : "changes", element("thead", "", head), element("tbody", "", ...rows));
  return table;
}

export const storyOf = (section) => $(section).querySelector(".story");

const SHORT = 3; // rows of a file that stand open

export function addBlock(section, what) {
  $(section).hidden = false;
  const story = storyOf(section);
  if (section !== "firmware" || !what.rows || what.rows.length <= SHORT + 1) {
    story.append(block(what));
    return;
  }
  const more = element("details", "", element("summary", "", WORDS.more), block({ ...what, rows: what.rows.slice(SHORT) }));
  story.append(block({ ...what, rows: what.rows.slice(0, SHORT) }), more);
}

export function say(text) {
  $("status").textContent = text;
}

let toldLast = "";
// What a screen reader is told, and who has the tab behind others: each phase, each stall once, how much is done.
export function tellPhase({ title, total, share, stall }) {
  const told = stall ? WORDS.stalled(stall) : title && WORDS.atWork(title);
  const key = `${title}${Boolean(stall)}`;
  if (told && key !== toldLast) say(told);
  toldLast = key;
  document.title = total ? WORDS.titleAt(Math.floor(share * 100)) : WORDS.title;
}

// An error stands in the section that it is about.
export function showError(code, ...inside) {
  const error = $("error");
  error.dataset.code = code;
  error.replaceChildren(...inside);
  error.hidden = false;
}

export function failed(section, code, happened) {
  const error = $("error");
  error.dataset.code = code;
  if (error.hidden) {
    error.append(element("p", "bold", happened));
    error.hidden = false;
    storyOf(section).before(error);
  }
  $(section).classList.add("failed");
}

export function clearError() {
  const error = $("error");
  delete error.dataset.code;
  error.replaceChildren();
  error.hidden = true;
  document.querySelector("main").prepend(error);
}

export function clear(names) {
  for (const name of names) {
    $(name).classList.remove("failed", "done");
    storyOf(name)?.replaceChildren();
  }
  if (names.includes("update")) {
    $("phases").replaceChildren();
    $("turn").hidden = true;
  }
  for (const name of ["plan", "update", "result"]) if (names.includes(name)) $(name).hidden = true;
  clearError();
}

export function phaseOver({ title, seconds, good }) {
  const time = `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  $("phases").append(element("li", good ? "" : "bad", element("span", "", title), element("span", "", time)));
}

export function progress(now) {
  $("running").hidden = !now.title;
  if (!now.title) {
    $("progress").value = 0;
    return;
  }
  $("update").hidden = false;
  $("phase").textContent = now.title;
  $("elapsed").textContent = now.left || now.elapsed;
  const bar = $("progress");
  if (now.total) bar.value = now.share;
  else bar.removeAttribute("value");
  $("share").textContent = now.total ? `${Math.floor(now.share * 100)} % of ${now.size}` : "";
  $("rate").textContent = now.rate;
  $("times").textContent = [now.times, now.repeats ? WORDS.repeats(now.repeats) : ""].filter(Boolean).join(", ");
  $("stall").hidden = !now.stall;
  if (now.stall) $("stall").textContent = WORDS.stalled(now.stall);
}

// A line that a screen reader says when it appears: its words come when it is there already. "" for none.
export function reveal(id, text) {
  const line = $(id);
  if (line.hidden === !text) return;
  line.hidden = !text;
  line.textContent = "";
  setTimeout(() => { if (!line.hidden) line.textContent = text; });
}

export function saveAs(name, content, type) {
  const link = element("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
